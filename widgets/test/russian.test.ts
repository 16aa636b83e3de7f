import { readFileSync } from "node:fs";
import { build, type Plugin } from "esbuild";
import { afterEach, describe, expect, it } from "vitest";
import { setTranslator, t } from "../core/i18n.js";
import { speak } from "../core/language.js";
import { RUSSIAN } from "../core/russian.js";

const left: Plugin = {
  name: "left-out",
  setup(builder) {
    builder.onResolve({ filter: /^inline:/ }, (args) => ({ path: args.path, namespace: "left-out" }));
    builder.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({ contents: "", loader: "text" }));
  },
};

/** The texts in the bundle of the voice studio. */
async function texts(): Promise<string[]> {
  const made = await build({ entryPoints: ["anywidget/voice.ts"], bundle: true, write: false, metafile: true, charset: "utf8", plugins: [left], external: ["*/russian.js"] });
  const code = made.outputFiles[0].text;
  const [{ inputs }] = Object.values(made.metafile.outputs);
  const sources = Object.keys(inputs).filter((path) => path.endsWith(".ts") && !path.startsWith("left-out:"));
  const keys = sources.flatMap((path) => Array.from(readFileSync(path, "utf-8").matchAll(/\bt\(\s*"((?:[^"\\]|\\.)*)"/g), ([, key]) => key));
  // Of a module that other widgets use too, the bundle has what the studio needs.
  return keys.filter((key) => code.includes(`"${key}"`));
}

describe("the studio in Russian", () => {
  afterEach(() => setTranslator((text) => text));

  it("says everything", async () => {
    const keys = await texts();
    expect(keys.length).toBeGreaterThan(100);
    expect(keys.filter((key) => RUSSIAN[key] === undefined)).toEqual([]);
  });

  it("keeps what is put in", () => {
    const places = (text: string): string[] => [...(text.match(/\{\w+\}/g) ?? [])].sort();
    for (const [english, russian] of Object.entries(RUSSIAN)) expect(places(russian!), english).toEqual(places(english));
  });

  it("speaks the language of the page", () => {
    speak("de");
    expect(t("Convert")).toBe("Convert");
    speak("ru-RU");
    expect(t("Convert")).toBe("Преобразовать");
    expect(t("{count} gaps", { count: 3 })).toBe("разрывов: 3");
    expect(t("What nobody has translated")).toBe("What nobody has translated");
  });
});
