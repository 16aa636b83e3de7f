/** The spectrogram explorer: whatever source the sound has, wherever it is shown. */
import { Engine } from "../core/engine.js";
import { t } from "../core/i18n.js";
import { formatHz, formatTime, noteName, rowOf } from "../core/scales.js";
import type { Edit } from "../core/f0.js";
import type { Scope } from "../core/scope.js";
import { levelToDb } from "../core/types.js";
import type { AudioSource, Region, TileSource } from "../core/types.js";
import { download, element, ownKeys, showCode } from "./controls.js";
import { Stage } from "./explorer-canvas.js";
import { buildControls } from "./explorer-controls.js";
import type { ControlActs, Controls } from "./explorer-controls.js";
import { picture, sound, table } from "./explorer-export.js";
import { Gestures } from "./explorer-gestures.js";
import { drawOverlay } from "./explorer-overlay.js";
import { State } from "./explorer-state.js";
import type { Overlay, Settings } from "./explorer-state.js";
import { F0Tools } from "./f0-tools.js";
import { keysFor, levelFor } from "./painter.js";
import { addStyle } from "./style.js";

export interface ExplorerOptions {
  readonly settings?: Partial<Settings>;
  readonly selection?: Region | null;
  readonly view?: Region | null;
  readonly playhead?: number;
  readonly onSettings?: (settings: Settings) => void;
  readonly onSelection?: (region: Region | null) => void;
  readonly onPlayhead?: (seconds: number) => void;
  readonly onF0Edits?: (edits: readonly Edit[]) => void;
  /** The Python that makes what is shown; without it there is no such button. */
  readonly code?: (view: Region) => Promise<string>;
}

export interface ExplorerHandle {
  set(settings: Partial<Settings>): void;
  select(region: Region | null): void;
  show(region: Region | null): void;
  seek(seconds: number): void;
  /** One of the overlays may be a curve to edit; then with its edits. */
  overlay(overlays: readonly Overlay[], edits: readonly Edit[]): void;
  edit(edits: readonly Edit[]): void;
  /** Say what went wrong. */
  fail(text: string): void;
  notice(text: string | null): void;
}

/** Python hears of the playhead this often, in milliseconds. */
const TELL_EVERY = 400;

export function mountExplorer(host: HTMLElement, source: TileSource & AudioSource, scope: Scope, options: ExplorerOptions = {}): ExplorerHandle {
  return new Explorer(host, source, scope, options);
}

class Explorer implements ExplorerHandle {
  private readonly root = element("div", "mnb mnb-explorer");
  private readonly state: State;
  private readonly stage: Stage;
  private readonly engine: Engine;
  private readonly controls: Controls;
  private readonly f0: F0Tools;
  private readonly redraw: () => void;
  private message: HTMLElement | null = null;
  private noticed: HTMLElement | null = null;
  private told = 0;

  constructor(
    host: HTMLElement,
    private readonly source: TileSource & AudioSource,
    private readonly scope: Scope,
    private readonly options: ExplorerOptions,
  ) {
    this.state = new State(source.info);
    this.state.set(options.settings ?? {});
    this.state.show(options.view ?? null);
    this.state.selection = options.selection ?? null;
    this.redraw = scope.frame(() => this.draw());
    this.engine = new Engine([source], scope);
    this.engine.seek(options.playhead ?? 0);
    this.stage = new Stage(source, this.state, scope, this.redraw, (error) => this.fail(error.message));
    this.f0 = new F0Tools(scope, this.state, this.redraw, (edits) => options.onF0Edits?.(edits));
    new Gestures(this.stage.element, this.state, this.gestureActs(), scope);
    this.controls = buildControls(scope, this.state, this.controlActs());
    this.assemble(host);
    this.applyPlayback();
  }

  private assemble(host: HTMLElement): void {
    const { root, stage, scope } = this;
    root.dataset["state"] = "loading";
    ownKeys(scope, root);
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", t("Spectrogram of {name}", { name: this.source.info.name }));
    stage.element.tabIndex = 0;
    stage.element.setAttribute("role", "slider");
    stage.element.setAttribute("aria-label", t("Playhead"));
    stage.element.setAttribute("aria-valuemin", "0");
    stage.element.setAttribute("aria-valuemax", this.state.duration.toFixed(3));
    addStyle(root);
    root.append(this.controls.top, stage.element, stage.map, this.f0.bar, ...this.controls.bottom);
    host.append(root);
    scope.onEnd(() => root.remove());
    scope.watch(root, this.redraw);
    scope.observe(document.body, this.redraw);
    scope.listen(stage.map, "pointerdown", (event) => stage.map.setPointerCapture(event.pointerId));
    for (const type of ["pointerdown", "pointermove"] as const)
      scope.listen(stage.map, type, (event) => {
        if (event.buttons) this.showAround(event.clientX);
      });
    this.engine.onChange(() => {
      if (this.engine.error) this.fail(this.engine.error);
      if (!this.engine.playing) this.tell(true);
      this.redraw();
    });
    this.redraw();
  }

