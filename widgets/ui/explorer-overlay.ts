/** What is drawn over the spectrogram: axes, overlays, selection, pointer, playhead. */
import { formatHz, formatTime, stepped } from "../core/scales.js";
import type { Region } from "../core/types.js";
import type { Overlay, State } from "./explorer-state.js";

/** Where things lie on the stage, in CSS pixels. */
export interface Layout {
  readonly left: number;
  readonly width: number;
  readonly lanes: readonly { readonly top: number; readonly height: number }[];
  readonly wave: { readonly top: number; readonly height: number };
  readonly bottom: number;
}

export function layout(width: number, height: number, lanes: number, waveHeight = 40): Layout {
  const left = 52;
  const bottom = height - 20;
  const wave = { top: 0, height: waveHeight };
  const each = (bottom - wave.height - 4 * lanes) / lanes;
  return {
    left,
    width: Math.max(1, width - left - 1),
    lanes: Array.from({ length: lanes }, (_, i) => ({ top: wave.height + 4 + i * (each + 4), height: each })),
    wave,
    bottom,
  };
}

export const xOf = (state: State, place: Layout, time: number): number => place.left + ((time - state.start) / state.span) * place.width;

export function drawOverlay(context: CanvasRenderingContext2D, state: State, place: Layout, playhead: number, ink: string): void {
  context.font = "11px system-ui,sans-serif";
  axes(context, state, place, ink);
  context.save();
  context.beginPath();
  context.rect(place.left, 0, place.width, place.bottom);
  context.clip();
  // What is edited lies above the others.
  for (const above of [false, true])
    for (const overlay of state.overlays) if (!overlay.edited !== above && !state.hidden.has(overlay.name)) drawOne(context, state, place, overlay);
  if (state.selection) selection(context, state, place, state.selection);
  if (state.pointer) pointer(context, state, place);
  vertical(context, xOf(state, place, playhead), place.bottom, "#000", 3);
  vertical(context, xOf(state, place, playhead), place.bottom, "#fff", 1.5);
  context.restore();
}

function axes(context: CanvasRenderingContext2D, state: State, place: Layout, ink: string): void {
  context.fillStyle = ink;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const lane of place.lanes) {
    let above = Infinity;
    for (const hz of state.axis.ticks()) {
      const y = lane.top + lane.height * (1 - state.axis.position(hz));
      const text = Math.max(lane.top + 6, Math.min(lane.top + lane.height - 5, y));
      if (above - text < 13) continue;
      above = text;
      context.fillText(formatHz(hz), place.left - 6, text);
      context.fillRect(place.left - 4, y, 4, 1);
    }
  }
  context.textAlign = "center";
  const ticks = stepped(state.start, state.start + state.span, Math.max(2, place.width / 90));
  const step = ticks.length > 1 ? ticks[1] - ticks[0] : state.span;
  for (const time of ticks) {
    const x = xOf(state, place, time);
    context.fillRect(x, place.bottom, 1, 4);
    const text = formatTime(time, step);
    const half = context.measureText(text).width / 2;
    context.fillText(text, Math.max(half, Math.min(place.left + place.width - half, x)), place.bottom + 12);
  }
}

function vertical(context: CanvasRenderingContext2D, x: number, height: number, color: string, width: number): void {
  context.fillStyle = color;
  context.fillRect(x - width / 2, 0, width, height);
}

function selection(context: CanvasRenderingContext2D, state: State, place: Layout, region: Region): void {
  const [x, right] = [xOf(state, place, region.start), xOf(state, place, region.stop)];
  context.fillStyle = "#8888";
  context.fillRect(x, place.wave.top, right - x, place.wave.height);
  for (const lane of place.lanes) {
    const top = lane.top + lane.height * (1 - Math.min(1, state.axis.position(region.high)));
    const bottom = lane.top + lane.height * (1 - Math.max(0, state.axis.position(region.low)));
    // Dark and light together are seen on any colour.
    for (const [color, dash] of [["#000", []], ["#fff", [5, 4]]] as const) {
      context.strokeStyle = color;
      context.lineWidth = 1.5;
      context.setLineDash([...dash]);
      context.strokeRect(x, top + 1, right - x, Math.max(1, bottom - top - 2));
    }
    context.setLineDash([]);
    context.fillStyle = "#ffffff10";
    context.fillRect(x, top, right - x, bottom - top);
  }
}

