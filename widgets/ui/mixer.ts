/** The stem mixer. */
import { Engine } from "../core/engine.js";
import { t } from "../core/i18n.js";
import type { Scope } from "../core/scope.js";
import type { AudioSource, TileSource } from "../core/types.js";
import { button, download, element, menu, ownKeys, select, setFace, showCode, toggle } from "./controls.js";
import { renderHere } from "./mixer-export.js";
import { meter, Row, USUAL } from "./mixer-row.js";
import type { StemSettings } from "./mixer-row.js";
import { presetControls } from "./mixer-presets.js";
import { addStyle } from "./style.js";
import { Timeline, TIMELINE_CSS } from "./timeline.js";

export type MixerStem = TileSource & AudioSource;
export type MixSettings = Record<string, StemSettings>;

export interface MixState {
  settings: MixSettings;
  limiter: boolean;
  /** Seconds. */
  loop: readonly [number, number] | null;
  presets: Record<string, MixSettings>;
}

export interface MixerOptions extends Partial<MixState> {
  readonly playhead?: number;
  readonly onChange?: (state: MixState) => void;
  readonly onPlayhead?: (seconds: number) => void;
  readonly code?: () => Promise<string>;
  /** The mix at full precision, made in Python. */
  readonly render?: (progress: (part: number) => void) => Promise<Blob>;
}

export interface MixerHandle {
  set(state: Partial<MixState>): void;
  seek(seconds: number): void;
  /** Say what went wrong. */
  fail(text: string): void;
  notice(text: string | null): void;
}

const TELL_EVERY = 400;
const TIMELINE_HEIGHT = 30;
const CSS = `${TIMELINE_CSS}
.mnb-stem{display:grid;grid-template-columns:minmax(0,1fr);gap:2px;padding:4px 8px;border-top:1px solid var(--mnb-line)}
.mnb-strip{display:flex;flex-wrap:wrap;align-items:center;gap:4px 10px}
.mnb-name{display:inline-flex;align-items:center;gap:6px;font-weight:600;width:136px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.mnb-thumb{width:100%;height:44px;display:block;cursor:pointer;border-radius:3px;background:#000}
.mnb-meter{flex:1;min-width:60px;height:10px;border-radius:2px}
.mnb-master{width:120px;height:12px}
`;

export function mountMixer(host: HTMLElement, stems: readonly MixerStem[], scope: Scope, options: MixerOptions = {}): MixerHandle {
  return new Mixer(host, stems, scope, options);
}

class Mixer implements MixerHandle {
  private readonly root = element("div", "mnb mnb-mixer");
  private readonly engine: Engine;
  private readonly rows: readonly Row[];
  private readonly state: MixState;
  private readonly redraw: () => void;
  private readonly timeline: Timeline;
  private readonly master = element("canvas", "mnb-meter mnb-master");
  private readonly time = element("span", "mnb-time");
  private readonly status = element("span", "mnb-readout mnb-grow");
  private readonly noticed = element("span", "mnb-readout");
  private updateBar: () => void = () => undefined;
  private looping = false;
  private told = 0;

  constructor(
    host: HTMLElement,
    private readonly stems: readonly MixerStem[],
    private readonly scope: Scope,
    private readonly options: MixerOptions,
  ) {
    this.state = { settings: options.settings ?? {}, limiter: options.limiter ?? false, loop: options.loop ?? null, presets: options.presets ?? {} };
    this.looping = this.state.loop !== null;
    this.redraw = scope.frame(() => this.draw());
    this.engine = new Engine(stems, scope, { limiter: this.state.limiter, meters: true });
    this.engine.seek(options.playhead ?? 0);
    const fail = (error: Error): void => this.fail(error.message);
    this.rows = stems.map((source, i) => new Row(source, i, this.engine.tracks[i], scope, () => this.mixed(), this.redraw, fail));
    this.timeline = new Timeline(scope, this.engine, TIMELINE_HEIGHT, {
      loop: () => this.state.loop,
      setLoop: (next, done) => {
        this.state.loop = next;
        this.looping = next !== null;
        if (done) this.changed();
        else this.redraw();
      },
      seek: (seconds) => this.seekTo(seconds),
      toggle: () => this.toggle(),
    });
    this.assemble(host);
    this.apply();
  }

