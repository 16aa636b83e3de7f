/** One effect of the panel: its switch, and a slider and a number for each setting. */
import { t } from "../core/i18n.js";
import { Scope } from "../core/scope.js";
import { placeOf, shown, track, valueAt, within, withUnit } from "../core/settings.js";
import type { Band, Effect, EffectSettings, Setting } from "../core/settings.js";
import { button, element, select } from "./controls.js";
import type { Control } from "./controls.js";

export interface SectionActs {
  edit(change: Partial<EffectSettings>): void;
  say(text: string): void;
}

/** What people call the forms of a band. */
const kindName = (kind: string): string => ({ low_shelf: t("Low shelf"), peak: t("Peak"), high_shelf: t("High shelf") })[kind] ?? kind;

export const SECTIONS_CSS = `
.mnb-effects{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,270px),1fr));gap:8px;padding:4px 8px 8px}
.mnb-effect{border:1px solid var(--mnb-line);border-radius:4px;padding:4px 8px 6px;min-width:0}
.mnb-effect[data-name=eq]{grid-column:1/-1}
.mnb-effect[data-on=false] .mnb-setting{opacity:.75}
.mnb-effect h3{font:600 13px/28px inherit;margin:0;display:flex;align-items:center;gap:6px}
.mnb-bands{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,240px),1fr));gap:4px 16px}
.mnb-setting{display:grid;grid-template-columns:76px minmax(30px,1fr) 74px 20px;align-items:center;gap:6px;min-height:28px}
.mnb .mnb-setting input[type=range],.mnb .mnb-setting input[type=number]{width:100%}
`;

export class Section implements Control<EffectSettings> {
  readonly element = element("div", "mnb-effect");
  private readonly controls = new Map<string, Control<number>>();
  private readonly on: HTMLInputElement | null;
  private bands: Bands | null = null;

  constructor(scope: Scope, effect: Effect, acts: SectionActs) {
    const whole = this.element;
    whole.dataset["name"] = effect.name;
    whole.setAttribute("role", "group");
    whole.setAttribute("aria-label", t(effect.label));
    const title = element("h3");
    this.on = effect.switchable ? element("input") : null;
    if (this.on) {
      const { on } = this;
      on.type = "checkbox";
      on.setAttribute("role", "switch");
      scope.listen(on, "change", () => acts.edit({ on: on.checked }));
      const label = element("label");
      label.append(on, t(effect.label));
      title.append(label);
    } else title.append(t(effect.label));
    whole.append(title);
    if (effect.kinds) {
      this.bands = new Bands(scope, effect, acts);
      whole.append(this.bands.element);
      return;
    }
    for (const setting of effect.settings) {
      const row = settingRow(scope, setting, t(effect.label), acts, (value) => acts.edit({ [setting.name]: value }));
      this.controls.set(setting.name, row);
      whole.append(row.element);
    }
  }

  set(values: EffectSettings): void {
    if (this.on) {
      this.on.checked = values.on === true;
      this.element.dataset["on"] = String(values.on === true);
    }
    for (const [name, control] of this.controls) control.set(values[name] as number);
    this.bands?.set(values.bands ?? []);
  }
}

/** The bands of an equaliser, each with its form. */
class Bands implements Control<readonly Band[]> {
  readonly element = element("div");
  private readonly list = element("div", "mnb-bands");
  private readonly add: HTMLButtonElement;
  private scope = new Scope();
  private values: readonly Band[] = [];
  private rows: { readonly kind: Control<string>; readonly settings: Map<string, Control<number>> }[] = [];

  constructor(
    outer: Scope,
    private readonly effect: Effect,
    private readonly acts: SectionActs,
  ) {
    this.add = button(outer, t("Add a band"), { text: t("Add a band") }, () => {
      acts.edit({ bands: [...this.values, { ...effect.band }] });
      this.list.lastElementChild?.querySelector("select")?.focus();
    });
    this.element.append(this.list, this.add);
    outer.onEnd(() => this.scope.end());
  }

