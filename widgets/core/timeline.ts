/** Which frames of a sound are played when: pieces ahead of the listener, and the way back from time to place. */

/** Frames `from` to `from + length` of the sound, all in one chunk. */
export interface Piece {
  readonly from: number;
  readonly length: number;
}

/** In frames. */
export interface FrameLoop {
  readonly start: number;
  readonly stop: number;
}

/** Shorter loops are heard as a tone and cost thousands of pieces a second. */
export const MIN_LOOP_SECONDS = 0.005;

/** The loop in whole frames within the sound; null where it is too short to be one. */
export function frameLoop(loop: { start: number; stop: number } | null, sampleRate: number, frames: number): FrameLoop | null {
  if (!loop) return null;
  const clamp = (seconds: number): number => Math.min(frames, Math.max(0, Math.round(seconds * sampleRate)));
  const start = clamp(loop.start);
  const stop = clamp(loop.stop);
  return stop - start >= Math.floor(MIN_LOOP_SECONDS * sampleRate) ? { start, stop } : null;
}

/**
 * What to play from frame `from` on: without a loop to the end; with one for ever. Who begins
 * before the loop is led into it; who begins behind it hears the rest of the sound.
 */
export function* timeline(from: number, frames: number, chunkFrames: number, loop: FrameLoop | null): Generator<Piece, void> {
  const around = loop && from < loop.stop ? loop : null;
  const end = around ? around.stop : frames;
  for (let at = from; ; at = around.start) {
    while (at < end) {
      const stop = Math.min(end, (Math.floor(at / chunkFrames) + 1) * chunkFrames);
      yield { from: at, length: stop - at };
      at = stop;
    }
    if (!around) return;
  }
}

interface Span {
  /** Frame of the audio context's clock where the span begins; whole at rate 1. */
  at: number;
  readonly length: number;
  readonly from: number;
}

/** Remembers what was scheduled for when. */
export class Spans {
  private spans: Span[] = [];

  constructor(
    private readonly origin: number,
    private readonly rate: number,
  ) {}

  add(at: number, piece: Piece): void {
    this.spans.push({ at, length: piece.length / this.rate, from: piece.from });
  }

  /** The frame of the sound that is heard at frame `clock` of the context. */
  frameAt(clock: number): number {
    let low = 0;
    let high = this.spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.spans[middle].at <= clock) low = middle + 1;
      else high = middle;
    }
    const span = this.spans[low - 1];
    return span ? span.from + Math.min(clock - span.at, span.length) * this.rate : (this.spans[0]?.from ?? this.origin);
  }

  /** Forget what ended before frame `clock`. */
  forget(clock: number): void {
    const first = this.spans.findIndex((span) => span.at + span.length > clock);
    // The latest one stays: while buffering, its end is where the listener waits.
    this.spans.splice(0, first < 0 ? this.spans.length - 1 : first);
  }
}
