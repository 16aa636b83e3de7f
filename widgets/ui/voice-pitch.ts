/** How high it is sung: transposition with a suggestion, ranges, the methods, and the curve itself. */
import type { Edit } from "../core/f0.js";
import { t } from "../core/i18n.js";
import { Latest } from "../core/latest.js";
import { Scope } from "../core/scope.js";
import { button, element } from "./controls.js";
import { mountF0Editor } from "./f0-editor.js";
import type { F0EditorHandle } from "./f0-editor.js";
import { Methods, Rows } from "./voice-controls.js";
import type { ControlActs } from "./voice-controls.js";
import { Ranges } from "./voice-range.js";
import type { Span } from "./voice-range.js";
import type { CurveInfo, Opened, StudioState, VoiceCard, VoiceSettings } from "./voice-types.js";

export interface PitchActs extends ControlActs {
  draw(edits: readonly Edit[]): Promise<StudioState>;
  undraw(): void;
  curve(): Promise<{ readonly hz: Float32Array; readonly edits: readonly Edit[] }>;
  seek(seconds: number): void;
  card(name: string | null): VoiceCard | undefined;
}

export const PITCH_CSS = `
.mnb-suggestion{display:flex;flex-wrap:wrap;align-items:center;gap:4px 8px;margin:2px 0 4px}
.mnb-pitch details{margin-top:4px}
.mnb-pitch .mnb-f0{margin-top:4px}
`;

/** Milliseconds without another stroke after which a drawn curve counts. */
const REST = 200;

export class Pitch {
  readonly element = element("section", "mnb-card mnb-pitch");
  private readonly rows: Rows;
  private readonly methods: Methods;
  private readonly ranges = new Ranges();
  private readonly suggestion = element("div", "mnb-suggestion mnb-fine");
  private readonly reason = element("span");
  private readonly apply: HTMLButtonElement;
  private readonly drawn = element("div", "mnb-row");
  private readonly fold = element("details");
  private curve: CurveInfo | null = null;
  private seconds = 0;
  /** Of the curve that the editor shows. */
  private version = -1;
  private inner = new Scope();
  private editor: F0EditorHandle | null = null;
  private readonly drawing: Latest<readonly Edit[]>;

  constructor(
    scope: Scope,
    opened: Opened,
    private readonly acts: PitchActs,
  ) {
    const [pitch] = opened.groups;
    this.element.dataset["wide"] = "";
    this.rows = new Rows(scope, pitch.label, pitch.settings, acts);
    this.methods = new Methods(scope, opened, acts);
    this.apply = button(scope, t("Apply the suggested transposition"), { text: t("Apply") }, () => {
      if (this.curve?.suggestion) acts.edit({ transpose: this.curve.suggestion.transpose });
    });
    this.apply.classList.add("mnb-plain");
    this.suggestion.setAttribute("role", "status");
    this.suggestion.append(this.reason, this.apply);
    const undraw = button(scope, t("Sing the estimated pitch again"), { text: t("Take the drawing back") }, () => acts.undraw());
    undraw.classList.add("mnb-plain");
    this.drawn.append(element("span", "mnb-fine", t("The pitch was drawn by hand.")), undraw);
    const sides = element("div", "mnb-groups");
    const left = element("div");
    left.append(this.rows.element, this.suggestion);
    const right = element("div");
    right.append(this.ranges.element);
    sides.append(left, right);
    const failed = (error: Error): void => acts.say(error.message);
    this.drawing = new Latest(scope, REST, (edits) => this.send(edits), () => undefined, failed);
    this.fold.append(element("summary", "", t("Draw the pitch by hand, or snap it to a scale")));
    scope.listen(this.fold, "toggle", () => this.mount());
    scope.onEnd(() => this.inner.end());
    this.element.append(element("h3", "", t("Pitch")), sides, this.methods.element, this.drawn, this.fold);
  }

  /** Where in the source one is. */
  seek(seconds: number): void {
    this.editor?.seek(seconds);
  }

  private async send(edits: readonly Edit[]): Promise<void> {
    const { curve } = await this.acts.draw(edits);
    // The editor shows it already.
    this.version = curve?.version ?? -1;
  }

  /** Bring the curve into the editor, once one wants to see it. */
  private mount(): void {
    const { curve, fold } = this;
    if (!fold.open || !curve || this.drawing.busy || curve.version === this.version) return;
    const { version } = curve;
    this.version = version;
    this.acts.curve().then(
      ({ hz, edits }) => {
        if (this.version !== version) return;
        this.inner.end();
        this.inner = new Scope();
        this.editor = mountF0Editor(fold, { hz, edits, duration: this.seconds, onChange: (_, all) => this.drawing.want(all), onSeek: (time) => this.acts.seek(time) }, this.inner);
      },
      (error: unknown) => this.acts.say((error as Error).message),
    );
  }

  set(settings: VoiceSettings): void {
    this.rows.set(settings);
    this.methods.set(settings);
  }

  /** Show the curve, and what it means for the voices that are set. */
  show(curve: CurveInfo | null, settings: VoiceSettings, seconds: number): void {
    this.curve = curve;
    this.seconds = seconds;
    this.fold.hidden = !curve;
    this.mount();
    const suggestion = curve?.suggestion ?? null;
    this.suggestion.hidden = !suggestion;
    if (suggestion) {
      const { transpose, reason } = suggestion;
      const value = `${transpose > 0 ? "+" : ""}${transpose}`.replace("-", "−");
      const text = t("Suggested: {value}. {reason}", { value, reason });
      if (this.reason.textContent !== text) this.reason.textContent = text;
      this.apply.disabled = Number(settings["transpose"]) === transpose;
    }
    this.drawn.hidden = !curve?.drawn;
    this.ranges.set(sourceSpan(curve, Number(settings["transpose"])), this.voices(settings));
  }

  private voices({ voice, second }: VoiceSettings): Span[] {
    return [voice, second].flatMap((name) => {
      const card = this.acts.card(name);
      return card ? [{ name: card.name, low: card.range[0], high: card.range[1], median: card.median }] : [];
    });
  }
}

function sourceSpan(curve: CurveInfo | null, transpose: number): Span | null {
  if (!curve?.range || curve.median === null) return null;
  const by = 2 ** (transpose / 12);
  return { name: transpose ? t("source, transposed") : t("source"), low: curve.range[0] * by, high: curve.range[1] * by, median: curve.median * by };
}
