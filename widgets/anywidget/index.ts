/** The one module of all widgets; the trait `_kind` says which is meant. */
import { t } from "../core/i18n.js";
import { Scope } from "../core/scope.js";
import type { Model } from "../sources/channel.js";
import { element } from "../ui/controls.js";
import { addStyle } from "../ui/style.js";
import { renderEffects } from "./effects.js";
import { renderExplorer } from "./explorer.js";
import { renderMixer } from "./mixer.js";
import { renderQuiz } from "./quiz.js";

type Render = (model: Model, host: HTMLElement, scope: Scope) => Promise<void> | void;

const KINDS: Partial<Record<string, Render>> = {
  effects: renderEffects,
  explorer: renderExplorer,
  mixer: renderMixer,
  quiz: renderQuiz,
};

/** anywidget calls this for each view, and what it returns when the view goes. */
function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  const scope = new Scope();
  Promise.resolve(KINDS[String(model.get("_kind"))]?.(model, el, scope)).catch((error: unknown) => {
    if (!scope.ended) say(el, (error as Error).message);
  });
  return () => scope.end();
}

function say(host: HTMLElement, text: string): void {
  const box = element("div", "mnb");
  addStyle(box);
  box.dataset["state"] = "error";
  const line = element("div", "mnb-bar", text || t("Something went wrong."));
  line.setAttribute("role", "alert");
  box.append(line);
  host.replaceChildren(box);
}

export default { render };
