/** The controls of a conversion: a slider and a number each, notes that last longer, and the pitch. */
import { t } from "../core/i18n.js";
import { formatTime } from "../core/scales.js";
import { Scope } from "../core/scope.js";
import type { Setting } from "../core/settings.js";
import { button, element } from "./controls.js";
import type { Control } from "./controls.js";
import { settingRow } from "./effects-controls.js";
import type { Loop } from "./timeline.js";
import type { Duration, Opened, VoiceSettings } from "./voice-types.js";

export interface ControlActs {
  edit(change: Partial<VoiceSettings>): void;
  say(text: string): void;
  /** What is looped, or else selected, in the source. */
  loop(): Loop | null;
}

export const CONTROLS_CSS = `
.mnb-voice .mnb-setting{grid-template-columns:minmax(96px,1.1fr) minmax(50px,2fr) 66px 34px}
.mnb-voice .mnb-setting>span:last-child{font-size:11px;opacity:.8}
.mnb-note{display:flex;align-items:center;gap:6px;flex-wrap:wrap}
.mnb-note input[type=number]{width:64px}
.mnb-methods{display:flex;flex-wrap:wrap;gap:2px 12px;border:0;margin:0;padding:0}
.mnb-methods legend{float:left;padding:0;margin-right:12px}
`;

/** The rows of some controls. */
export class Rows {
  readonly element = element("div");
  private readonly rows = new Map<string, Control<number>>();

  constructor(scope: Scope, label: string, settings: readonly Setting[], acts: ControlActs) {
    for (const setting of settings) {
      const row = settingRow(scope, setting, t(label), acts, (value) => acts.edit({ [setting.name]: value }));
      this.rows.set(setting.name, row);
      this.element.append(row.element);
    }
  }

  set(settings: VoiceSettings): void {
    for (const [name, row] of this.rows) row.set(Number(settings[name]));
  }
}

/** Which methods find f0. */
export class Methods {
  readonly element = element("fieldset", "mnb-methods");
  private readonly boxes = new Map<string, HTMLInputElement>();

  constructor(scope: Scope, opened: Opened, acts: ControlActs) {
    this.element.append(element("legend", "", t("f0 by")));
    for (const { name, label, available } of opened.methods) {
      const box = element("input");
      box.type = "checkbox";
      box.disabled = !available;
      const whole = element("label");
      whole.append(box, label);
      whole.title = available ? t("Of several methods the median counts.") : t("Not installed: pip install praat-parselmouth");
      scope.listen(box, "change", () => {
        const chosen = Array.from(this.boxes).filter(([, each]) => each.checked);
        if (chosen.length) acts.edit({ methods: chosen.map(([each]) => each) });
        else {
          box.checked = true;
          acts.say(t("One method at least must find the pitch."));
        }
      });
      this.boxes.set(name, box);
      this.element.append(whole);
    }
  }

  set(settings: VoiceSettings): void {
    for (const [name, box] of this.boxes) box.checked = settings.methods.includes(name);
  }
}

/** Notes that last longer or shorter than they were sung. */
export class Durations {
  readonly element = element("div");
  private readonly list = element("div");
  private readonly add: HTMLButtonElement;
  private scope = new Scope();
  private values: readonly Duration[] = [];

  constructor(
    outer: Scope,
    private readonly acts: ControlActs,
  ) {
    this.add = button(outer, t("Give what is looped another duration"), { text: t("Stretch the loop") }, () => {
      const loop = acts.loop();
      if (!loop) acts.say(t("Mark a note first: drag over it in the time line below."));
      else acts.edit({ durations: [...this.values, [Number(loop[0].toFixed(2)), Number(loop[1].toFixed(2)), 1.5]] });
    });
    this.add.classList.add("mnb-plain");
    this.element.append(this.list, this.add);
    outer.onEnd(() => this.scope.end());
  }

  set({ durations }: VoiceSettings): void {
    if (JSON.stringify(durations) === JSON.stringify(this.values)) return;
    const same = durations.length === this.values.length;
    this.values = durations;
    // A number that is being typed in stays where it is.
    if (same && this.list.contains(document.activeElement)) return;
    this.scope.end();
    this.scope = new Scope();
    this.list.replaceChildren(...durations.map((_, index) => this.row(index)));
  }

  private row(index: number): HTMLElement {
    const { scope, acts, values } = this;
    const [start, stop, factor] = values[index];
    const span = t("{start} to {stop}", { start: formatTime(start, 0.01), stop: formatTime(stop, 0.01) });
    const field = element("input");
    Object.assign(field, { type: "number", min: "0.25", max: "4", step: "0.05", value: String(factor) });
    field.setAttribute("aria-label", t("How many times as long {span} lasts", { span }));
    scope.listen(field, "change", () => {
      const value = Math.max(0.25, Math.min(4, field.valueAsNumber || 1));
      field.value = String(value);
      acts.edit({ durations: this.values.map((each, i) => (i === index ? [each[0], each[1], value] : each)) });
    });
    const remove = button(scope, t("Remove the duration of {span}", { span }), "close", () => {
      acts.edit({ durations: this.values.filter((_, i) => i !== index) });
      this.add.focus();
    });
    const row = element("div", "mnb-note");
    row.append(span, " ×", field, remove);
    return row;
  }
}
