/** Pointer, wheel, touch and keys on the stage, turned into changes of the view. */
import type { Scope } from "../core/scope.js";
import type { Region } from "../core/types.js";
import type { Layout } from "./explorer-overlay.js";
import { isEditing } from "./f0-tools.js";
import type { F0Tools } from "./f0-tools.js";
import type { State } from "./explorer-state.js";

export interface Acts {
  place(): Layout;
  /** Something of the view changed. */
  changed(): void;
  seek(time: number): void;
  select(region: Region | null, done: boolean): void;
  toggle(what: "play" | "loop" | "band"): void;
  zoomToSelection(): void;
  /** Edits the pitch, where there is one. */
  readonly f0: Pick<F0Tools, "grip" | "key">;
}

/** Closer than this many pixels is the same place. */
const NEAR = 6;

export class Gestures {
  private readonly pointers = new Map<number, { x: number; y: number }>();
  private drag: ((x: number, y: number, done: boolean) => void) | null = null;
  private moved = false;

  constructor(
    private readonly stage: HTMLElement,
    private readonly state: State,
    private readonly acts: Acts,
    scope: Scope,
  ) {
    scope.listen(stage, "pointerdown", (event) => this.down(event));
    scope.listen(stage, "pointermove", (event) => this.move(event));
    scope.listen(stage, "pointerup", (event) => this.up(event));
    scope.listen(stage, "pointercancel", (event) => this.up(event));
    scope.listen(stage, "pointerleave", () => {
      this.state.pointer = null;
      this.acts.changed();
    });
    scope.listen(stage, "dblclick", () => this.acts.zoomToSelection());
    scope.listen(stage, "wheel", (event) => this.wheel(event), { passive: false });
    scope.listen(stage, "keydown", (event) => this.key(event));
  }

