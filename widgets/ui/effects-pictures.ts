/** What the panel draws: the equaliser's curve, the spectra, the envelopes, a loss curve. */
import { t } from "../core/i18n.js";
import { formatHz } from "../core/scales.js";
import { element } from "./controls.js";
import { canvasOf } from "./explorer-canvas.js";

/** Before, after, reference; told apart without colour vision too, and by how they are drawn. */
const COLORS = ["#8a8a8a", "#2a86d1", "#d9730d"] as const;
const HEIGHT = 132;
const LEFT = 34;
const BOTTOM = 18;
const HZ = [50, 100, 200, 500, 1000, 2000, 5000, 10_000];
/** dB of a spectrum that are shown below its loudest. */
const DEPTH = 60;

export interface Frequencies {
  readonly low: number;
  readonly high: number;
}

export const PICTURES_CSS = `
.mnb-pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,270px),1fr));gap:8px;padding:4px 8px}
.mnb-pictures figure{margin:0;min-width:0}
.mnb-pictures figcaption{display:flex;flex-wrap:wrap;gap:2px 10px;align-items:center}
.mnb-pictures canvas{width:100%;height:${HEIGHT}px;display:block}
`;

/** The curve and the spectra side by side. */
export class Pictures {
  readonly element = element("div", "mnb-pictures");
  private readonly curve = element("canvas", "mnb-curve");
  private readonly spectra = element("canvas", "mnb-spectra");

  /** @param sounds how many spectra there are */
  constructor(sounds: number) {
    const names = [t("before"), t("after"), t("reference")].slice(0, sounds);
    this.element.append(figure(this.curve, t("What EQ and gain do (dB)"), []), figure(this.spectra, t("Spectrum (dB)"), names));
  }

  draw(curve: Float32Array | null, spectra: readonly Float32Array[], gains: readonly number[], axis: Frequencies, ink: string): void {
    if (curve) drawCurve(this.curve, curve, axis, ink);
    drawSpectra(this.spectra, spectra, gains, axis, ink);
  }
}

function figure(canvas: HTMLCanvasElement, title: string, legend: readonly string[]): HTMLElement {
  const made = element("figure");
  const caption = element("figcaption");
  caption.append(element("span", "", title));
  legend.forEach((name, index) => {
    const swatch = element("span", "mnb-swatch");
    swatch.style.background = COLORS[index];
    const entry = element("span", "mnb-group");
    entry.append(swatch, name);
    caption.append(entry);
  });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", title);
  made.append(caption, canvas);
  return made;
}

interface Frame {
  readonly context: CanvasRenderingContext2D;
  readonly x: (place: number) => number;
  readonly y: (value: number) => number;
}

/** A grid with dB upwards and octaves to the right; null while nothing can be seen. */
function frame(canvas: HTMLCanvasElement, ink: string, { low, high }: Frequencies, bottom: number, top: number, step: number): Frame | null {
  const width = canvas.clientWidth;
  if (width === 0) return null;
  const context = canvasOf(canvas, width, HEIGHT);
  const x = (place: number): number => LEFT + place * (width - LEFT - 2);
  const y = (value: number): number => 4 + ((top - value) / (top - bottom)) * (HEIGHT - BOTTOM - 4);
  context.font = "11px system-ui,sans-serif";
  context.fillStyle = ink;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (let db = Math.ceil(bottom / step) * step; db <= top; db += step) {
    context.fillText(String(db).replace("-", "−"), LEFT - 4, Math.max(7, y(db)));
    line(context, ink, db === 0 ? 0.5 : 0.15, x(0), y(db), x(1), y(db));
  }
  context.textAlign = "center";
  const labelled = width > 520 ? /./ : width > 360 ? /^[15]/ : /^1/;
  for (const hz of HZ.filter((each) => labelled.test(String(each)))) {
    const at = x(Math.log(hz / low) / Math.log(high / low));
    context.fillText(formatHz(hz), at, HEIGHT - 7);
    line(context, ink, 0.15, at, 4, at, HEIGHT - BOTTOM);
  }
  return { context, x, y };
}

function line(context: CanvasRenderingContext2D, ink: string, alpha: number, x: number, y: number, toX: number, toY: number): void {
  context.globalAlpha = alpha;
  context.strokeStyle = ink;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(toX, toY);
  context.stroke();
  context.globalAlpha = 1;
}

