/** The bars above and below the spectrogram. */
import { COLORMAPS } from "../core/colormaps.js";
import type { Colormap } from "../core/colormaps.js";
import { t } from "../core/i18n.js";
import { SCALES } from "../core/scales.js";
import type { Scale } from "../core/scales.js";
import type { Scope } from "../core/scope.js";
import type { Region } from "../core/types.js";
import { button, dialog, element, menu, number, select, setFace, slider, toggle } from "./controls.js";
import { LANE_CHOICES } from "./explorer-state.js";
import type { Lanes, Settings, State } from "./explorer-state.js";
import { toolButtons } from "./f0-tools.js";

export interface ControlActs {
  readonly toggle: () => void;
  change(settings: Partial<Settings>): void;
  readonly redraw: () => void;
  select(region: Region): void;
  readonly exports: readonly (readonly [string, () => void])[];
  readonly code: (() => void) | undefined;
}

export interface Shown {
  readonly playing: boolean;
  readonly buffering: boolean;
  readonly time: string;
  readonly readout: string;
}

export interface Controls {
  readonly top: HTMLElement;
  readonly bottom: readonly HTMLElement[];
  update(shown: Shown): void;
  legend(): void;
}

const RATES = ["0.5", "0.75", "1", "1.25", "1.5", "2"] as const;

export function buildControls(scope: Scope, state: State, acts: ControlActs): Controls {
  const transport = transportBar(scope, state, acts);
  const looks = looksBar(scope, state, acts);
  const region = regionBar(scope, state, acts);
  const readout = element("div", "mnb-bar");
  const name = element("strong", "mnb-title", state.info.name);
  name.title = state.info.name;
  const text = element("span", "mnb-readout mnb-grow");
  const legend = element("span", "mnb-legend");
  readout.append(name, text, legend);
  return {
    top: transport.bar,
    bottom: [readout, region.bar, looks.bar],
    update(shown) {
      transport.update(shown);
      looks.update();
      region.update();
      text.textContent = shown.readout;
    },
    legend: () => fillLegend(scope, legend, state, acts),
  };
}

function transportBar(scope: Scope, state: State, acts: ControlActs): { bar: HTMLElement; update: (shown: Shown) => void } {
  const bar = element("div", "mnb-bar");
  const play = button(scope, t("Play"), "play", acts.toggle);
  play.classList.add("mnb-play");
  const loop = toggle(scope, t("Loop the selection"), "loop", (on) => acts.change({ loop: on }));
  const band = toggle(scope, t("Hear only the selected frequencies"), "band", (on) => acts.change({ bandOnly: on }));
  const time = element("span", "mnb-time");
  const rate = select(scope, t("Speed"), RATES.map((each) => [each, `${each}×`] as const), (value) => acts.change({ rate: Number(value) }));
  const tools = toolButtons(scope, state, [["select", t("Drag to select")], ["pan", t("Drag to move")]], acts.redraw);
  const stage = (act: () => void) => (): void => {
    act();
    acts.redraw();
  };
  const middle = (): number => state.start + state.span / 2;
  const zoom = [
    button(scope, t("Closer"), "closer", stage(() => state.zoomTime(2, middle()))),
    button(scope, t("Wider"), "wider", stage(() => state.zoomTime(0.5, middle()))),
    button(scope, t("Show all"), "all", stage(() => state.show(null))),
  ];
  const group = (...members: HTMLElement[]): HTMLElement => {
    const made = element("span", "mnb-group");
    made.append(...members);
    return made;
  };
  bar.append(group(play, loop.element, band.element), time, rate.element, tools.element, group(...zoom), element("span", "mnb-grow"));
  const end = group(menu(scope, t("Export"), "save", acts.exports));
  if (acts.code) end.append(button(scope, t("Show code"), "code", acts.code));
  end.append(button(scope, t("Keys"), "keys", () => showKeys(scope, bar)));
  bar.append(end);
  let playing: boolean | null = null;
  return {
    bar,
    update(shown) {
      if (playing !== shown.playing) setFace(play, shown.playing ? t("Pause") : t("Play"), shown.playing ? "pause" : "play");
      playing = shown.playing;
      time.textContent = shown.buffering ? `${shown.time} …` : shown.time;
      loop.set(state.settings.loop);
      band.set(state.settings.bandOnly);
      rate.set((RATES.find((each) => Number(each) === state.settings.rate) ?? "1"));
      tools.update();
    },
  };
}

