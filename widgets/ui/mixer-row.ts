/** One stem of the mixer: its picture and its controls. */
import { tint } from "../core/colormaps.js";
import type { TrackControls } from "../core/engine.js";
import { t } from "../core/i18n.js";
import { FrequencyAxis } from "../core/scales.js";
import type { Scope } from "../core/scope.js";
import { TileStore } from "../core/tilestore.js";
import { dbToLevel } from "../core/types.js";
import type { AudioSource, TileSource } from "../core/types.js";
import { element, slider, toggle } from "./controls.js";
import { canvasOf, ratio } from "./explorer-canvas.js";
import { defaultWindow } from "./explorer-state.js";
import { drawLane, keysFor, levelFor, Painter } from "./painter.js";

export interface StemSettings {
  /** dB; -60 is silence. */
  gain: number;
  pan: number;
  mute: boolean;
  solo: boolean;
}

export const USUAL: Readonly<StemSettings> = { gain: 0, pan: 0, mute: false, solo: false };
export const SILENT_DB = -60;
const LOUDEST_DB = 12;
/** Told apart without colour vision (Okabe and Ito 2008). */
const COLORS = ["#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#0072b2", "#999999"];
const THUMBNAIL_HEIGHT = 44;
const METER_FLOOR = -60;
/** dB a second by which a held peak falls. */
const PEAK_FALLS = 20;

export class Row {
  readonly element = element("div", "mnb-stem");
  readonly picture = element("canvas", "mnb-thumb");
  settings: StemSettings = { ...USUAL };
  whole = false;
  private readonly meter = element("canvas", "mnb-meter");
  private readonly controls: { readonly set: (settings: StemSettings) => void }[] = [];
  private readonly store: TileStore;
  private readonly painter = new Painter();
  private readonly axis: FrequencyAxis;
  private readonly palette: Uint32Array;
  private held = -Infinity;
  private heldAt = 0;

  constructor(
    private readonly source: TileSource & AudioSource,
    index: number,
    private readonly track: TrackControls,
    scope: Scope,
    private readonly changed: () => void,
    redraw: () => void,
    fail: (error: Error) => void,
  ) {
    const { info } = source;
    const color = COLORS[index % COLORS.length];
    this.palette = tint(color, dbToLevel(-85), dbToLevel(-10));
    this.axis = new FrequencyAxis("mel", 0, info.sampleRate / 2);
    this.store = new TileStore(source, scope, redraw, fail, () => this.level);
    this.element.dataset["name"] = info.name;
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", info.name);
    this.build(scope, color);
    scope.listen(this.element, "keydown", (event) => this.key(event));
  }

  private build(scope: Scope, color: string): void {
    const { name } = this.source.info;
    const swatch = element("span", "mnb-swatch");
    swatch.style.background = color;
    const title = element("span", "mnb-name");
    title.append(swatch, element("span", "", name));
    title.title = name;
    const edit = (part: Partial<StemSettings>): void => {
      Object.assign(this.settings, part);
      this.changed();
    };
    const mute = toggle(scope, t("Mute {name}", { name }), { text: "M" }, (on) => edit({ mute: on }));
    const solo = toggle(scope, t("Solo {name}", { name }), { text: "S" }, (on) => edit({ solo: on }));
    mute.element.classList.add("mnb-mute");
    solo.element.classList.add("mnb-solo");
    const gain = slider(scope, t("Gain"), { min: SILENT_DB, max: LOUDEST_DB, step: 0.5, format: (db) => (db <= SILENT_DB ? t("silent") : t("{level} dB", { level: db })) }, (db) => edit({ gain: db }));
    const pan = slider(scope, t("Pan"), { min: -1, max: 1, step: 0.05, format: sayPan }, (value) => edit({ pan: value }));
    gain.input.classList.add("mnb-gain");
    pan.input.classList.add("mnb-pan");
    gain.input.setAttribute("aria-label", t("Gain of {name}", { name }));
    pan.input.setAttribute("aria-label", t("Pan of {name}", { name }));
    scope.listen(gain.input, "dblclick", () => edit({ gain: 0 }));
    scope.listen(pan.input, "dblclick", () => edit({ pan: 0 }));
    for (const canvas of [this.picture, this.meter]) canvas.setAttribute("aria-hidden", "true");
    const group = element("span", "mnb-group");
    group.append(mute.element, solo.element);
    const bar = element("div", "mnb-strip");
    bar.append(title, group, gain.element, pan.element, this.meter);
    this.controls.push({
      set: (settings) => {
        mute.set(settings.mute);
        solo.set(settings.solo);
        gain.set(settings.gain);
        pan.set(settings.pan);
      },
    });
    this.element.append(bar, this.picture);
  }