  // ---- what can be set from outside ----------------------------------------------------------

  set(settings: Partial<Settings>): void {
    this.state.set(settings);
    this.applyPlayback();
    this.redraw();
  }

  select(region: Region | null): void {
    this.state.selection = region && this.state.within(region);
    this.applyPlayback();
    this.redraw();
  }

  show(region: Region | null): void {
    this.state.show(region);
    this.redraw();
  }

  seek(seconds: number): void {
    this.engine.seek(Math.max(0, Math.min(this.state.duration, seconds)));
    this.redraw();
  }

  overlay(overlays: readonly Overlay[], edits: readonly Edit[]): void {
    this.state.overlays = overlays;
    const edited = overlays.find((each) => each.edited)?.content;
    this.f0.load(edited?.kind === "curve" ? edited.values : null, edits);
    this.controls.legend();
    this.redraw();
  }

  edit(edits: readonly Edit[]): void {
    this.state.f0?.set(edits);
    this.redraw();
  }

  // ---- what people do ------------------------------------------------------------------------

  private gestureActs(): ConstructorParameters<typeof Gestures>[2] {
    return {
      place: () => this.stage.place,
      changed: this.redraw,
      f0: this.f0,
      seek: (time) => {
        this.seek(time);
        this.tell(true);
      },
      select: (region, done) => {
        this.state.selection = region;
        this.redraw();
        if (!done) return;
        this.applyPlayback();
        this.options.onSelection?.(region);
      },
      toggle: (what) => {
        if (what === "play") this.toggle();
        else this.change(what === "loop" ? { loop: !this.state.settings.loop } : { bandOnly: !this.state.settings.bandOnly });
      },
      zoomToSelection: () => {
        if (this.state.selection) this.show(this.state.selection);
      },
    };
  }

  private controlActs(): ControlActs {
    const region = (): Region => this.state.selection ?? this.state.view;
    const save = (ending: string, make: () => Promise<Blob | null>) => (): void => {
      const { name } = this.source.info;
      make().then(
        (blob) => blob && download(`${name.replace(/\.\w+$/, "")}${ending}`, blob),
        (error: unknown) => this.fail((error as Error).message),
      );
    };
    const { code } = this.options;
    return {
      toggle: () => this.toggle(),
      change: (settings) => this.change(settings),
      redraw: this.redraw,
      select: (next) => this.gestureActs().select(this.state.within(next), true),
      exports: [
        [t("Picture (PNG)"), save(".png", () => this.picture(region()))],
        [t("Levels (CSV)"), save(".csv", async () => new Blob([await table(this.source, this.state, region())], { type: "text/csv" }))],
        [t("Sound (WAV)"), save(".wav", () => sound(this.source, region()))],
      ],
      code: code && ((): void => void code(this.state.view).then((text) => showCode(this.scope, this.root, text), (error: unknown) => this.fail((error as Error).message))),
    };
  }

  private picture(region: Region): Promise<Blob | null> {
    const { color, backgroundColor } = getComputedStyle(this.root);
    return picture(this.source, this.state, region, { width: 1200, height: 480 }, backgroundColor, (context, place, tiles) => {
      this.stage.drawSound(context, place, tiles, color);
      drawOverlay(context, this.state, place, -1, color);
    });
  }

  private change(settings: Partial<Settings>): void {
    this.set(settings);
    this.options.onSettings?.(this.state.settings);
  }

  private toggle(): void {
    const { engine, state } = this;
    if (engine.playing) engine.pause();
    else {
      const { selection } = state;
      const outside = selection && (engine.position < selection.start || engine.position >= selection.stop - 0.01);
      if (state.settings.loop && outside) engine.seek(selection.start);
      else if (engine.position >= state.duration - 0.01) engine.seek(0);
      else if (engine.position < state.start || engine.position > state.start + state.span) engine.seek(state.start);
      engine.play().catch((error: unknown) => this.fail((error as Error).message));
    }
    this.redraw();
  }

