// Two ESMs for every front end, the voice studio apart from what most notebooks show: workers and
// worklets travel inside them as text.
import { mkdirSync } from "node:fs";
import { build } from "esbuild";

const common = { bundle: true, minify: true, target: "es2022", legalComments: "none" };

/** `import text from "inline:../path.ts"`: the bundled script as a string. */
const inline = {
  name: "inline",
  setup(builder) {
    builder.onResolve({ filter: /^inline:/ }, async (args) => {
      const found = await builder.resolve(args.path.slice("inline:".length), {
        resolveDir: args.resolveDir,
        kind: "import-statement",
      });
      return { path: found.path, namespace: "inline" };
    });
    builder.onLoad({ filter: /.*/, namespace: "inline" }, async (args) => {
      const made = await build({ ...common, entryPoints: [args.path], format: "iife", write: false });
      return { contents: made.outputFiles[0].text, loader: "text" };
    });
  },
};

mkdirSync("../musicnb/static", { recursive: true });
for (const [entry, name] of [
  ["anywidget/index.ts", "widgets.js"],
  ["anywidget/voice.ts", "voice.js"],
]) {
  await build({
    ...common,
    entryPoints: [entry],
    outfile: `../musicnb/static/${name}`,
    format: "esm",
    // Escaped, a Cyrillic letter would take three times the room.
    charset: "utf8",
    plugins: [inline],
  });
}
// The extension, for JupyterLab's own builder: its packages stay outside.
await build({
  ...common,
  entryPoints: ["lab/index.ts"],
  outfile: "lib/lab/index.js",
  format: "esm",
  plugins: [inline],
  external: ["@jupyterlab/*", "@lumino/*"],
});
