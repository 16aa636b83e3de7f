/** Source and result, heard one or the other at equal loudness, from the same place. */
import { Engine } from "../core/engine.js";
import { t } from "../core/i18n.js";
import { Scope } from "../core/scope.js";
import type { AudioSource } from "../core/types.js";
import { button, element, setFace, toggle } from "./controls.js";
import { drawEnvelopes } from "./effects-pictures.js";
import { Timeline } from "./timeline.js";
import type { Loop } from "./timeline.js";
import type { TakeInfo } from "./voice-types.js";

export interface PlayerActs {
  equal(on: boolean): void;
  playhead(seconds: number): void;
  /** Where in the source that is which is heard. */
  moved(seconds: number): void;
  say(text: string): void;
}

const HEIGHT = 84;
const TELL_EVERY = 400;
/** Seconds by which source and result differ in length if the tempo was changed. */
const OTHER_TEMPO = 0.05;

export class Player {
  readonly element = element("section", "mnb-player");
  /** Buttons that come behind these are put here. */
  readonly end = element("span", "mnb-group");
  private readonly play: HTMLButtonElement;
  private readonly looping;
  private readonly equal;
  private readonly versions;
  private readonly time = element("span", "mnb-time");
  private readonly levels = element("div", "mnb-readout");
  private readonly place = element("div");
  private inner = new Scope();
  private engine: Engine | null = null;
  private timeline: Timeline | null = null;
  private take: TakeInfo | null = null;
  private envelopes: readonly Float32Array[] = [];
  private heard = 0;
  private loop: Loop | null = null;
  private isEqual = true;
  private told = 0;
  private readonly redraw: () => void;

  constructor(
    scope: Scope,
    private readonly acts: PlayerActs,
  ) {
    this.redraw = scope.frame(() => this.draw());
    this.play = button(scope, t("Play"), "play", () => this.toggle());
    this.play.classList.add("mnb-play");
    this.looping = toggle(scope, t("Loop"), "loop", (on) => this.setLoop(on && this.engine ? [0, this.engine.duration] : null));
    const names = [t("Source"), t("Result")];
    this.versions = names.map((name, index) => toggle(scope, t("Hear: {name}", { name }), { text: name }, () => this.hear(index)));
    this.equal = toggle(scope, t("Equal loudness: both as loud as the softer one"), { text: t("Equal loudness") }, (on) => {
      this.setEqual(on);
      acts.equal(on);
    });
    const transport = element("span", "mnb-group");
    transport.append(this.play, this.looping.element);
    const which = element("span", "mnb-group mnb-switch");
    which.setAttribute("role", "group");
    which.setAttribute("aria-label", t("What is heard (B switches)"));
    which.append(...this.versions.map((each) => each.element));
    const bar = element("div", "mnb-bar");
    bar.append(transport, this.time, which, this.equal.element, element("span", "mnb-grow"), this.end);
    this.levels.setAttribute("role", "status");
    const below = element("div", "mnb-bar mnb-fine");
    below.append(this.levels);
    this.element.append(bar, this.place, below);
    scope.onEnd(() => this.inner.end());
    scope.watch(this.element, this.redraw);
    scope.observe(document.body, this.redraw);
    this.apply();
  }

  get position(): number {
    return this.engine?.position ?? 0;
  }

  get looped(): Loop | null {
    return this.loop;
  }

