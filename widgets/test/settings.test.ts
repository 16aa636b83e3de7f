import { describe, expect, it } from "vitest";
import { placeOf, shown, track, valueAt, within, withUnit, type Setting } from "../core/settings.js";

const setting = (low: number, high: number | null, log = false, unit = ""): Setting => ({ name: "x", label: "X", low, high, unit, log, default: low, meaning: "" });

const RANGES: [string, Setting][] = [
  ["a frequency", setting(20, 20_000, true, "Hz")],
  ["a gain", setting(-24, 24, false, "dB")],
  ["an attack", setting(0.0001, 0.5, true, "s")],
  ["a share", setting(0, 0.95)],
  ["a pre-delay", setting(0, 0.25, false, "s")],
  ["a ratio", setting(1, 20, true)],
];

describe.each(RANGES)("the slider of %s", (_, each) => {
  const { min, max, step } = track(each);
  const places = Array.from({ length: Math.round((max - min) / step) + 1 }, (__, i) => min + i * step);

  it("begins and ends at the ends of the range", () => {
    expect(valueAt(each, min)).toBe(each.low);
    expect(valueAt(each, max)).toBe(each.high);
  });

  it("changes the value with every step, always upwards and within the range", () => {
    const values = places.map((place) => valueAt(each, place));
    for (let i = 1; i < values.length; i += 1) expect(values[i]).toBeGreaterThan(values[i - 1]);
    expect(Math.max(...values)).toBe(each.high);
  });

  it("stands where its value is", () => {
    for (const place of places) expect(Math.abs(placeOf(each, valueAt(each, place)) - place)).toBeLessThan(step / 2);
  });
});

describe("a number that was typed", () => {
  it("is brought into the range", () => {
    expect(within(setting(1, 20), 99)).toBe(20);
    expect(within(setting(1, 20), -3)).toBe(1);
    expect(within(setting(1, 20), 1.234567)).toBe(1.234567);
  });

  it("is whole where there is no upper end", () => {
    expect(within(setting(0, null), 7.6)).toBe(8);
    expect(within(setting(0, null), -1)).toBe(0);
  });
});

it("a value is said in few digits, with its unit", () => {
  expect(shown(1234.5678)).toBe("1235");
  expect(shown(0.1 + 0.2)).toBe("0.3");
  expect(withUnit(setting(0, 1, false, "s"), 0.35)).toBe("0.35 s");
  expect(withUnit(setting(0, 1), 0.35)).toBe("0.35");
});
