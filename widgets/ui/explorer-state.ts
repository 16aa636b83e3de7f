/** What one view of a sound shows. */
import { COLORMAPS } from "../core/colormaps.js";
import type { Colormap } from "../core/colormaps.js";
import type { F0Edits } from "../core/f0.js";
import { FrequencyAxis, LOWEST, SCALES } from "../core/scales.js";
import type { Scale } from "../core/scales.js";
import { dbToLevel } from "../core/types.js";
import type { Lane, Region, SoundInfo, TileKind } from "../core/types.js";

export const LANE_CHOICES = ["mix", "stereo", "mid/side"] as const;
export type Lanes = (typeof LANE_CHOICES)[number];

/** What a drag on the stage does. */
export type Tool = "select" | "pan" | "draw" | "erase" | "move";

/** Shared by all views of a widget, and by Python. */
export interface Settings {
  scale: Scale;
  colormap: Colormap;
  /** dB of the darkest and the lightest colour; null: 80 dB up to the loudest. */
  dynamicRange: readonly [number, number] | null;
  nFft: number;
  lanes: Lanes;
  rate: number;
  loop: boolean;
  bandOnly: boolean;
}

export interface Overlay {
  readonly name: string;
  readonly color: string;
  /** A curve of a value every 10 ms that can be edited. */
  readonly edited?: boolean;
  readonly content:
    | { readonly kind: "curve"; readonly times: Float32Array; readonly values: Float32Array }
    | { readonly kind: "lines"; readonly times: Float32Array }
    | { readonly kind: "labels"; readonly labels: readonly (readonly [number, number, string])[] }
    | { readonly kind: "mask"; readonly columns: number; readonly rows: number; readonly data: Uint8Array; readonly region: Region };
}

/** At the closest, this many samples are as wide as the picture: less than a window of the STFT. */
const CLOSEST = 1024;

export function defaultWindow(sampleRate: number): number {
  return Math.min(8192, Math.max(256, 2 ** Math.round(Math.log2(0.0464 * sampleRate))));
}

export class State {
  settings: Settings;
  axis: FrequencyAxis;
  /** Seconds. */
  start = 0;
  span: number;
  selection: Region | null = null;
  overlays: readonly Overlay[] = [];
  tool: Tool = "select";
  /** The curve that can be edited, as it is now. */
  f0: F0Edits | null = null;
  readonly hidden = new Set<string>();
  /** Where the pointer or the keyboard points: seconds and Hz. */
  pointer: { time: number; hz: number } | null = null;
  readonly duration: number;

  constructor(readonly info: SoundInfo) {
    this.duration = info.frames / info.sampleRate;
    this.span = this.duration;
    this.settings = {
      scale: "mel",
      colormap: "viridis",
      dynamicRange: null,
      nFft: defaultWindow(info.sampleRate),
      lanes: "mix",
      rate: 1,
      loop: false,
      bandOnly: false,
    };
    this.axis = new FrequencyAxis("mel", 0, this.highest);
  }

  get highest(): number {
    return this.info.sampleRate / 2;
  }

  get lowest(): number {
    return this.settings.scale === "mel" || this.settings.scale === "linear" ? 0 : LOWEST;
  }

  get kind(): TileKind {
    return this.settings.scale === "cqt" ? "cqt" : "stft";
  }

  get laneList(): readonly Lane[] {
    if (this.settings.lanes === "stereo") return ["left", "right"];
    return this.settings.lanes === "mid/side" ? ["mid", "side"] : ["mix"];
  }

  get view(): Region {
    return { start: this.start, stop: this.start + this.span, low: Math.max(this.axis.low, 0), high: this.axis.high };
  }

  /** Merge settings; unknown values are left out. */
  set(next: Partial<Settings>): void {
    const merged = { ...this.settings, ...next };
    if (!SCALES.includes(merged.scale)) merged.scale = this.settings.scale;
    if (!COLORMAPS.includes(merged.colormap)) merged.colormap = this.settings.colormap;
    if (this.info.channels !== 2) merged.lanes = "mix";
    const other = merged.scale !== this.settings.scale;
    this.settings = merged;
    if (other) this.axis = new FrequencyAxis(merged.scale, Math.max(this.axis.low <= LOWEST ? this.lowest : this.axis.low, this.lowest), this.axis.high);
  }

  zoomTime(factor: number, around: number): void {
    const span = Math.max(CLOSEST / this.info.sampleRate, Math.min(this.duration, this.span / factor));
    const at = (around - this.start) / this.span;
    this.span = Math.min(span, this.duration);
    this.moveTo(around - at * this.span);
  }

  moveTo(start: number): void {
    this.start = Math.max(0, Math.min(this.duration - this.span, start));
  }

  zoomFrequency(factor: number, around: number): void {
    this.axis = this.axis.zoomed(factor, around, this.lowest, this.highest);
  }

  moveFrequency(by: number): void {
    this.axis = this.axis.moved(by, this.lowest, this.highest);
  }

  show(region: Region | null): void {
    const whole = { start: 0, stop: this.duration, low: this.lowest, high: this.highest };
    const { start, stop, low, high } = region ?? whole;
    this.span = Math.max(Math.min(CLOSEST / this.info.sampleRate, this.duration), Math.min(this.duration, stop - start));
    this.moveTo(start);
    this.axis = new FrequencyAxis(this.settings.scale, Math.max(low, this.lowest), Math.min(high, this.highest));
  }

  /** A region within the sound, its corners in order; null if it is empty. */
  within(region: Region): Region | null {
    const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value));
    const [start, stop] = [clamp(Math.min(region.start, region.stop), this.duration), clamp(Math.max(region.start, region.stop), this.duration)];
    const [low, high] = [clamp(Math.min(region.low, region.high), this.highest), clamp(Math.max(region.low, region.high), this.highest)];
    return stop - start > 1e-4 && high - low > 0.5 ? { start, stop, low, high } : null;
  }

  /** The levels (bytes) of the darkest and the lightest colour. */
  levels(loudest: number): readonly [number, number] {
    const range = this.settings.dynamicRange;
    if (range) return [dbToLevel(range[0]), dbToLevel(range[1])];
    const top = Math.max(dbToLevel(-35), Math.ceil(loudest / 10) * 10 + 5);
    return [Math.max(dbToLevel(-115), top - 160), top];
  }
}
