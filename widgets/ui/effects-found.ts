/** Suggest, Match and Reset: what the kernel looks for, and what it found. */
import { t } from "../core/i18n.js";
import type { Scope } from "../core/scope.js";
import { button, element } from "./controls.js";
import { drawLosses } from "./effects-pictures.js";

export interface Finding {
  /** What is under way, and how far it is, 0 to 1. */
  readonly running: string | null;
  readonly progress?: number;
  /** What there is to say if nothing was found. */
  readonly words?: string;
  readonly reasons?: readonly { readonly effect: string; readonly words: string; readonly confidence: number }[];
  readonly losses?: readonly number[];
}

export interface Finder {
  ask(what: "suggest" | "match" | "task" | "reset" | "cancel"): Promise<Finding>;
}

/** Milliseconds between two questions how far it is. */
const LOOK_EVERY = 300;
export const FOUND_CSS = `
.mnb-found{padding:2px 8px 4px}
.mnb button[aria-disabled=true]{opacity:.45;cursor:default}
.mnb-found ul{margin:4px 0;padding-left:18px}
.mnb-found canvas{width:100%;max-width:360px;height:70px;display:block}
`;

export class Found {
  readonly element = element("div", "mnb-found");
  readonly buttons: readonly HTMLButtonElement[];
  private readonly status = element("span");
  private readonly cancel: HTMLButtonElement;
  private readonly content = element("div");
  private readonly picture = element("canvas");
  private losses: readonly number[] = [];
  private looking = false;

  /** @param matching whether there is something to match */
  constructor(
    private readonly scope: Scope,
    private readonly finder: Finder,
    matching: boolean,
    private readonly fail: (error: Error) => void,
  ) {
    const suggest = button(scope, t("Suggest a chain for this sound, with reasons"), { text: t("Suggest") }, () => this.begin("suggest"));
    const match = button(scope, t("Match the reference"), { text: t("Match") }, () => this.begin("match"));
    this.buttons = matching ? [suggest, match] : [suggest];
    this.cancel = button(scope, t("Cancel"), { text: t("Cancel") }, () => void finder.ask("cancel").catch(fail));
    this.cancel.hidden = true;
    this.status.setAttribute("role", "status");
    this.picture.setAttribute("role", "img");
    const line = element("div", "mnb-group");
    line.append(this.status, this.cancel);
    this.element.append(line, this.content);
    this.element.hidden = true;
    // There may be something from before this view came.
    this.begin("task");
  }

  reset(): void {
    this.begin("reset");
  }

  private begin(what: "suggest" | "match" | "task" | "reset"): void {
    if (this.looking) return;
    this.looking = true;
    this.finder
      .ask(what)
      .then((finding) => this.follow(finding))
      .catch((error: unknown) => {
        this.show({ running: null });
        this.fail(error as Error);
      })
      .finally(() => (this.looking = false));
  }

  private async follow(first: Finding): Promise<void> {
    let finding = first;
    while (finding.running !== null && !this.scope.ended) {
      this.show(finding);
      await new Promise<void>((done) => this.scope.timeout(done, LOOK_EVERY));
      finding = await this.finder.ask("task");
    }
    this.show(finding);
  }

  private show({ running, progress = 0, words = "", reasons = [], losses = [] }: Finding): void {
    for (const each of this.buttons) each.setAttribute("aria-disabled", String(running !== null));
    this.cancel.hidden = !(running !== null && progress > 0);
    this.element.hidden = running === null && !words && !reasons.length && !losses.length;
    this.losses = losses;
    const what = running === null ? words : progress > 0 ? t("{what}: {percent} %", { what: t(running), percent: Math.round(progress * 100) }) : `${t(running)}…`;
    const least = Math.min(...losses);
    this.status.textContent = what || (losses.length ? t("Matched: the difference from the reference went from {first} to {last}.", { first: losses[0].toFixed(2), last: least.toFixed(2) }) : reasons.length ? t("Suggested, because:") : "");
    const parts: HTMLElement[] = [];
    if (reasons.length) {
      const list = element("ul");
      for (const reason of reasons) {
        const item = element("li");
        item.append(element("b", "", reason.effect), `: ${reason.words} (${t("confidence {percent} %", { percent: Math.round(reason.confidence * 100) })})`);
        list.append(item);
      }
      parts.push(list);
    }
    if (losses.length) {
      this.picture.setAttribute("aria-label", t("Loss curve over {steps} steps, from {first} to {last}", { steps: losses.length, first: losses[0].toFixed(2), last: least.toFixed(2) }));
      parts.push(this.picture);
    }
    this.content.replaceChildren(...parts);
  }

  draw(ink: string): void {
    if (this.losses.length) drawLosses(this.picture, this.losses, ink);
  }
}
