/** Whose voice sings: the library with previews and cards, and a second voice mixed in. */
import { playOnce } from "../core/once.js";
import { t } from "../core/i18n.js";
import type { Scope } from "../core/scope.js";
import { button, element, setFace } from "./controls.js";
import { noteOf } from "./voice-range.js";
import type { Opened, VoiceCard, VoiceSettings } from "./voice-types.js";

export interface TargetActs {
  edit(change: Partial<VoiceSettings>): void;
  preview(voice: string): Promise<ArrayBuffer>;
  silence(): void;
  say(text: string): void;
}

export const TARGET_CSS = `
.mnb-mix{display:grid;grid-template-columns:auto minmax(60px,1fr) 3.6em;gap:2px 8px;align-items:center}
.mnb .mnb-mix input[type=range]{width:100%}
.mnb-whose{margin:4px 0 0;padding:0;list-style:none}
.mnb-whose b{font-weight:600}
`;
const percent = (weight: number): string => `${Math.round(weight * 100)} %`;

export class Target {
  readonly element = element("section", "mnb-card mnb-target");
  private readonly first = element("select");
  private readonly second = element("select");
  private readonly whose = element("ul", "mnb-whose mnb-fine");
  private readonly mix = element("div", "mnb-mix");
  private readonly changing = element("input");
  private readonly sliders: { readonly row: readonly HTMLElement[]; readonly input: HTMLInputElement; readonly text: HTMLElement; readonly name: HTMLElement }[] = [];
  private readonly listen: HTMLButtonElement;
  private readonly voices: readonly VoiceCard[];
  private settings: VoiceSettings | null = null;
  private stop: (() => void) | null = null;

  constructor(
    private readonly scope: Scope,
    opened: Opened,
    private readonly acts: TargetActs,
  ) {
    this.voices = opened.voices;
    const { first, second, changing } = this;
    first.append(...this.options());
    second.append(option("", t("no second voice")), ...this.options());
    first.setAttribute("aria-label", t("Voice"));
    second.setAttribute("aria-label", t("Second voice, mixed in"));
    scope.listen(first, "change", () => {
      const swap = first.value === this.settings?.second;
      acts.edit({ voice: first.value, ...(swap ? { second: null } : {}) });
    });
    scope.listen(second, "change", () => {
      if (second.value === this.settings?.voice) {
        acts.say(t("The second voice must be another one than the first."));
        this.set(this.settings);
      } else acts.edit({ second: second.value || null });
    });
    this.listen = button(scope, t("Hear the voice"), "play", () => void this.preview());
    this.listen.classList.add("mnb-plain");
    const top = element("div", "mnb-row");
    top.append(first, this.listen);
    const below = element("div", "mnb-row");
    below.append(element("span", "mnb-fine", t("Mixed with")), second);
    changing.type = "checkbox";
    scope.listen(changing, "change", () => {
      const [start] = this.settings?.weights ?? [0.5];
      acts.edit({ weights: changing.checked ? [start, start > 0.5 ? 0 : 1] : [start, start] });
    });
    this.weight(0);
    this.weight(1);
    const change = element("label", "mnb-fine");
    change.append(changing, t("The weight changes over the song"));
    change.style.gridColumn = "1/-1";
    this.mix.append(change);
    this.element.append(element("h3", "", t("Voice")), top, this.whose, below, this.mix);
  }

  card(name: string | null): VoiceCard | undefined {
    return this.voices.find((voice) => voice.name === name);
  }

  set(settings: VoiceSettings): void {
    this.settings = settings;
    const { voice, second, weights } = settings;
    this.first.value = voice;
    this.second.value = second ?? "";
    this.mix.hidden = second === null;
    const moves = weights[0] !== weights[1];
    this.changing.checked = moves;
    this.sliders.forEach(({ row, input, text, name }, index) => {
      for (const each of row) each.hidden = index === 1 && !moves;
      input.value = String(weights[index]);
      text.textContent = percent(weights[index]);
      input.setAttribute("aria-valuetext", percent(weights[index]));
      const words = index === 1 ? t("Weight of {voice} at the end", { voice: second ?? "" }) : moves ? t("Weight of {voice} at the start", { voice: second ?? "" }) : t("Weight of {voice}", { voice: second ?? "" });
      name.textContent = words;
      input.setAttribute("aria-label", words);
    });
    const shown = [voice, second].flatMap((name) => this.card(name) ?? []);
    this.whose.replaceChildren(...shown.map(cardOf));
    this.listen.disabled = !this.card(voice)?.preview;
  }

  private options(): HTMLOptionElement[] {
    return this.voices.map(({ name, what, own }) => option(name, `${name} – ${own ? t("trained here") : what.split(";")[0]}`));
  }

  private weight(index: 0 | 1): void {
    const input = element("input");
    Object.assign(input, { type: "range", min: "0", max: "1", step: "0.01" });
    const name = element("span", "mnb-fine");
    const text = element("span", "mnb-fine");
    this.scope.listen(input, "input", () => {
      const [start, end] = this.settings?.weights ?? [0.5, 0.5];
      const value = Number(input.value);
      this.acts.edit({ weights: index === 1 ? [start, value] : start === end ? [value, value] : [value, end] });
    });
    this.sliders.push({ row: [name, input, text], input, text, name });
    this.mix.append(name, input, text);
  }

  private async preview(): Promise<void> {
    if (this.stop) {
      this.stop();
      return;
    }
    this.acts.silence();
    try {
      const data = await this.acts.preview(this.first.value);
      setFace(this.listen, t("Stop"), "pause");
      const over = (): void => {
        this.stop = null;
        setFace(this.listen, t("Hear the voice"), "play");
      };
      this.stop = await playOnce(this.scope, data, over);
    } catch (error) {
      this.acts.say((error as Error).message);
    }
  }
}

function option(value: string, text: string): HTMLOptionElement {
  const made = element("option", "", text);
  made.value = value;
  return made;
}

/** Whose voice it is, how high it lies, and on what grounds it may be used. */
function cardOf({ name, what, range, licence, credit, consent }: VoiceCard): HTMLElement {
  const entry = element("li");
  const comfortable = t("comfortable from {low} to {high}", { low: noteOf(range[0]), high: noteOf(range[1]) });
  entry.append(element("b", "", name), ` · ${what} · ${comfortable} · ${t("licence: {licence}", { licence })}`);
  if (credit) entry.append(` · ${credit}`);
  entry.append(element("br"), consent || t("Nothing says that the owner of this voice agreed: it cannot be used."));
  return entry;
}