  private at(event: PointerEvent | WheelEvent): { x: number; y: number } {
    const box = this.stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private time(x: number): number {
    const { left, width } = this.acts.place();
    return this.state.start + ((x - left) / width) * this.state.span;
  }

  /** The frequency at a height, in whichever lane that is; null outside all. */
  private hz(y: number): number | null {
    const lane = this.acts.place().lanes.find(({ top, height }) => y >= top && y <= top + height);
    return lane ? this.state.axis.hz(1 - (y - lane.top) / lane.height) : null;
  }

  private down(event: PointerEvent): void {
    this.stage.focus({ preventScroll: true });
    this.stage.setPointerCapture(event.pointerId);
    const { x, y } = this.at(event);
    this.pointers.set(event.pointerId, { x, y });
    this.moved = false;
    if (this.pointers.size === 2) this.drag = this.pinching();
    else if (this.state.tool === "pan" || event.button === 1) this.drag = this.panning(x, y);
    else if (isEditing(this.state.tool)) this.drag = this.editing(x, y);
    else this.drag = this.resizing(x, y) ?? this.selecting(x, y);
  }

  private move(event: PointerEvent): void {
    const { x, y } = this.at(event);
    const hz = this.hz(y);
    this.state.pointer = hz === null ? null : { time: Math.max(0, Math.min(this.state.duration, this.time(x))), hz };
    const known = this.pointers.get(event.pointerId);
    if (known && Math.hypot(x - known.x, y - known.y) > 3) this.moved = true;
    if (known && (this.moved || this.pointers.size === 2)) {
      if (this.pointers.size === 2) this.pointers.set(event.pointerId, { x, y });
      this.drag?.(x, y, false);
    }
    this.acts.changed();
  }

  private up(event: PointerEvent): void {
    if (!this.pointers.delete(event.pointerId)) return;
    const { x, y } = this.at(event);
    if (this.moved) this.drag?.(x, y, true);
    else if (event.type === "pointerup" && event.button === 0) this.acts.seek(this.time(x));
    this.drag = null;
  }

  private panning(fromX: number, fromY: number): (x: number, y: number) => void {
    const { start, axis } = this.state;
    const { width, lanes } = this.acts.place();
    return (x, y) => {
      this.state.moveTo(start - ((x - fromX) / width) * this.state.span);
      this.state.axis = axis.moved((y - fromY) / lanes[0].height, this.state.lowest, this.state.highest);
      this.acts.changed();
    };
  }

  /** Edit the pitch; the pointer may leave the lane, the pitch does not. */
  private editing(x: number, y: number): ((x: number, y: number, done: boolean) => void) | null {
    const lane = this.acts.place().lanes.find(({ top, height }) => y >= top && y <= top + height);
    if (!lane) return null;
    const hz = (at: number): number => this.state.axis.hz(1 - Math.max(0, Math.min(1, (at - lane.top) / lane.height)));
    const drag = this.acts.f0.grip(this.time(x), hz(y));
    return drag && ((toX, toY, done) => drag(Math.max(0, Math.min(this.state.duration, this.time(toX))), hz(toY), done));
  }

  private selecting(fromX: number, fromY: number): (x: number, y: number, done: boolean) => void {
    const [time, hz] = [this.time(fromX), this.hz(fromY)];
    return (x, y, done) => {
      // Begun on the waveform, it is about time alone.
      const band = hz === null ? { low: 0, high: this.state.highest } : { low: hz, high: this.hz(y) ?? (y < fromY ? this.state.axis.high : this.state.axis.low) };
      this.acts.select(this.state.within({ start: time, stop: this.time(x), ...band }), done);
    };
  }

  /** Take hold of an edge of the selection, if one is near. */
  private resizing(x: number, y: number): ((x: number, y: number, done: boolean) => void) | null {
    const region = this.state.selection;
    const hz = this.hz(y);
    if (!region || hz === null) return null;
    const { width, lanes } = this.acts.place();
    const near = (time: number): boolean => (Math.abs(this.time(x) - time) / this.state.span) * width < NEAR;
    const level = (at: number): boolean => Math.abs(this.state.axis.position(hz) - this.state.axis.position(at)) * lanes[0].height < NEAR;
    const inside = hz >= region.low * 0.97 && hz <= region.high * 1.03 && this.time(x) > region.start - this.state.span * 0.01 && this.time(x) < region.stop + this.state.span * 0.01;
    const edge = (["start", "stop"] as const).find((each) => near(region[each])) ?? (["low", "high"] as const).find((each) => level(region[each]));
    if (!edge || !inside) return null;
    return (toX, toY, done) => {
      const value = edge === "start" || edge === "stop" ? this.time(toX) : (this.hz(toY) ?? region[edge]);
      this.acts.select(this.state.within({ ...region, [edge]: value }), done);
    };
  }

  private pinching(): () => void {
    const ends = (): { span: number; middle: number } => {
      const [a, b] = [...this.pointers.values()];
      return { span: Math.max(10, Math.abs(a.x - b.x)), middle: (a.x + b.x) / 2 };
    };
    let before = ends();
    return () => {
      const now = ends();
      this.state.zoomTime(now.span / before.span, this.time(now.middle));
      this.state.moveTo(this.state.start - ((now.middle - before.middle) / this.acts.place().width) * this.state.span);
      before = now;
      this.acts.changed();
    };
  }

  /** A wheel scrolls the page until the stage has the focus; with Ctrl (or a pinch) it always zooms. */
  private wheel(event: WheelEvent): void {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    const focused = document.activeElement === this.stage || this.stage.matches(":focus");
    if (!focused && !event.ctrlKey && !event.metaKey && !sideways) return;
    event.preventDefault();
    event.stopPropagation();
    const { x, y } = this.at(event);
    const factor = Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002));
    if (sideways) this.state.moveTo(this.state.start + ((event.deltaX || event.deltaY) / this.acts.place().width) * this.state.span);
    else if (event.altKey) this.state.zoomFrequency(factor, this.state.axis.position(this.hz(y) ?? this.state.axis.low));
    else this.state.zoomTime(factor, this.time(x));
    this.acts.changed();
  }

  private key(event: KeyboardEvent): void {
    if (event.target !== this.stage) return;
    const act = this.acts.f0.key(event) ?? (event.ctrlKey || event.metaKey ? undefined : this.keys(event));
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
    this.acts.changed();
  }

  private keys(event: KeyboardEvent): (() => void) | undefined {
    const { state, acts } = this;
    const playhead = Number(this.stage.dataset["playhead"] ?? 0);
    const by = (sign: number) => (): void => {
      if (event.shiftKey) this.stretch(sign, playhead);
      else if (event.altKey) state.moveTo(state.start + sign * state.span * 0.1);
      else acts.seek(playhead + (sign * state.span) / 100);
    };
    const up = (sign: number) => (): void => {
      if (event.altKey) state.moveFrequency(sign * 0.1);
      else this.point(playhead, sign);
    };
    const table: Record<string, () => void> = {
      " ": () => acts.toggle("play"),
      ArrowLeft: by(-1),
      ArrowRight: by(1),
      ArrowUp: up(1),
      ArrowDown: up(-1),
      Home: () => acts.seek(0),
      End: () => acts.seek(state.duration),
      PageUp: () => state.moveTo(state.start - state.span * 0.9),
      PageDown: () => state.moveTo(state.start + state.span * 0.9),
      "+": () => state.zoomTime(1.25, playhead),
      "=": () => state.zoomTime(1.25, playhead),
      "-": () => state.zoomTime(0.8, playhead),
      "0": () => state.show(null),
      l: () => acts.toggle("loop"),
      b: () => acts.toggle("band"),
      z: () => acts.zoomToSelection(),
      Escape: () => acts.select(null, true),
    };
    return table[event.key];
  }

  /** Shift and an arrow: move the end of the selection that begins at the playhead. */
  private stretch(sign: number, playhead: number): void {
    const { state } = this;
    const region = state.selection ?? { start: playhead, stop: playhead, low: Math.max(state.axis.low, 0), high: state.axis.high };
    const stop = Math.max(region.start + state.span / 100, region.stop + (sign * state.span) / 100);
    this.acts.select(state.within({ ...region, stop }), true);
  }

  private point(time: number, sign: number): void {
    const { axis } = this.state;
    const from = axis.position(this.state.pointer?.hz ?? axis.hz(0.5));
    this.state.pointer = { time, hz: axis.hz(Math.max(0, Math.min(1, from + sign * 0.02))) };
  }
}
