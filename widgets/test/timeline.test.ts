import { describe, expect, it } from "vitest";
import { frameLoop, Spans, timeline, type FrameLoop, type Piece } from "../core/timeline.js";

/** The pieces that hold the first `most` frames played. */
function pieces(from: number, frames: number, chunk: number, loop: FrameLoop | null, most = Infinity): Piece[] {
  const found: Piece[] = [];
  let played = 0;
  for (const piece of timeline(from, frames, chunk, loop)) {
    found.push(piece);
    if ((played += piece.length) >= most) break;
  }
  return found;
}

const heard = (found: readonly Piece[]): number[] => found.flatMap(({ from, length }) => Array.from({ length }, (_, n) => from + n));

/** What has to be heard, frame by frame: the plainest way to say it. */
function wanted(from: number, frames: number, loop: FrameLoop | null, most: number): number[] {
  const around = loop && from < loop.stop ? loop : null;
  const found: number[] = [];
  for (let at = from; at < frames && found.length < most; ) {
    found.push(at);
    at = at + 1 === around?.stop ? around.start : at + 1;
  }
  return found;
}

const CASES: [string, number, number, number, FrameLoop | null][] = [
  ["from the start to the end", 0, 100, 16, null],
  ["from amid a chunk", 29, 100, 16, null],
  ["from a chunk's first frame", 32, 100, 16, null],
  ["a sound that ends with a chunk", 5, 96, 16, null],
  ["into a loop, then around", 3, 100, 16, { start: 20, stop: 70 }],
  ["from within a loop", 50, 100, 16, { start: 20, stop: 70 }],
  ["a loop along the borders of chunks", 16, 100, 16, { start: 16, stop: 48 }],
  ["a loop within one chunk", 0, 100, 64, { start: 5, stop: 9 }],
  ["a loop of the whole sound", 99, 100, 16, { start: 0, stop: 100 }],
  ["from behind a loop", 70, 100, 16, { start: 20, stop: 70 }],
];

describe("the timeline", () => {
  it.each(CASES)("plays every frame in turn: %s", (_, from, frames, chunk, loop) => {
    const found = pieces(from, frames, chunk, loop, 400);
    expect(heard(found).slice(0, 400)).toEqual(wanted(from, frames, loop, 400));
    for (const { from: first, length } of found) {
      expect(length).toBeGreaterThan(0);
      expect(Math.floor((first + length - 1) / chunk)).toBe(Math.floor(first / chunk));
    }
  });
  it("has nothing to play at the end of the sound", () => expect(pieces(100, 100, 16, null)).toEqual([]));
  it("asks for no more pieces than chunks are touched", () => expect(pieces(5, 100, 16, null)).toHaveLength(7));
});

describe("a loop in frames", () => {
  it("is rounded, and kept within the sound", () => {
    expect(frameLoop({ start: 0.10004, stop: 0.20006 }, 10_000, 5000)).toEqual({ start: 1000, stop: 2001 });
    expect(frameLoop({ start: -1, stop: 9 }, 10_000, 5000)).toEqual({ start: 0, stop: 5000 });
  });
  it("is none where it is too short, turned round, or behind the end", () => {
    const loops = [null, { start: 1, stop: 1.004 }, { start: 2, stop: 1 }, { start: 8, stop: 9 }, { start: NaN, stop: 1 }];
    for (const loop of loops) expect(frameLoop(loop, 10_000, 50_000)).toBeNull();
    expect(frameLoop({ start: 1, stop: 1.006 }, 10_000, 50_000)).toEqual({ start: 10_000, stop: 10_060 });
  });
});

describe("the place that is heard", () => {
  /** Spans as a player adds them: each where the one before ends. */
  function scheduled(begin: number, rate: number, found: readonly Piece[]): Spans {
    const spans = new Spans(found[0]?.from ?? 0, rate);
    let at = begin;
    for (const piece of found) {
      spans.add(at, piece);
      at += piece.length / rate;
    }
    return spans;
  }

  it.each([0.5, 0.75, 1, 1.5, 2])("is the way back from the timeline at rate %d", (rate) => {
    for (const [, from, frames, chunk, loop] of CASES) {
      const spans = scheduled(1000, rate, pieces(from, frames, chunk, loop, 400));
      // Amid frames, as at a joint in the loop rounding may choose either side.
      wanted(from, frames, loop, 400).forEach((frame, n) => expect(spans.frameAt(1000 + (n + 0.5) / rate)).toBeCloseTo(frame + 0.5, 6));
    }
  });
  it("jumps back with the very frame at which the loop begins again", () => {
    const spans = scheduled(1000, 1, pieces(60, 100, 16, { start: 20, stop: 70 }, 100));
    expect([1009, 1010, 1011].map((clock) => spans.frameAt(clock))).toEqual([69, 20, 21]);
  });
  it("waits before the first sound, at a gap, and behind the last", () => {
    expect(new Spans(42, 1).frameAt(7)).toBe(42);
    const spans = new Spans(0, 2);
    spans.add(100, { from: 10, length: 40 });
    spans.add(200, { from: 50, length: 40 });
    // Twenty frames of the clock last forty of the sound.
    expect([0, 100, 110, 120, 199, 200, 220, 999].map((clock) => spans.frameAt(clock))).toEqual([10, 10, 30, 50, 50, 50, 90, 90]);
  });
  it("is still known from the clock on up to which it was forgotten", () => {
    const found = pieces(0, 100, 16, { start: 20, stop: 70 }, 300);
    const [all, some] = [scheduled(0, 1, found), scheduled(0, 1, found)];
    for (const clock of [0, 15.5, 16, 100, 299]) {
      some.forget(clock);
      for (let later = clock; later < 310; later += 1) expect(some.frameAt(later)).toBe(all.frameAt(later));
    }
    some.forget(10_000);
    expect(some.frameAt(10_000)).toBe(all.frameAt(10_000));
    const none = new Spans(42, 1);
    none.forget(5);
    expect(none.frameAt(5)).toBe(42);
  });
});
