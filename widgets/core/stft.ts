/** Tiles computed without a kernel: the same as musicnb/widgets/tiles.py makes. */
import { RealFft } from "./fft.js";
import { CQT_LOWEST, CQT_PER_OCTAVE, TILE_COLUMNS } from "./types.js";
import type { Lane, Tile, TileKey } from "./types.js";

export interface Samples {
  readonly channels: readonly Float32Array[];
  readonly sampleRate: number;
}

const MAX_FRAMES = 16;
const CQT_OCTAVES = 9;
const CQT_FILTER_SCALE = 0.5;
const CQT_MAX_FRAMES = 2;
const CQT_SPACING = 4096;

/** The column for which a tile was asked does not exist. */
export class NoTile extends Error {}

export function computeTile(sound: Samples, key: TileKey): Tile {
  const hop = 16 << key.level;
  const frames = sound.channels[0].length;
  const first = key.index * TILE_COLUMNS * hop;
  const columns = Math.min(TILE_COLUMNS, Math.ceil((frames - first) / hop));
  if (columns <= 0) throw new NoTile();
  const read = reader(sound, key.lane);
  if (key.kind === "wave") return wave(read, first, columns, hop, frames);
  if (key.kind === "stft") return stft(read, first, columns, hop, key.nFft);
  return cqt(read, first, columns, hop, sound.sampleRate);
}

type Read = (target: Float32Array, start: number) => void;

/** How to fill an array with one signal from a frame on, with silence outside the sound. */
function reader({ channels }: Samples, lane: Lane): Read {
  const [left, right] = [channels[0], channels[1] ?? channels[0]];
  const signs: Partial<Record<Lane, readonly [number, number]>> = { left: [1, 0], right: [0, 1], mid: [0.5, 0.5], side: [0.5, -0.5] };
  const [a, b] = signs[lane] ?? [0, 0];
  const mix = lane === "mix" || channels.length === 1;
  return (target, start) => {
    for (let i = 0; i < target.length; i += 1) {
      const at = start + i;
      if (at < 0 || at >= left.length) target[i] = 0;
      else if (mix) {
        let sum = 0;
        for (const channel of channels) sum += channel[at];
        target[i] = sum / channels.length;
      } else target[i] = left[at] * a + right[at] * b;
    }
  };
}

const toByte = (power: number): number => Math.max(0, Math.min(255, Math.round((10 * Math.log10(Math.max(power, 1e-13)) + 117.5) * 2)));

/** Take the largest power of `each` equally spaced frames for every column. */
function spectrogram(columns: number, rows: number, hop: number, each: number, first: number, measure: (centre: number, power: Float64Array) => void): Tile {
  const data = new Uint8Array(columns * rows);
  const power = new Float64Array(rows);
  const most = new Float64Array(rows);
  const spacing = hop / each;
  for (let column = 0; column < columns; column += 1) {
    most.fill(0);
    for (let i = 0; i < each; i += 1) {
      measure(first + column * hop + i * spacing + Math.floor(spacing / 2), power);
      for (let row = 0; row < rows; row += 1) if (power[row] > most[row]) most[row] = power[row]!;
    }
    for (let row = 0; row < rows; row += 1) data[column * rows + row] = toByte(most[row]);
  }
  return { columns, rows, data };
}

function stft(read: Read, first: number, columns: number, hop: number, size: number): Tile {
  const { fft, window } = prepared(size);
  const frame = new Float32Array(size);
  const each = Math.max(1, Math.min(Math.floor((hop * 4) / size), MAX_FRAMES));
  return spectrogram(columns, size / 2 + 1, hop, each, first, (centre, power) => {
    read(frame, centre - size / 2);
    for (let i = 0; i < size; i += 1) frame[i] *= window[i];
    fft.transform(frame);
    for (let k = 0; k < power.length; k += 1) power[k] = fft.real[k] ** 2 + fft.imaginary[k] ** 2;
  });
}

