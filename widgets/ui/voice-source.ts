/** Where the source comes from: the list, a file, or the microphone. */
import { joined, peakOf } from "../core/blocks.js";
import { t } from "../core/i18n.js";
import { Microphone } from "../core/microphone.js";
import { formatTime } from "../core/scales.js";
import { Scope } from "../core/scope.js";
import { encodeWav } from "../core/wav.js";
import { button, element, setFace } from "./controls.js";
import { noteOf } from "./voice-range.js";
import type { StudioState } from "./voice-types.js";

export interface SourceActs {
  choose(name: string): void;
  /** Send a file to the kernel. */
  send(name: string, data: Blob): void;
  say(text: string): void;
  /** Nothing is to be heard while the microphone listens. */
  silence(): void;
}

export const SOURCE_CSS = `
.mnb-record{display:flex;align-items:center;gap:8px;flex-wrap:wrap}
.mnb-level{flex:1;min-width:90px;height:12px;border:1px solid var(--mnb-line);border-radius:6px;overflow:hidden;background:var(--mnb-soft)}
.mnb-level>i{display:block;height:100%;width:0;background:linear-gradient(90deg,#2e9e5b 70%,#d9a21b 85%,#c8402f)}
.mnb-dot{display:inline-block;width:10px;height:10px;border-radius:50%;background:#c8402f;flex:none}
.mnb-count{font:600 20px/1 system-ui,sans-serif;min-width:1.2em;text-align:center}
.mnb-voice[data-drop=true] .mnb-source{outline:2px dashed var(--mnb-accent);outline-offset:-2px}
`;
const COUNT_DOWN = 3;
/** Seconds after which a recording ends by itself. */
const LONGEST = 600;
/** dBFS at the meter's left end. */
const FLOOR = -60;

export class Source {
  readonly element = element("section", "mnb-card mnb-source");
  private readonly list = element("select");
  private readonly facts = element("div", "mnb-fine");
  private readonly file = element("input");
  private readonly recorder = element("div", "mnb-record");
  private readonly record: HTMLButtonElement;
  private recording: Recording | null = null;

  constructor(
    private readonly scope: Scope,
    private readonly acts: SourceActs,
  ) {
    const { list, file } = this;
    list.setAttribute("aria-label", t("Source"));
    scope.listen(list, "change", () => acts.choose(list.value));
    file.type = "file";
    file.accept = "audio/*,video/*,.wav,.flac,.ogg,.opus,.mp3,.m4a,.aiff";
    file.hidden = true;
    scope.listen(file, "change", () => {
      const [chosen] = file.files ?? [];
      if (chosen) acts.send(chosen.name, chosen);
      file.value = "";
    });
    const upload = button(scope, t("Upload a sound file (or drop one here)"), { text: t("Upload…") }, () => file.click());
    this.record = button(scope, t("Record with the microphone"), { text: t("Record") }, () => void this.toggle());
    for (const each of [upload, this.record]) each.classList.add("mnb-plain");
    this.recorder.hidden = true;
    const row = element("div", "mnb-row");
    row.append(list, upload, this.record, file);
    this.element.append(element("h3", "", t("Source")), row, this.recorder, this.facts);
    this.acceptDrops();
    scope.onEnd(() => this.recording?.cancel());
  }

  set(state: StudioState): void {
    const { list } = this;
    const names = state.sources.includes(state.source) ? state.sources : [...state.sources, state.source];
    if (Array.from(list.options, (option) => option.value).join("\n") !== names.join("\n")) {
      list.replaceChildren(
        ...names.map((name) => {
          const option = element("option", "", name);
          option.value = name;
          return option;
        }),
      );
    }
    list.value = state.source;
    const { take, curve } = state;
    const parts = take ? [formatTime(take.seconds[0])] : [];
    if (curve?.range && curve.median !== null) {
      parts.push(t("around {note} ({hz} Hz), from {low} to {high}", { note: noteOf(curve.median), hz: Math.round(curve.median), low: noteOf(curve.range[0]), high: noteOf(curve.range[1]) }));
    } else if (curve) parts.push(t("no pitch is heard in it"));
    this.facts.textContent = parts.join(" · ") || t("Not there yet.");
  }

