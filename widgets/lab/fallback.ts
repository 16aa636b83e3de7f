/** What a notebook shows of a widget where no kernel is: its picture, and what to do. */
import type { IRenderMime, IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { Panel, Widget } from "@lumino/widgets";
import { t } from "../core/i18n.js";
import { element } from "../ui/controls.js";

export const MIME = "application/vnd.musicnb.widget+json";
const VIEW = "application/vnd.jupyter.widget-view+json";
const RANK = -20;

/** Show the picture of each of our widgets until ipywidgets has put the widget itself there. */
export function addFallback(rendermime: IRenderMimeRegistry): void {
  const createRenderer = (): IRenderMime.IRenderer => new Fallback(rendermime);
  rendermime.addFactory({ safe: true, mimeTypes: [MIME], createRenderer }, RANK);
}

class Fallback extends Panel implements IRenderMime.IRenderer {
  private readonly picture = new Widget({ node: element("div", "mnb-picture") });
  private readonly observer = new MutationObserver(() => this.look());
  private inner: IRenderMime.IRenderer | null = null;

  constructor(private readonly rendermime: IRenderMimeRegistry) {
    super();
    this.addWidget(this.picture);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.showPicture(model);
    if (!this.rendermime.mimeTypes.includes(VIEW) || !model.data[VIEW]) return;
    const inner = this.rendermime.createRenderer(VIEW);
    this.inner = inner;
    inner.hide();
    this.addWidget(inner);
    this.observer.observe(inner.node, { childList: true, subtree: true, characterData: true });
    await inner.renderModel(model);
    this.look();
  }

  override dispose(): void {
    this.observer.disconnect();
    super.dispose();
  }

  /** A widget has elements; "loading" and "not found" are only words. */
  private look(): void {
    if (!this.inner) return;
    const there = this.inner.node.childElementCount > 0;
    this.inner.setHidden(!there);
    this.picture.setHidden(there);
  }

  private showPicture(model: IRenderMime.IMimeModel): void {
    const { alt = "" } = (model.data[MIME] ?? {}) as { alt?: string };
    const png = model.data["image/png"];
    const parts: HTMLElement[] = [];
    if (typeof png === "string") {
      const image = element("img");
      image.src = `data:image/png;base64,${png}`;
      image.alt = alt;
      image.style.maxWidth = "100%";
      parts.push(image);
    }
    parts.push(element("p", "", t("Run this cell to use the widget.")));
    this.picture.node.replaceChildren(...parts);
  }
}
