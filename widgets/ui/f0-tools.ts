/** Tools that edit a pitch curve on a stage: by pointer, by keys, and by the buttons of a bar. */
import { DRAWN, F0Edits, SCALES_OF_TONES, Stroke, medianOf, noteOf, onGrid, tonesOf, voicedAround } from "../core/f0.js";
import type { Edit, Stretch, ToneScale } from "../core/f0.js";
import { t } from "../core/i18n.js";
import { NOTES, formatHz, noteName } from "../core/scales.js";
import type { Scope } from "../core/scope.js";
import { button, element, number, select, toggle } from "./controls.js";
import type { State, Tool } from "./explorer-state.js";

/** Follows a pointer: to which time and pitch, and whether it has let go. */
export type Drag = (time: number, hz: number, done: boolean) => void;

const STEPS = [-12, -1, -0.01, 0.01, 1, 12] as const;

/** Buttons of which one is pressed: what a drag does. */
export function toolButtons(scope: Scope, state: State, tools: readonly (readonly [Tool, string])[], redraw: () => void): { element: HTMLElement; update: () => void } {
  const group = element("span", "mnb-group");
  const buttons = tools.map(([tool, label]) => {
    const made = toggle(scope, label, tool, () => {
      state.tool = tool;
      redraw();
    });
    group.append(made.element);
    return [tool, made] as const;
  });
  return {
    element: group,
    update: () => {
      for (const [tool, made] of buttons) made.set(state.tool === tool);
    },
  };
}

export class F0Tools {
  readonly bar = element("div", "mnb-bar");
  private root = 0;
  private scale: ToneScale = "chromatic";
  private readonly updates: (() => void)[] = [];

  constructor(
    scope: Scope,
    private readonly state: State,
    private readonly redraw: () => void,
    private readonly changed: (edits: readonly Edit[]) => void,
  ) {
    this.bar.setAttribute("role", "group");
    this.bar.setAttribute("aria-label", t("Edit f0"));
    const tools = toolButtons(scope, state, [["draw", t("Draw the pitch")], ["erase", t("Make unvoiced")], ["move", t("Drag the pitch up or down")]], redraw);
    this.updates.push(tools.update);
    this.bar.append(element("span", "", t("Edit f0")), tools.element, this.steps(scope), this.snapping(scope), this.setting(scope), this.history(scope), this.reading());
    this.update();
  }

  /** Take another curve, or none. */
  load(hz: Float32Array | null, edits: readonly Edit[] = []): void {
    this.state.f0 = hz && new F0Edits(hz.map((value) => (value > 0 ? value : 0)), edits);
    if (!hz && isEditing(this.state.tool)) this.state.tool = "select";
  }

  update(): void {
    this.bar.hidden = !this.state.f0;
    for (const each of this.updates) each();
  }

  // ---- the bar ---------------------------------------------------------------------------------

  private steps(scope: Scope): HTMLElement {
    const group = element("span", "mnb-group");
    for (const by of STEPS) {
      const cent = Math.abs(by) < 1;
      const sign = by < 0 ? "−" : "+";
      const label = cent ? t("{sign}1 cent", { sign }) : t("{sign}{by} semitones", { sign, by: Math.abs(by) });
      group.append(button(scope, label, { text: cent ? t("{sign}1 ct", { sign }) : `${sign}${Math.abs(by)}` }, () => this.transpose(by)));
    }
    return group;
  }

  private snapping(scope: Scope): HTMLElement {
    const group = element("span", "mnb-group");
    const names: Record<ToneScale, string> = {
      chromatic: t("chromatic"),
      major: t("major"),
      minor: t("minor"),
      "harmonic minor": t("harmonic minor"),
      "major pentatonic": t("major pentatonic"),
      "minor pentatonic": t("minor pentatonic"),
    };
    const root = select(scope, t("Root"), NOTES.map((name, i) => [String(i), name] as const), (value) => (this.root = Number(value)));
    const scales = Object.keys(SCALES_OF_TONES) as ToneScale[];
    const scale = select(scope, t("Scale of tones"), scales.map((each) => [each, names[each]] as const), (value) => (this.scale = value));
    for (const { element: label, input } of [root, scale]) {
      input.setAttribute("aria-label", label.textContent.slice(0, -input.textContent.length));
      group.append(input);
    }
    group.append(button(scope, t("Snap to the scale"), { text: t("Snap") }, () => this.act({ edit: "snap", tones: tonesOf(this.root, this.scale), ...this.stretch() })));
    return group;
  }

  /** One pitch for the selected stretch, or none, for those who do not draw. */
  private setting(scope: Scope): HTMLElement {
    const group = element("span", "mnb-group");
    const flat = (hz: number | null): void => {
      const { start, stop } = this.stretch();
      if (start !== undefined && stop !== undefined) this.act({ edit: "edited", times: [start, stop], hz: [hz, hz] });
    };
    const pitch = number(scope, t("Pitch"), "Hz", 1, (hz) => flat(Math.max(DRAWN[0], Math.min(DRAWN[1], hz))));
    group.append(pitch.element, button(scope, t("Make the selection unvoiced"), { text: t("Unvoiced") }, () => flat(null)));
    this.updates.push(() => {
      group.hidden = !this.state.selection;
      if (this.state.f0 && !group.contains(document.activeElement)) pitch.set(medianOf(this.state.f0.hz, this.stretch()));
    });
    return group;
  }

