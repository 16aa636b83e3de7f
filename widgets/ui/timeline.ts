/** A ruler of time with the playhead: click to seek, drag for a loop, keys for both. */
import type { Engine } from "../core/engine.js";
import { t } from "../core/i18n.js";
import { formatTime, stepped } from "../core/scales.js";
import type { Scope } from "../core/scope.js";
import { element } from "./controls.js";
import { canvasOf } from "./explorer-canvas.js";

export type Loop = readonly [number, number];

export interface TimelineActs {
  loop(): Loop | null;
  /** @param done false while one drags */
  setLoop(loop: Loop | null, done: boolean): void;
  seek(seconds: number): void;
  toggle(): void;
  /** Draw what lies behind, in CSS pixels. */
  behind?(context: CanvasRenderingContext2D, width: number, height: number): void;
}

export const TIMELINE_CSS = `
.mnb-timeline{margin:0 8px;position:relative;cursor:pointer;touch-action:pan-y}
.mnb-timeline canvas{position:absolute;inset:0;width:100%;height:100%}
`;
/** A drag over less of the sound is a click. */
const CLICK = 1 / 150;

export class Timeline {
  readonly element = element("div", "mnb-timeline mnb-playhead");
  private readonly canvas = element("canvas");

  constructor(
    private readonly scope: Scope,
    private readonly engine: Engine,
    private readonly height: number,
    private readonly acts: TimelineActs,
  ) {
    const line = this.element;
    line.style.height = `${height}px`;
    line.tabIndex = 0;
    line.setAttribute("role", "slider");
    line.setAttribute("aria-label", t("Playhead"));
    line.setAttribute("aria-valuemin", "0");
    line.setAttribute("aria-valuemax", engine.duration.toFixed(3));
    this.canvas.setAttribute("aria-hidden", "true");
    line.append(this.canvas);
    this.listen();
  }

  private listen(): void {
    const { scope, engine, acts } = this;
    const line = this.element;
    let from: number | null = null;
    const apart = (to: number): boolean => from !== null && Math.abs(to - from) >= engine.duration * CLICK;
    const around = (to: number): Loop => [Math.min(from!, to), Math.max(from!, to)];
    scope.listen(line, "pointerdown", (event) => {
      line.setPointerCapture(event.pointerId);
      from = this.timeAt(line, event.clientX);
    });
    scope.listen(line, "pointermove", (event) => {
      const to = this.timeAt(line, event.clientX);
      if (apart(to)) acts.setLoop(around(to), false);
    });
    scope.listen(line, "pointerup", (event) => {
      const to = this.timeAt(line, event.clientX);
      if (from === null) return;
      if (apart(to)) acts.setLoop(around(to), true);
      else acts.seek(to);
      from = null;
    });
    scope.listen(line, "keydown", (event) => this.key(event));
  }

  /** The time at a place of an element that shows all of the sound. */
  timeAt(target: HTMLElement, clientX: number): number {
    const box = target.getBoundingClientRect();
    return Math.max(0, Math.min(1, (clientX - box.left) / box.width)) * this.engine.duration;
  }

  private key(event: KeyboardEvent): void {
    const { engine, acts } = this;
    const step = event.shiftKey ? 5 : 1;
    const mark = (end: 0 | 1) => (): void => {
      const [start, stop] = acts.loop() ?? [0, engine.duration];
      const next: Loop = end === 0 ? [engine.position, stop] : [start, engine.position];
      if (next[0] < next[1]) acts.setLoop(next, true);
    };
    const keys: Partial<Record<string, () => void>> = {
      " ": () => acts.toggle(),
      ArrowLeft: () => acts.seek(engine.position - step),
      ArrowRight: () => acts.seek(engine.position + step),
      Home: () => acts.seek(0),
      End: () => acts.seek(engine.duration),
      i: mark(0),
      o: mark(1),
      Escape: () => acts.setLoop(null, true),
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** @returns the time in words */
  draw(ink: string): string {
    const { position, duration } = this.engine;
    const spoken = t("{now} of {all}", { now: formatTime(position), all: formatTime(duration) });
    this.element.setAttribute("aria-valuenow", position.toFixed(2));
    this.element.setAttribute("aria-valuetext", spoken);
    const width = this.element.clientWidth;
    if (width > 0) this.paint(canvasOf(this.canvas, width, this.height), width, ink);
    return this.engine.buffering ? `${spoken} …` : spoken;
  }

  private paint(context: CanvasRenderingContext2D, width: number, ink: string): void {
    const { height, acts } = this;
    const { position, duration } = this.engine;
    const x = (time: number): number => (time / duration) * width;
    acts.behind?.(context, width, height - 18);
    context.fillStyle = ink;
    context.font = "11px system-ui,sans-serif";
    context.textAlign = "center";
    const ticks = stepped(0, duration, Math.max(2, width / 90));
    for (const time of ticks) {
      const text = formatTime(time, ticks[1] ?? 1);
      const half = context.measureText(text).width / 2;
      context.fillRect(x(time), height - 6, 1, 6);
      context.fillText(text, Math.max(half, Math.min(width - half, x(time))), height - 9);
    }
    const loop = acts.loop();
    if (loop) {
      context.globalAlpha = 0.35;
      context.fillRect(x(loop[0]), 0, Math.max(2, x(loop[1]) - x(loop[0])), height);
      context.globalAlpha = 1;
    }
    context.fillRect(x(position) - 1, 0, 2, height);
  }
}
