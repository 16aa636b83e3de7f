/** Every text a person reads goes through `t`; the English text is the key. */
type Translate = (text: string) => string;

let translate: Translate = (text) => text;

/** Let a front end (JupyterLab's ITranslator) translate. */
export function setTranslator(next: Translate): void {
  translate = next;
}

/** `t("Gain of {name}", { name })` */
export function t(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  return translate(text).replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}
