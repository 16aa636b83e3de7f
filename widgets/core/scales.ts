/** How frequency is laid out from the bottom (0) to the top (1) of a picture. */
import { CQT_LOWEST, CQT_PER_OCTAVE } from "./types.js";

export const SCALES = ["mel", "log", "linear", "cqt"] as const;
export type Scale = (typeof SCALES)[number];

/** A logarithmic axis has no 0 Hz: it begins a little below the lowest note of a piano. */
export const LOWEST = 20;

const mel = (hz: number): number => Math.log1p(hz / 700);
const unmel = (value: number): number => 700 * Math.expm1(value);

const forward: Record<Scale, (hz: number) => number> = {
  linear: (hz) => hz,
  mel,
  log: (hz) => Math.log(Math.max(hz, LOWEST)),
  cqt: (hz) => Math.log(Math.max(hz, LOWEST)),
};
const backward: Record<Scale, (value: number) => number> = { linear: (v) => v, mel: unmel, log: Math.exp, cqt: Math.exp };

/** The visible band of frequencies on one scale. */
export class FrequencyAxis {
  private readonly from: number;
  private readonly to: number;

  constructor(
    readonly scale: Scale,
    readonly low: number,
    readonly high: number,
  ) {
    this.from = forward[scale](low);
    this.to = forward[scale](high);
  }

  /** 0 at the bottom, 1 at the top. */
  position(hz: number): number {
    return (forward[this.scale](hz) - this.from) / (this.to - this.from);
  }

  hz(position: number): number {
    return backward[this.scale](this.from + position * (this.to - this.from));
  }

  /** Zoom by `factor` (above 1: closer) around a position, within the limits. */
  zoomed(factor: number, around: number, lowest: number, highest: number): FrequencyAxis {
    const span = (this.to - this.from) / factor;
    const start = this.from + around * (this.to - this.from) - around * span;
    return this.between(start, span, lowest, highest);
  }

  /** Move by a part of the visible band. */
  moved(by: number, lowest: number, highest: number): FrequencyAxis {
    const span = this.to - this.from;
    return this.between(this.from + by * span, span, lowest, highest);
  }

  private between(start: number, span: number, lowest: number, highest: number): FrequencyAxis {
    const [bottom, top] = [forward[this.scale](lowest), forward[this.scale](highest)];
    const width = Math.max((top - bottom) / 200, Math.min(span, top - bottom));
    const from = Math.max(bottom, Math.min(start, top - width));
    return new FrequencyAxis(this.scale, Math.max(lowest, backward[this.scale](from)), Math.min(highest, backward[this.scale](from + width)));
  }

  /** Frequencies worth a label. */
  ticks(): number[] {
    const all = this.scale === "linear" ? stepped(this.low, this.high, 6) : decades(this.low, this.high);
    return all.filter((hz) => hz >= this.low && hz <= this.high);
  }
}

/** The row of a tile (fractional) in which a frequency lies. */
export function rowOf(hz: number, rows: number, sampleRate: number, constantQ: boolean): number {
  return constantQ ? Math.log2(Math.max(hz, 1) / CQT_LOWEST) * CQT_PER_OCTAVE : (hz / (sampleRate / 2)) * (rows - 1);
}

/** Round numbers between two, about `count` of them. */
export function stepped(from: number, to: number, count: number): number[] {
  const rough = (to - from) / count;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = magnitude * ([1, 2, 5].find((each) => each * magnitude >= rough) ?? 10);
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.max(0, Math.floor(to / step + 1e-9) - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function decades(low: number, high: number): number[] {
  const fine = high / Math.max(low, LOWEST) < 8;
  if (fine) return stepped(low, high, 6);
  const ticks: number[] = low <= 0 ? [0] : [];
  for (let base = 10; base < high; base *= 10) ticks.push(...[1, 2, 5].map((each) => each * base));
  return ticks;
}

export const NOTES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];

/** The nearest note and the distance from it, as "A4 +12 ct". */
export function noteName(hz: number): string {
  if (!(hz >= 16)) return "";
  const midi = 69 + 12 * Math.log2(hz / 440);
  const nearest = Math.round(midi);
  const cents = Math.round((midi - nearest) * 100);
  const name = `${NOTES[((nearest % 12) + 12) % 12]}${Math.floor(nearest / 12) - 1}`;
  return cents ? `${name} ${cents > 0 ? "+" : "−"}${Math.abs(cents)} ct` : name;
}

export function formatHz(hz: number): string {
  return hz >= 1000 ? `${Number((hz / 1000).toPrecision(3))} kHz` : `${Number(hz.toPrecision(3))} Hz`;
}

/** Minutes and seconds, as fine as a step of `resolution` seconds asks for. */
export function formatTime(seconds: number, resolution = 0.1): string {
  const digits = Math.max(0, Math.min(4, Math.ceil(-Math.log10(resolution))));
  const rounded = Number(seconds.toFixed(digits));
  const minutes = Math.floor(rounded / 60);
  const rest = (rounded - minutes * 60).toFixed(digits);
  return `${minutes}:${rest.padStart(digits ? digits + 3 : 2, "0")}`;
}
