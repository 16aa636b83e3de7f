/** A question, its answer, and what is said of it. */
import { Engine } from "../core/engine.js";
import { t } from "../core/i18n.js";
import { formatTime } from "../core/scales.js";
import { Scope } from "../core/scope.js";
import type { AudioSource } from "../core/types.js";
import { element, icon, ownKeys, slider, toggle } from "./controls.js";
import { choiceField, letterField, numberField, orderField, textField } from "./quiz-fields.js";
import type { Answer, Field } from "./quiz-fields.js";
import { addStyle } from "./style.js";

export interface QuizState {
  readonly prompt: string;
  readonly kind: "choice" | "several" | "order" | "number" | "text" | "which";
  readonly options: readonly string[];
  readonly unit: string;
  /** Whether a reason is asked for. */
  readonly justify: boolean;
  readonly answer: unknown;
  readonly because: string;
  readonly state: "open" | "submitted" | "correct" | "incorrect" | "partial";
  readonly feedback: string;
  readonly locked: boolean;
}

export interface QuizOptions extends QuizState {
  /** For "which"; their names are letters. */
  readonly sounds: readonly AudioSource[];
  readonly submit: (answer: Answer, because: string) => Promise<void>;
}

export interface QuizHandle {
  set(state: QuizState): void;
  /** Say what went wrong. */
  fail(text: string): void;
  notice(text: string | null): void;
}

/** Characters of a reason; the same number is in musicnb/widgets/quiz.py. */
const LEAST = 10;
/** A change of one of these asks for another form. */
const FORM = ["prompt", "kind", "options", "unit", "justify"] as const;
const CSS = `
.mnb-quiz form{padding:10px 12px;display:grid;gap:10px}
.mnb-quiz fieldset{border:0;margin:0;padding:0;min-width:0;display:grid;gap:10px}
.mnb-quiz legend{padding:0;margin-bottom:8px;font-size:14px;font-weight:600;overflow-wrap:anywhere;white-space:pre-line;user-select:text;-webkit-user-select:text}
.mnb-quiz label{white-space:normal;overflow-wrap:anywhere}
.mnb-quiz input[type=radio],.mnb-quiz input[type=checkbox]{margin:0;flex:none;width:16px;height:16px;accent-color:var(--mnb-accent)}
.mnb-quiz-options{display:grid;gap:2px;justify-items:start}
.mnb-quiz label.mnb-quiz-option{gap:8px;padding:4px 8px;border-radius:4px;cursor:pointer}
.mnb-quiz-option:hover{background:var(--mnb-soft)}
.mnb-quiz-letters{display:flex;flex-wrap:wrap}
.mnb-quiz-order{margin:0;padding:0 0 0 2em;display:grid;gap:4px;max-width:44em}
.mnb-quiz-order li::marker{font-variant-numeric:tabular-nums}
.mnb-quiz-order li>span{display:inline-block;width:calc(100% - 72px);overflow-wrap:anywhere;vertical-align:middle;padding-left:4px}
.mnb-quiz button.mnb-quiz-submit,.mnb-quiz-order button,.mnb-quiz-listen button{border-color:var(--mnb-line)}
.mnb-quiz-order button{margin-left:4px}
.mnb-quiz-listen{display:flex;flex-wrap:wrap;align-items:center;gap:6px 10px}
.mnb-quiz-listen button{min-width:56px;height:34px;font-weight:600}
.mnb-quiz-listen input[type=range]{width:160px}
.mnb-quiz label.mnb-quiz-text{display:grid;gap:4px;max-width:44em}
.mnb-quiz textarea{font:inherit;color:var(--mnb-fg);background:var(--mnb-bg);border:1px solid var(--mnb-line);border-radius:4px;padding:4px 6px;width:100%;resize:vertical;min-height:44px}
.mnb-quiz button.mnb-quiz-submit{justify-self:start;height:32px;padding:0 16px;font-weight:600}
.mnb-quiz button.mnb-quiz-submit:not(:disabled),.mnb-quiz button.mnb-quiz-submit:hover:not(:disabled){background:var(--mnb-fg);color:var(--mnb-bg)}
.mnb-quiz-status{border-left:4px solid var(--mnb-line);padding:2px 10px;white-space:pre-line;overflow-wrap:anywhere;user-select:text;-webkit-user-select:text}
.mnb-quiz-status:empty{border-color:transparent;padding:0;margin-top:-10px}
.mnb-quiz-status b{margin-right:8px}
.mnb-quiz-status[data-result=correct]{border-color:var(--jp-success-color1,#388e3c)}
.mnb-quiz-status[data-result=incorrect],.mnb-quiz-status[data-result=failed]{border-color:var(--jp-error-color1,#d32f2f)}
.mnb-quiz-status[data-result=partial]{border-color:var(--jp-warn-color1,#f57c00)}
`;

