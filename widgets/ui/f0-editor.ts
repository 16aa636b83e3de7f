/** A pitch curve to edit, alone on a grid of notes. */
import type { Edit } from "../core/f0.js";
import { t } from "../core/i18n.js";
import { NOTES, formatHz, formatTime, noteName } from "../core/scales.js";
import type { Scope } from "../core/scope.js";
import { button, element, ownKeys } from "./controls.js";
import { canvasOf } from "./explorer-canvas.js";
import { Gestures } from "./explorer-gestures.js";
import { drawOverlay, layout } from "./explorer-overlay.js";
import type { Layout } from "./explorer-overlay.js";
import { State } from "./explorer-state.js";
import { F0Tools, toolButtons } from "./f0-tools.js";
import { addStyle } from "./style.js";

export interface F0EditorOptions {
  /** A value every 10 ms; 0 or NaN where it is unvoiced. */
  readonly hz: Float32Array;
  /** Seconds. */
  readonly duration: number;
  readonly edits?: readonly Edit[];
  /** After each edit: the curve, 0 where it is unvoiced, and all edits so far. */
  readonly onChange?: (hz: Float32Array, edits: readonly Edit[]) => void;
  readonly onSeek?: (seconds: number) => void;
}

export interface F0EditorHandle {
  /** Take another curve. */
  load(hz: Float32Array, edits?: readonly Edit[]): void;
  seek(seconds: number): void;
}

const HEIGHT = 240;
/** What is shown of a curve without a pitch, in Hz. */
const USUAL = { low: 80, high: 640 };
/** The editor has no sound: this only limits how far one can zoom. */
const RATE = 16_000;
const COLOR = "#e69f00";

export function mountF0Editor(host: HTMLElement, options: F0EditorOptions, scope: Scope): F0EditorHandle {
  const state = new State({ name: "f0", frames: Math.max(1, Math.round(options.duration * RATE)), sampleRate: RATE, channels: 1 });
  state.set({ scale: "log" });
  const root = element("div", "mnb mnb-f0");
  const stage = element("div", "mnb-stage mnb-playhead");
  const canvas = element("canvas");
  const readout = element("span", "mnb-readout mnb-grow");
  let playhead = 0;
  const place = (): Layout => layout(stage.clientWidth, HEIGHT, 1, 0);

  const draw = (): void => {
    stage.dataset["tool"] = state.tool;
    stage.dataset["playhead"] = String(playhead);
    stage.setAttribute("aria-valuenow", playhead.toFixed(2));
    const hz = state.f0?.hz[Math.round(playhead * 100)] ?? 0;
    stage.setAttribute("aria-valuetext", `${formatTime(playhead)}: ${hz ? noteName(hz) : t("unvoiced")}`);
    const { pointer } = state;
    readout.textContent = pointer ? `${formatTime(pointer.time, 0.01)} · ${formatHz(pointer.hz)} · ${noteName(pointer.hz)}` : "";
    tools.update();
    around.update();
    if (!stage.clientWidth) return;
    const ink = getComputedStyle(stage).color;
    const context = canvasOf(canvas, stage.clientWidth, HEIGHT);
    grid(context, state, place(), ink);
    drawOverlay(context, state, place(), playhead, ink);
  };
  const redraw = scope.frame(draw);
  const tools = new F0Tools(scope, state, redraw, (edits) => {
    if (state.f0) options.onChange?.(state.f0.hz, edits);
  });
  const around = toolButtons(scope, state, [["select", t("Drag to select")], ["pan", t("Drag to move")]], redraw);
  const seek = (time: number): void => {
    playhead = Math.max(0, Math.min(state.duration, time));
    redraw();
  };
  const nothing = (): void => undefined;
  new Gestures(
    stage,
    state,
    {
      place,
      changed: redraw,
      seek: (time) => {
        seek(time);
        options.onSeek?.(playhead);
      },
      select: (region) => {
        state.selection = region;
        redraw();
      },
      toggle: nothing,
      zoomToSelection: () => {
        state.show(state.selection);
        redraw();
      },
      f0: tools,
    },
    scope,
  );
  const load = (hz: Float32Array, edits: readonly Edit[] = []): void => {
    tools.load(hz, edits);
    const content = { kind: "curve", times: hz.map((_, i) => i / 100), values: hz } as const;
    state.overlays = [{ name: "f0", color: COLOR, edited: true, content }];
    state.show({ ...state.view, ...USUAL });
    tools.fit();
    redraw();
  };

  root.setAttribute("role", "group");
  root.setAttribute("aria-label", t("Edit f0"));
  ownKeys(scope, root);
  addStyle(root);
  stage.style.height = `${HEIGHT}px`;
  stage.tabIndex = 0;
  stage.setAttribute("role", "slider");
  stage.setAttribute("aria-label", t("Playhead"));
  stage.setAttribute("aria-valuemin", "0");
  stage.setAttribute("aria-valuemax", state.duration.toFixed(3));
  canvas.setAttribute("aria-hidden", "true");
  stage.append(canvas);
  const all = button(scope, t("Show all"), "all", () => {
    state.show({ start: 0, stop: state.duration, ...USUAL });
    tools.fit();
  });
  const top = element("div", "mnb-bar");
  top.append(around.element, all, readout);
  root.append(top, stage, tools.bar);
  host.append(root);
  scope.onEnd(() => root.remove());
  scope.watch(root, redraw);
  scope.observe(document.body, redraw);
  load(options.hz, options.edits);
  return { load, seek };
}

/** A line for each note, where there is room; the names of those that are natural. */
function grid(context: CanvasRenderingContext2D, state: State, { left, width, lanes }: Layout, ink: string): void {
  const [lane] = lanes;
  const octave = (state.axis.position(440) - state.axis.position(220)) * lane.height;
  context.font = "10px system-ui,sans-serif";
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillStyle = ink;
  for (let note = 12; note < 128; note += 1) {
    const y = lane.top + lane.height * (1 - state.axis.position(440 * 2 ** ((note - 69) / 12)));
    const name = NOTES[note % 12];
    const natural = name.length === 1;
    if (y < lane.top || y > lane.top + lane.height || (note % 12 && octave < (natural ? 70 : 120))) continue;
    context.globalAlpha = note % 12 ? (natural ? 0.16 : 0.07) : 0.4;
    context.fillRect(left, Math.round(y), width, 1);
    context.globalAlpha = 0.7;
    if (natural) context.fillText(`${name}${Math.floor(note / 12) - 1}`, left + width - 3, y - 5);
    context.globalAlpha = 1;
  }
}
