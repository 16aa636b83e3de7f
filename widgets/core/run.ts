/** One stretch of playing, from pressing play (or a jump) to the next: fetch, stretch, schedule. */
import type { ChunkCache } from "./chunks.js";
import type { Graph } from "./graph.js";
import { Stretcher } from "./stretch.js";
import { Spans, timeline, type FrameLoop, type Piece } from "./timeline.js";
import type { SoundInfo } from "./types.js";

/** Seconds that are handed to the audio thread at once. */
const BLOCK_SECONDS = 2;
/** Seconds scheduled ahead; browsers wake hidden pages but once a second. */
const AHEAD_SECONDS = 4;
/** Seconds between scheduling and the first sound; more for a machine that is slower. */
const LEAD_SECONDS = 0.03;
const LONGEST_LEAD_SECONDS = 1;
/** The audio thread may be so far ahead of the clock that it shows: some render quanta of 128 frames. */
const MARGIN_FRAMES = 512;

export interface RunOptions {
  readonly context: AudioContext;
  readonly graph: Graph;
  readonly cache: ChunkCache;
  readonly infos: readonly SoundInfo[];
  /** Frame of the sound. */
  readonly from: number;
  readonly loop: FrameLoop | null;
  readonly rate: number;
  /** Frame of the context's clock to begin at, to join a run before; else as soon as can be. */
  readonly at?: number;
}

export class Run {
  /** Everything was scheduled. */
  private complete = false;
  private feeding = false;
  private stopped = false;
  private readonly pieces: Generator<Piece, void>;
  private readonly spans: Spans;
  private readonly stretcher: Stretcher | null;
  private readonly playing = new Set<AudioBufferSourceNode>();
  /** Where on the context's clock the next block goes; null before the first. */
  private cursor: number | null;
  /** Where the sound put in next is heard, by the rate alone; whole at rate 1. */
  private nominal: number;
  /** Frame of the sound behind the latest that was scheduled. */
  private to: number;

  constructor(private readonly options: RunOptions) {
    const { cache, infos, from, loop, rate, at } = options;
    const frames = infos[0]?.frames ?? 0;
    this.pieces = timeline(from, frames, cache.chunkFrames, loop);
    this.spans = new Spans(from, rate);
    const channels = infos.reduce((sum, info) => sum + info.channels, 0);
    this.stretcher = rate === 1 ? null : new Stretcher(channels, this.sampleRate, rate);
    this.cursor = at ?? null;
    this.nominal = at ?? 0;
    this.to = from;
  }

  get scheduledTo(): number {
    return this.to;
  }

  private get sampleRate(): number {
    return this.options.infos[0]?.sampleRate ?? 1;
  }

  private get clock(): number {
    return this.options.context.currentTime * this.sampleRate;
  }

  /** Nothing can be heard, because the sound has not arrived. */
  get starved(): boolean {
    return !this.complete && (this.cursor === null || this.cursor <= this.clock);
  }

  get ended(): boolean {
    return this.complete && this.cursor !== null && this.clock >= this.cursor + this.options.graph.delay;
  }

  /** Frame of the sound at frame `clock` of the context. */
  frameAt(clock: number): number {
    return this.spans.frameAt(clock - this.options.graph.delay);
  }

  /** Schedule what is due, as far as the sound arrives. Call it often. */
  async feed(): Promise<void> {
    if (this.feeding) return;
    this.feeding = true;
    try {
      this.spans.forget(this.clock - this.sampleRate);
      while (!this.stopped && !this.complete && (this.cursor ?? 0) < this.clock + AHEAD_SECONDS * this.sampleRate) {
        await this.block();
      }
    } finally {
      this.feeding = false;
    }
  }

  /** Fall silent at frame `clock` of the context, at once by default. */
  stop(clock = 0): void {
    this.stopped = true;
    for (const source of this.playing) source.stop(clock / this.sampleRate);
  }