  /** Loop, speed and band follow settings and selection. */
  private applyPlayback(): void {
    const { settings, selection } = this.state;
    const whole = { start: 0, stop: this.state.duration };
    this.engine.setLoop(settings.loop ? (selection ?? whole) : null);
    this.engine.setRate(settings.rate);
    this.engine.setBand(settings.bandOnly && selection ? selection : null);
  }

  private showAround(clientX: number): void {
    const { left, width } = this.stage.place;
    const time = ((clientX - this.stage.map.getBoundingClientRect().left - left) / width) * this.state.duration;
    this.state.moveTo(time - this.state.span / 2);
    this.redraw();
  }

  private tell(now: boolean): void {
    const time = performance.now();
    if (!now && time - this.told < TELL_EVERY) return;
    this.told = time;
    this.options.onPlayhead?.(this.engine.position);
  }

  // ---- what they see -------------------------------------------------------------------------

  private draw(): void {
    const { engine, state, stage, root } = this;
    const playhead = engine.position;
    if (engine.playing && (playhead < state.start || playhead > state.start + state.span)) state.moveTo(playhead);
    const loading = root.dataset["state"] === "loading";
    // The map can wait for the frame after the picture's first.
    stage.draw(playhead, !loading);
    if (stage.whole && loading) {
      root.dataset["state"] = "ready";
      engine.prefetch();
      this.redraw();
    }
    const spoken = t("{now} of {all}", { now: formatTime(playhead), all: formatTime(state.duration) });
    stage.element.dataset["playhead"] = String(playhead);
    stage.element.dataset["tool"] = state.tool;
    this.f0.update();
    stage.element.setAttribute("aria-valuenow", playhead.toFixed(2));
    stage.element.setAttribute("aria-valuetext", spoken);
    this.controls.update({ playing: engine.playing, buffering: engine.buffering, time: spoken, readout: this.readout() });
    if (engine.playing) {
      this.tell(false);
      this.redraw();
    }
  }

  private readout(): string {
    const { pointer, info } = this.state;
    if (!pointer) return t("Drag to select, click to move the playhead. Ctrl and wheel zoom.");
    const level = this.levelAt(pointer.time, pointer.hz);
    const parts = [formatTime(pointer.time, Math.min(0.1, this.state.span / 500)), formatHz(pointer.hz), noteName(pointer.hz)];
    if (level !== null && pointer.hz <= info.sampleRate / 2) parts.push(t("{level} dB", { level: level.toFixed(1) }));
    return parts.filter(Boolean).join(" · ");
  }

  private levelAt(time: number, hz: number): number | null {
    const { state, stage } = this;
    const rate = this.source.info.sampleRate;
    const level = levelFor(state.span * rate, stage.place.width, stage.coarsest);
    for (let up = level; up <= stage.coarsest; up += 1) {
      const key = keysFor(state.kind, state.laneList[0], state.settings.nFft, up, time * rate, 1, this.source.info.frames).at(0);
      const tile = key && stage.store.get(key);
      if (!tile) continue;
      const column = Math.floor((time * rate) / (16 << up)) - key.index * 256;
      const row = Math.round(rowOf(hz, tile.rows, rate, state.kind === "cqt"));
      const value = row >= 0 && row < tile.rows ? tile.data[column * tile.rows + row] : undefined;
      return value === undefined ? null : levelToDb(value);
    }
    return null;
  }

  /** Say what went wrong, over the picture, with a way to try again. */
  fail(text: string): void {
    this.root.dataset["state"] = "error";
    this.message?.remove();
    const box = element("div", "mnb-message");
    box.setAttribute("role", "alert");
    const again = element("button", "", t("Try again"));
    again.type = "button";
    this.scope.listen(again, "click", () => {
      box.remove();
      this.root.dataset["state"] = "loading";
      this.stage.store.retry();
      this.redraw();
    });
    box.append(element("span", "", text), again);
    this.message = box;
    this.stage.element.append(box);
  }

  /** Say something over the picture until it passes; null is when it has. */
  notice(text: string | null): void {
    this.noticed?.remove();
    this.noticed = null;
    if (text === null) return;
    const box = element("div", "mnb-message", text);
    box.setAttribute("role", "status");
    this.noticed = box;
    this.stage.element.append(box);
  }
}