const windows = new Map<number, { fft: RealFft; window: Float32Array }>();

/** A Hann window scaled so that a sine at full scale has power 1, and the transform. */
function prepared(size: number): { fft: RealFft; window: Float32Array } {
  let made = windows.get(size);
  if (!made) {
    const window = Float32Array.from({ length: size }, (_, i) => (2 / size) * (1 - Math.cos((2 * Math.PI * i) / size)));
    made = { fft: new RealFft(size), window };
    windows.set(size, made);
  }
  return made;
}

interface Kernel {
  readonly fft: RealFft;
  /** For each bin, the first entry of the spectrum and the weights from there on. */
  readonly bins: readonly { readonly from: number; readonly weights: Float64Array }[];
}

const kernels = new Map<number, Kernel>();

export function cqtRows(sampleRate: number): number {
  const octaves = Math.log2((0.45 * sampleRate) / CQT_LOWEST);
  return Math.max(1, Math.min(Math.floor(octaves * CQT_PER_OCTAVE), CQT_OCTAVES * CQT_PER_OCTAVE));
}

/** The spectrum of a Hann window in closed form, at each bin's frequency (see tiles.py). */
function kernelFor(sampleRate: number): Kernel {
  const known = kernels.get(sampleRate);
  if (known) return known;
  const q = CQT_FILTER_SCALE / (2 ** (1 / CQT_PER_OCTAVE) - 1);
  const size = 2 ** Math.ceil(Math.log2((q * sampleRate) / CQT_LOWEST));
  const bins = Array.from({ length: cqtRows(sampleRate) }, (_, bin) => {
    const frequency = CQT_LOWEST * 2 ** (bin / CQT_PER_OCTAVE);
    const width = frequency / q;
    const from = Math.max(0, Math.ceil(((frequency - 3 * width) * size) / sampleRate));
    const to = Math.min(size / 2, Math.floor(((frequency + 3 * width) * size) / sampleRate));
    const weights = Float64Array.from({ length: to - from + 1 }, (__, i) => {
      const x = (((from + i) * sampleRate) / size - frequency) / width;
      return (lobe(x) * (1 - 2 * ((from + i) % 2)) * 2) / size;
    });
    return { from, weights };
  });
  const made = { fft: new RealFft(size), bins };
  kernels.set(sampleRate, made);
  return made;
}

function lobe(x: number): number {
  if (Math.abs(Math.abs(x) - 1) < 1e-6) return 0.5;
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x) / (1 - x * x);
}

function cqt(read: Read, first: number, columns: number, hop: number, sampleRate: number): Tile {
  const { fft, bins } = kernelFor(sampleRate);
  const frame = new Float32Array(fft.size);
  const each = Math.max(1, Math.min(Math.floor(hop / CQT_SPACING), CQT_MAX_FRAMES));
  return spectrogram(columns, bins.length, hop, each, first, (centre, power) => {
    read(frame, centre - fft.size / 2);
    fft.transform(frame);
    for (const [bin, { from, weights }] of bins.entries()) {
      let real = 0;
      let imaginary = 0;
      for (let i = 0; i < weights.length; i += 1) {
        real += weights[i] * fft.real[from + i];
        imaginary += weights[i] * fft.imaginary[from + i];
      }
      power[bin] = real * real + imaginary * imaginary;
    }
  });
}

function wave(read: Read, first: number, columns: number, hop: number, frames: number): Tile {
  const data = new Int8Array(columns * 2);
  const signal = new Float32Array(hop);
  for (let column = 0; column < columns; column += 1) {
    const at = first + column * hop;
    const part = signal.subarray(0, Math.min(hop, frames - at));
    read(part, at);
    let low = 1;
    let high = -1;
    for (const value of part) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    data[column * 2] = Math.round(Math.max(low, -1) * 127);
    data[column * 2 + 1] = Math.round(Math.min(high, 1) * 127);
  }
  return { columns, rows: 2, data: new Uint8Array(data.buffer) };
}