export function mountQuiz(host: HTMLElement, scope: Scope, options: QuizOptions): QuizHandle {
  return new Quiz(host, scope, options);
}

class Quiz implements QuizHandle {
  private readonly root = element("div", "mnb mnb-quiz");
  // Before it says anything, so that a screen reader hears what it says later.
  private readonly status = element("div", "mnb-quiz-status");
  private readonly send = element("button", "mnb-quiz-submit", t("Submit"));
  private readonly engine: Engine | null;
  private form = new Scope();
  private answer!: Field;
  private because: Field | null = null;
  private sending = false;

  constructor(
    host: HTMLElement,
    scope: Scope,
    private readonly options: QuizOptions,
    private state: QuizState = options,
  ) {
    const { root, status, send } = this;
    this.engine = options.sounds.length ? new Engine(options.sounds, scope) : null;
    this.engine?.tracks.forEach((track, index) => track.setAudible(index === 0));
    this.engine?.prefetch();
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", t("Question"));
    ownKeys(scope, root);
    status.setAttribute("role", "status");
    // Not of the type "submit": a host whose frames may hold no forms would swallow the click.
    send.type = "button";
    scope.listen(send, "click", () => void this.submit());
    addStyle(root, CSS);
    this.build();
    host.append(root);
    root.dataset["state"] = "ready";
    scope.onEnd(() => {
      this.form.end();
      root.remove();
    });
  }

  // ---- the form --------------------------------------------------------------------------------

