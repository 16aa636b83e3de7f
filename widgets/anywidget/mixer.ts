/** The mixer in a notebook: traits on one side, the renderer on the other. */
import type { Scope } from "../core/scope.js";
import { Channel } from "../sources/channel.js";
import type { Model } from "../sources/channel.js";
import { soundsOf } from "../sources/comm.js";
import { mountMixer } from "../ui/mixer.js";
import type { MixState } from "../ui/mixer.js";
import { fetchFile } from "./file.js";

const TRAITS = ["settings", "limiter", "loop", "presets"] as const;

const stateOf = (model: Model): MixState => Object.fromEntries(TRAITS.map((trait) => [trait, model.get(trait)])) as unknown as MixState;

export function renderMixer(model: Model, host: HTMLElement, scope: Scope): void {
  const channel = new Channel(model, scope);
  const stems = soundsOf(channel);
  if (scope.ended) return;
  let telling = false;
  const tell = (values: Record<string, unknown>): void => {
    telling = true;
    for (const [trait, value] of Object.entries(values)) model.set(trait, value);
    model.save_changes();
    telling = false;
  };
  const handle = mountMixer(host, stems, scope, {
    ...stateOf(model),
    playhead: model.get("playhead") as number,
    // Copies, or the model would see no change in what it holds already.
    onChange: (state) => tell(structuredClone(state) as unknown as Record<string, unknown>),
    onPlayhead: (playhead) => tell({ playhead }),
    code: async () => String((await channel.request("code")).result["code"]),
    render: (progress) => fetchFile(channel, progress),
  });
  channel.onSilence((text) => handle.notice(text));
  const heed = (event: string, act: () => void): void => {
    const hear = (): void => {
      if (!telling) act();
    };
    model.on(event, hear);
    scope.onEnd(() => model.off(event, hear));
  };
  for (const trait of TRAITS) heed(`change:${trait}`, () => handle.set(stateOf(model)));
  heed("change:playhead", () => handle.seek(model.get("playhead") as number));
}
