import { describe, expect, it } from "vitest";
import { Stretcher } from "../core/stretch.js";

const RATE = 22_050;
const RATES = [0.5, 0.75, 1.25, 1.5, 2] as const;

/** All of a sound, put in by so many frames at a time. */
function stretched(channels: readonly Float32Array[], rate: number, block = 4096, sampleRate = RATE): Float32Array[] {
  const stretcher = new Stretcher(channels.length, sampleRate, rate);
  const parts: Float32Array[][] = [];
  for (let at = 0; at < channels[0]!.length; at += block) parts.push(stretcher.push(channels.map((channel) => channel.subarray(at, at + block))));
  parts.push(stretcher.finish());
  return channels.map((_, c) => Float32Array.from(parts.flatMap((part) => Array.from(part[c]!))));
}

const sine = (hz: number, frames: number, sampleRate = RATE): Float32Array => Float32Array.from({ length: frames }, (_, n) => 0.5 * Math.sin((2 * Math.PI * hz * n) / sampleRate));

/** Noise in bursts of 20 ms, each in the middle of its quarter of a second. */
function bursts(frames: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: frames }, (_, n) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return (state / 2 ** 30 - 1) * Math.exp(-((((n / RATE) % 0.25) - 0.125) ** 2) / (2 * 0.01 ** 2));
  });
}

const power = (sound: Float32Array): number => sound.reduce((sum, value) => sum + value ** 2, 0);

/** Hz by the zeros passed upwards, between the first and the last of them. */
function pitch(sound: Float32Array): number {
  const zeros: number[] = [];
  for (let n = 1; n < sound.length; n += 1) {
    const [before, after] = [sound[n - 1]!, sound[n]!];
    if (before < 0 && after >= 0) zeros.push(n - after / (after - before));
  }
  return ((zeros.length - 1) * RATE) / (zeros.at(-1)! - zeros[0]!);
}

describe.each(RATES)("sound played at %d times its speed", (rate) => {
  const middle = (sound: Float32Array): Float32Array => sound.subarray(Math.round(sound.length * 0.1), Math.round(sound.length * 0.9));

  it("is as long as its length divided by the speed", () => {
    for (const frames of [0, 1, 300, 1000, 12_345, 44_100]) expect(stretched([sine(440, frames)], rate)[0]).toHaveLength(Math.round(frames / rate));
    for (const sampleRate of [8000, 48_000]) expect(stretched([sine(440, 20_001, sampleRate)], rate, 999, sampleRate)[0]).toHaveLength(Math.round(20_001 / rate));
  });

  it.each([110, 440, 1234.5, 5000])("keeps the pitch of %d Hz, and its loudness", (hz) => {
    const output = middle(stretched([sine(hz, RATE)], rate)[0]!);
    expect(Math.abs(pitch(output) / hz - 1)).toBeLessThan(0.01);
    // At no time do blocks cancel out: each 20 ms is about as loud as the sine.
    for (let at = 0; at + 441 <= output.length; at += 441) expect(Math.abs(power(output.subarray(at, at + 441)) / 441 / 0.125 - 1)).toBeLessThan(0.15);
  });

  it("is heard within 25 ms of where it belongs", () => {
    const output = stretched([bursts(2 * RATE)], rate)[0]!;
    for (let k = 0; k < 8; k += 1) {
      const from = Math.round((k * 0.25 * RATE) / rate);
      const burst = output.subarray(from, Math.round(((k + 1) * 0.25 * RATE) / rate));
      const centre = burst.reduce((sum, value, n) => sum + n * value ** 2, 0) / power(burst) / RATE;
      // No more late or early than can be seen, and no more so as time goes by.
      expect(Math.abs(centre - 0.125 / rate)).toBeLessThan(0.025);
    }
  });

  it("keeps its loudness where left is the opposite of right", () => {
    const tone = sine(260, RATE);
    const output = middle(stretched([tone, tone.map((value) => -value)], rate)[0]!);
    for (let at = 0; at + 441 <= output.length; at += 441) expect(Math.abs(power(output.subarray(at, at + 441)) / 441 / 0.125 - 1)).toBeLessThan(0.15);
  });

  it("has no clicks where blocks join that do not match", () => {
    const parts = [211, 307, 449, 683, 977].map((hz) => sine(hz, RATE));
    const steep = (sound: Float32Array): number => sound.subarray(1).reduce((most, value, n) => Math.max(most, Math.abs(value - sound[n]!)), 0);
    const sound = parts[0]!.map((_, n) => parts.reduce((sum, part) => sum + part[n]!, 0));
    // Fading adds a little slope of its own.
    expect(steep(middle(stretched([sound], rate)[0]!))).toBeLessThan(1.05 * steep(sound));
  });

  it("does not depend on the blocks it comes in", () => {
    const sound = [bursts(RATE), sine(440, RATE)];
    const expected = stretched(sound, rate, RATE);
    for (const block of [333, 5000]) expect(stretched(sound, rate, block)).toEqual(expected);
  });

  it("keeps channels in step, whatever the others hold", () => {
    const [left, right, half] = stretched([bursts(RATE), bursts(RATE), bursts(RATE).map((value) => value / 2)], rate);
    expect(right).toEqual(left);
    expect(half).toEqual(left!.map((value) => value / 2));
    // Where they fit is sought on the sum, so each channel alone may be cut otherwise, but both alike.
    const [one, other] = [bursts(RATE, 1), bursts(RATE, 2)];
    const [first, second, sum] = stretched([one, other, one.map((value, n) => value + other[n]!)], rate);
    sum!.forEach((value, n) => expect(Math.abs(value - first![n]! - second![n]!)).toBeLessThan(1e-6));
  });

  it("leaves silence silent, also after and before sound", () => {
    expect(stretched([new Float32Array(RATE)], rate)[0]!.every((value) => value === 0)).toBe(true);
    const sound = new Float32Array(1.5 * RATE);
    sound.set(sine(440, RATE / 2), RATE / 2);
    const output = stretched([sound, new Float32Array(1.5 * RATE)], rate);
    // Off the borders, which blocks reach across.
    const inside = (third: number): Float32Array => output[0]!.subarray((third * RATE) / 2 / rate + 1200, ((third + 1) * RATE) / 2 / rate - 1200);
    expect([power(inside(0)), power(inside(2))]).toEqual([0, 0]);
    expect(power(inside(1)) / inside(1).length).toBeGreaterThan(0.1);
    expect(power(output[1]!)).toBe(0);
  });

  it("stays finite and no louder than the sound, from tiny to full scale", () => {
    for (const loud of [1e-20, 1]) {
      const sound = bursts(RATE / 2).map((value) => value * loud);
      const most = sound.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
      // A fade is a mean of two samples, so that it cannot exceed both.
      expect(stretched([sound], rate)[0]!.every((value) => Number.isFinite(value) && Math.abs(value) <= most * 1.000001)).toBe(true);
    }
  });
});

describe("a stretcher", () => {
  it("gives sound while more comes in, not only at the end", () => {
    const stretcher = new Stretcher(1, RATE, 0.5);
    const made = stretcher.push([sine(440, RATE)])[0]!.length;
    // A tenth of a second at most is held back.
    expect(made).toBeGreaterThan(2 * RATE * 0.9);
    expect(made + stretcher.finish()[0]!.length).toBe(2 * RATE);
  });
});