  set(values: readonly Band[]): void {
    this.values = values;
    if (values.length !== this.rows.length) this.build();
    this.rows.forEach((row, index) => {
      row.kind.set(String(values[index]["kind"]));
      for (const [name, control] of row.settings) control.set(Number(values[index][name]));
    });
    this.add.disabled = values.length >= (this.effect.most ?? Infinity);
  }

  private build(): void {
    this.scope.end();
    this.scope = new Scope();
    this.list.replaceChildren();
    this.rows = this.values.map((_, index) => this.band(index));
  }

  private band(index: number): { kind: Control<string>; settings: Map<string, Control<number>> } {
    const { scope, effect, acts } = this;
    const name = t("Band {number}", { number: index + 1 });
    const edit = (change: Partial<Band>): void => acts.edit({ bands: this.values.map((band, i) => (i === index ? ({ ...band, ...change } as Band) : band)) });
    const whole = element("div", "mnb-band");
    whole.setAttribute("role", "group");
    whole.setAttribute("aria-label", name);
    const kind = select(scope, name, (effect.kinds ?? []).map((each) => [each, kindName(each)] as const), (value) => edit({ kind: value }));
    const remove = button(scope, t("Remove band {number}", { number: index + 1 }), "close", () => {
      acts.edit({ bands: this.values.filter((_, i) => i !== index) });
      this.add.focus();
    });
    const title = element("div", "mnb-group");
    title.append(kind.element, remove);
    whole.append(title);
    const settings = new Map<string, Control<number>>();
    for (const setting of effect.settings) {
      const row = settingRow(scope, setting, name, acts, (value) => edit({ [setting.name]: value }));
      settings.set(setting.name, row);
      whole.append(row.element);
    }
    this.list.append(whole);
    return { kind, settings };
  }
}

/** @param of what the setting belongs to, for screen readers */
export function settingRow(scope: Scope, setting: Setting, of: string, acts: Pick<SectionActs, "say">, change: (value: number) => void): Control<number> {
  const label = t(setting.label);
  const full = t("{effect}: {setting}", { effect: of, setting: label });
  const whole = element("div", "mnb-setting");
  whole.dataset["name"] = setting.name;
  const name = element("span", "", label);
  const field = element("input");
  field.type = "number";
  field.step = setting.high === null ? "1" : "any";
  field.min = String(setting.low);
  if (setting.high !== null) field.max = String(setting.high);
  field.setAttribute("aria-label", setting.unit ? t("{name} in {unit}", { name: full, unit: t(setting.unit) }) : full);
  const range = setting.high === null ? null : element("input");
  if (range) {
    range.type = "range";
    const { min, max, step } = track(setting);
    Object.assign(range, { min: String(min), max: String(max), step: String(step) });
    range.setAttribute("aria-label", full);
    scope.listen(range, "input", () => use(valueAt(setting, Number(range.value))));
    scope.listen(range, "dblclick", () => use(setting.default));
  }
  scope.listen(field, "change", () => {
    const given = field.valueAsNumber;
    const value = within(setting, Number.isFinite(given) ? given : now);
    use(value);
    if (Number.isFinite(given) && value !== given) acts.say(t("{name} goes from {low} to {high}.", { name: full, low: setting.low, high: withUnit(setting, setting.high ?? value) }));
  });
  let now = setting.default;
  const set = (value: number): void => {
    now = value;
    field.value = shown(value);
    if (!range) return;
    range.value = String(placeOf(setting, value));
    range.setAttribute("aria-valuetext", withUnit(setting, value));
  };
  const use = (value: number): void => {
    set(value);
    change(value);
  };
  if (setting.meaning) for (const each of [name, field, range]) each?.setAttribute("title", t(setting.meaning));
  whole.append(name, range ?? element("span"), field, element("span", "", setting.unit && t(setting.unit)));
  return { element: whole, set };
}
