/** What answers are given with: one field for each kind of question, all of native elements. */
import { t } from "../core/i18n.js";
import type { Scope } from "../core/scope.js";
import { button, element } from "./controls.js";

export type Answer = number | string | readonly number[];

export interface Field {
  readonly element: HTMLElement;
  /** The answer, or null while there is none. */
  read(): Answer | null;
  write(answer: unknown): void;
  lock(on: boolean): void;
}

/** Characters of any text; the same number is in musicnb/widgets/quiz.py. */
export const MOST = 2000;

/** One option or several. Radios belong together within their form, so all may have one name. */
export function choiceField(scope: Scope, options: readonly string[], several: boolean, changed: () => void): Field {
  const whole = element("div", "mnb-quiz-options");
  const inputs = options.map((text) => {
    const input = element("input");
    input.type = several ? "checkbox" : "radio";
    input.name = "answer";
    const label = element("label", "mnb-quiz-option");
    label.append(input, element("span", "", text));
    scope.listen(input, "change", changed);
    whole.append(label);
    return input;
  });
  const ticked = (): number[] => inputs.flatMap((input, index) => (input.checked ? [index] : []));
  return {
    element: whole,
    read: () => (several ? ticked() : (ticked()[0] ?? null)),
    write: (answer) => {
      const indices = Array.isArray(answer) ? answer : [answer];
      inputs.forEach((input, index) => (input.checked = indices.includes(index)));
    },
    lock: (on) => {
      for (const input of inputs) input.disabled = on;
    },
  };
}

/** The same with letters for indices. */
export function letterField(scope: Scope, letters: readonly string[], changed: () => void): Field {
  const field = choiceField(scope, letters, false, changed);
  field.element.classList.add("mnb-quiz-letters");
  return {
    ...field,
    read: () => {
      const index = field.read();
      return typeof index === "number" ? letters[index] : null;
    },
    write: (answer) => field.write(letters.indexOf(String(answer))),
  };
}

export function numberField(scope: Scope, unit: string, changed: () => void): Field {
  const input = element("input");
  input.type = "number";
  input.step = "any";
  scope.listen(input, "input", changed);
  const label = element("label");
  label.append(element("span", "", t("Answer")), input, unit);
  return {
    element: label,
    read: () => (Number.isFinite(input.valueAsNumber) ? input.valueAsNumber : null),
    write: (answer) => (input.value = typeof answer === "number" ? String(answer) : ""),
    lock: (on) => (input.disabled = on),
  };
}

export function textField(scope: Scope, name: string, changed: () => void): Field {
  const input = element("textarea");
  input.rows = 2;
  input.maxLength = MOST;
  scope.listen(input, "input", changed);
  const label = element("label", "mnb-quiz-text");
  label.append(element("span", "", name), input);
  return {
    element: label,
    read: () => input.value.trim() || null,
    write: (answer) => (input.value = typeof answer === "string" ? answer : ""),
    lock: (on) => (input.disabled = on),
  };
}

/** A list of which each entry has a button up and one down. */
export function orderField(scope: Scope, options: readonly string[], changed: () => void): Field {
  const whole = element("div");
  const list = element("ol", "mnb-quiz-order");
  const news = element("div", "mnb-hidden");
  news.setAttribute("aria-live", "polite");
  let locked = false;
  const entries = options.map((text, index) => {
    const item = element("li");
    const up = button(scope, t("Move {name} up", { name: text }), { text: "↑" }, () => move(index, -1));
    const down = button(scope, t("Move {name} down", { name: text }), { text: "↓" }, () => move(index, 1));
    item.append(element("span", "", text), up, down);
    list.append(item);
    return { item, up, down };
  });
  let order = options.map((_, index) => index);
  const show = (): void => {
    entries.forEach(({ up, down }, index) => {
      up.disabled = locked || index === order[0];
      down.disabled = locked || index === order.at(-1);
    });
  };
  const move = (index: number, by: -1 | 1): void => {
    const from = order.indexOf(index);
    const to = from + by;
    const other = order[to];
    if (other === undefined) return;
    [order[from], order[to]] = [other, index];
    // The other entry moves: an element that is taken out of the page loses the focus.
    if (by < 0) entries[index].item.after(entries[other].item);
    else entries[index].item.before(entries[other].item);
    const { up, down } = entries[index];
    show();
    // At an end, the pressed button has nothing more to do.
    (by < 0 ? (up.disabled ? down : up) : down.disabled ? up : down).focus();
    news.textContent = t("{name}: place {place} of {count}", { name: options[index], place: to + 1, count: options.length });
    changed();
  };
  show();
  whole.append(list, news);
  return {
    element: whole,
    read: () => [...order],
    write: (answer) => {
      const indices = Array.isArray(answer) ? (answer as number[]).filter((index) => index in entries) : [];
      order = indices.length === entries.length ? [...indices] : options.map((_, index) => index);
      list.append(...order.map((index) => entries[index].item));
      show();
    },
    lock: (on) => {
      locked = on;
      show();
    },
  };
}
