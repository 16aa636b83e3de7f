import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { computeTile } from "../core/stft.js";
import type { Lane, TileKind } from "../core/types.js";

interface Expected {
  readonly kind: TileKind;
  readonly lane: Lane;
  readonly level: number;
  readonly index: number;
  readonly n_fft: number;
  readonly columns: number;
  readonly rows: number;
  readonly data: string;
}

// Made by musicnb/widgets/tiles.py; tests/test_widgets.py holds the same file to that side.
const { sample_rate, tiles } = JSON.parse(readFileSync(new URL("fixtures/tiles.json", import.meta.url), "utf8")) as { sample_rate: number; tiles: Expected[] };

/** Two sweeps and a click: no two tiles of it are alike. */
function sound(): Float32Array[] {
  const frames = 60_000;
  return [1, 2].map((channel) =>
    Float32Array.from({ length: frames }, (_, i) => 0.4 * Math.sin((2 * Math.PI * i * (100 * channel + i / 40)) / sample_rate) + (i === 30_000 ? 0.5 : 0)),
  );
}

describe("tiles without a kernel", () => {
  it.each(tiles)("equal those of the kernel: $kind $lane level $level index $index", (each) => {
    const tile = computeTile({ channels: sound(), sampleRate: sample_rate }, { ...each, nFft: each.n_fft });
    expect([tile.columns, tile.rows]).toEqual([each.columns, each.rows]);
    const expected = Buffer.from(each.data, "base64");
    let off = 0;
    // Near silence the two ways of rounding differ; above -100 dB (byte 35) by one step at most.
    tile.data.forEach((value, i) => {
      const [ours, theirs] = each.kind === "wave" ? [(value << 24) >> 24, (expected[i]! << 24) >> 24] : [Math.max(value, 35), Math.max(expected[i]!, 35)];
      off = Math.max(off, Math.abs(ours - theirs));
    });
    expect(off).toBeLessThanOrEqual(1);
  });
});