  private history(scope: Scope): HTMLElement {
    const group = element("span", "mnb-group");
    const undo = button(scope, t("Undo"), "undo", () => this.travel("undo"));
    const redo = button(scope, t("Redo"), "redo", () => this.travel("redo"));
    const reset = button(scope, t("Take back every edit"), { text: t("Reset") }, () => this.travel("reset"));
    this.updates.push(() => {
      const { f0 } = this.state;
      undo.disabled = reset.disabled = !f0?.edits.length;
      redo.disabled = !f0?.undone.length;
    });
    group.append(undo, redo, reset, button(scope, t("Zoom to the pitch"), { text: t("Fit") }, () => this.fit()));
    return group;
  }

  /** What the next act changes, and its pitch; read out when that changes. */
  private reading(): HTMLElement {
    const text = element("span", "mnb-readout");
    text.setAttribute("role", "status");
    this.updates.push(() => {
      const { f0 } = this.state;
      if (!f0) return;
      const { start, stop } = this.stretch();
      const hz = medianOf(f0.hz, { start, stop });
      const where = start === undefined ? t("all") : t("{start} to {stop} s", { start: start.toFixed(2), stop: (stop ?? start).toFixed(2) });
      const said = `${where}: ${hz ? `${formatHz(hz)} · ${noteName(hz)}` : t("unvoiced")}`;
      if (text.textContent !== said) text.textContent = said;
    });
    return text;
  }

  // ---- acts ------------------------------------------------------------------------------------

  /** What is selected, else all. */
  private stretch(): Partial<Stretch> {
    const { selection } = this.state;
    return selection ? { start: onGrid(selection.start), stop: onGrid(selection.stop) } : {};
  }

  private act(edit: Edit): void {
    this.state.f0?.add(edit);
    this.done();
  }

  private transpose(semitones: number): void {
    this.state.f0?.transpose(semitones, this.stretch());
    this.done();
  }

  private travel(how: "undo" | "redo" | "reset"): void {
    this.state.f0?.[how]();
    this.done();
  }

  private done(): void {
    this.changed(this.state.f0?.edits ?? []);
    this.redraw();
  }

  /** Show the frequencies of the curve, with half an octave beside. */
  fit(): void {
    const voiced = this.state.f0?.hz.filter((hz) => hz > 0).sort();
    if (!voiced?.length) return;
    this.state.show({ ...this.state.view, low: voiced[0] / Math.SQRT2, high: voiced[voiced.length - 1] * Math.SQRT2 });
    this.redraw();
  }

  // ---- pointer and keys ------------------------------------------------------------------------

  /** Begin a drag at a time and pitch. */
  grip(time: number, hz: number): Drag | null {
    const follow = this.state.f0 && this.following(this.state.f0, time, hz);
    if (!follow) return null;
    let begun = false;
    return (toTime, toHz, done) => {
      this.state.f0?.add(follow(toTime, toHz), begun);
      begun = true;
      if (done) this.done();
      else this.redraw();
    };
  }

  private following(f0: F0Edits, time: number, hz: number): ((time: number, hz: number) => Edit) | null {
    const { tool, selection } = this.state;
    if (tool === "draw") {
      const stroke = new Stroke(time, hz);
      return (toTime, toHz) => stroke.to(toTime, toHz);
    }
    if (tool === "erase") return (to) => ({ edit: "edited", times: [onGrid(Math.min(time, to)), onGrid(Math.max(time, to))], hz: [null, null] });
    if (tool !== "move") return null;
    const inside = selection && selection.start <= time && time <= selection.stop;
    const where = inside ? this.stretch() : voicedAround(f0.hz, time);
    return where && ((_, to) => ({ edit: "transpose", semitones: Number((noteOf(to) - noteOf(hz)).toFixed(2)), ...where }));
  }

  /** What a key does to the curve, if anything. */
  key({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyboardEvent): (() => void) | undefined {
    const { f0, selection, tool } = this.state;
    if (!f0 || altKey) return undefined;
    if (ctrlKey || metaKey) {
      const what = ({ z: "undo", Z: "redo", y: "redo" } as const)[key];
      return what && (() => this.travel(what));
    }
    const { start, stop } = this.stretch();
    if ((key === "Delete" || key === "Backspace") && selection) return () => this.act({ edit: "edited", times: [start!, stop!], hz: [null, null] });
    const by = { ArrowUp: shiftKey ? 0.01 : 1, ArrowDown: shiftKey ? -0.01 : -1, PageUp: 12, PageDown: -12 }[key];
    return by && isEditing(tool) ? () => this.transpose(by) : undefined;
  }
}

export const isEditing = (tool: Tool): boolean => tool !== "select" && tool !== "pan";
