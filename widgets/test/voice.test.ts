import { describe, expect, it, vi } from "vitest";
import { Blocks, joined, mixed, peakOf } from "../core/blocks.js";
import { LEAD, LiveQueue, RunningMedian } from "../core/live.js";
import { Scope } from "../core/scope.js";
import { Channel, type Model } from "../sources/channel.js";
import { PART, upload } from "../sources/upload.js";

describe("sound in blocks", () => {
  it("is the same sound, whatever pieces it comes in", () => {
    const sound = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i));
    const got: Float32Array[] = [];
    const blocks = new Blocks(96, (block) => got.push(block));
    for (let at = 0, size = 1; at < sound.length; at += size, size = (size * 7) % 250) blocks.push(sound.subarray(at, at + size));
    expect(got.every(({ length }) => length === 96)).toBe(true);
    expect(joined(got)).toEqual(sound.slice(0, 960));
  });

  it("is the mean of its channels, and as loud as its greatest sample", () => {
    expect(mixed([new Float32Array([1, 0]), new Float32Array([0, 0.5])])).toEqual(new Float32Array([0.5, 0.25]));
    expect(mixed([]).length).toBe(0);
    expect(peakOf(new Float32Array([0.01, -0.1]))).toBeCloseTo(-20, 4);
    expect(peakOf(new Float32Array(3))).toBe(-Infinity);
  });
});

describe("blocks that come back", () => {
  it("follow each other without a gap as long as they are in time", () => {
    const queue = new LiveQueue();
    const first = queue.place(10, 0.5);
    expect(first).toEqual({ at: 10 + LEAD, fresh: true, cut: false });
    expect(queue.place(10.3, 0.5)).toEqual({ at: first.at + 0.5, fresh: false, cut: false });
    expect(queue.gaps).toBe(0);
  });

  it("that come too late make one gap, and those after them have more time", () => {
    const queue = new LiveQueue();
    queue.place(0, 0.5);
    const late = queue.place(0.9, 0.5);
    expect(late).toEqual({ at: 0.9 + LEAD, fresh: true, cut: false });
    expect(queue.place(1.4, 0.5).fresh).toBe(false);
    expect(queue.gaps).toBe(1);
  });

  it("that always come early are heard earlier", () => {
    const queue = new LiveQueue();
    // The first took long, those after it do not.
    queue.place(2, 0.5);
    const placed = Array.from({ length: 12 }, (_, i) => queue.place(2.01 + i * 0.5, 0.5));
    expect(placed.filter(({ cut }) => cut).length).toBe(1);
    const waits = placed.map(({ at }, i) => at - (2.01 + i * 0.5));
    expect(waits[0]).toBeGreaterThan(0.5);
    expect(waits.at(-1)).toBeCloseTo(LEAD, 6);
    expect(queue.gaps).toBe(0);
  });

  it("are usually as late as the middle one of the latest", () => {
    const median = new RunningMedian(3);
    expect([5, 1, 9, 9, 9].map((value) => median.push(value))).toEqual([5, 1, 5, 9, 9]);
  });
});

describe("an upload", () => {
  interface Sent {
    readonly params: { readonly index: number; readonly parts: number; readonly size: number; readonly name: string };
    readonly bytes: Buffer;
  }

  /** A kernel that acknowledges, or answers with an error. */
  function kernel(fails = -1): { channel: Channel; sent: Sent[] } {
    const sent: Sent[] = [];
    let hear: (reply: unknown, buffers: unknown) => void = () => undefined;
    const model: Model = {
      get: () => undefined,
      set: () => undefined,
      save_changes: () => undefined,
      on: (event, handle) => {
        if (event === "msg:custom") hear = handle as never;
      },
      off: () => undefined,
      send: (content, _, buffers = []) => {
        const { id, params } = content as { id: string; params: Sent["params"] };
        sent.push({ params, bytes: Buffer.from(buffers[0] as ArrayBuffer) });
        const reply = params.index === fails ? { id, error: "no room" } : { id, result: { index: params.index } };
        queueMicrotask(() => hear(reply, []));
      },
    };
    return { channel: new Channel(model, new Scope()), sent };
  }

  it("comes in parts, each after the one before was acknowledged", async () => {
    const { channel, sent } = kernel();
    const data = new Uint8Array(2 * PART + 5).map((_, i) => i % 251);
    const told = vi.fn();
    const answer = await upload(channel, "a.wav", new Blob([data]), told, new Scope().signal);
    expect(answer.result).toEqual({ index: 2 });
    expect(sent.map(({ params }) => [params.index, params.parts, params.size, params.name])).toEqual([0, 1, 2].map((i) => [i, 3, data.length, "a.wav"]));
    expect(sent.every(({ bytes }) => bytes.length <= PART)).toBe(true);
    expect(Buffer.concat(sent.map(({ bytes }) => bytes)).equals(data)).toBe(true);
    expect(told).toHaveBeenLastCalledWith(1);
  });

  it("of nothing is one part, and what the kernel refuses ends it", async () => {
    const empty = kernel();
    await upload(empty.channel, "a.wav", new Blob([]), () => undefined, new Scope().signal);
    expect(empty.sent.length).toBe(1);
    const full = kernel(1);
    await expect(upload(full.channel, "a.wav", new Blob([new Uint8Array(3 * PART)]), () => undefined, new Scope().signal)).rejects.toThrow("no room");
    expect(full.sent.length).toBe(2);
  });
});
