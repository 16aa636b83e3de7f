import tseslint from "typescript-eslint";

// Listeners and timers belong to a Scope, which removes them all; text never becomes markup.
const banned = [
  ["CallExpression[callee.property.name='addEventListener']", "use scope.listen"],
  ["CallExpression[callee.name=/^(setTimeout|setInterval|requestAnimationFrame)$/]", "use scope.timeout or scope.frame"],
  ["CallExpression[callee.property.name=/^(setTimeout|setInterval|requestAnimationFrame)$/]", "use scope.timeout or scope.frame"],
  ["AssignmentExpression[left.property.name=/^(innerHTML|outerHTML)$/]", "use textContent"],
  ["CallExpression[callee.property.name='insertAdjacentHTML']", "use textContent"],
  ["AssignmentExpression[left.property.name=/^on[a-z]+$/]", "use scope.listen"],
].map(([selector, message]) => ({ selector, message }));

export default tseslint.config(
  { ignores: ["node_modules/", "lib/", "test/fixtures/", "**/*.cjs"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["*.js", "*.mjs", "*.ts"] }, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "no-restricted-syntax": ["error", ...banned],
      "max-lines": ["error", 400],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-non-null-assertion": "off",
      // Items of arrays are typed as always there, so this rule would call needed checks needless.
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  { files: ["core/scope.ts"], rules: { "no-restricted-syntax": "off" } },
  { files: ["*.js", "*.mjs", "*.ts", "test/**"], ...tseslint.configs.disableTypeChecked },
  { files: ["test/**"], rules: { "max-lines": "off", "no-restricted-syntax": "off" } },
);