  private acceptDrops(): void {
    const { scope, element: target, acts } = this;
    const mark = (on: boolean): void => {
      const root = target.closest<HTMLElement>(".mnb-voice");
      if (root) root.dataset["drop"] = String(on);
    };
    const over = (event: Event): void => {
      event.preventDefault();
      event.stopPropagation();
      mark(true);
    };
    scope.listen(target, "dragover", over);
    scope.listen(target, "dragleave", () => mark(false));
    scope.listen(target, "drop", (event) => {
      over(event);
      mark(false);
      const [dropped] = event.dataTransfer?.files ?? [];
      if (dropped) acts.send(dropped.name, dropped);
    });
  }

  // ---- the microphone ----------------------------------------------------------------------------

  private async toggle(): Promise<void> {
    if (this.recording) {
      this.recording.stop();
      return;
    }
    this.acts.silence();
    this.acts.say("");
    const recording = (this.recording = new Recording(this.recorder));
    this.face(true);
    try {
      const wav = await recording.run();
      if (wav) this.acts.send(t("Recording"), wav);
    } catch (error) {
      this.acts.say((error as Error).message);
    } finally {
      recording.cancel();
      this.recording = null;
      if (!this.scope.ended) this.face(false);
    }
  }

  private face(on: boolean): void {
    setFace(this.record, on ? t("Stop recording") : t("Record with the microphone"), { text: on ? t("Stop") : t("Record") });
    this.record.setAttribute("aria-pressed", String(on));
    this.recorder.hidden = !on;
  }
}

/** One recording: count down, listen, and make a WAV of it. */
class Recording {
  private readonly scope = new Scope();
  private readonly parts: Float32Array[] = [];
  private readonly bar = element("i");
  private readonly text = element("span", "mnb-time");
  private readonly count = element("span", "mnb-count");
  private rate = 0;
  private frames = 0;
  private counting = COUNT_DOWN;
  private on = false;
  private finish: (wav: Blob | null) => void = () => undefined;

  constructor(host: HTMLElement) {
    const level = element("span", "mnb-level");
    level.setAttribute("aria-hidden", "true");
    level.append(this.bar);
    this.count.setAttribute("role", "status");
    host.replaceChildren(this.count, level, this.text);
  }

  async run(): Promise<Blob | null> {
    const done = new Promise<Blob | null>((resolve) => (this.finish = resolve));
    this.text.textContent = t("Waiting for the microphone…");
    const microphone = await Microphone.open(this.scope, ({ samples }) => this.hear(samples));
    if (this.scope.ended) {
      microphone.close();
      return null;
    }
    this.rate = microphone.sampleRate;
    this.tick();
    return done;
  }

  stop(): void {
    const { rate, parts } = this;
    this.finish(parts.length ? encodeWav([joined(parts)], rate, 24) : null);
    this.cancel();
  }

  cancel(): void {
    this.finish(null);
    this.scope.end();
  }

  private tick(): void {
    const { counting } = this;
    this.count.textContent = counting ? String(counting) : "";
    if (!counting) {
      this.on = true;
      const dot = element("span", "mnb-dot");
      this.count.replaceChildren(dot, element("span", "mnb-hidden", t("Recording")));
      return;
    }
    this.text.textContent = t("Get ready…");
    this.counting -= 1;
    this.scope.timeout(() => this.tick(), 1000);
  }

  private hear(samples: Float32Array): void {
    const peak = peakOf(samples);
    this.bar.style.width = `${Math.max(0, Math.min(100, (1 - peak / FLOOR) * 100))}%`;
    // Until the count is down, what is heard is for the meter only.
    if (!this.on) return;
    this.parts.push(samples);
    this.frames += samples.length;
    this.text.textContent = formatTime(this.frames / this.rate);
    if (this.frames >= LONGEST * this.rate) this.stop();
  }
}