  private async block(): Promise<void> {
    const { infos, rate } = this.options;
    const wanted = BLOCK_SECONDS * this.sampleRate * rate;
    const pieces: Piece[] = [];
    let length = 0;
    let done = false;
    while (length < wanted && !done) {
      const next = this.pieces.next();
      if (next.done) done = true;
      else {
        pieces.push(next.value);
        length += next.value.length;
      }
    }
    const sound = infos.map((info) => Array.from({ length: info.channels }, () => new Float32Array(length)));
    let at = 0;
    for (const piece of pieces) {
      await this.copy(piece, sound, at);
      at += piece.length;
    }
    if (this.stopped) return;
    this.schedule(this.stretched(sound, done));
    for (const piece of pieces) {
      this.spans.add(this.nominal, piece);
      this.nominal += piece.length / rate;
      this.to = piece.from + piece.length;
    }
    this.complete = done;
  }

  private async copy(piece: Piece, sound: Float32Array[][], at: number): Promise<void> {
    const { cache } = this.options;
    const index = Math.floor(piece.from / cache.chunkFrames);
    const chunks = cache.peek(index) ?? (await cache.get(index));
    const first = piece.from - index * cache.chunkFrames;
    sound.forEach((channels, track) => {
      channels.forEach((channel, c) => {
        const samples = chunks[track]?.channels[c]?.subarray(first, first + piece.length);
        if (samples) channel.set(samples, at);
      });
    });
  }

  /** The first block, and one that comes too late, begin as soon as can be. */
  private catchUp(lead: number): number {
    const { clock } = this;
    if (this.cursor === null || this.cursor < clock + MARGIN_FRAMES) {
      const soonest = Math.ceil(clock + lead * this.sampleRate);
      this.nominal += soonest - (this.cursor ?? 0);
      this.cursor = soonest;
    }
    return this.cursor;
  }

  private stretched(sound: Float32Array[][], last: boolean): Float32Array[][] {
    const { stretcher } = this;
    if (!stretcher) return sound;
    const flat = stretcher.push(sound.flat());
    const rest = last ? stretcher.finish() : [];
    const whole = flat.map((channel, c) => join(channel, rest[c]));
    let used = 0;
    return sound.map((channels) => whole.slice(used, (used += channels.length)));
  }

  /** Hand a block to the audio thread: all tracks at the very same frame of its clock. */
  private schedule(sound: Float32Array[][]): void {
    const length = sound[0]?.[0]?.length ?? 0;
    if (!length) {
      this.catchUp(LEAD_SECONDS);
      return;
    }
    const buffers = sound.map((channels) => this.buffer(channels, length));
    for (let lead = LEAD_SECONDS; ; lead *= 2) {
      const at = this.catchUp(lead);
      const sources = buffers.map((buffer, track) => this.start(buffer, track, at));
      if (this.clock + MARGIN_FRAMES <= at || lead > LONGEST_LEAD_SECONDS) break;
      // The clock went by while they were started, so that some may come later than others: again.
      for (const source of sources) this.drop(source);
    }
    this.cursor! += length;
  }

  private buffer(channels: Float32Array[], length: number): AudioBuffer {
    const buffer = this.options.context.createBuffer(channels.length, length, this.sampleRate);
    channels.forEach((channel, c) => buffer.copyToChannel(channel as Float32Array<ArrayBuffer>, c));
    return buffer;
  }

  private start(buffer: AudioBuffer, track: number, at: number): AudioBufferSourceNode {
    const { context, graph } = this.options;
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(graph.strips[track].input);
    source.start(at / this.sampleRate);
    this.playing.add(source);
    // It hears this once, at its end, and is gone.
    // eslint-disable-next-line no-restricted-syntax
    source.addEventListener("ended", () => this.drop(source));
    return source;
  }

  private drop(source: AudioBufferSourceNode): void {
    this.playing.delete(source);
    source.disconnect();
  }
}

function join(first: Float32Array, second: Float32Array | undefined): Float32Array {
  if (!second?.length) return first;
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
