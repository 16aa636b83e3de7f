/** The language of a page that has no translator of its own. */
import { setTranslator } from "./i18n.js";
import { RUSSIAN } from "./russian.js";

/** @param tag such as "ru-RU"; what is not translated stays English */
export function speak(tag: string): void {
  if (/^ru\b/i.test(tag)) setTranslator((text) => RUSSIAN[text] ?? text);
}
