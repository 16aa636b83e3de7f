/** "Open with → Spectrogram explorer": a sound file, decoded and drawn without a kernel. */
import { ABCWidgetFactory, DocumentWidget } from "@jupyterlab/docregistry";
import type { DocumentRegistry } from "@jupyterlab/docregistry";
import type { Contents } from "@jupyterlab/services";
import { Widget } from "@lumino/widgets";
import { t } from "../core/i18n.js";
import { Scope } from "../core/scope.js";
import { readHeader } from "../sources/decode.js";
import { WorkerSource } from "../sources/worker.js";
import { element } from "../ui/controls.js";
import { mountExplorer } from "../ui/explorer.js";
import type { Settings } from "../ui/explorer-state.js";

/** Bytes of decoded samples that a page can hold. */
const MOST = 1_000_000_000;

export class SoundView extends Widget {
  private readonly scope = new Scope();

  constructor(
    private readonly context: DocumentRegistry.Context,
    private readonly contents: Contents.IManager,
    private readonly settings: () => Partial<Settings>,
  ) {
    super();
    this.addClass("mnb-view");
    this.node.style.overflow = "auto";
    this.node.style.padding = "8px";
    this.say(t("Decoding…"));
    this.open().catch((error: unknown) => this.say((error as Error).message));
  }

  override dispose(): void {
    this.scope.end();
    super.dispose();
  }

  private async open(): Promise<void> {
    const { path } = this.context;
    const name = path.split("/").pop() ?? path;
    const answer = await fetch(await this.contents.getDownloadUrl(path));
    if (!answer.ok) throw new Error(t("{name} could not be read.", { name }));
    const bytes = await answer.arrayBuffer();
    const header = readHeader(new Uint8Array(bytes), bytes.byteLength);
    const sampleRate = header?.sampleRate ?? 44_100;
    if (header?.frames && header.frames * header.channels * 8 > MOST) throw new Error(t("{name} is too long to be decoded in a page. Open it from Python: musicnb.SpectrogramExplorer(...)", { name }));
    const decoded = await decode(bytes, sampleRate).catch(() => {
      throw new Error(t("{name} could not be decoded; it may be damaged, or no sound.", { name }));
    });
    if (this.scope.ended) return;
    const channels = Array.from({ length: decoded.numberOfChannels }, (_, channel) => decoded.getChannelData(channel));
    this.node.replaceChildren();
    mountExplorer(this.node, new WorkerSource(name, channels, sampleRate, this.scope), this.scope, { settings: this.settings() });
  }

  private say(text: string): void {
    const line = element("p", "mnb-say", text);
    line.setAttribute("role", "status");
    this.node.replaceChildren(line);
  }
}

/** Refuses, too, a rate that no sound has. */
async function decode(bytes: ArrayBuffer, sampleRate: number): Promise<AudioBuffer> {
  return new OfflineAudioContext(1, 1, sampleRate).decodeAudioData(bytes);
}

export class SoundFactory extends ABCWidgetFactory<DocumentWidget<SoundView>> {
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions,
    private readonly contents: Contents.IManager,
    private readonly settings: () => Partial<Settings>,
  ) {
    super(options);
  }

  protected createNewWidget(context: DocumentRegistry.Context): DocumentWidget<SoundView> {
    return new DocumentWidget({ content: new SoundView(context, this.contents, this.settings), context });
  }
}