function trace({ context, x, y }: Frame, values: Float32Array, color: string, width: number, dash: number[] = []): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.beginPath();
  values.forEach((value, i) => context.lineTo(x(i / (values.length - 1)), y(value)));
  context.stroke();
  context.setLineDash([]);
}

/** What EQ and gain do to a tone. */
function drawCurve(canvas: HTMLCanvasElement, curve: Float32Array, axis: Frequencies, ink: string): void {
  const most = curve.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const limit = [13, 25, 49].find((each) => most < each) ?? 97;
  const made = frame(canvas, ink, axis, -limit, limit, Math.floor(limit / 2));
  if (!made) return;
  made.context.save();
  trace(made, curve, COLORS[1], 2);
  made.context.restore();
  canvas.setAttribute("aria-label", t("EQ and gain: {values}", { values: sayAt(curve, axis) }));
}

/** The spectra over each other, as loud as they are heard. */
function drawSpectra(canvas: HTMLCanvasElement, spectra: readonly Float32Array[], gains: readonly number[], axis: Frequencies, ink: string): void {
  const heard = spectra.map((each, i) => each.map((db) => db + gains[i]));
  const top = Math.ceil(heard.reduce((max, each) => each.reduce((a, b) => Math.max(a, b), max), -110) / 10) * 10;
  const made = frame(canvas, ink, axis, top - DEPTH, top, 20);
  if (!made) return;
  const { context, x, y } = made;
  context.save();
  context.beginPath();
  context.rect(x(0), y(top), x(1) - x(0), y(top - DEPTH) - y(top));
  context.clip();
  heard.forEach((each, i) => trace(made, each, COLORS[i], i === 1 ? 2 : 1.5, [[], [], [5, 3]][i]));
  context.restore();
  const difference = heard[1].map((db, i) => db - heard[0][i]);
  canvas.setAttribute("aria-label", t("Spectrum, after over before: {values}", { values: sayAt(difference, axis) }));
}

/** Some values of a curve in words. */
function sayAt(values: Float32Array, { low, high }: Frequencies): string {
  const at = (hz: number): number => values[Math.round((Math.log(hz / low) / Math.log(high / low)) * (values.length - 1))];
  const db = (value: number): string => `${value < -0.05 ? "−" : "+"}${Math.abs(value).toFixed(1)} dB`;
  return [100, 1000, 8000].map((hz) => t("{level} at {hz}", { level: db(at(hz)), hz: formatHz(hz) })).join(", ");
}

/** The envelopes over each other, the greatest as high as there is room: before filled, after as a line. */
export function drawEnvelopes(context: CanvasRenderingContext2D, envelopes: readonly Float32Array[], gains: readonly number[], width: number, height: number): void {
  const heard = (index: number): number => 10 ** (gains[index] / 20);
  const most = Math.max(...envelopes.slice(0, 2).map((values, index) => heard(index) * values.reduce((a, b) => Math.max(a, b), 1e-6)));
  envelopes.slice(0, 2).forEach((values, index) => {
    const scale = heard(index) / most;
    const y = (value: number): number => height * (1 - value * scale) + 1;
    const x = (i: number): number => (i / Math.max(1, values.length - 1)) * width;
    context.beginPath();
    context.moveTo(0, height);
    values.forEach((value, i) => context.lineTo(x(i), y(value)));
    context.lineTo(width, height);
    context.globalAlpha = index === 0 ? 0.6 : 1;
    context.fillStyle = COLORS[index];
    context.strokeStyle = COLORS[index];
    context.lineWidth = 1.5;
    if (index === 0) context.fill();
    else context.stroke();
    context.globalAlpha = 1;
  });
}

/** How the difference from the reference went down. */
export function drawLosses(canvas: HTMLCanvasElement, losses: readonly number[], ink: string): void {
  const width = canvas.clientWidth;
  if (width === 0) return;
  const height = canvas.clientHeight;
  const context = canvasOf(canvas, width, height);
  const most = Math.max(...losses);
  const made: Frame = { context, x: (place) => 2 + place * (width - 4), y: (value) => 3 + (1 - value / most) * (height - 6) };
  line(context, ink, 0.5, 0, height - 1, width, height - 1);
  trace(made, Float32Array.from(losses), COLORS[1], 2);
}
