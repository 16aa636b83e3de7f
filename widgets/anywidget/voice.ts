/** The module of the voice studio, which only those load who open one. */
import type { Edit } from "../core/f0.js";
import { speak } from "../core/language.js";
import type { Scope } from "../core/scope.js";
import { Channel } from "../sources/channel.js";
import type { Answer, Model } from "../sources/channel.js";
import { CommSource } from "../sources/comm.js";
import { upload } from "../sources/upload.js";
import { mountVoice } from "../ui/voice.js";
import type { Kernel, Opened, StudioState, VoiceSettings } from "../ui/voice-types.js";
import { fetchFile } from "./file.js";
import { viewOf } from "./view.js";

const TYPES: Readonly<Record<string, string>> = { wav: "audio/wav", flac: "audio/flac", mp3: "audio/mpeg", json: "application/json" };

async function renderVoice(model: Model, host: HTMLElement, scope: Scope): Promise<void> {
  speak(document.documentElement.lang || navigator.language);
  const channel = new Channel(model, scope);
  let telling = false;
  const tell = (values: Record<string, unknown>): void => {
    telling = true;
    for (const [trait, value] of Object.entries(values)) model.set(trait, value);
    model.save_changes();
    telling = false;
  };
  const handle = await mountVoice(host, kernelOf(channel, scope), scope, {
    settings: model.get("_settings") as VoiceSettings,
    equal: model.get("equal_loudness") as boolean,
    playhead: model.get("playhead") as number,
    // A copy, or the model would see no change in what it holds already.
    onSettings: (settings) => tell({ _settings: structuredClone(settings) }),
    onEqual: (equal) => tell({ equal_loudness: equal }),
    onPlayhead: (playhead) => tell({ playhead }),
  });
  if (scope.ended) return;
  channel.onSilence((text) => handle.notice(text));
  const heed = (trait: string, act: () => void): void => {
    const hear = (): void => {
      if (!telling) act();
    };
    model.on(`change:${trait}`, hear);
    scope.onEnd(() => model.off(`change:${trait}`, hear));
  };
  heed("_settings", () => handle.set(model.get("_settings") as VoiceSettings));
  heed("equal_loudness", () => handle.setEqual(model.get("equal_loudness") as boolean));
  heed("playhead", () => handle.seek(model.get("playhead") as number));
  heed("_beat", () => handle.refresh());
}

function kernelOf(channel: Channel, scope: Scope): Kernel {
  const ask = async (method: string, params: Readonly<Record<string, unknown>> = {}): Promise<StudioState> => stateOf(await channel.request(method, params));
  return {
    open: async () => (await channel.request("open")).result as unknown as Opened,
    state: () => ask("state"),
    choose: (source) => ask("choose", { source }),
    upload: async (name, data, progress) => stateOf(await upload(channel, name, data, progress, scope.signal)),
    convert: (settings) => ask("convert", { settings }),
    cancel: () => ask("cancel"),
    curve: async () => {
      const { result, buffers } = await channel.request("curve");
      return { hz: floatsOf(buffers[0]), edits: result["edits"] as readonly Edit[] };
    },
    edit: (edits) => ask("edit", { edits }),
    unedit: () => ask("unedit"),
    envelopes: async () => (await channel.request("envelopes")).buffers.map(floatsOf),
    sounds: ({ sounds, version }) => sounds.map((info, index) => new CommSource(channel, info, index, undefined, { version })),
    preview: async (voice) => bytesOf((await channel.request("preview", { voice })).buffers[0]),
    save: (format, progress) => fetchFile(channel, progress, "save", { format }, TYPES[format]),
    code: async () => String((await channel.request("code")).result["code"]),
    live: async (index, rate, settings, samples) => {
      const { result, buffers } = await channel.request("live", { index, rate, settings }, undefined, undefined, [samples.buffer]);
      return { samples: floatsOf(buffers[0]), delay: Number(result["delay"]), took: Number(result["took"]) };
    },
  };
}

const stateOf = ({ result }: Answer): StudioState => result as unknown as StudioState;
const bytesOf = (view: DataView): ArrayBuffer => new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice().buffer;
const floatsOf = (view: DataView): Float32Array<ArrayBuffer> => new Float32Array(bytesOf(view));

export default viewOf(() => renderVoice);
