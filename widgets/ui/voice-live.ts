/** Singing into the microphone and hearing the other voice, block by block, and how late it is. */
import { Blocks } from "../core/blocks.js";
import { t } from "../core/i18n.js";
import { LiveQueue, RunningMedian } from "../core/live.js";
import { Microphone } from "../core/microphone.js";
import { Scope } from "../core/scope.js";
import { button, element, select, setFace } from "./controls.js";
import type { Kernel, VoiceSettings } from "./voice-types.js";

export interface LiveActs {
  settings(): VoiceSettings;
  silence(): void;
  say(text: string): void;
}

const BLOCKS = [0.25, 0.5, 1] as const;
/** Blocks on their way to the kernel; more would only make it later. */
const MOST_WAITING = 3;
const FADE = 0.01;

export class Live {
  readonly element = element("div", "mnb-live");
  private readonly start: HTMLButtonElement;
  private readonly hearing = element("input");
  private readonly through = element("input");
  private readonly latency = element("div", "mnb-readout");
  private readonly size;
  private seconds = 0.5;
  private session: Session | null = null;

  constructor(
    private readonly scope: Scope,
    private readonly kernel: Pick<Kernel, "live">,
    private readonly acts: LiveActs,
  ) {
    this.start = button(scope, t("Start to convert what the microphone hears"), { text: t("Start live") }, () => void this.toggle());
    this.start.classList.add("mnb-plain");
    const { hearing, through } = this;
    hearing.type = through.type = "checkbox";
    hearing.checked = true;
    for (const box of [hearing, through]) scope.listen(box, "change", () => this.session?.mix(hearing.checked, through.checked));
    this.size = select(scope, t("Block"), BLOCKS.map((each) => [String(each), t("{seconds} s", { seconds: each })] as const), (value) => (this.seconds = Number(value)));
    this.size.set(String(this.seconds));
    const row = element("div", "mnb-row");
    row.append(this.start, labelled(hearing, t("Hear the voice")), labelled(through, t("Hear myself too")), this.size.element);
    const warning = element("div", "mnb-fine", t("Use headphones: the microphone would hear a loudspeaker, and the two would howl. The controls above can be changed while you sing."));
    this.latency.setAttribute("role", "status");
    this.element.append(row, warning, this.latency);
    scope.onEnd(() => this.session?.end());
  }

  private async toggle(): Promise<void> {
    if (this.session) {
      this.session.end();
      return;
    }
    this.acts.silence();
    this.acts.say("");
    const session = (this.session = new Session(this.kernel, this.acts, this.seconds, (text) => (this.latency.textContent = text)));
    this.face(true);
    try {
      await session.run(this.hearing.checked, this.through.checked);
    } catch (error) {
      this.acts.say((error as Error).message);
    } finally {
      session.end();
      this.session = null;
      if (!this.scope.ended) this.face(false);
    }
  }

  private face(on: boolean): void {
    setFace(this.start, on ? t("Stop the live conversion") : t("Start to convert what the microphone hears"), { text: on ? t("Stop live") : t("Start live") });
    this.start.setAttribute("aria-pressed", String(on));
    this.size.input.disabled = on;
  }
}

/** From start to stop. */
class Session {
  private readonly scope = new Scope();
  private readonly queue = new LiveQueue();
  private readonly usual = new RunningMedian(9);
  private readonly scheduled = new Set<{ readonly node: AudioBufferSourceNode; readonly fade: GainNode }>();
  private wet: GainNode | null = null;
  private dry: GainNode | null = null;
  private index = 0;
  private waiting = 0;
  private skipped = 0;
  private finish: (error?: Error) => void = () => undefined;

  constructor(
    private readonly kernel: Pick<Kernel, "live">,
    private readonly acts: LiveActs,
    private readonly seconds: number,
    private readonly tell: (text: string) => void,
  ) {}

