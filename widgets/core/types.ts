/**
 * What renderers and sources agree on. One source asks the kernel (sources/comm.ts), another a
 * worker with a decoded file (sources/worker.ts); renderers cannot tell which they have.
 */

/** What is known of a sound before any of it arrives. */
export interface SoundInfo {
  readonly name: string;
  /** Hz */
  readonly sampleRate: number;
  readonly channels: number;
  readonly frames: number;
}

/** Which signal a tile shows. */
export type Lane = "mix" | "left" | "right" | "mid" | "side";

/** What a tile shows: STFT levels, constant-Q levels, or the waveform's extremes. */
export type TileKind = "stft" | "cqt" | "wave";

/** Columns of one tile. */
export const TILE_COLUMNS = 256;

export interface TileKey {
  readonly kind: TileKind;
  readonly lane: Lane;
  /** Frames of sound a column stands for: `16 << level`. */
  readonly level: number;
  /** Column `index * 256` is the tile's first. */
  readonly index: number;
  /** Window of the STFT in samples, a power of two; 0 for the other kinds. */
  readonly nFft: number;
}

/**
 * 256 columns, the earliest first; of the last tile, those within the sound.
 * stft, cqt: `rows` levels a column, lowest frequency first, as bytes (see `levelToDb`).
 * wave: two int8 a column, the lowest and the highest sample, full scale 127.
 */
export interface Tile {
  readonly columns: number;
  readonly rows: number;
  readonly data: Uint8Array;
}

export interface TileSource {
  readonly info: SoundInfo;
  /** Several at once: each message of its own would cost as much as a tile. */
  tiles(keys: readonly TileKey[], signal?: AbortSignal): Promise<readonly Tile[]>;
}

/** Seconds of sound in one chunk, whatever the source. */
export const CHUNK_SECONDS = 4;

/** Decoded samples by channel, at the sound's own rate. */
export interface Chunk {
  readonly channels: readonly Float32Array[];
}

export interface AudioSource {
  readonly info: SoundInfo;
  /** Frames from `index * CHUNK_SECONDS * sampleRate` on; the last chunk is shorter. */
  chunk(index: number, signal?: AbortSignal): Promise<Chunk>;
}

/** A rectangle of time (s) and frequency (Hz). */
export interface Region {
  readonly start: number;
  readonly stop: number;
  readonly low: number;
  readonly high: number;
}

/** Bytes to decibels, 0 dB being a sine at full scale: half a dB a step. */
export const levelToDb = (level: number): number => level / 2 - 117.5;
export const dbToLevel = (db: number): number => Math.max(0, Math.min(255, Math.round((db + 117.5) * 2)));

/** Constant-Q rows: 36 an octave from C1. */
export const CQT_LOWEST = 32.703;
export const CQT_PER_OCTAVE = 36;
