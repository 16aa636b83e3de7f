/** The effects panel: a chain set by hand, heard before and after. */
import { Engine } from "../core/engine.js";
import { t } from "../core/i18n.js";
import { Latest } from "../core/latest.js";
import { formatTime } from "../core/scales.js";
import type { Scope } from "../core/scope.js";
import type { Effect, EffectSettings, PanelSettings } from "../core/settings.js";
import type { AudioSource } from "../core/types.js";
import { button, download, element, ownKeys, setFace, showCode, slider, toggle } from "./controls.js";
import { Section, SECTIONS_CSS } from "./effects-controls.js";
import { Found, FOUND_CSS } from "./effects-found.js";
import type { Finder } from "./effects-found.js";
import { drawEnvelopes, Pictures, PICTURES_CSS } from "./effects-pictures.js";
import type { Frequencies } from "./effects-pictures.js";
import { addStyle } from "./style.js";
import { Timeline, TIMELINE_CSS } from "./timeline.js";

export interface PanelState {
  settings: PanelSettings;
  equal: boolean;
  /** Where the stretch that is heard begins in the whole sound, in seconds. */
  excerpt: number;
  /** Seconds in the stretch. */
  loop: readonly [number, number] | null;
}

/** What the kernel made of the settings. */
export interface Take {
  readonly axis: Frequencies;
  /** Of before, after and the reference: LUFS, null where there is none. */
  readonly loudness: readonly (number | null)[];
  /** dB that bring them to one loudness. */
  readonly gains: readonly number[];
  /** dBFS of the loudest sample after the chain. */
  readonly peak: number | null;
  readonly spectra: readonly Float32Array[];
  readonly envelopes: readonly Float32Array[];
}

export interface PanelOptions extends PanelState {
  readonly effects: readonly Effect[];
  /** Seconds of the whole sound. */
  readonly duration: number;
  readonly playhead: number;
  readonly onChange: (state: PanelState) => void;
  readonly onPlayhead: (seconds: number) => void;
  /** Compute the sound; when it is there the sources sound so. */
  readonly process: (state: PanelState, progress: (part: number) => void, signal: AbortSignal) => Promise<Take>;
  readonly curve: (settings: PanelSettings) => Promise<Float32Array>;
  readonly finder: Finder;
  readonly code: () => Promise<string>;
  readonly render: (progress: (part: number) => void) => Promise<Blob>;
}

export interface PanelHandle {
  set(state: Partial<PanelState>): void;
  seek(seconds: number): void;
  notice(text: string | null): void;
}

/** Milliseconds without another change after which the sound is computed. */
const REST = 250;
/** Milliseconds from which on one wants to know how long it will still take. */
const LONG = 2000;
const TELL_EVERY = 400;
const TIMELINE_HEIGHT = 76;
const CSS = `${TIMELINE_CSS}${SECTIONS_CSS}${FOUND_CSS}${PICTURES_CSS}
.mnb-effects-panel .mnb-readout{white-space:normal}
.mnb-effects-panel .mnb-readout:empty{position:absolute}
.mnb-effects-panel .mnb-time{min-width:7.5em}
`;

export function mountEffects(host: HTMLElement, sounds: readonly AudioSource[], scope: Scope, options: PanelOptions): PanelHandle {
  return new Panel(host, sounds, scope, options);
}

class Panel implements PanelHandle {
  private readonly root = element("div", "mnb mnb-effects-panel");
  private readonly engine: Engine;
  private readonly state: PanelState;
  private readonly timeline: Timeline;
  private readonly sections = new Map<string, Section>();
  private readonly found: Found;
  private readonly sound: Latest<PanelState>;
  private readonly line: Latest<PanelSettings>;
  private readonly redraw: () => void;
  private readonly pictures: Pictures;
  private readonly time = element("span", "mnb-time");
  private readonly levels = element("span", "mnb-readout");
  private readonly working = element("span", "mnb-readout mnb-working");
  private readonly status = element("span", "mnb-readout");
  private readonly noticed = element("span", "mnb-readout");
  private updateBar: () => void = () => undefined;
  private take: Take | null = null;
  private curve: Float32Array | null = null;
  private heard = 1;
  private begun = 0;
  private told = 0;