  async run(hearing: boolean, through: boolean): Promise<void> {
    const over = new Promise<void>((resolve, reject) => (this.finish = (error) => (error ? reject(error) : resolve())));
    over.catch(() => undefined);
    this.tell(t("Waiting for the microphone…"));
    let blocks: Blocks | null = null;
    let began = 0;
    const microphone = await Microphone.open(this.scope, ({ samples, time }) => {
      // Of the block's first frame; what follows is without gaps.
      if (began === 0) began = time;
      blocks?.push(samples);
    });
    if (this.scope.ended) {
      microphone.close();
      return;
    }
    const { context } = microphone;
    const size = Math.round(this.seconds * context.sampleRate);
    let count = 0;
    blocks = new Blocks(size, (block) => {
      const first = began + (count * size) / context.sampleRate;
      count += 1;
      void this.send(context, block, first);
    });
    began = 0;
    this.wet = new GainNode(context);
    this.dry = new GainNode(context);
    this.wet.connect(context.destination);
    microphone.output.connect(this.dry).connect(context.destination);
    this.mix(hearing, through);
    this.tell(t("Sing! The first blocks take longer, until the networks are loaded."));
    await over;
  }

  mix(hearing: boolean, through: boolean): void {
    if (this.wet) this.wet.gain.value = hearing ? 1 : 0;
    if (this.dry) this.dry.gain.value = through ? 1 : 0;
  }

  end(): void {
    this.finish();
    this.scope.end();
    this.wet?.disconnect();
    this.dry?.disconnect();
  }

  /** @param first when the block's first frame was sung, on the context's clock */
  private async send(context: AudioContext, block: Float32Array<ArrayBuffer>, first: number): Promise<void> {
    if (this.waiting >= MOST_WAITING) {
      this.skipped += 1;
      this.tell(t("The kernel is busy: {count} blocks were left out.", { count: this.skipped }));
      return;
    }
    this.waiting += 1;
    try {
      const asked = context.currentTime;
      const made = await this.kernel.live(this.index++, context.sampleRate, this.acts.settings(), block);
      if (this.scope.ended) return;
      const back = context.currentTime;
      const at = this.play(context, made.samples);
      const late = (context as { outputLatency?: number }).outputLatency ?? 0;
      const latency = this.usual.push(at + late - (first - made.delay));
      const ms = (seconds: number): number => Math.round(seconds * 1000);
      const parts = t("block {block}, look-ahead {delay}, kernel and back {back} (computing {took}) ms", { block: ms(this.seconds), delay: ms(made.delay), back: ms(back - asked), took: ms(made.took) });
      this.tell(`${t("Latency: {ms} ms", { ms: ms(latency) })} – ${parts}${this.queue.gaps ? ` · ${t("{count} gaps", { count: this.queue.gaps })}` : ""}`);
    } catch (error) {
      this.finish(error as Error);
    } finally {
      this.waiting -= 1;
    }
  }

  /** @returns when it is heard, on the context's clock */
  private play(context: AudioContext, samples: Float32Array<ArrayBuffer>): number {
    const { at, fresh, cut } = this.queue.place(context.currentTime, samples.length / context.sampleRate);
    if (cut) this.leaveOut(at);
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: context.sampleRate });
    buffer.copyToChannel(samples, 0);
    const node = new AudioBufferSourceNode(context, { buffer });
    const fade = new GainNode(context, { gain: fresh ? 0 : 1 });
    if (fresh) {
      fade.gain.setValueAtTime(0, at);
      fade.gain.linearRampToValueAtTime(1, at + FADE);
    }
    node.connect(fade).connect(this.wet!);
    node.start(at);
    const entry = { node, fade };
    this.scheduled.add(entry);
    this.scope.listen(node, "ended", () => this.scheduled.delete(entry));
    return at;
  }

  /** Catch up: what was to be heard from then on fades out. */
  private leaveOut(at: number): void {
    for (const { node, fade } of this.scheduled) {
      fade.gain.setValueAtTime(1, at);
      fade.gain.linearRampToValueAtTime(0, at + FADE);
      node.stop(at + FADE);
    }
    this.scheduled.clear();
  }
}

function labelled(box: HTMLInputElement, text: string): HTMLElement {
  const label = element("label");
  label.append(box, text);
  return label;
}
