/** Snapshots of a mix, to save, to come back to, and to delete. */
import { t } from "../core/i18n.js";
import type { Scope } from "../core/scope.js";
import { button, dialog, element, select } from "./controls.js";

export interface PresetActs {
  names(): readonly string[];
  use(name: string): void;
  save(name: string): void;
  remove(name: string): void;
}

export function presetControls(scope: Scope, root: HTMLElement, acts: PresetActs): { readonly element: HTMLElement; update(): void } {
  const whole = element("span", "mnb-group");
  const choice = select<string>(scope, t("Preset"), [["", "—"]], (name) => {
    if (name) acts.use(name);
  });
  const save = button(scope, t("Save as preset"), "closer", () => ask(scope, root, acts));
  const remove = button(scope, t("Delete preset"), "wider", () => {
    if (choice.input.value) acts.remove(choice.input.value);
  });
  whole.append(choice.element, save, remove);
  let shown = "";
  return {
    element: whole,
    update() {
      const names = acts.names();
      if (names.join("\n") === shown) return;
      shown = names.join("\n");
      const now = choice.input.value;
      const options = ["", ...names].map((name) => {
        const option = element("option", "", name || "—");
        option.value = name;
        return option;
      });
      choice.input.replaceChildren(...options);
      choice.set(names.includes(now) ? now : "");
    },
  };
}

function ask(scope: Scope, root: HTMLElement, acts: PresetActs): void {
  const input = element("input");
  input.type = "text";
  input.setAttribute("aria-label", t("Name of the preset"));
  input.value = t("Mix {number}", { number: acts.names().length + 1 });
  const save = button(scope, t("Save"), { text: t("Save") }, () => {
    if (input.value.trim()) acts.save(input.value.trim());
    made.close();
  });
  const made = dialog(scope, root, t("Save as preset"), [input], [save]);
  input.select();
}