  private assemble(host: HTMLElement): void {
    const { root, scope, timeline } = this;
    root.dataset["state"] = "loading";
    ownKeys(scope, root);
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", t("Stem mixer"));
    this.master.setAttribute("aria-hidden", "true");
    this.status.setAttribute("role", "status");
    this.noticed.setAttribute("role", "status");
    const below = element("div", "mnb-bar");
    below.append(this.status, this.noticed);
    addStyle(root, CSS);
    root.append(this.bar(), timeline.element, ...this.rows.map((row) => row.element), below);
    host.append(root);
    this.listen();
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
    const loop = toggle(scope, t("Loop"), "loop", (on) => {
      this.looping = on;
      this.state.loop = on ? (this.state.loop ?? [0, engine.duration]) : null;
      this.told = 0;
      this.changed();
    });
    const rate = select(scope, t("Speed"), ["0.5", "0.75", "1", "1.25", "1.5", "2"].map((each) => [each, `${each}×`] as const), (value) => engine.setRate(Number(value)));
    rate.set("1");
    const limiter = toggle(scope, engine.limiterAvailable ? t("Limiter: hold peaks below −0.3 dBFS") : t("The limiter needs a secure page (https or localhost)"), { text: t("Limiter") }, (on) => {
      this.state.limiter = on;
      this.changed();
    });
    limiter.element.disabled = !engine.limiterAvailable;
    const presets = presetControls(scope, this.root, {
      names: () => Object.keys(this.state.presets),
      use: (name) => this.set({ settings: this.state.presets[name] }, true),
      save: (name) => this.set({ presets: { ...this.state.presets, [name]: this.settings() } }, true),
      remove: (name) => this.set({ presets: Object.fromEntries(Object.entries(this.state.presets).filter(([each]) => each !== name)) }, true),
    });
    const end = element("span", "mnb-group");
    const exports: (readonly [string, () => void])[] = [[t("Mix (WAV), made here"), () => this.export((progress) => renderHere(this.stems, this.rows.map((row) => row.settings), this.state.limiter, progress))]];
    const { render, code } = options;
    if (render) exports.unshift([t("Mix (WAV), full precision"), () => this.export(render)]);
    end.append(menu(scope, t("Export"), "save", exports));
    if (code) end.append(button(scope, t("Show code"), "code", () => void code().then((text) => showCode(scope, this.root, text), (error: unknown) => this.fail((error as Error).message))));
    const group = element("span", "mnb-group");
    group.append(play, loop.element);
    bar.append(group, this.time, rate.element, presets.element, element("span", "mnb-grow"), this.master, limiter.element, end);
    let playing = false;
    this.updateBar = () => {
      if (playing !== engine.playing) setFace(play, engine.playing ? t("Pause") : t("Play"), engine.playing ? "pause" : "play");
      playing = engine.playing;
      loop.set(this.looping);
      limiter.set(this.state.limiter);
      presets.update();
    };
    return bar;
  }

  private listen(): void {
    const { scope, timeline, engine } = this;
    engine.onChange(() => {
      if (engine.error) this.fail(engine.error);
      if (!engine.playing) this.tell(true);
      this.redraw();
    });
    for (const row of this.rows) scope.listen(row.picture, "click", (event) => this.seekTo(timeline.timeAt(row.picture, event.clientX)));
  }

  private seekTo(seconds: number): void {
    this.seek(seconds);
    this.tell(true);
  }

  // ---- state -----------------------------------------------------------------------------------

  set(state: Partial<MixState>, tell = false): void {
    Object.assign(this.state, state);
    this.looping = this.state.loop !== null;
    if (tell) this.changed();
    else this.apply();
  }

  seek(seconds: number): void {
    this.engine.seek(Math.max(0, Math.min(this.engine.duration, seconds)));
    this.redraw();
  }

  private settings(): MixSettings {
    return Object.fromEntries(this.rows.map((row, i) => [this.stems[i].info.name, { ...row.settings }]));
  }

  /** A row was changed by hand. */
  private mixed(): void {
    this.state.settings = this.settings();
    this.changed();
  }

  private changed(): void {
    this.apply();
    this.options.onChange?.(this.state);
  }

  private apply(): void {
    this.rows.forEach((row, i) => row.set((this.state.settings as Partial<MixSettings>)[this.stems[i].info.name] ?? USUAL));
    const soloed = this.rows.some((row) => row.settings.solo);
    for (const row of this.rows) row.apply(soloed);
    const { loop, limiter } = this.state;
    this.engine.setLoop(loop && { start: loop[0], stop: loop[1] });
    this.engine.setLimiter(limiter);
    this.redraw();
  }

  private toggle(): void {
    if (this.engine.playing) this.engine.pause();
    else this.engine.play().catch((error: unknown) => this.fail((error as Error).message));
  }

  private tell(now: boolean): void {
    const time = performance.now();
    if (!now && time - this.told < TELL_EVERY) return;
    this.told = time;
    this.options.onPlayhead?.(this.engine.position);
  }

  private export(make: (progress: (part: number) => void) => Promise<Blob>): void {
    const say = (part: number): void => {
      this.status.textContent = t("Exporting: {percent} %", { percent: Math.round(part * 100) });
    };
    say(0);
    make(say).then(
      (blob) => {
        this.status.textContent = t("Exported.");
        download("mix.wav", blob);
      },
      (error: unknown) => (this.status.textContent = (error as Error).message),
    );
  }

  // ---- what is seen ------------------------------------------------------------------------------

  private draw(): void {
    const { engine, root } = this;
    const { position, duration } = engine;
    for (const row of this.rows) row.draw(position / duration);
    if (root.dataset["state"] === "loading" && this.rows.every((row) => row.whole)) {
      root.dataset["state"] = "ready";
      engine.prefetch();
    }
    const level = engine.masterMeter();
    meter(this.master, level.rms, level.peak);
    const text = this.timeline.draw(getComputedStyle(root).color);
    if (this.time.textContent !== text) this.time.textContent = text;
    this.updateBar();
    if (engine.playing) {
      this.tell(false);
      this.redraw();
    }
  }

  fail(text: string): void {
    this.root.dataset["state"] = "error";
    this.status.textContent = text;
    const again = button(this.scope, t("Try again"), { text: t("Try again") }, () => {
      this.status.textContent = "";
      this.root.dataset["state"] = "loading";
      for (const row of this.rows) row.retry();
      this.redraw();
    });
    this.status.append(" ", again);
  }

  /** Say something until it passes; null is when it has. */
  notice(text: string | null): void {
    this.noticed.textContent = text ?? "";
  }
}
