/** A script of ours, bundled and minified, as text (see build.mjs). */
declare module "inline:*" {
  const text: string;
  export default text;
}
