/** What can be taken out of an explorer: a picture, numbers, sound. */
import { FrequencyAxis } from "../core/scales.js";
import { nameOf } from "../core/tilestore.js";
import { CHUNK_SECONDS, CQT_LOWEST, CQT_PER_OCTAVE, levelToDb } from "../core/types.js";
import type { AudioSource, Region, Tile, TileKey, TileSource } from "../core/types.js";
import { encodeWav } from "../core/wav.js";
import { layout } from "./explorer-overlay.js";
import type { Layout } from "./explorer-overlay.js";
import type { State } from "./explorer-state.js";
import { keysFor, levelFor } from "./painter.js";
import type { Tiles } from "./painter.js";

/** A table has about this many columns, whatever the length. */
const TABLE_COLUMNS = 1000;

/** The spectrogram of a region as text: a line for each time, a level in dB for each frequency. */
export async function table(source: TileSource, state: State, region: Region): Promise<string> {
  const { sampleRate, frames } = source.info;
  const [start, span] = [region.start * sampleRate, (region.stop - region.start) * sampleRate];
  const level = levelFor(span, TABLE_COLUMNS, 20);
  const hop = 16 << level;
  const keys = keysFor(state.kind, state.laneList[0], state.settings.nFft, level, start, span, frames);
  const lines: string[] = [];
  for (const key of keys) {
    const [tile] = await source.tiles([key]);
    const rows = rowsWithin(tile, key, sampleRate, region);
    if (!lines.length) lines.push(["time_s", ...rows.map(({ hz }) => hz.toFixed(2))].join(","));
    for (let column = 0; column < tile.columns; column += 1) {
      const at = (key.index * 256 + column) * hop + hop / 2;
      if (at < start || at > start + span) continue;
      lines.push([(at / sampleRate).toFixed(6), ...rows.map(({ row }) => levelToDb(tile.data[column * tile.rows + row]))].join(","));
    }
  }
  return lines.join("\n") + "\n";
}

function rowsWithin(tile: Tile, key: TileKey, sampleRate: number, region: Region): { row: number; hz: number }[] {
  const hz = (row: number): number => (key.kind === "cqt" ? CQT_LOWEST * 2 ** (row / CQT_PER_OCTAVE) : (row * sampleRate) / 2 / (tile.rows - 1));
  return Array.from({ length: tile.rows }, (_, row) => ({ row, hz: hz(row) })).filter((each) => each.hz >= region.low && each.hz <= region.high);
}

/** The sound between two times, all its frequencies, as a WAV file of 16 bits. */
export async function sound(source: AudioSource, region: Region): Promise<Blob> {
  const { sampleRate, frames, channels } = source.info;
  const size = CHUNK_SECONDS * sampleRate;
  const [first, last] = [Math.round(region.start * sampleRate), Math.min(frames, Math.round(region.stop * sampleRate))];
  const whole = Array.from({ length: channels }, () => new Float32Array(last - first));
  for (let index = Math.floor(first / size); index * size < last; index += 1) {
    const chunk = await source.chunk(index);
    const [from, to] = [Math.max(first, index * size), Math.min(last, index * size + chunk.channels[0].length)];
    for (const [channel, samples] of chunk.channels.entries()) whole[channel]?.set(samples.subarray(from - index * size, to - index * size), from - first);
  }
  return encodeWav(whole, sampleRate, 16);
}

/** A picture of a region, as the view would show it, with its axes. */
export async function picture(source: TileSource, state: State, region: Region, size: { width: number; height: number }, paper: string, draw: (context: CanvasRenderingContext2D, place: Layout, tiles: Tiles) => void): Promise<Blob | null> {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, size);
  const context = canvas.getContext("2d")!;
  context.fillStyle = paper;
  context.fillRect(0, 0, size.width, size.height);
  const place = layout(size.width, size.height, state.laneList.length);
  const tiles = new Map<string, Tile>();
  const [start, span] = [region.start * source.info.sampleRate, (region.stop - region.start) * source.info.sampleRate];
  const level = levelFor(span, place.width, 20);
  for (const [kind, lane] of [...state.laneList.map((each) => [state.kind, each] as const), ["wave", "mix"] as const])
    for (const key of keysFor(kind, lane, state.settings.nFft, level, start, span, source.info.frames)) tiles.set(nameOf(key), (await source.tiles([key]))[0]);
  const before = { start: state.start, span: state.span, axis: state.axis };
  // The view becomes the region for as long as it takes to draw.
  Object.assign(state, { start: region.start, span: region.stop - region.start, axis: new FrequencyAxis(state.settings.scale, Math.max(region.low, state.lowest), region.high) });
  draw(context, place, { get: (key) => tiles.get(nameOf(key)) });
  Object.assign(state, before);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}
