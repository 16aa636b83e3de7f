/** Plays several sounds in step, through Web Audio buffers; jumps, loops, other speeds, levels. */
import { ChunkCache } from "./chunks.js";
import { Graph, limiterPossible, loadLimiter, SILENT, type Band, type Level, type TrackState } from "./graph.js";
import { Run } from "./run.js";
import type { Scope } from "./scope.js";
import { frameLoop, type FrameLoop } from "./timeline.js";
import type { AudioSource, SoundInfo } from "./types.js";

export interface TrackControls {
  /** dB; -Infinity is silence. */
  setGain(db: number): void;
  /** -1 (left) to 1 (right) */
  setPan(pan: number): void;
  setAudible(on: boolean): void;
  /** dBFS, latest */
  meter(): Level;
}

export interface EngineOptions {
  readonly limiter?: boolean;
  readonly meters?: boolean;
}

const TICK_MS = 100;
/** After so long without sound the audio thread may rest. */
const REST_MS = 2000;
/** A run that replaces another takes over this much later, to be there in time. */
const TAKE_OVER_SECONDS = 0.03;

/** The context at the rate of the machine itself, for what is heard and played at once. */
export const ownContext = (): AudioContext => contextOf(null);

/** One context a rate, so that samples are played as they are; shared by all copies of this code in a page. */
function contextOf(rate: number | null): AudioContext {
  const sampleRate = rate ?? 0;
  const shared = globalThis as unknown as Record<symbol, Map<number, AudioContext> | undefined>;
  const contexts = (shared[Symbol.for("musicnb.audio")] ??= new Map<number, AudioContext>());
  let context = contexts.get(sampleRate);
  if (!context) {
    context = new AudioContext({ ...(rate === null ? {} : { sampleRate: rate }), latencyHint: "interactive" });
    contexts.set(sampleRate, context);
  }
  return context;
}

/** Who plays now, in this page. */
const stage = ((globalThis as unknown as Record<symbol, { player: { pause(): void } | null } | undefined>)[Symbol.for("musicnb.stage")] ??= {
  player: null,
});

export class Engine {
  readonly duration: number;
  readonly tracks: readonly TrackControls[];
  private readonly infos: readonly SoundInfo[];
  private cache: ChunkCache;
  private readonly states: TrackState[];
  private readonly listeners = new Set<() => void>();
  private context: AudioContext | null = null;
  private graph: Graph | null = null;
  private run: Run | null = null;
  /** Counts plays and pauses: who awaited something sees whether it is still wanted. */
  private turn = 0;
  private wanted = false;
  private starved = false;
  private failure: string | null = null;
  /** Frame of the sound, while nothing plays. */
  private rest = 0;
  private loop: FrameLoop | null = null;
  private rate = 1;
  private band: Band | null = null;
  private limiter: boolean;
  private readonly limiting: boolean;
  private renewal: ChunkCache | null = null;
  private cancelTick: () => void = () => undefined;
  private cancelRest: () => void = () => undefined;

  /** @param sources All of one sample rate and length. */
  constructor(
    private readonly sources: readonly AudioSource[],
    private readonly scope: Scope,
    private readonly options: EngineOptions = {},
  ) {
    this.infos = sources.map((source) => source.info);
    this.duration = this.frames / this.sampleRate;
    this.cache = new ChunkCache(sources, scope.signal);
    this.limiter = options.limiter ?? false;
    this.limiting = options.limiter !== undefined && limiterPossible();
    this.states = sources.map(() => ({ gain: 0, pan: null, audible: true }));
    this.tracks = this.states.map((state, index) => this.controls(state, index));
    scope.onEnd(() => {
      this.pause();
      this.listeners.clear();
      this.graph?.disconnect();
    });
  }

  private get sampleRate(): number {
    return this.infos[0]?.sampleRate ?? 1;
  }

  private get frames(): number {
    return this.infos[0]?.frames ?? 0;
  }

  private controls(state: TrackState, index: number): TrackControls {
    const apply = (): void => this.graph?.strips[index]?.apply(state);
    return {
      setGain: (db) => {
        state.gain = db;
        apply();
      },
      setPan: (pan) => {
        state.pan = pan;
        apply();
      },
      setAudible: (on) => {
        state.audible = on;
        apply();
      },
      meter: () => this.graph?.strips[index]?.level() ?? SILENT,
    };
  }

  // ---- what it does now --------------------------------------------------------------------

  get playing(): boolean {
    return this.wanted;
  }

  get buffering(): boolean {
    return this.wanted && this.starved;
  }

  get error(): string | null {
    return this.failure;
  }

  /** Seconds of the sound, as heard now. */
  get position(): number {
    return this.frame / this.sampleRate;
  }

  private get frame(): number {
    if (!this.run || !this.context) return this.rest;
    // Where the browser does not know how late its loudspeaker is, it says 0 or nothing.
    const late = (this.context as { outputLatency?: number }).outputLatency ?? 0;
    return this.run.frameAt((this.context.currentTime - late) * this.sampleRate);
  }

  masterMeter(): Level {
    return this.graph?.level() ?? SILENT;
  }

  /** Whether there is a limiter here; an insecure page may not run one. */
  get limiterAvailable(): boolean {
    return this.limiting;
  }

  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  // ---- transport ---------------------------------------------------------------------------

  /** Fetch the beginning, so that the first sound comes at once. Failures are told when it is played. */
  prefetch(): void {
    const index = Math.floor(this.rest / this.cache.chunkFrames);
    if (this.frames) this.cache.get(index).catch(() => undefined);
  }

