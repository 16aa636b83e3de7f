/** What a notebook shows of a widget where no kernel is: its picture, and what to do. */
import type { IRenderMime, IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { Panel, Widget } from "@lumino/widgets";
import { t } from "../core/i18n.js";
import { Scope } from "../core/scope.js";
import { element } from "../ui/controls.js";

export const MIME = "application/vnd.musicnb.widget+json";
const VIEW = "application/vnd.jupyter.widget-view+json";
const RANK = -20;

/** Show the picture of each of our widgets until ipywidgets has put the widget itself there. */
export function addFallback(rendermime: IRenderMimeRegistry): void {
  const createRenderer = (): IRenderMime.IRenderer => new Fallback(rendermime);
  rendermime.addFactory({ safe: true, mimeTypes: [MIME], createRenderer }, RANK);
}

/** ipywidgets puts another factory in place once it has connected to the kernel; this often we look. */
const LOOK_EVERY_MS = 300;

class Fallback extends Panel implements IRenderMime.IRenderer {
  private readonly picture = new Widget({ node: element("div", "mnb-picture") });
  private readonly observer = new MutationObserver(() => this.look());
  private readonly scope = new Scope();
  private factory: IRenderMime.IRendererFactory | undefined;
  private inner: IRenderMime.IRenderer | null = null;

  constructor(private readonly rendermime: IRenderMimeRegistry) {
    super();
    this.addWidget(this.picture);
  }

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.showPicture(model);
    if (model.data[VIEW]) this.follow(model);
    return Promise.resolve();
  }

  override dispose(): void {
    this.observer.disconnect();
    this.scope.end();
    super.dispose();
  }

  /** Render the widget with the factory there is, and again whenever there is another. */
  private follow(model: IRenderMime.IMimeModel): void {
    if (this.isDisposed || this.there) return;
    const factory = this.rendermime.getFactory(VIEW);
    if (factory && factory !== this.factory) {
      this.factory = factory;
      this.inner?.dispose();
      this.inner = this.rendermime.createRenderer(VIEW);
      this.inner.hide();
      this.addWidget(this.inner);
      this.observer.observe(this.inner.node, { childList: true });
      this.inner.renderModel(model).then(
        () => this.look(),
        (error: unknown) => console.warn(error),
      );
    }
    this.scope.timeout(() => this.follow(model), LOOK_EVERY_MS);
  }

  /** A widget has elements; "loading" and "not found" are only words. */
  private get there(): boolean {
    return this.inner !== null && this.inner.node.querySelector(".lm-Widget, .jupyter-widgets, .mnb") !== null;
  }

  private look(): void {
    const { there } = this;
    this.inner?.setHidden(!there);
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
