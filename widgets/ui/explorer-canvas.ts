/** The stage of the explorer: what is drawn on its two canvases and on the map below. */
import { palette } from "../core/colormaps.js";
import { FrequencyAxis } from "../core/scales.js";
import { TileStore } from "../core/tilestore.js";
import type { Scope } from "../core/scope.js";
import { TILE_COLUMNS } from "../core/types.js";
import type { TileKey, TileSource } from "../core/types.js";
import { element } from "./controls.js";
import { drawOverlay, layout } from "./explorer-overlay.js";
import type { Layout } from "./explorer-overlay.js";
import type { State } from "./explorer-state.js";
import { drawLane, drawWave, keysFor, levelFor, Painter } from "./painter.js";
import type { Tiles } from "./painter.js";

/** CSS pixels. */
const HEIGHT = 320;
const MAP_HEIGHT = 34;

export class Stage {
  readonly element = element("div", "mnb-stage mnb-playhead");
  readonly map = element("div", "mnb-map");
  readonly store: TileStore;
  /** Everything visible has been drawn at its own resolution. */
  whole = false;
  private readonly picture = element("canvas");
  private readonly above = element("canvas");
  private readonly mapCanvas = element("canvas");
  private readonly painter = new Painter();
  private readonly mapPainter = new Painter();
  private colors = new Uint32Array(256);
  private colorsAre = "";
  private loudest = 0;
  private mapAxis: FrequencyAxis;

  constructor(
    readonly source: TileSource,
    readonly state: State,
    scope: Scope,
    arrived: () => void,
    fail: (error: Error) => void,
  ) {
    this.store = new TileStore(source, scope, arrived, fail, () => this.coarsest);
    this.mapAxis = state.axis;
    this.element.style.height = `${HEIGHT}px`;
    for (const canvas of [this.picture, this.above, this.mapCanvas]) canvas.setAttribute("aria-hidden", "true");
    this.element.append(this.picture, this.above);
    this.map.append(this.mapCanvas);
  }

  get width(): number {
    return this.element.clientWidth;
  }

  get place(): Layout {
    return layout(this.width, HEIGHT, this.state.laneList.length);
  }

  /** The level on which the whole sound is as wide as the picture. */
  get coarsest(): number {
    return levelFor(this.source.info.frames, Math.min(Math.max(this.width, 300), 1600) * ratio(), 20);
  }

  draw(playhead: number, map: boolean): void {
    if (this.width === 0) return;
    const { place, state } = this;
    const ink = getComputedStyle(this.element).color;
    const spectrogram = canvasOf(this.picture, this.width, HEIGHT);
    const wanted = this.drawSound(spectrogram, place, this.store, ink);
    drawOverlay(canvasOf(this.above, this.width, HEIGHT), state, place, playhead, ink);
    if (map) this.drawMap(playhead, ink);
    this.store.want([...wanted, ...this.mapKeys()], this.ahead(wanted));
  }

  /** Draw spectrogram and waveform of the view; return the tiles that it takes. */
  drawSound(context: CanvasRenderingContext2D, place: Layout, tiles: Tiles, ink: string): TileKey[] {
    const { state, source } = this;
    const rate = source.info.sampleRate;
    const [start, span] = [state.start * rate, state.span * rate];
    const level = levelFor(span, place.width * ratio(), this.coarsest);
    const wanted = [];
    this.whole = true;
    for (const [i, lane] of state.laneList.entries()) {
      const { top, height } = place.lanes[i];
      const keys = keysFor(state.kind, lane, state.settings.nFft, level, start, span, source.info.frames);
      this.look(keys, tiles);
      this.painter.use({ axis: state.axis, height: Math.round(height * ratio()), palette: this.colors, sampleRate: rate });
      const drawn = drawLane(context, tiles, this.painter, keys, this.coarsest, { start, span, x: place.left, y: top, width: place.width, height });
      this.whole &&= drawn;
      wanted.push(...keys);
    }
    const waves = keysFor("wave", "mix", 0, level, start, span, source.info.frames);
    const { top, height } = place.wave;
    const drawn = drawWave(context, tiles, waves, this.coarsest, { start, span, x: place.left, y: top, width: place.width, height }, ink);
    this.whole &&= drawn;
    return [...wanted, ...waves];
  }

  /** Choose the colours; until a range is set they follow the loudest seen. */
  private look(keys: readonly TileKey[], tiles: Tiles): void {
    const { settings } = this.state;
    if (!settings.dynamicRange)
      for (const key of keys) for (const level of tiles.get(key)?.data ?? []) if (level > this.loudest) this.loudest = level;
    const [low, high] = this.state.levels(this.loudest);
    const name = `${settings.colormap}/${low}/${high}`;
    if (name === this.colorsAre) return;
    this.colorsAre = name;
    this.colors = palette(settings.colormap, low, high) as Uint32Array<ArrayBuffer>;
  }

  private mapKeys(): TileKey[] {
    const { state, source } = this;
    return keysFor(state.kind, state.laneList[0], state.settings.nFft, this.coarsest, 0, source.info.frames, source.info.frames);
  }

  private drawMap(playhead: number, ink: string): void {
    const { state, source } = this;
    const { left, width } = this.place;
    const context = canvasOf(this.mapCanvas, this.width, MAP_HEIGHT);
    if (this.mapAxis.scale !== state.settings.scale) this.mapAxis = new FrequencyAxis(state.settings.scale, state.lowest, state.highest);
    this.mapPainter.use({ axis: this.mapAxis, height: Math.round((MAP_HEIGHT - 4) * ratio()), palette: this.colors, sampleRate: source.info.sampleRate });
    drawLane(context, this.store, this.mapPainter, this.mapKeys(), this.coarsest, { start: 0, span: source.info.frames, x: left, y: 2, width, height: MAP_HEIGHT - 4 });
    const x = (time: number): number => left + (time / state.duration) * width;
    const [from, to] = [x(state.start), x(state.start + state.span)];
    context.fillStyle = "#0009";
    context.fillRect(left, 2, from - left, MAP_HEIGHT - 4);
    context.fillRect(to, 2, left + width - to, MAP_HEIGHT - 4);
    context.strokeStyle = ink;
    context.strokeRect(from + 0.5, 1.5, Math.max(2, to - from - 1), MAP_HEIGHT - 3);
    context.fillStyle = "#fff";
    context.fillRect(x(playhead) - 1, 0, 2, MAP_HEIGHT);
  }

  /** What a small move would show next. */
  private ahead(wanted: readonly TileKey[]): TileKey[] {
    const sides = wanted.flatMap((key) => [{ ...key, index: key.index + 1 }, { ...key, index: key.index - 1 }]);
    const within = ({ index, level }: TileKey): boolean => index >= 0 && index * TILE_COLUMNS * (16 << level) < this.source.info.frames;
    const known = new Set(wanted.map((key) => `${key.kind}${key.lane}${key.index}`));
    return sides.filter((key) => within(key) && !known.has(`${key.kind}${key.lane}${key.index}`));
  }
}

/** More than two pixels for one would only cost. */
export function ratio(): number {
  return Math.min(2, globalThis.devicePixelRatio || 1);
}

/** A cleared context in CSS pixels. */
export function canvasOf(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const scale = ratio();
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d")!;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