function pointer(context: CanvasRenderingContext2D, state: State, place: Layout): void {
  const { time, hz } = state.pointer!;
  context.fillStyle = "#fff9";
  context.fillRect(xOf(state, place, time), place.wave.height, 1, place.bottom - place.wave.height);
  for (const lane of place.lanes) context.fillRect(place.left, lane.top + lane.height * (1 - state.axis.position(hz)), place.width, 1);
}

function drawOne(context: CanvasRenderingContext2D, state: State, place: Layout, { content, color, edited }: Overlay): void {
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = 2;
  if (content.kind === "lines") for (const time of content.times) context.fillRect(xOf(state, place, time) - 0.75, place.wave.height, 1.5, place.bottom);
  for (const lane of place.lanes) {
    context.save();
    context.beginPath();
    context.rect(place.left, lane.top, place.width, lane.height);
    context.clip();
    if (content.kind === "curve" && edited && state.f0) editedCurve(context, state, place, lane, content.times, color);
    else if (content.kind === "curve") curve(context, state, place, lane, content);
    if (content.kind === "labels") labels(context, state, place, lane.top, content.labels);
    if (content.kind === "mask") mask(context, state, place, lane, content, color);
    context.restore();
  }
}

type LanePlace = Layout["lanes"][number];

function curve(context: CanvasRenderingContext2D, state: State, place: Layout, lane: LanePlace, { times, values }: { times: Float32Array; values: Float32Array }): void {
  context.beginPath();
  let down = false;
  for (let i = 0; i < times.length; i += 1) {
    const value = values[i];
    if (!(value > 0)) {
      down = false;
      continue;
    }
    const [x, y] = [xOf(state, place, times[i]), lane.top + lane.height * (1 - state.axis.position(value))];
    if (down) context.lineTo(x, y);
    else context.moveTo(x, y);
    down = true;
  }
  context.stroke();
}

/** The curve as it is now, with a dark rim, over what it was. */
function editedCurve(context: CanvasRenderingContext2D, state: State, place: Layout, lane: LanePlace, times: Float32Array, color: string): void {
  const { base, hz, edits } = state.f0!;
  const looks = [["#fff", 1, base], ["#000a", 5, hz], [color, 2.5, hz]] as const;
  for (const [style, width, values] of edits.length ? looks : looks.slice(1)) {
    context.strokeStyle = style;
    context.lineWidth = width;
    curve(context, state, place, lane, { times, values });
  }
}

function labels(context: CanvasRenderingContext2D, state: State, place: Layout, top: number, texts: readonly (readonly [number, number, string])[]): void {
  context.textAlign = "left";
  context.textBaseline = "top";
  for (const [start, stop, text] of texts) {
    const [x, right] = [xOf(state, place, start), xOf(state, place, stop)];
    if (right < place.left || x > place.left + place.width) continue;
    context.fillRect(x, top, Math.max(2, right - x - 1), 3);
    const at = Math.max(x, place.left) + 3;
    const width = Math.min(context.measureText(text).width + 6, Math.max(12, right - at));
    context.fillStyle = "#000b";
    context.fillRect(at - 2, top + 4, width, 15);
    context.fillStyle = "#fff";
    context.fillText(text, at + 1, top + 6, Math.max(8, width - 4));
    context.fillStyle = context.strokeStyle;
  }
}

const masks = new WeakMap<Uint8Array, HTMLCanvasElement>();

/** A mask is laid out evenly in Hz: it is drawn in slices, each where the axis puts it. */
function mask(context: CanvasRenderingContext2D, state: State, place: Layout, lane: LanePlace, content: { columns: number; rows: number; data: Uint8Array; region: Region }, color: string): void {
  const picture = masks.get(content.data) ?? paintMask(content, color);
  masks.set(content.data, picture);
  const { region, rows } = content;
  const x = xOf(state, place, region.start);
  const width = xOf(state, place, region.stop) - x;
  const y = (row: number): number => lane.top + lane.height * (1 - state.axis.position(region.low + ((region.high - region.low) * row) / rows));
  for (let row = 0; row < rows; row += 1) {
    const [top, bottom] = [y(row + 1), y(row)];
    if (bottom > lane.top && top < lane.top + lane.height) context.drawImage(picture, 0, rows - row - 1, content.columns, 1, x, top, width, bottom - top);
  }
}

function paintMask({ columns, rows, data }: { columns: number; rows: number; data: Uint8Array }, color: string): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(columns, rows);
  const parts = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  for (let x = 0; x < columns; x += 1)
    for (let row = 0; row < rows; row += 1) {
      const at = ((rows - row - 1) * columns + x) * 4;
      image.data.set([...parts, data[x * rows + row] * 0.7], at);
    }
  context.putImageData(image, 0, 0);
  return canvas;
}
