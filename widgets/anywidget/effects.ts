/** The effects panel in a notebook: traits on one side, the renderer on the other. */
import type { Scope } from "../core/scope.js";
import type { Effect, PanelSettings } from "../core/settings.js";
import type { AudioSource, Chunk, SoundInfo } from "../core/types.js";
import { Channel } from "../sources/channel.js";
import type { Answer, Model } from "../sources/channel.js";
import { CommSource } from "../sources/comm.js";
import { mountEffects } from "../ui/effects.js";
import type { PanelState, Take } from "../ui/effects.js";
import type { Finding } from "../ui/effects-found.js";
import { fetchFile } from "./file.js";

const TRAITS: Record<keyof PanelState, string> = { settings: "_settings", equal: "equal_loudness", excerpt: "excerpt", loop: "loop" };
/** Milliseconds between two questions whether the sound is there. */
const LOOK_EVERY = 120;

const stateOf = (model: Model): PanelState => Object.fromEntries(Object.entries(TRAITS).map(([key, trait]) => [key, model.get(trait)])) as unknown as PanelState;

/** A sound of which there are versions; before the first, whoever asks waits. */
class Versions implements AudioSource {
  private begin: (source: CommSource) => void = () => undefined;
  private current = new Promise<CommSource>((resolve) => (this.begin = resolve));

  constructor(
    private readonly channel: Channel,
    readonly info: SoundInfo,
    private readonly index: number,
  ) {}

  use(version: number): void {
    const source = new CommSource(this.channel, this.info, this.index, undefined, { version });
    this.begin(source);
    this.current = Promise.resolve(source);
  }

  async chunk(index: number, signal?: AbortSignal): Promise<Chunk> {
    return (await this.current).chunk(index, signal);
  }
}

export function renderEffects(model: Model, host: HTMLElement, scope: Scope): void {
  const channel = new Channel(model, scope);
  const sounds = (model.get("_infos") as SoundInfo[]).map((info, index) => new Versions(channel, info, index));
  let telling = false;
  const tell = (values: Record<string, unknown>): void => {
    telling = true;
    for (const [trait, value] of Object.entries(values)) model.set(trait, value);
    model.save_changes();
    telling = false;
  };
  const pause = (): Promise<void> => new Promise((done) => scope.timeout(done, LOOK_EVERY));
  const process = async (state: PanelState, progress: (part: number) => void, signal: AbortSignal): Promise<Take> => {
    let answer = await channel.request("process", { settings: state.settings, excerpt: state.excerpt }, signal);
    while (answer.result["done"] !== true) {
      progress(Number(answer.result["progress"]));
      await pause();
      answer = await channel.request("status", {}, signal);
    }
    if (!signal.aborted) for (const sound of sounds) sound.use(Number(answer.result["version"]));
    return takeOf(answer);
  };
  const handle = mountEffects(host, sounds, scope, {
    ...stateOf(model),
    effects: model.get("_effects") as Effect[],
    duration: Number(model.get("_duration")),
    playhead: model.get("playhead") as number,
    // Copies, or the model would see no change in what it holds already.
    onChange: (state) => tell(Object.fromEntries(Object.entries(TRAITS).map(([key, trait]) => [trait, structuredClone(state[key as keyof PanelState])]))),
    onPlayhead: (playhead) => tell({ playhead }),
    process,
    curve: async (settings: PanelSettings) => floatsOf((await channel.request("curve", { settings })).buffers[0]),
    finder: { ask: async (what) => (await channel.request(what)).result as unknown as Finding },
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
  for (const trait of Object.values(TRAITS)) heed(`change:${trait}`, () => handle.set(stateOf(model)));
  heed("change:playhead", () => handle.seek(model.get("playhead") as number));
}

function takeOf({ result, buffers }: Answer): Take {
  const arrays = buffers.map(floatsOf);
  return {
    axis: { low: Number(result["low"]), high: Number(result["high"]) },
    loudness: result["loudness"] as (number | null)[],
    gains: result["gains"] as number[],
    peak: result["peak"] as number | null,
    spectra: arrays.filter((_, i) => i % 2 === 0),
    envelopes: arrays.filter((_, i) => i % 2 === 1),
  };
}

const floatsOf = (view: DataView): Float32Array => new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