  constructor(
    host: HTMLElement,
    private readonly sounds: readonly AudioSource[],
    private readonly scope: Scope,
    private readonly options: PanelOptions,
  ) {
    const { settings, equal, excerpt, loop } = options;
    this.state = { settings, equal, excerpt, loop };
    const fail = (error: Error): void => this.fail(error.message);
    this.redraw = scope.frame(() => this.draw());
    this.engine = new Engine(sounds, scope, {});
    this.engine.seek(options.playhead);
    this.sound = new Latest(scope, REST, (state, signal) => this.process(state, signal), () => this.sayWorking(), fail);
    // As soon as can be: who draws a slider wants to see the curve follow.
    this.line = new Latest(scope, 30, async (values, signal) => {
      const curve = await options.curve(values);
      if (!signal.aborted) this.curve = curve;
      this.redraw();
    }, () => undefined, fail);
    this.timeline = new Timeline(scope, this.engine, TIMELINE_HEIGHT, {
      loop: () => this.state.loop,
      setLoop: (next, done) => this.changed({ loop: next }, done),
      seek: (seconds) => {
        this.seek(seconds);
        this.tell(true);
      },
      toggle: () => this.toggle(),
      behind: (context, width, height) => {
        if (this.take) drawEnvelopes(context, this.take.envelopes, this.gains, width, height);
      },
    });
    this.pictures = new Pictures(sounds.length);
    this.found = new Found(scope, options.finder, sounds.length > 2, (error) => this.say(error.message));
    this.assemble(host);
    this.apply();
    this.renew(0);
  }

  private assemble(host: HTMLElement): void {
    const { root, scope, options } = this;
    root.dataset["state"] = "loading";
    ownKeys(scope, root);
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", t("Effects panel"));
    for (const each of [this.levels, this.status, this.noticed]) each.setAttribute("role", "status");
    const below = element("div", "mnb-bar");
    below.append(this.levels, this.working, this.status, this.noticed);
    const grid = element("div", "mnb-effects");
    for (const effect of options.effects) {
      const section = new Section(scope, effect, { edit: (change) => this.edit(effect.name, change), say: (text) => this.say(text) });
      this.sections.set(effect.name, section);
      grid.append(section.element);
    }
    addStyle(root, CSS);
    root.append(this.bar(), this.timeline.element, ...this.excerptBar(), below, this.pictures.element, this.found.element, grid);
    host.append(root);
    scope.listen(root, "keydown", (event) => {
      if (event.key !== "b" || event.ctrlKey || event.metaKey || (event.target as HTMLElement).matches("input[type=number], select, dialog *")) return;
      event.preventDefault();
      this.hear(this.heard === 1 ? 0 : 1);
    });
    this.engine.onChange(() => {
      if (this.engine.error) this.fail(this.engine.error);
      if (!this.engine.playing) this.tell(true);
      this.redraw();
    });
    scope.onEnd(() => root.remove());
    scope.watch(root, this.redraw);
    scope.observe(document.body, this.redraw);
    this.redraw();
  }

