/** What every module of widgets exports: a view for each place in which one is shown. */
import { t } from "../core/i18n.js";
import { Scope } from "../core/scope.js";
import type { Model } from "../sources/channel.js";
import { element } from "../ui/controls.js";
import { addStyle } from "../ui/style.js";

export type Render = (model: Model, host: HTMLElement, scope: Scope) => Promise<void> | void;

/** anywidget calls what this returns for each view, and what that returns when the view goes. */
export function viewOf(renderOf: (model: Model) => Render | undefined): { render: (given: { model: Model; el: HTMLElement }) => () => void } {
  return {
    render: ({ model, el }) => {
      const scope = new Scope();
      Promise.resolve(renderOf(model)?.(model, el, scope)).catch((error: unknown) => {
        if (!scope.ended) say(el, (error as Error).message);
      });
      return () => scope.end();
    },
  };
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