  set(settings: StemSettings): void {
    this.settings = { ...settings };
  }

  /** Hand the settings to the sound and to the controls. */
  apply(soloed: boolean): void {
    const { gain, pan, mute, solo } = this.settings;
    const audible = !mute && (!soloed || solo) && gain > SILENT_DB;
    this.track.setGain(gain);
    this.track.setPan(pan);
    this.track.setAudible(audible);
    this.picture.style.opacity = audible ? "1" : "0.3";
    for (const control of this.controls) control.set(this.settings);
  }

  private get level(): number {
    return levelFor(this.source.info.frames, (Math.max(200, this.picture.clientWidth) * ratio()) / 2, 20);
  }

  /** @param playhead the part of the sound that lies before it, 0 to 1 */
  draw(playhead: number): void {
    const { picture, source } = this;
    const width = picture.clientWidth;
    if (width === 0) return;
    const context = canvasOf(picture, width, THUMBNAIL_HEIGHT);
    const { frames, sampleRate } = source.info;
    // So low a picture shows no more than a short window tells.
    const keys = keysFor("stft", "mix", defaultWindow(sampleRate) / 4, this.level, 0, frames, frames);
    this.painter.use({ axis: this.axis, height: Math.round(THUMBNAIL_HEIGHT * ratio()), palette: this.palette, sampleRate });
    this.whole = drawLane(context, this.store, this.painter, keys, this.level, { start: 0, span: frames, x: 0, y: 0, width, height: THUMBNAIL_HEIGHT });
    this.store.want(keys);
    context.fillStyle = "#fff";
    context.fillRect(playhead * width - 0.75, 0, 1.5, THUMBNAIL_HEIGHT);
    this.drawMeter();
  }

  private drawMeter(): void {
    const now = performance.now();
    const { peak, rms } = this.track.meter();
    const fallen = this.held - ((now - this.heldAt) / 1000) * PEAK_FALLS;
    if (peak >= fallen) Object.assign(this, { held: peak, heldAt: now });
    meter(this.meter, rms, Math.max(peak, fallen));
  }

  retry(): void {
    this.store.retry();
  }

  private key(event: KeyboardEvent): void {
    const part = ({ m: { mute: !this.settings.mute }, s: { solo: !this.settings.solo } } as Record<string, Partial<StemSettings> | undefined>)[event.key];
    if (!part || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    Object.assign(this.settings, part);
    this.changed();
  }
}

/** RMS as a bar, the peak as a line; red above full scale. */
export function meter(canvas: HTMLCanvasElement, rms: number, peak: number): void {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (width === 0) return;
  const context = canvasOf(canvas, width, height);
  const x = (db: number): number => Math.max(0, Math.min(1, (db - METER_FLOOR) / -METER_FLOOR)) * width;
  context.fillStyle = "#8884";
  context.fillRect(0, 0, width, height);
  context.fillStyle = "#2e9d55";
  context.fillRect(0, 0, x(rms), height);
  context.fillStyle = peak > 0 ? "#d32f2f" : "#e0a800";
  if (peak > METER_FLOOR) context.fillRect(Math.max(0, x(peak) - 2), 0, 2, height);
}

function sayPan(value: number): string {
  if (Math.abs(value) < 0.025) return t("middle");
  const percent = Math.round(Math.abs(value) * 100);
  return value < 0 ? t("{percent} % left", { percent }) : t("{percent} % right", { percent });
}
