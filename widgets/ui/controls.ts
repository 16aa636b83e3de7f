/** Small accessible controls, all of native elements. */
import { t } from "../core/i18n.js";
import type { Scope } from "../core/scope.js";

/** Shapes on a grid of 16 by 16. */
const ICONS = {
  play: "M4 2l10 6-10 6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  loop: "M4 4h7V1l4 4-4 4V6H6v3H4zM12 12H5v3l-4-4 4-4v3h5V7h2z",
  band: "M1 3h14v2H1zM4 7h8v2H4zM1 11h14v2H1z",
  select: "M1 1h4v2H3v2H1zM11 1h4v4h-2V3h-2zM1 11h2v2h2v2H1zM13 11h2v4h-4v-2h2z",
  pan: "M8 0l3 3H9v4h4V5l3 3-3 3V9H9v4h2l-3 3-3-3h2V9H3v2L0 8l3-3v2h4V3H5z",
  closer: "M7 2h2v5h5v2H9v5H7V9H2V7h5z",
  wider: "M2 7h12v2H2z",
  all: "M1 3h2v10H1zM13 3h2v10h-2zM4 8l3-3v2h2V5l3 3-3 3V9H7v2z",
  code: "M5 3l1.5 1.5L3 8l3.5 3.5L5 13 0 8zM11 3l5 5-5 5-1.5-1.5L13 8 9.5 4.5z",
  save: "M7 1h2v7h3l-4 4-4-4h3zM2 13h12v2H2z",
  keys: "M0 3h16v10H0zM2 5v2h2V5zM5 5v2h2V5zM9 5v2h2V5zM12 5v2h2V5zM3 9v2h10V9z",
  draw: "M11 1l4 4-9 9-5 1 1-5zM10 4L4 10v2h2l6-6z",
  erase: "M9 2l5 5-7 7H4L1 11zM8 5l-4 6 1 1h1l4-5zM8 14h7v1H8z",
  move: "M8 0l4 5H9v6h3l-4 5-4-5h3V5H4z",
  undo: "M6 2v3h4a4 4 0 0 1 0 9H4v-2h6a2 2 0 0 0 0-5H6v3L1 6z",
  redo: "M10 2v3H6a4 4 0 0 0 0 9h6v-2H6a2 2 0 0 1 0-5h4v3l5-4z",
  close: "M3 2l5 5 5-5 1 1-5 5 5 5-1 1-5-5-5 5-1-1 5-5-5-5z",
} as const;
export type Icon = keyof typeof ICONS;

