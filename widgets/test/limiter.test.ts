import { describe, expect, it } from "vitest";
import { Limiter, LIMITER_CEILING, limiterDelay } from "../core/limiter.js";

/** Noise whose loudness comes and goes; the same at every run. */
function noise(frames: number, loudest: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: frames }, (_, n) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    const swell = Math.sin((n * seed) / 700) ** 8 + (n % 3000 === 1500 ? 1 : 0);
    return loudest * swell * (state / 2 ** 30 - 1);
  });
}

/** Outputs of double precision, so that rounding to 32 bits hides nothing. */
function limited(sampleRate: number, input: readonly Float32Array[], block: number, on: (n: number) => boolean = () => true): Float64Array[] {
  const limiter = new Limiter(sampleRate);
  const output = input.map((channel) => new Float64Array(channel.length));
  for (let at = 0; at < input[0]!.length; at += block) {
    const part = <T extends Float32Array | Float64Array>(channels: readonly T[]): T[] => channels.map((channel) => channel.subarray(at, at + block) as T);
    limiter.process(part(input), part(output) as unknown as Float32Array[], on(at));
  }
  return output;
}

/** The formula at the module's head, and nothing else. */
function reference(delay: number, input: readonly Float32Array[]): Float64Array[] {
  const frames = input[0]!.length;
  const need = Array.from({ length: frames }, (_, n) => Math.min(1, LIMITER_CEILING / Math.max(...input.map((channel) => Math.abs(channel[n]!)))));
  const least = need.map((_, n) => Math.min(...need.slice(Math.max(0, n - delay), n + 1)));
  return input.map((channel) =>
    Float64Array.from({ length: frames }, (_, n) => {
      let sum = 0;
      for (let i = n - delay; i <= n; i += 1) sum += least[i] ?? 1;
      return ((channel[n - delay] ?? 0) * sum) / (delay + 1);
    }),
  );
}

const peak = (channel: ArrayLike<number>): number => Array.from(channel).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const apart = (one: readonly Float64Array[], other: readonly Float64Array[]): number =>
  Math.max(...one.map((channel, c) => channel.reduce((most, value, n) => Math.max(most, Math.abs(value - other[c]![n]!)), 0)));
const late = (channel: Float32Array, delay: number): number[] => [...new Array<number>(delay).fill(0), ...channel.subarray(0, channel.length - delay)];

describe("the limiter", () => {
  it("has its ceiling at -0.3 dBFS and looks 10 ms ahead, halves rounded up", () => {
    expect(20 * Math.log10(LIMITER_CEILING)).toBeCloseTo(-0.3, 12);
    expect([44_100, 48_000, 22_050, 11_025, 8000].map(limiterDelay)).toEqual([441, 480, 221, 110, 80]);
    for (const rate of [44_100, 22_050, 11_025, 8000, 16_050]) expect(limiterDelay(rate)).toBe(Math.floor(0.01 * rate + 0.5));
  });

  // More than 4096 frames, after which the sum is made afresh.
  it.each([44_100, 22_050, 8000])("equals its formula at %d Hz, whatever the size of the blocks", (rate) => {
    const input = [noise(9000, 4, 1), noise(9000, 2, 3)];
    const expected = reference(limiterDelay(rate), input);
    for (const block of [1, 128, 1000, 9000]) expect(apart(limited(rate, input, block), expected)).toBeLessThan(1e-9);
  });

  it.each([1.01, 4, 1000])("lets nothing above the ceiling, even at %d times full scale", (loudest) => {
    const [left, right] = limited(8000, [noise(20_000, loudest), noise(20_000, loudest / 3, 2)], 128);
    expect(Math.max(peak(left!), peak(right!))).toBeLessThanOrEqual(LIMITER_CEILING * (1 + 1e-9));
    // But it is not simply silent.
    expect(peak(left!)).toBeGreaterThan(0.6 * LIMITER_CEILING);
  });

  it("keeps the ceiling in 32 bits as well, and may write into its input", () => {
    const sound = noise(20_000, 3);
    const apartFrom = new Float32Array(20_000);
    new Limiter(44_100).process([sound], [apartFrom]);
    new Limiter(44_100).process([sound], [sound]);
    expect(peak(apartFrom)).toBeLessThanOrEqual(Math.fround(LIMITER_CEILING));
    expect(sound).toEqual(apartFrom);
  });

  it("only delays what is below the ceiling", () => {
    const soft = Float32Array.from({ length: 5000 }, (_, n) => 0.999 * LIMITER_CEILING * Math.sin(n / 9));
    expect(Array.from(limited(44_100, [soft], 128)[0]!)).toEqual(late(soft, 441));
  });

  it("lowers a single peak in time and lets go of it after: further off it changes nothing", () => {
    const sound = new Float32Array(3000).fill(0.5);
    sound[1000] = 2;
    const [output] = limited(8000, [sound], 128);
    expect(output![1080]).toBeCloseTo(LIMITER_CEILING, 9);
    const changed = Array.from(output!.subarray(80), (value, n) => (Math.abs(value - sound[n]!) > 1e-9 ? n : -1)).filter((n) => n >= 0);
    // By one look-ahead on either side.
    expect([changed[0], changed.at(-1)]).toEqual([920, 1080]);
  });

  it("turns both sides down together, so that nothing moves sideways", () => {
    const loud = noise(6000, 4);
    const [left, right] = limited(8000, [loud, loud.map((value) => value / 4)], 128);
    left!.forEach((value, n) => expect(right![n]).toBeCloseTo(value / 4, 12));
  });

  it("is but a delay when off, and as if never off once on again", () => {
    const loud = noise(6000, 4);
    expect(Array.from(limited(44_100, [loud], 128, () => false)[0]!)).toEqual(late(loud, 441));
    const [always, again] = [limited(44_100, [loud], 100)[0]!, limited(44_100, [loud], 100, (n) => n < 1000 || n >= 3000)[0]!];
    expect(again.subarray(0, 1000)).toEqual(always.subarray(0, 1000));
    expect(Array.from(again.subarray(1000, 3000))).toEqual(late(loud, 441).slice(1000, 3000));
    expect(again.subarray(3000)).toEqual(always.subarray(3000));
  });

  it("plays on what it holds where the input falls away", () => {
    const limiter = new Limiter(8000);
    const output = [new Float32Array(200), new Float32Array(200)];
    limiter.process([new Float32Array(100).fill(0.5), new Float32Array(100).fill(0.25)], output.map((channel) => channel.subarray(0, 100)));
    limiter.process([], output.map((channel) => channel.subarray(100)));
    expect(output.map((channel) => [channel[79], channel[80], channel[179], channel[180]])).toEqual([[0, 0.5, 0.5, 0], [0, 0.25, 0.25, 0]]);
  });
});