  /** Call it inside a click: browsers let sound begin only there. */
  async play(): Promise<void> {
    if (this.wanted || this.scope.ended || !this.frames) return;
    const turn = (this.turn += 1);
    if (stage.player !== this) stage.player?.pause();
    stage.player = this;
    this.cancelRest();
    this.failure = null;
    this.wanted = true;
    this.starved = true;
    this.changed();
    try {
      const context = (this.context ??= contextOf(this.sampleRate));
      await context.resume();
      if (this.limiting) await loadLimiter(context);
      if (turn !== this.turn) return;
      this.graph ??= this.build(context);
      this.begin(this.rest >= this.frames ? (this.loop?.start ?? 0) : this.rest);
      this.tick();
    } catch (error) {
      if (turn === this.turn) this.fail(error);
    }
  }

  /** The sources sound different now: play on from the same place, without a gap. */
  async renew(): Promise<void> {
    const next = (this.renewal = new ChunkCache(this.sources, this.scope.signal));
    if (this.wanted) {
      // What is heard next is fetched before the old sound ends.
      const { chunkFrames } = next;
      const index = Math.floor(Math.min(this.frame, this.frames - 1) / chunkFrames);
      const behind = this.loop ? Math.floor(this.loop.start / chunkFrames) : index + 1;
      await Promise.all([index, index + 1, behind].filter((each) => each * chunkFrames < this.frames).map((each) => next.get(each)));
    }
    if (this.renewal !== next || this.scope.ended) return;
    this.cache = next;
    if (this.run) this.begin(null);
  }

  pause(): void {
    if (!this.wanted) return;
    this.halt(Math.max(0, Math.min(this.frames, this.frame)));
    this.changed();
  }

  seek(seconds: number): void {
    const frame = Math.max(0, Math.min(this.frames, Math.round(seconds * this.sampleRate)));
    if (this.run) this.begin(frame);
    else this.rest = frame;
    this.changed();
  }

  /** Repeat a stretch; whoever stands outside it is put at its start. */
  setLoop(loop: { start: number; stop: number } | null): void {
    const next = frameLoop(loop, this.sampleRate, this.frames);
    if (next?.start === this.loop?.start && next?.stop === this.loop?.stop) return;
    this.loop = next;
    const { frame } = this;
    const outside = this.loop !== null && (frame < this.loop.start || frame >= this.loop.stop);
    if (this.run) this.begin(outside ? this.loop!.start : null);
    else if (outside) this.rest = this.loop!.start;
    this.changed();
  }

  /** @param rate 0.5 to 2; the pitch stays. */
  setRate(rate: number): void {
    const next = Math.max(0.5, Math.min(2, rate));
    if (next === this.rate) return;
    this.rate = next;
    if (this.run) this.begin(null);
  }

  /** Let only a band of frequencies (Hz) be heard. */
  setBand(band: Band | null): void {
    this.band = band;
    this.graph?.setBand(band);
  }

  setLimiter(on: boolean): void {
    this.limiter = on;
    this.graph?.setLimiter(on);
  }

  // ---- how -----------------------------------------------------------------------------------

  private build(context: AudioContext): Graph {
    const graph = new Graph(context, this.states, { meters: this.options.meters ?? false, limiter: this.limiting });
    graph.setLimiter(this.limiter);
    graph.setBand(this.band);
    return graph;
  }

  /** Play on from a frame; null goes on where the present run is when the new one takes over. */
  private begin(from: number | null): void {
    const { context, graph } = this;
    if (!context || !graph) return;
    const at = Math.ceil((context.currentTime + TAKE_OVER_SECONDS) * this.sampleRate);
    const on = this.run?.frameAt(at + graph.delay);
    const start = Math.min(this.frames, Math.round(from ?? on ?? this.rest));
    this.run?.stop(at);
    const run = new Run({
      context,
      graph,
      cache: this.cache,
      infos: this.infos,
      from: start,
      loop: this.loop,
      rate: this.rate,
      ...(this.run ? { at } : {}),
    });
    this.run = run;
    this.rest = start;
    this.feed(run);
  }

  private feed(run: Run): void {
    run
      .feed()
      .then(() => this.prefetchAfter(run))
      .catch((error: unknown) => {
        if (run === this.run) this.fail(error);
      });
    this.look();
  }

  /** Have the chunk behind the latest scheduled one at hand. */
  private prefetchAfter(run: Run): void {
    if (run !== this.run) return;
    const next = Math.floor(run.scheduledTo / this.cache.chunkFrames);
    if (next * this.cache.chunkFrames < this.frames && !this.cache.peek(next)) this.cache.get(next).catch(() => undefined);
    this.look();
  }

  private tick(): void {
    this.cancelTick();
    const { run } = this;
    if (!run) return;
    if (run.ended) {
      this.halt(this.frames);
      this.changed();
      return;
    }
    this.feed(run);
    this.cancelTick = this.scope.timeout(() => this.tick(), TICK_MS);
  }

  /** Tell if buffering began or ended. */
  private look(): void {
    const starved = this.run?.starved ?? false;
    if (starved === this.starved) return;
    this.starved = starved;
    this.changed();
  }

  private halt(rest: number): void {
    this.turn += 1;
    this.wanted = false;
    this.starved = false;
    this.rest = rest;
    this.run?.stop();
    this.run = null;
    this.cancelTick();
    if (stage.player === this) stage.player = null;
    this.cancelRest = this.scope.timeout(() => {
      if (!stage.player) this.context?.suspend().catch(() => undefined);
    }, REST_MS);
  }

  private fail(error: unknown): void {
    this.failure = error instanceof Error ? error.message : String(error);
    this.halt(this.frame);
    this.changed();
  }
}
