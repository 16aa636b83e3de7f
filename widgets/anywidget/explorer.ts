/** The explorer in a notebook: traits on one side, the renderer on the other. */
import type { Edit } from "../core/f0.js";
import type { Scope } from "../core/scope.js";
import type { Region } from "../core/types.js";
import { Channel } from "../sources/channel.js";
import type { Model } from "../sources/channel.js";
import { soundsOf } from "../sources/comm.js";
import { mountExplorer } from "../ui/explorer.js";
import type { ExplorerHandle } from "../ui/explorer.js";
import type { Overlay, Settings } from "../ui/explorer-state.js";

/** Each setting and its trait. */
const TRAITS: Record<keyof Settings, string> = {
  scale: "scale",
  colormap: "colormap",
  dynamicRange: "dynamic_range",
  nFft: "n_fft",
  lanes: "lanes",
  rate: "rate",
  loop: "loop",
  bandOnly: "band_only",
};

function settingsOf(model: Model): Partial<Settings> {
  const entries = Object.entries(TRAITS).map(([key, trait]) => [key, model.get(trait)]);
  return Object.fromEntries(entries) as Partial<Settings>;
}

export async function renderExplorer(model: Model, host: HTMLElement, scope: Scope): Promise<void> {
  const channel = new Channel(model, scope);
  const source = soundsOf(channel).at(0);
  if (!source || scope.ended) return;
  // What this view has just set comes back as a change; it is not news.
  let telling = false;
  const tell = (values: Record<string, unknown>): void => {
    telling = true;
    for (const [trait, value] of Object.entries(values)) model.set(trait, value);
    model.save_changes();
    telling = false;
  };
  const handle = mountExplorer(host, source, scope, {
    settings: settingsOf(model),
    selection: model.get("selection") as Region | null,
    view: model.get("view") as Region | null,
    playhead: model.get("playhead") as number,
    onSettings: (settings) => tell(Object.fromEntries(Object.entries(TRAITS).map(([key, trait]) => [trait, settings[key as keyof Settings]]))),
    onSelection: (selection) => tell({ selection }),
    onPlayhead: (playhead) => tell({ playhead }),
    onF0Edits: (edits) => tell({ f0_edits: edits }),
    code: async (view) => String((await channel.request("code", { view })).result["code"]),
  });
  channel.onSilence((text) => handle.notice(text));
  const heed = (event: string, act: () => void): void => {
    const hear = (): void => {
      if (!telling) act();
    };
    model.on(event, hear);
    scope.onEnd(() => model.off(event, hear));
  };
  for (const trait of Object.values(TRAITS)) heed(`change:${trait}`, () => handle.set(settingsOf(model)));
  heed("change:selection", () => handle.select(model.get("selection") as Region | null));
  heed("change:view", () => handle.show(model.get("view") as Region | null));
  heed("change:playhead", () => handle.seek(model.get("playhead") as number));
  heed("change:f0_edits", () => handle.edit(model.get("f0_edits") as Edit[]));
  heed("change:_overlays", () => void overlays(model, channel, handle));
  await overlays(model, channel, handle);
}

interface Entry {
  readonly name: string;
  readonly kind: string;
  readonly color: string;
  readonly edited?: boolean;
}

async function overlays(model: Model, channel: Channel, handle: ExplorerHandle): Promise<void> {
  const entries = model.get("_overlays") as readonly Entry[];
  handle.overlay(await Promise.all(entries.map((entry) => fetchOverlay(channel, entry))), model.get("f0_edits") as Edit[]);
}

async function fetchOverlay(channel: Channel, { name, kind, color, edited }: Entry): Promise<Overlay> {
  const { result, buffers } = await channel.request("overlay", { name });
  const bytes = (i: number): Uint8Array<ArrayBuffer> => {
    const view = buffers.at(i);
    return view ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice() : new Uint8Array();
  };
  const floats = (i: number): Float32Array => new Float32Array(bytes(i).buffer);
  if (kind === "curve") return { name, color, edited, content: { kind, times: floats(0), values: floats(1) } };
  if (kind === "lines") return { name, color, content: { kind, times: floats(0) } };
  if (kind === "labels") return { name, color, content: { kind, labels: (result["labels"] ?? []) as [number, number, string][] } };
  const { columns = 0, rows = 0, ...region } = result as Partial<Region> & { columns?: number; rows?: number };
  return { name, color, content: { kind: "mask", columns, rows, data: bytes(0), region: region as Region } };
}
