// One ESM for every front end: the worker and the worklet travel inside it as text.
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
await build({
  ...common,
  entryPoints: ["anywidget/index.ts"],
  outfile: "../musicnb/static/widgets.js",
  format: "esm",
  plugins: [inline],
});
// The extension, for JupyterLab's own builder: its packages stay outside.
await build({
  ...common,
  entryPoints: ["lab/index.ts"],
  outfile: "lib/lab/index.js",
  format: "esm",
  plugins: [inline],
  external: ["@jupyterlab/*", "@lumino/*"],
});
