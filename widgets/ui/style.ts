/** The one style sheet. Colours come from JupyterLab or VS Code, else from the browser. */
const CSS = `
.mnb{--mnb-fg:var(--jp-ui-font-color1,var(--vscode-foreground,#1f1f1f));--mnb-bg:var(--jp-layout-color1,var(--vscode-editor-background,#fff));
--mnb-soft:var(--jp-layout-color2,var(--vscode-sideBar-background,#f0f0f0));--mnb-line:var(--jp-border-color1,var(--vscode-panel-border,#bdbdbd));
--mnb-accent:var(--jp-brand-color1,var(--vscode-focusBorder,#1565c0));
box-sizing:border-box;position:relative;width:100%;min-width:0;color:var(--mnb-fg);background:var(--mnb-bg);font:13px/1.35 var(--jp-ui-font-family,system-ui,sans-serif);
border:1px solid var(--mnb-line);border-radius:6px;overflow:hidden;user-select:none;-webkit-user-select:none}
.mnb *{box-sizing:border-box}
.mnb [hidden]{display:none!important}
.mnb-bar{display:flex;flex-wrap:wrap;align-items:center;gap:4px 8px;padding:5px 8px}
.mnb-bar+.mnb-bar{padding-top:0}
.mnb-group{display:inline-flex;align-items:center;gap:2px}
.mnb button{font:inherit;color:inherit;background:transparent;border:1px solid transparent;border-radius:4px;min-width:28px;height:28px;padding:0 5px;cursor:pointer;display:inline-flex;align-items:center;justify-content:center;gap:4px}
.mnb button:hover:not(:disabled){background:var(--mnb-soft)}
.mnb button:disabled{opacity:.45;cursor:default}
.mnb button[aria-pressed=true],.mnb button[aria-pressed=true]:hover:not(:disabled){background:var(--mnb-fg);color:var(--mnb-bg)}
.mnb :focus-visible{outline:2px solid var(--mnb-accent);outline-offset:1px}
.mnb svg{width:16px;height:16px;fill:currentColor;flex:none}
.mnb label{display:inline-flex;align-items:center;gap:4px;white-space:nowrap}
.mnb select,.mnb input[type=number],.mnb input[type=text]{font:inherit;color:var(--mnb-fg);background:var(--mnb-bg);border:1px solid var(--mnb-line);border-radius:4px;height:26px;padding:0 3px}
.mnb input[type=number]{width:84px}
.mnb input[type=range]{width:84px;accent-color:var(--mnb-accent);margin:0;height:20px}
.mnb-time{font-variant-numeric:tabular-nums;min-width:9.5em}
.mnb-grow{flex:1}
.mnb-title{max-width:40%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.mnb-stage{position:relative;touch-action:pan-y;cursor:crosshair;outline-offset:-2px!important}
.mnb-stage[data-tool=pan]{cursor:grab}
.mnb-stage[data-tool=move]{cursor:ns-resize}
.mnb-stage:is([data-tool=draw],[data-tool=erase],[data-tool=move]){touch-action:none}
.mnb-stage canvas{position:absolute;inset:0;width:100%;height:100%;display:block}
.mnb-map{position:relative;height:34px;cursor:grab;touch-action:pan-y}
.mnb-map canvas{position:absolute;inset:0;width:100%;height:100%}
.mnb-readout{font-variant-numeric:tabular-nums;min-height:1.35em;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.mnb-legend{display:inline-flex;gap:4px;flex-wrap:wrap}
.mnb-swatch{width:10px;height:10px;border-radius:2px;display:inline-block;flex:none;border:1px solid var(--mnb-line)}
.mnb-message{position:absolute;left:50%;top:50%;transform:translate(-50%,-50%);max-width:90%;padding:8px 14px;background:var(--mnb-bg);color:var(--mnb-fg);border:1px solid var(--mnb-line);border-radius:6px;box-shadow:0 2px 8px #0004;display:flex;gap:10px;align-items:center;z-index:2}
.mnb-menu{position:relative;display:inline-block}
.mnb-menu>div{position:absolute;right:0;top:100%;z-index:5;background:var(--mnb-bg);border:1px solid var(--mnb-line);border-radius:4px;box-shadow:0 2px 8px #0004;display:flex;flex-direction:column;min-width:170px}
.mnb-menu>div button{justify-content:flex-start;border-radius:0;padding:0 10px;white-space:nowrap}
.mnb dialog{color:var(--mnb-fg);background:var(--mnb-bg);border:1px solid var(--mnb-line);border-radius:6px;max-width:min(720px,92vw);padding:14px;font:inherit}
.mnb dialog::backdrop{background:#0006}
.mnb dialog h2{font-size:15px;margin:0 0 8px}
.mnb dialog pre{font:12px/1.5 var(--jp-code-font-family,monospace);background:var(--mnb-soft);padding:8px;margin:0 0 10px;overflow:auto;max-height:50vh;user-select:text;-webkit-user-select:text}
.mnb dialog table{border-collapse:collapse;margin-bottom:10px}
.mnb dialog td{padding:2px 14px 2px 0;vertical-align:top}
.mnb-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (prefers-reduced-motion:reduce){.mnb *{transition:none!important}}
`;

/** Put the style sheet beside a widget: hosts differ in whether they have one document or many. */
export function addStyle(root: HTMLElement, more = ""): void {
  const style = document.createElement("style");
  style.textContent = CSS + more;
  root.append(style);
}