  /** Take other sounds; a result that is new is what one wants to hear. */
  set(take: TakeInfo | null, sources: readonly AudioSource[], envelopes: readonly Float32Array[], playhead: number): void {
    const { playing = false, position = playhead } = this.engine ?? {};
    const another = take?.seconds[0] !== this.take?.seconds[0];
    this.inner.end();
    this.inner = new Scope();
    this.take = take;
    this.envelopes = envelopes;
    this.heard = sources.length > 1 ? 1 : 0;
    this.engine = null;
    this.place.replaceChildren();
    if (take && sources.length) {
      const engine = (this.engine = new Engine(sources, this.inner, {}));
      engine.seek(another && this.told ? 0 : position);
      this.timeline = new Timeline(this.inner, engine, HEIGHT, {
        loop: () => this.loop,
        setLoop: (next) => this.setLoop(next),
        seek: (seconds) => this.seek(seconds),
        toggle: () => this.toggle(),
        behind: (context, width, height) => {
          if (this.envelopes.length) drawEnvelopes(context, this.envelopes, this.gains, width, height);
        },
      });
      this.place.append(this.timeline.element);
      engine.onChange(() => {
        if (engine.error) this.acts.say(engine.error);
        if (!engine.playing) this.tell(true);
        this.redraw();
      });
      engine.prefetch();
      if (this.loop && this.loop[1] > engine.duration) this.loop = null;
      this.setLoop(this.loop);
    }
    this.apply();
    if (playing && !another) this.toggle();
  }

  setEqual(on: boolean): void {
    this.isEqual = on;
    this.apply();
  }

  seek(seconds: number): void {
    this.engine?.seek(Math.max(0, Math.min(this.engine.duration, seconds)));
    this.tell(true);
    this.redraw();
  }

  pause(): void {
    this.engine?.pause();
  }

  toggle(): void {
    const { engine } = this;
    if (!engine) return;
    if (engine.playing) engine.pause();
    else engine.play().catch((error: unknown) => this.acts.say((error as Error).message));
  }

  /** Change what is heard, without a gap. */
  hear(index: number): void {
    const { take, engine } = this;
    if (!take || !engine || index >= take.sounds.length || index === this.heard) {
      this.apply();
      return;
    }
    const [from, to] = [take.seconds[this.heard], take.seconds[index]];
    // At another tempo the same moment is elsewhere.
    if (Math.abs(from - to) > OTHER_TEMPO) engine.seek((engine.position * to) / from);
    this.heard = index;
    this.apply();
  }

  other(): void {
    this.hear(1 - this.heard);
  }

  private get gains(): readonly number[] {
    return this.take ? (this.isEqual ? this.take.gains : this.take.gains.map(() => 0)) : [];
  }

  private setLoop(loop: Loop | null): void {
    this.loop = loop;
    this.engine?.setLoop(loop && { start: loop[0], stop: loop[1] });
    this.redraw();
  }

  private apply(): void {
    const { engine, take } = this;
    this.play.disabled = !engine;
    this.looping.element.disabled = !engine;
    this.versions.forEach((each, index) => {
      each.set(index === this.heard);
      each.element.disabled = !take || index >= take.sounds.length;
    });
    this.equal.set(this.isEqual);
    engine?.tracks.forEach((track, index) => {
      track.setAudible(index === this.heard);
      track.setGain(this.gains[index]);
    });
    const lufs = (value: number | null): string => (value === null ? t("no loudness") : t("{level} LUFS", { level: value.toFixed(1).replace("-", "−") }));
    const words = (take?.loudness ?? []).map((value, index) => `${index ? t("Result") : t("Source")}: ${lufs(value)}`);
    const text = words.join(" · ");
    if (this.levels.textContent !== text) this.levels.textContent = text;
    this.redraw();
  }

  private tell(now: boolean): void {
    const time = performance.now();
    if (!now && time - this.told < TELL_EVERY) return;
    this.told = time;
    this.acts.playhead(this.position);
  }

  private draw(): void {
    const { engine, timeline } = this;
    this.looping.set(this.loop !== null);
    const playing = engine?.playing ?? false;
    if ((this.play.getAttribute("aria-label") === t("Pause")) !== playing) setFace(this.play, playing ? t("Pause") : t("Play"), playing ? "pause" : "play");
    const spoken = engine && timeline ? timeline.draw(getComputedStyle(this.element).color) : "";
    if (this.time.textContent !== spoken) this.time.textContent = spoken;
    if (engine && this.take) {
      const { seconds } = this.take;
      this.acts.moved((this.position * seconds[0]) / seconds[this.heard]);
    }
    if (playing) {
      this.tell(false);
      this.redraw();
    }
  }
}