function looksBar(scope: Scope, state: State, acts: ControlActs): { bar: HTMLElement; update: () => void } {
  const bar = element("div", "mnb-bar");
  const names: Record<Scale, string> = { mel: t("Mel"), log: t("Logarithmic"), linear: t("Linear"), cqt: t("Constant-Q") };
  const scale = select(scope, t("Scale"), SCALES.map((each) => [each, names[each]] as const), (value) => acts.change({ scale: value }));
  const colors = select<Colormap>(scope, t("Colours"), COLORMAPS.map((each) => [each, each] as const), (value) => acts.change({ colormap: value }));
  const decibels = { step: 1, format: (value: number) => t("{level} dB", { level: value }) };
  const range = (): readonly [number, number] => state.settings.dynamicRange ?? [-90, -10];
  const low = slider(scope, t("Dark"), { ...decibels, min: -115, max: -11 }, (value) => acts.change({ dynamicRange: [value, Math.max(range()[1], value + 5)] }));
  const high = slider(scope, t("Light"), { ...decibels, min: -110, max: 0 }, (value) => acts.change({ dynamicRange: [Math.min(range()[0], value - 5), value] }));
  const windows = [256, 512, 1024, 2048, 4096, 8192].map((each) => [String(each), String(each)] as const);
  const size = select(scope, t("Window"), windows, (value) => acts.change({ nFft: Number(value) }));
  const laneNames: Record<Lanes, string> = { mix: t("One"), stereo: t("Left and right"), "mid/side": t("Mid and side") };
  const lanes = select(scope, t("Channels"), LANE_CHOICES.map((each) => [each, laneNames[each]] as const), (value) => acts.change({ lanes: value }));
  lanes.element.hidden = state.info.channels !== 2;
  bar.append(...[scale, colors, low, high, size, lanes].map((each) => each.element));
  return {
    bar,
    update() {
      const { settings } = state;
      scale.set(settings.scale);
      colors.set(settings.colormap);
      low.set(range()[0]);
      high.set(range()[1]);
      size.set(String(settings.nFft));
      size.element.hidden = settings.scale === "cqt";
      lanes.set(settings.lanes);
    },
  };
}

/** The selection in numbers, for those who do not drag. */
function regionBar(scope: Scope, state: State, acts: ControlActs): { bar: HTMLElement; update: () => void } {
  const bar = element("div", "mnb-bar");
  bar.append(element("span", "", t("Selection")));
  const fields = (
    [
      ["start", t("from"), "s", 0.001],
      ["stop", t("to"), "s", 0.001],
      ["low", t("between"), "Hz", 1],
      ["high", t("and"), "Hz", 1],
    ] as const
  ).map(([key, label, unit, step]) => {
    const control = number(scope, label, unit, step, (value) => {
      if (state.selection) acts.select({ ...state.selection, [key]: value });
    });
    bar.append(control.element);
    return [key, control] as const;
  });
  let shown: Region | null = null;
  bar.hidden = true;
  return {
    bar,
    update() {
      if (shown === state.selection) return;
      shown = state.selection;
      bar.hidden = !shown;
      if (shown) for (const [key, control] of fields) control.set(shown[key]);
    },
  };
}

function fillLegend(scope: Scope, legend: HTMLElement, state: State, acts: ControlActs): void {
  const entries = state.overlays.map(({ name, color }) => {
    const entry = toggle(scope, t("Show {name}", { name }), { text: name }, (on) => {
      if (on) state.hidden.delete(name);
      else state.hidden.add(name);
      acts.redraw();
    });
    entry.set(!state.hidden.has(name));
    const swatch = element("span", "mnb-swatch");
    swatch.style.background = color;
    entry.element.prepend(swatch);
    return entry.element;
  });
  legend.replaceChildren(...entries);
}

function showKeys(scope: Scope, bar: HTMLElement): void {
  const rows: readonly (readonly [string, string])[] = [
    [t("Space"), t("play or pause")],
    ["← →", t("move the playhead")],
    ["Shift ← →", t("stretch the selection")],
    ["Alt ← → ↑ ↓", t("move the view")],
    ["+ −", t("closer, wider")],
    ["0", t("show all")],
    ["Z", t("zoom to the selection")],
    ["L, B", t("loop; only the selected frequencies")],
    ["Esc", t("select nothing")],
    [t("with a tool for f0: ↑ ↓"), t("the pitch by a semitone; with Shift by a cent")],
    ["Page ↑ ↓", t("by an octave")],
    [t("Ctrl Z, Ctrl Y"), t("undo, redo")],
    [t("Ctrl and wheel"), t("zoom in time; with Alt in frequency")],
  ];
  const list = element("table");
  for (const [keys, what] of rows) {
    const row = element("tr");
    row.append(element("td", "", keys), element("td", "", what));
    list.append(row);
  }
  dialog(scope, bar.parentElement!, t("Keys, when the spectrogram has the focus"), [list]);
}