  private bar(): HTMLElement {
    const { scope, options, engine } = this;
    const bar = element("div", "mnb-bar");
    const play = button(scope, t("Play"), "play", () => this.toggle());
    play.classList.add("mnb-play");
    const loop = toggle(scope, t("Loop"), "loop", (on) => this.changed({ loop: on ? [0, engine.duration] : null }));
    const names = [t("Before"), t("After"), t("Reference")];
    const versions = this.sounds.map((_, index) => toggle(scope, t("Hear: {name}", { name: names[index] }), { text: names[index] }, () => this.hear(index)));
    const versionGroup = element("span", "mnb-group");
    versionGroup.setAttribute("role", "group");
    versionGroup.setAttribute("aria-label", t("What is heard (B switches between before and after)"));
    versionGroup.append(...versions.map((each) => each.element));
    const equal = toggle(scope, t("Equal loudness: all as loud as the softest"), { text: t("Equal loudness") }, (on) => this.changed({ equal: on }));
    const code = (): void => void options.code().then((text) => showCode(scope, this.root, text), (error: unknown) => this.fail((error as Error).message));
    const reset = button(scope, t("Reset to the chain at the beginning"), { text: t("Reset") }, () => this.found.reset());
    const end = element("span", "mnb-group");
    end.append(...this.found.buttons, reset, button(scope, t("Export the whole sound (WAV)"), "save", () => this.export()), button(scope, t("Show code"), "code", code));
    const group = element("span", "mnb-group");
    group.append(play, loop.element);
    bar.append(group, this.time, versionGroup, equal.element, element("span", "mnb-grow"), end);
    let playing = false;
    this.updateBar = () => {
      if (playing !== engine.playing) setFace(play, engine.playing ? t("Pause") : t("Play"), engine.playing ? "pause" : "play");
      playing = engine.playing;
      loop.set(this.state.loop !== null);
      equal.set(this.state.equal);
      versions.forEach((each, index) => each.set(index === this.heard));
    };
    return bar;
  }

  /** Of a long sound a stretch is heard: say so, and let it be chosen. */
  private excerptBar(): HTMLElement[] {
    const { scope, engine, options } = this;
    const latest = options.duration - engine.duration;
    if (latest < 0.01) return [];
    const bar = element("div", "mnb-bar");
    const format = (seconds: number): string => t("{start} to {stop}", { start: formatTime(seconds), stop: formatTime(seconds + engine.duration) });
    const text = element("span", "mnb-readout");
    const from = slider(scope, t("Excerpt"), { min: 0, max: latest, step: 0.1, format }, (excerpt) => this.changed({ excerpt }));
    from.input.classList.add("mnb-excerpt");
    bar.append(from.element, text);
    this.showExcerpt = () => {
      from.set(this.state.excerpt);
      text.textContent = t("{range} of {all} is heard here; rendering and export make all of it.", { range: format(this.state.excerpt), all: formatTime(options.duration) });
    };
    return [bar];
  }
  private showExcerpt: () => void = () => undefined;

  // ---- state -----------------------------------------------------------------------------------

  set(state: Partial<PanelState>): void {
    // What this view has just changed is later than what comes now.
    const { settings, excerpt } = this.sound.waiting ? this.state : { ...this.state, ...state };
    const differs = JSON.stringify([settings, excerpt]) !== JSON.stringify([this.state.settings, this.state.excerpt]);
    Object.assign(this.state, state, { settings, excerpt });
    this.apply();
    if (differs) this.renew(0);
  }

  seek(seconds: number): void {
    this.engine.seek(Math.max(0, Math.min(this.engine.duration, seconds)));
    this.redraw();
  }

  private edit(name: string, change: Partial<EffectSettings>): void {
    const { settings } = this.state;
    this.say("");
    this.changed({ settings: { ...settings, [name]: { ...settings[name], ...change } } });
  }

  /** @param done false while the hand is still at it */
  private changed(change: Partial<PanelState>, done = true): void {
    Object.assign(this.state, change);
    if (!done) {
      this.redraw();
      return;
    }
    this.apply();
    if ("settings" in change || "excerpt" in change) this.renew();
    else this.options.onChange(this.state);
  }

  /** Have the sound computed again, after a rest. */
  private renew(rest = REST): void {
    if (!this.sound.busy) this.begun = performance.now();
    this.sound.want({ ...this.state }, rest);
    this.line.want(this.state.settings);
  }

  private apply(): void {
    for (const [name, section] of this.sections) section.set(this.state.settings[name]);
    const { loop } = this.state;
    this.engine.setLoop(loop && { start: loop[0], stop: loop[1] });
    this.showExcerpt();
    this.applySound();
  }

  private get gains(): readonly number[] {
    return this.state.equal && this.take ? this.take.gains : this.sounds.map(() => 0);
  }

