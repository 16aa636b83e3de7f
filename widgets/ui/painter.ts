/** Tiles turned into coloured pictures, and a lane of the spectrogram drawn from those. */
import { rowOf } from "../core/scales.js";
import type { FrequencyAxis } from "../core/scales.js";
import { nameOf } from "../core/tilestore.js";
import type { TileStore } from "../core/tilestore.js";
import { TILE_COLUMNS } from "../core/types.js";
import type { Lane, Tile, TileKey, TileKind } from "../core/types.js";

/** Painted tiles kept for each look; a lane shows about seven at a time. */
const KEPT = 48;

/** Where drawing finds tiles. */
export type Tiles = Pick<TileStore, "get">;

/** Everything that decides how a tile looks. */
export interface Look {
  readonly axis: FrequencyAxis;
  readonly height: number;
  readonly palette: Uint32Array;
  readonly sampleRate: number;
}

/** For each line of a picture, from the top: which rows of a tile it shows. */
interface Warp {
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Between two rows, how near to the second. */
  readonly between: Float32Array;
}

const alike = (a: FrequencyAxis, b: FrequencyAxis): boolean => a.scale === b.scale && a.low === b.low && a.high === b.high;

export class Painter {
  private look: Look | null = null;
  private readonly painted = new Map<string, HTMLCanvasElement>();
  private readonly warps = new Map<string, Warp>();

  /** Use another look; what was painted in the old one is forgotten. */
  use(look: Look): void {
    const old = this.look;
    if (old && alike(old.axis, look.axis) && old.height === look.height && old.palette === look.palette) return;
    this.look = look;
    this.painted.clear();
    this.warps.clear();
  }

  picture(key: TileKey, tile: Tile): HTMLCanvasElement {
    const name = nameOf(key);
    let canvas = this.painted.get(name);
    if (canvas) this.painted.delete(name);
    else canvas = this.paint(tile, key.kind);
    this.painted.set(name, canvas);
    if (this.painted.size > KEPT) this.painted.delete(this.painted.keys().next().value!);
    return canvas;
  }