export function element<K extends keyof HTMLElementTagNameMap>(tag: K, className = "", text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function icon(name: Icon): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** @param face an icon, or a text that is shown as it is */
export function button(scope: Scope, label: string, face: Icon | { text: string }, act: () => void): HTMLButtonElement {
  const made = element("button");
  made.type = "button";
  setFace(made, label, face);
  scope.listen(made, "click", act);
  return made;
}

export function setFace(target: HTMLButtonElement, label: string, face: Icon | { text: string }): void {
  target.replaceChildren(typeof face === "string" ? icon(face) : face.text);
  target.title = label;
  target.setAttribute("aria-label", label);
}

/** Keep plain keys from the notebook, where A inserts a cell; Ctrl+S and the like pass. */
export function ownKeys(scope: Scope, root: HTMLElement): void {
  scope.listen(root, "keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
}

/** Something whose value can also be set from elsewhere, without an echo. */
export interface Control<T> {
  readonly element: HTMLElement;
  set(value: T): void;
}

export function toggle(scope: Scope, label: string, face: Icon | { text: string }, change: (on: boolean) => void): Control<boolean> & { readonly element: HTMLButtonElement } {
  const made = button(scope, label, face, () => {
    const on = made.getAttribute("aria-pressed") !== "true";
    made.setAttribute("aria-pressed", String(on));
    change(on);
  });
  made.setAttribute("aria-pressed", "false");
  return { element: made, set: (on) => made.setAttribute("aria-pressed", String(on)) };
}

export function select<T extends string>(scope: Scope, label: string, choices: readonly (readonly [T, string])[], change: (value: T) => void): Control<T> & { readonly input: HTMLSelectElement } {
  const input = element("select");
  for (const [value, text] of choices) {
    const option = element("option", "", text);
    option.value = value;
    input.append(option);
  }
  scope.listen(input, "change", () => change(input.value as T));
  return { element: labelled(label, input), input, set: (value) => (input.value = value) };
}

export interface Range {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** What a screen reader says of a value. */
  readonly format: (value: number) => string;
}

export function slider(scope: Scope, label: string, range: Range, change: (value: number) => void): Control<number> & { readonly input: HTMLInputElement } {
  const input = element("input");
  input.type = "range";
  Object.assign(input, { min: String(range.min), max: String(range.max), step: String(range.step) });
  const say = (): void => {
    const text = range.format(Number(input.value));
    input.setAttribute("aria-valuetext", text);
    input.title = `${label}: ${text}`;
  };
  scope.listen(input, "input", () => {
    say();
    change(Number(input.value));
  });
  const set = (value: number): void => {
    input.value = String(value);
    say();
  };
  return { element: labelled(label, input), input, set };
}

export function number(scope: Scope, label: string, unit: string, step: number, change: (value: number) => void): Control<number> {
  const input = element("input");
  input.type = "number";
  input.step = String(step);
  scope.listen(input, "change", () => {
    if (Number.isFinite(input.valueAsNumber)) change(input.valueAsNumber);
  });
  const whole = labelled(label, input);
  whole.append(unit);
  return { element: whole, set: (value) => (input.value = String(Number(value.toFixed(step < 1 ? 3 : 0)))) };
}

function labelled(label: string, input: HTMLElement): HTMLLabelElement {
  const made = element("label");
  made.append(element("span", "", label), input);
  return made;
}

/** A button that opens a short list of acts. */
export function menu(scope: Scope, label: string, face: Icon, acts: readonly (readonly [string, () => void])[]): HTMLElement {
  const whole = element("span", "mnb-menu");
  const list = element("div");
  list.hidden = true;
  const show = (open: boolean): void => {
    list.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (open) list.querySelector("button")?.focus();
  };
  const opener = button(scope, label, face, () => show(list.hidden));
  opener.setAttribute("aria-expanded", "false");
  for (const [text, act] of acts) {
    const entry = button(scope, text, { text }, () => {
      show(false);
      opener.focus();
      act();
    });
    entry.removeAttribute("title");
    list.append(entry);
  }
  scope.listen(whole, "keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.stopPropagation();
    show(false);
    opener.focus();
  });
  scope.listen(whole, "focusout", (event) => {
    if (!whole.contains(event.relatedTarget as Node | null)) show(false);
  });
  whole.append(opener, list);
  return whole;
}

/** A modal dialog within the widget, closed by Escape and by its button. */
export function dialog(scope: Scope, root: HTMLElement, title: string, content: readonly HTMLElement[], acts: readonly HTMLButtonElement[] = []): HTMLDialogElement {
  const made = element("dialog");
  made.setAttribute("aria-label", title);
  const bar = element("div", "mnb-group");
  bar.append(...acts, button(scope, t("Close"), { text: t("Close") }, () => made.close()));
  made.append(element("h2", "", title), ...content, bar);
  scope.listen(made, "close", () => made.remove());
  // What is typed here is not meant for the widget behind.
  scope.listen(made, "keydown", (event) => event.stopPropagation());
  root.append(made);
  made.showModal();
  return made;
}

/** Show code in a dialog: to copy, or to insert below where the host can. */
export function showCode(scope: Scope, root: HTMLElement, code: string): void {
  const text = element("pre", "", code);
  text.tabIndex = 0;
  text.setAttribute("aria-label", t("Python code"));
  const copy = button(scope, t("Copy"), { text: t("Copy") }, () => {
    void navigator.clipboard.writeText(code).then(
      () => setFace(copy, t("Copied"), { text: t("Copied") }),
      () => globalThis.getSelection()?.selectAllChildren(text),
    );
  });
  const insert = button(scope, t("Insert below"), { text: t("Insert below") }, () => {
    // First, because it gives the focus back to this cell.
    made.close();
    askHost(root, code);
  });
  const made = dialog(scope, root, t("The code of this widget"), [text], askHost(root, null) ? [copy, insert] : [copy]);
}

/** Ask the host for a cell with this code; without code, whether it could make one. */
function askHost(root: HTMLElement, code: string | null): boolean {
  const detail = { code, handled: false };
  root.dispatchEvent(new CustomEvent("musicnb:insert-code", { bubbles: true, detail }));
  return detail.handled;
}

/** Hand the person a file. */
export function download(name: string, data: Blob): void {
  const link = element("a");
  link.href = URL.createObjectURL(data);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
