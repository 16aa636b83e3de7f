import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { F0Edits, Stroke, applyEdit, medianOf, tonesOf, voicedAround } from "../core/f0.js";
import type { Edit } from "../core/f0.js";

// Made by musicnb/voices/f0.py; tests/test_f0_edits.py holds the same file to that side.
const fixture = JSON.parse(readFileSync(new URL("fixtures/f0.json", import.meta.url), "utf8")) as { hz: number[]; cases: { edits: Edit[]; hz: number[] }[] };

const cents = (a: number, b: number): number => (a > 0 && b > 0 ? Math.abs(1200 * Math.log2(a / b)) : Math.abs(a - b));
const flat = (hz = 220, length = 100): Float32Array => new Float32Array(length).fill(hz);

describe("edits of a pitch curve", () => {
  it.each(fixture.cases)("change it as Python does: $edits", ({ edits, hz }) => {
    const made = edits.reduce(applyEdit, Float32Array.from(fixture.hz));
    expect(Math.max(...Array.from(made, (value, i) => cents(value, hz[i])))).toBeLessThan(0.02);
  });

  it("are taken back and done again, one by one", () => {
    const f0 = new F0Edits(flat());
    f0.add({ edit: "transpose", semitones: 12 });
    f0.add({ edit: "edited", times: [0.1, 0.2], hz: [null, null] });
    f0.undo();
    expect([f0.hz[15], f0.edits.length, f0.undone.length]).toEqual([440, 1, 1]);
    f0.redo();
    expect([f0.hz[15], f0.hz[25]]).toEqual([0, 440]);
    f0.reset();
    expect(Array.from(f0.hz)).toEqual(Array.from(flat()));
    f0.redo();
    f0.redo();
    expect([f0.hz[15], f0.hz[25]]).toEqual([0, 440]);
    f0.add({ edit: "transpose", semitones: -12 });
    expect(f0.undone).toEqual([]);
  });

  it("by single steps on one stretch are one edit", () => {
    const f0 = new F0Edits(flat());
    for (const by of [1, 1, 0.01]) f0.transpose(by, { start: 0.1, stop: 0.3 });
    f0.transpose(1, { start: 0.5, stop: 0.6 });
    expect(f0.edits.map((each) => each.edit === "transpose" && each.semitones)).toEqual([2.01, 1]);
    expect(f0.hz[20]).toBeCloseTo(220 * 2 ** (2.01 / 12), 2);
  });

  it("follow a drag without keeping every move of it", () => {
    const f0 = new F0Edits(flat());
    f0.add({ edit: "transpose", semitones: 1 });
    for (const [i, semitones] of [2, 5, 7].entries()) f0.add({ edit: "transpose", semitones }, i > 0);
    expect(f0.edits).toHaveLength(2);
    expect(f0.hz[0]).toBeCloseTo(220 * 2 ** (8 / 12), 2);
  });
});

describe("what a pointer draws", () => {
  it("is kept as the corners of its line", () => {
    const stroke = new Stroke(0.1, 220);
    let edit: Edit | null = null;
    for (let i = 0; i <= 40; i += 1) edit = stroke.to(0.1 + i * 0.01, i < 20 ? 220 : 220 * 2 ** ((i - 20) / 60));
    expect(edit).toMatchObject({ edit: "edited", times: [0.1, 0.3, 0.5] });
  });
  it("is replaced where the pointer comes back", () => {
    const stroke = new Stroke(0.1, 220);
    stroke.to(0.5, 220);
    const made = applyEdit(flat(100), stroke.to(0.3, 440));
    expect([made[10], made[30], made[50], made[51]]).toEqual([220, 440, 220, 100].map((hz) => expect.closeTo(hz, 1)));
  });
});

describe("stretches", () => {
  const curve = Float32Array.from({ length: 100 }, (_, i) => (i < 20 || i > 60 ? 0 : 100 + i));
  it("are found around a time", () => {
    expect(voicedAround(curve, 0.4)).toEqual({ start: 0.2, stop: 0.6 });
    expect(voicedAround(curve, 0.1)).toBeNull();
  });
  it("have a middle pitch", () => {
    expect(medianOf(curve, {})).toBe(140);
    expect(medianOf(curve, { start: 0, stop: 0.1 })).toBe(0);
  });
  it("snap to the tones of any scale", () => expect(tonesOf(9, "minor")).toEqual([0, 2, 4, 5, 7, 9, 11]));
});