  private paint(tile: Tile, kind: TileKind): HTMLCanvasElement {
    const { height, palette } = this.look!;
    const { columns, rows, data } = tile;
    const { from, to, between } = this.warp(rows, kind);
    const canvas = document.createElement("canvas");
    canvas.width = columns;
    canvas.height = height;
    const context = canvas.getContext("2d")!;
    const image = context.createImageData(columns, height);
    const pixels = new Uint32Array(image.data.buffer);
    for (let x = 0; x < columns; x += 1) {
      const start = x * rows;
      for (let y = 0; y < height; y += 1) {
        const first = from[y];
        if (first < 0) continue;
        const last = to[y];
        const near = between[y];
        let level = data[start + first];
        if (near > 0) level += (data[start + first + 1] - level) * near;
        else for (let row = first + 1; row <= last; row += 1) if (data[start + row] > level) level = data[start + row]!;
        pixels[y * columns + x] = palette[level | 0]!;
      }
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }

  private warp(rows: number, kind: TileKind): Warp {
    const name = `${kind}/${rows}`;
    let made = this.warps.get(name);
    if (!made) {
      made = makeWarp(this.look!, rows, kind === "cqt");
      this.warps.set(name, made);
    }
    return made;
  }
}

function makeWarp({ axis, height, sampleRate }: Look, rows: number, constantQ: boolean): Warp {
  const warp = { from: new Int32Array(height), to: new Int32Array(height), between: new Float32Array(height) };
  for (let y = 0; y < height; y += 1) {
    const low = rowOf(axis.hz((height - y - 1) / height), rows, sampleRate, constantQ);
    const high = rowOf(axis.hz((height - y) / height), rows, sampleRate, constantQ);
    const middle = (low + high) / 2;
    if (middle < 0 || middle > rows - 1) warp.from[y] = -1;
    else if (high - low < 1) {
      warp.from[y] = Math.min(Math.floor(middle), rows - 2);
      warp.between[y] = middle - warp.from[y];
    } else {
      warp.from[y] = Math.max(0, Math.floor(low + 0.5));
      warp.to[y] = Math.min(rows - 1, Math.floor(high - 0.5));
    }
  }
  return warp;
}

/** Where a stretch of sound lies on a canvas. */
export interface Place {
  /** Frames of sound at the left edge, and from there to the right edge. */
  readonly start: number;
  readonly span: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The level at which a column is about as wide as a pixel. */
export function levelFor(span: number, width: number, coarsest: number): number {
  return Math.max(0, Math.min(coarsest, Math.round(Math.log2(span / Math.max(1, width) / 16))));
}

/** The keys that a stretch needs, from left to right. */
export function keysFor(kind: TileKind, lane: Lane, nFft: number, level: number, start: number, span: number, frames: number): TileKey[] {
  const size = TILE_COLUMNS * (16 << level);
  const first = Math.max(0, Math.floor(start / size));
  const last = Math.min(Math.ceil(frames / size), Math.ceil((start + span) / size)) - 1;
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => ({ kind, lane, nFft: kind === "stft" ? nFft : 0, level, index: first + i }));
}

/**
 * Draw a lane from what has arrived: for each wanted tile itself, or the part of a coarser one.
 * Returns whether everything was there at its own resolution.
 */
export function drawLane(context: CanvasRenderingContext2D, store: Tiles, painter: Painter, keys: readonly TileKey[], coarsest: number, place: Place): boolean {
  let whole = true;
  context.save();
  context.beginPath();
  context.rect(place.x, place.y, place.width, place.height);
  context.clip();
  for (const key of keys) {
    const tile = store.get(key);
    whole &&= tile !== undefined;
    if (tile) put(context, painter.picture(key, tile), key, 0, tile.columns, place);
    else putCoarser(context, store, painter, key, coarsest, place);
  }
  context.restore();
  return whole;
}

function putCoarser(context: CanvasRenderingContext2D, store: Tiles, painter: Painter, key: TileKey, coarsest: number, place: Place): void {
  for (let up = 1; key.level + up <= coarsest; up += 1) {
    const parent = { ...key, level: key.level + up, index: key.index >> up };
    const tile = store.get(parent);
    if (!tile) continue;
    const part = TILE_COLUMNS / 2 ** up;
    const from = (key.index - (parent.index << up)) * part;
    put(context, painter.picture(parent, tile), parent, from, Math.min(part, tile.columns - from), place);
    return;
  }
}

function put(context: CanvasRenderingContext2D, picture: HTMLCanvasElement, key: TileKey, from: number, columns: number, place: Place): void {
  if (columns <= 0) return;
  const hop = 16 << key.level;
  const scale = place.width / place.span;
  const x = place.x + ((key.index * TILE_COLUMNS + from) * hop - place.start) * scale;
  context.drawImage(picture, from, 0, columns, picture.height, x, place.y, columns * hop * scale, place.height);
}

/** Draw the waveform as the stretch between the lowest and the highest sample of each pixel. */
export function drawWave(context: CanvasRenderingContext2D, store: Tiles, keys: readonly TileKey[], coarsest: number, place: Place, color: string): boolean {
  let whole = true;
  const middle = place.y + place.height / 2;
  context.fillStyle = color;
  for (const key of keys) {
    let [shown, tile] = [key, store.get(key)];
    whole &&= tile !== undefined;
    for (let up = 1; !tile && key.level + up <= coarsest; up += 1) {
      shown = { ...key, level: key.level + up, index: key.index >> up };
      tile = store.get(shown);
    }
    if (tile) waveTile(context, shown, key, tile, place, middle);
  }
  return whole;
}

function waveTile(context: CanvasRenderingContext2D, shown: TileKey, wanted: TileKey, tile: Tile, place: Place, middle: number): void {
  const values = new Int8Array(tile.data.buffer, tile.data.byteOffset, tile.data.length);
  const hop = 16 << shown.level;
  const scale = place.width / place.span;
  const size = TILE_COLUMNS * (16 << wanted.level);
  const [first, last] = [(wanted.index * size) / hop, ((wanted.index + 1) * size) / hop];
  for (let column = 0; column < tile.columns; column += 1) {
    const at = shown.index * TILE_COLUMNS + column;
    const x = place.x + (at * hop - place.start) * scale;
    if (at + 1 <= first || at >= last || x + hop * scale < place.x || x > place.x + place.width) continue;
    const top = middle - (values[column * 2 + 1] / 127) * (place.height / 2);
    const bottom = middle - (values[column * 2] / 127) * (place.height / 2);
    context.fillRect(x, top, Math.max(hop * scale, 1), Math.max(bottom - top, 1));
  }
}