  private applySound(): void {
    this.engine.tracks.forEach((track, index) => {
      track.setAudible(index === this.heard);
      track.setGain(this.gains[index]);
    });
    this.sayLevels();
    this.redraw();
  }

  private hear(index: number): void {
    this.heard = index;
    this.applySound();
  }

  private toggle(): void {
    if (this.engine.playing) this.engine.pause();
    else this.engine.play().catch((error: unknown) => this.fail((error as Error).message));
  }

  // ---- the sound ---------------------------------------------------------------------------------

  private async process(state: PanelState, signal: AbortSignal): Promise<void> {
    this.options.onChange(this.state);
    const take = await this.options.process(state, (part) => this.sayWorking(part), signal);
    if (signal.aborted) return;
    await this.engine.renew();
    if (signal.aborted) return;
    this.take = take;
    this.root.dataset["state"] = "ready";
    this.applySound();
    this.engine.prefetch();
  }

  private tell(now: boolean): void {
    const time = performance.now();
    if (!now && time - this.told < TELL_EVERY) return;
    this.told = time;
    this.options.onPlayhead(this.engine.position);
  }

  private export(): void {
    const say = (part: number): void => this.say(t("Exporting: {percent} %", { percent: Math.round(part * 100) }));
    say(0);
    this.options.render(say).then(
      (blob) => {
        this.say(t("Exported."));
        download("after.wav", blob);
      },
      (error: unknown) => this.say((error as Error).message),
    );
  }

  // ---- what is seen and said ---------------------------------------------------------------------

  private draw(): void {
    const { engine, take } = this;
    const ink = getComputedStyle(this.root).color;
    const spoken = this.timeline.draw(ink);
    if (this.time.textContent !== spoken) this.time.textContent = spoken;
    if (take) this.pictures.draw(this.curve, take.spectra, this.gains, take.axis, ink);
    this.found.draw(ink);
    this.updateBar();
    if (engine.playing) {
      this.tell(false);
      this.redraw();
    }
  }

  private sayLevels(): void {
    const { take } = this;
    if (!take) return;
    const lufs = (value: number | null): string => (value === null ? t("no loudness") : t("{level} LUFS", { level: value.toFixed(1).replace("-", "−") }));
    const parts = [t("Before {before}, after {after}", { before: lufs(take.loudness[0]), after: lufs(take.loudness[1]) })];
    if (this.state.equal) {
      const measured = take.loudness[0] !== null && take.loudness[1] !== null;
      const heard = (take.loudness[0] ?? 0) + take.gains[0];
      parts.push(measured ? t("both heard at {level}", { level: lufs(heard) }) : t("too short or silent to be made equal"));
    }
    if (take.peak !== null && take.peak > 0) parts.push(t("peaks reach +{level} dBFS and would be cut off: switch the limiter on, or lower the gain", { level: take.peak.toFixed(1) }));
    const text = `${parts.join("; ")}.`;
    if (this.levels.textContent !== text) this.levels.textContent = text;
  }

  /** Say whether what is heard is of the settings that are seen. */
  private sayWorking(part = 0): void {
    const { busy } = this.sound;
    this.root.dataset["fresh"] = String(!busy);
    this.root.setAttribute("aria-busy", String(busy));
    if (!busy) {
      this.working.textContent = "";
      return;
    }
    const long = performance.now() - this.begun > LONG;
    const computing = long ? t("Computing: {percent} %.", { percent: Math.round(part * 100) }) : t("Computing…");
    this.working.textContent = this.take ? `${computing} ${t("Until then “After” is still that of the settings before.")}` : computing;
  }

  private say(text: string): void {
    this.status.textContent = text;
  }

  private fail(text: string): void {
    this.root.dataset["state"] = "error";
    this.say(text);
    const again = button(this.scope, t("Try again"), { text: t("Try again") }, () => {
      this.say("");
      this.renew(0);
    });
    this.status.append(" ", again);
  }

  /** Say something until it passes; null is when it has. */
  notice(text: string | null): void {
    this.noticed.textContent = text ?? "";
  }
}
