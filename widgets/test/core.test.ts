import { describe, expect, it, vi } from "vitest";
import { palette } from "../core/colormaps.js";
import { FrequencyAxis, formatTime, noteName, stepped } from "../core/scales.js";
import { Scope } from "../core/scope.js";
import { TileStore } from "../core/tilestore.js";
import type { TileKey } from "../core/types.js";
import { encodeWav } from "../core/wav.js";
import { drawLane, keysFor, levelFor } from "../ui/painter.js";

describe("frequency axes", () => {
  it.each(["mel", "log", "linear", "cqt"] as const)("%s: position and hz are each other's inverse", (scale) => {
    const axis = new FrequencyAxis(scale, 50, 8000);
    for (const hz of [50, 440, 3000, 8000]) expect(axis.hz(axis.position(hz))).toBeCloseTo(hz, 6);
    expect(axis.position(50)).toBeCloseTo(0);
    expect(axis.position(8000)).toBeCloseTo(1);
  });

  it("zooms around what is pointed at, and not beyond the limits", () => {
    const axis = new FrequencyAxis("mel", 0, 8000);
    const at = axis.position(1000);
    expect(axis.zoomed(2, at, 0, 8000).position(1000)).toBeCloseTo(at, 6);
    const wide = axis.zoomed(0.1, at, 0, 8000);
    expect([wide.low, wide.high]).toEqual([0, expect.closeTo(8000, 6)]);
  });
});

describe("texts", () => {
  it("names notes", () => {
    expect(noteName(440)).toBe("A4");
    expect(noteName(261.63)).toBe("C4");
    expect(noteName(450)).toBe("A4 +39 ct");
  });
  it("writes times as fine as asked", () => {
    expect(formatTime(61.25, 1)).toBe("1:01");
    expect(formatTime(59.96, 0.1)).toBe("1:00.0");
    expect(formatTime(0.0123, 0.001)).toBe("0:00.012");
  });
  it("steps in round numbers", () => expect(stepped(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]));
});

describe("colours", () => {
  it("go from the first to the last within the range", () => {
    const colors = palette("grey", 50, 150);
    expect([colors[0], colors[50], colors[150], colors[255]]).toEqual([0xff000000, 0xff000000, 0xffffffff, 0xffffffff]);
    expect(colors[100] & 255).toBe(128);
  });
});

describe("the choice of tiles", () => {
  it("takes columns about as wide as a pixel", () => {
    expect(levelFor(16 * 1024 * 800, 800, 20)).toBe(10);
    expect(levelFor(1024, 800, 20)).toBe(0);
    expect(levelFor(1e12, 800, 12)).toBe(12);
  });
  it("covers the view and not more", () => {
    const size = 256 * (16 << 3);
    expect(keysFor("stft", "mix", 2048, 3, size * 1.5, size, size * 9.5).map(({ index }) => index)).toEqual([1, 2]);
    expect(keysFor("stft", "mix", 2048, 3, size * 9, size * 3, size * 9.5).map(({ index }) => index)).toEqual([9]);
  });
  it("shows part of a coarser tile until the finer one is there", () => {
    const drawn: number[][] = [];
    const context = { save: vi.fn(), beginPath: vi.fn(), rect: vi.fn(), clip: vi.fn(), restore: vi.fn(), drawImage: (_: unknown, ...where: number[]) => drawn.push(where) };
    const coarse = { columns: 256, rows: 2, data: new Uint8Array(512) };
    const painter = { picture: () => ({ height: 10 }) };
    const key: TileKey = { kind: "stft", lane: "mix", level: 2, index: 3, nFft: 256 };
    const store = { get: (asked: TileKey) => (asked.level === 4 && asked.index === 0 ? coarse : undefined) };
    const size = 256 * 64;
    const whole = drawLane(context as never, store, painter as never, [key], 6, { start: size * 3, span: size, x: 0, y: 0, width: 100, height: 10 });
    expect(whole).toBe(false);
    // The last quarter of its columns, over all of the place.
    expect(drawn).toEqual([[192, 0, 64, 10, 0, 0, 100, 10]]);
  });
});

describe("the store of tiles", () => {
  const key = (index: number, level = 1): TileKey => ({ kind: "stft", lane: "mix", level, index, nFft: 256 });
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

  it("fetches the first first, drops what is no longer wanted, and calls it off", async () => {
    const asked: number[][] = [];
    const aborted: number[][] = [];
    const source = {
      info: { name: "", sampleRate: 1, channels: 1, frames: 1 },
      tiles: (keys: readonly TileKey[], signal?: AbortSignal) =>
        new Promise<never>((_, reject) => {
          const indices = keys.map(({ index }) => index);
          asked.push(indices);
          signal?.addEventListener("abort", () => {
            aborted.push(indices);
            reject(new DOMException("", "AbortError"));
          });
        }),
    };
    const store = new TileStore(source, new Scope(), vi.fn(), vi.fn(), () => 9);
    store.want([0, 1, 2, 3, 4, 4].map((index) => key(index)), [key(5)]);
    expect(asked).toEqual([[0, 1, 2, 3], [4]]);
    store.want([key(3), key(7)], [key(8)]);
    await settle();
    expect(aborted).toEqual([[4]]);
    expect(asked.slice(2)).toEqual([[7]]);
  });

  it("keeps within its budget, but never drops the overview", async () => {
    const tile = { columns: 256, rows: 1, data: new Uint8Array(10_000_000) };
    const source = { info: { name: "", sampleRate: 1, channels: 1, frames: 1 }, tiles: (keys: readonly TileKey[]) => Promise.resolve(keys.map(() => tile)) };
    const store = new TileStore(source, new Scope(), vi.fn(), vi.fn(), () => 9);
    for (const each of [key(0, 9), ...[0, 1, 2, 3, 4, 5].map((index) => key(index))]) {
      store.want([each]);
      await settle();
    }
    expect(store.get(key(0, 9))).toBe(tile);
    expect(store.get(key(0))).toBeUndefined();
    expect(store.get(key(5))).toBe(tile);
  });
});

describe("a scope", () => {
  it("ends everything it owns", async () => {
    const scope = new Scope();
    const heard = vi.fn();
    const target = new EventTarget();
    scope.listen(target, "x", heard);
    scope.timeout(heard, 1);
    scope.onEnd(heard);
    scope.end();
    target.dispatchEvent(new Event("x"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(heard).toHaveBeenCalledTimes(1);
  });
});

describe("WAV files", () => {
  it.each([16, 24] as const)("hold samples in %i bits", async (bits) => {
    const view = new DataView(await encodeWav([Float32Array.of(0.5, -1), Float32Array.of(0, 2)], 8000, bits).arrayBuffer());
    const read = (i: number): number => (bits === 16 ? view.getInt16(44 + i * 2, true) / 2 ** 15 : ((view.getInt16(45 + i * 3, true) << 8) | view.getUint8(44 + i * 3)) / 2 ** 23);
    expect([read(0), read(1), read(2)]).toEqual([0.5, 0, -1]);
    expect(read(3)).toBeCloseTo(1, 3);
    expect(view.getUint32(24, true)).toBe(8000);
    expect(view.byteLength).toBe(44 + (4 * bits) / 8);
  });
});
