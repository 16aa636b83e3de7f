/** "Insert below" of a widget's code: a new cell under the one whose output holds the widget. */
import type { INotebookTracker } from "@jupyterlab/notebook";
import { NotebookActions } from "@jupyterlab/notebook";
import type { Scope } from "../core/scope.js";

interface Asked {
  /** null only asks whether there is a notebook to insert into. */
  readonly code: string | null;
  handled: boolean;
}

export function insertBelow(notebooks: INotebookTracker, code: string | null, within: Node | null = null): boolean {
  const panel = notebooks.currentWidget;
  if (!panel) return false;
  const { content } = panel;
  const index = within ? content.widgets.findIndex((cell) => cell.node.contains(within)) : content.activeCellIndex;
  if (index < 0) return false;
  if (code === null) return true;
  content.activeCellIndex = index;
  NotebookActions.insertBelow(content);
  content.activeCell?.model.sharedModel.setSource(code);
  // The focus goes there too: what is run next is the new cell.
  content.mode = "edit";
  return true;
}

export function listenForCode(scope: Scope, notebooks: INotebookTracker): void {
  scope.listen(document, "musicnb:insert-code", (event) => {
    const { detail, target } = event as CustomEvent<Asked>;
    detail.handled = insertBelow(notebooks, detail.code, target as Node);
  });
}
