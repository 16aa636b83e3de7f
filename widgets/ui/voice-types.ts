/** What the voice studio knows of the kernel's side, and what it asks of it. */
import type { Edit } from "../core/f0.js";
import type { Setting } from "../core/settings.js";
import type { AudioSource, SoundInfo } from "../core/types.js";

/** Start and stop in the source, in seconds, and how many times as long it lasts. */
export type Duration = readonly [number, number, number];

export interface VoiceSettings {
  readonly voice: string;
  /** A voice that is mixed in, with its weight at the start and at the end. */
  readonly second: string | null;
  readonly weights: readonly [number, number];
  /** Which find f0; of several the median counts. */
  readonly methods: readonly string[];
  readonly durations: readonly Duration[];
  readonly [control: string]: unknown;
}

export interface VoiceCard {
  readonly name: string;
  readonly what: string;
  /** Hz */
  readonly range: readonly [number, number];
  readonly median: number;
  readonly licence: string;
  readonly credit: string;
  readonly consent: string;
  /** Trained here. */
  readonly own: boolean;
  readonly preview: boolean;
}

export interface Opened {
  readonly groups: readonly { readonly label: string; readonly settings: readonly Setting[] }[];
  readonly methods: readonly { readonly name: string; readonly label: string; readonly available: boolean }[];
  readonly voices: readonly VoiceCard[];
  readonly formats: readonly string[];
}

export interface TakeInfo {
  readonly version: number;
  readonly sounds: readonly SoundInfo[];
  /** How long each is, without the silence behind the shorter one. */
  readonly seconds: readonly number[];
  /** LUFS, null where there is none. */
  readonly loudness: readonly (number | null)[];
  /** dB that bring both to one loudness. */
  readonly gains: readonly number[];
}

export interface CurveInfo {
  readonly version: number;
  readonly drawn: boolean;
  readonly median: number | null;
  readonly range: readonly [number, number] | null;
  readonly suggestion: { readonly transpose: number; readonly reason: string } | null;
}

export interface WorkInfo {
  readonly running: string | null;
  readonly progress?: number;
  readonly eta?: number | null;
  readonly words?: string;
}

export interface StudioState {
  readonly sources: readonly string[];
  readonly source: string;
  readonly work: WorkInfo;
  readonly take: TakeInfo | null;
  readonly curve: CurveInfo | null;
  readonly result: { readonly fresh: boolean; readonly whose: string } | null;
}

export interface LiveBlock {
  readonly samples: Float32Array<ArrayBuffer>;
  /** Seconds by which the conversion lags, and those it took. */
  readonly delay: number;
  readonly took: number;
}

type Progress = (part: number) => void;

export interface Kernel {
  open(): Promise<Opened>;
  state(): Promise<StudioState>;
  choose(source: string): Promise<StudioState>;
  upload(name: string, data: Blob, progress: Progress): Promise<StudioState>;
  convert(settings: VoiceSettings): Promise<StudioState>;
  cancel(): Promise<StudioState>;
  /** The curve without its edits, and those. */
  curve(): Promise<{ readonly hz: Float32Array; readonly edits: readonly Edit[] }>;
  edit(edits: readonly Edit[]): Promise<StudioState>;
  /** Take every edit back. */
  unedit(): Promise<StudioState>;
  envelopes(): Promise<readonly Float32Array[]>;
  sounds(take: TakeInfo): readonly AudioSource[];
  /** A sound file. */
  preview(voice: string): Promise<ArrayBuffer>;
  save(format: string, progress: Progress): Promise<Blob>;
  code(): Promise<string>;
  live(index: number, rate: number, settings: VoiceSettings, samples: Float32Array<ArrayBuffer>): Promise<LiveBlock>;
}