  private build(): void {
    const { state, root } = this;
    this.form.end();
    const scope = (this.form = new Scope());
    const changed = (): void => this.update();
    this.answer = this.field(scope, changed);
    this.because = state.justify ? textField(scope, t("Because… (at least {count} characters)", { count: LEAST }), changed) : null;
    const fields = element("fieldset");
    fields.append(element("legend", "", state.prompt));
    if (this.engine) fields.append(this.listening(scope, this.engine));
    fields.append(this.answer.element);
    if (this.because) fields.append(this.because.element);
    const form = element("form");
    form.append(fields, this.send, this.status);
    // By Enter in a field.
    scope.listen(form, "submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
    root.querySelector("form")?.remove();
    root.append(form);
    this.answer.write(state.answer);
    this.because?.write(state.because);
    this.tell();
  }

  private field(scope: Scope, changed: () => void): Field {
    const { kind, options, unit } = this.state;
    if (kind === "which") return letterField(scope, this.options.sounds.map((sound) => sound.info.name), changed);
    if (kind === "order") return orderField(scope, options, changed);
    if (kind === "number") return numberField(scope, unit, changed);
    if (kind === "text") return textField(scope, t("Answer"), changed);
    return choiceField(scope, options, kind === "several", changed);
  }

  /** A button a sound; all run on together, and one of them is heard. */
  private listening(scope: Scope, engine: Engine): HTMLElement {
    const bar = element("div", "mnb-quiz-listen");
    const time = element("span", "mnb-time");
    let heard = -1;
    let shown: number | null = null;
    const letters = this.options.sounds.map(({ info }, index) =>
      toggle(scope, t("Listen to {name}", { name: info.name }), { text: info.name }, () => {
        if (engine.playing && heard === index) {
          engine.pause();
          return;
        }
        heard = index;
        engine.tracks.forEach((track, each) => track.setAudible(each === index));
        void engine.play();
        draw();
      }),
    );
    const face = (letter: (typeof letters)[number], on: boolean, index: number): void => {
      letter.set(on);
      letter.element.replaceChildren(icon(on ? "pause" : "play"), this.options.sounds[index].info.name);
    };
    const format = (seconds: number): string => t("{now} of {all}", { now: formatTime(seconds), all: formatTime(engine.duration) });
    const place = slider(scope, t("Place"), { min: 0, max: engine.duration, step: 0.01, format }, (seconds) => engine.seek(seconds));
    const draw = (): void => {
      const now = engine.playing ? heard : -1;
      if (now !== shown) letters.forEach((each, index) => face(each, index === now, index));
      shown = now;
      const text = engine.buffering ? `${format(engine.position)} …` : format(engine.position);
      // Not in every frame, or a screen reader would be told of each.
      if (time.textContent !== text) {
        time.textContent = text;
        place.set(engine.position);
      }
      if (engine.playing) redraw();
    };
    const redraw = scope.frame(draw);
    engine.onChange(() => {
      if (scope.ended) return;
      if (engine.error) this.fail(engine.error);
      draw();
    });
    draw();
    bar.append(...letters.map((each) => each.element), place.element, time);
    return bar;
  }

  // ---- the answer ------------------------------------------------------------------------------

  private get reason(): string {
    return String(this.because?.read() ?? "");
  }

  private get complete(): boolean {
    // Counted as Python counts.
    return this.answer.read() !== null && (!this.because || Array.from(this.reason).length >= LEAST);
  }

  private update(): void {
    const { locked } = this.state;
    this.answer.lock(locked);
    this.because?.lock(locked);
    this.send.disabled = locked || !this.complete;
  }

  private async submit(): Promise<void> {
    const answer = this.answer.read();
    // The button stays enabled while an answer is on its way, or the focus would be lost.
    if (this.sending || this.state.locked || answer === null || !this.complete) return;
    this.sending = true;
    this.say("…", t("Sending"), "", "submitted");
    // What comes back as the answer must not overwrite what is typed meanwhile.
    const because = this.reason;
    this.state = { ...this.state, answer, because };
    try {
      await this.options.submit(answer, because);
      this.sending = false;
      this.tell();
    } catch (error) {
      this.sending = false;
      this.fail((error as Error).message);
    }
  }

  // ---- what is known of it ---------------------------------------------------------------------

  set(state: QuizState): void {
    const before = this.state;
    this.state = state;
    const differs = (trait: keyof QuizState): boolean => JSON.stringify(state[trait]) !== JSON.stringify(before[trait]);
    if (FORM.some(differs)) {
      this.build();
      return;
    }
    if (differs("answer")) this.answer.write(state.answer);
    if (differs("because")) this.because?.write(state.because);
    this.tell();
  }

  fail(text: string): void {
    this.say("!", t("Something went wrong"), text, "failed");
  }

  /** Say something until it passes; null is when it has. */
  notice(text: string | null): void {
    if (text === null) this.tell();
    else this.say("…", t("Waiting"), text, "submitted");
  }

  private tell(): void {
    this.update();
    const { state, feedback } = this.state;
    // The answer is on its way; what is known is of an earlier one, or not all there yet.
    if (this.sending && (state === "open" || state === "submitted")) return;
    const words: Record<QuizState["state"], readonly [string, string]> = {
      open: ["", ""],
      submitted: ["•", t("Submitted")],
      correct: ["✓", t("Correct")],
      incorrect: ["✗", t("Not yet")],
      partial: ["◐", t("Partly correct")],
    };
    const [sign, word] = words[state];
    this.say(sign, word, feedback, state);
  }

  private say(sign: string, word: string, text: string, result: string): void {
    const { status } = this;
    const heading = element("b");
    const shape = element("span", "", sign);
    shape.setAttribute("aria-hidden", "true");
    heading.append(shape, ` ${word}`);
    const parts = [...(word ? [heading] : []), ...(text ? [element("span", "", text)] : [])];
    status.dataset["result"] = result;
    status.replaceChildren(...parts);
  }
}
