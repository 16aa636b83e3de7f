/**
 * Faster or slower at the same pitch, by WSOLA: blocks of the sound are laid across one another
 * where they fit best. Where they fit is decided once, on a sum of all channels of all tracks,
 * so stems stay as much in step as they were.
 */

/** Seconds over which one block fades into the next. */
const FADE_SECONDS = 0.023;
/** Seconds by which a block may be moved to fit. */
const SEARCH_SECONDS = 0.012;
/** The first search looks at every so-manieth sample of a smoothed signal. */
const COARSE = 4;

export class Stretcher {
  private readonly hop: number;
  private readonly search: number;
  private readonly fade: Float32Array;
  /** Sound not yet used up, a buffer a channel, and the sum of them all; frame `base` comes first. */
  private readonly held: Float32Array[];
  private mono: Float32Array = new Float32Array(0);
  private base = 0;
  private end = 0;
  /** Where the block before would go on by itself. */
  private next = 0;
  private blocks = 0;
  private made = 0;

  constructor(
    private readonly channels: number,
    sampleRate: number,
    private readonly rate: number,
  ) {
    this.hop = Math.max(COARSE * 2, Math.round(FADE_SECONDS * sampleRate));
    this.search = Math.round(SEARCH_SECONDS * sampleRate);
    this.held = Array.from({ length: channels }, () => new Float32Array(0));
    this.fade = Float32Array.from({ length: this.hop }, (_, n) => Math.sin((Math.PI * (n + 0.5)) / (2 * this.hop)) ** 2);
  }

  /** Take the next frames of every channel; return what can be said now. */
  push(input: readonly Float32Array[]): Float32Array[] {
    this.append(input);
    return this.take(Math.floor(this.ready()));
  }

  /** The rest, once all sound is in: in all, the length of the sound divided by the rate. */
  finish(): Float32Array[] {
    const total = Math.round(this.end / this.rate);
    const silence = new Float32Array(this.reach(this.blocks) + Math.ceil((total - this.made) * this.rate) + 4 * this.hop);
    this.append(Array.from({ length: this.channels }, () => silence));
    const rest = this.take(Math.ceil((total - this.made) / this.hop));
    return rest.map((channel) => channel.subarray(0, Math.max(0, channel.length - (this.made - total))));
  }

  /** The first frame behind all that block `k` may look at. */
  private reach(k: number): number {
    return Math.max(this.next, this.nominal(k) + this.search) + this.hop;
  }

  /** Where block `k` is taken from, if it needs not be moved: right at its end, when it is heard fully. */
  private nominal(k: number): number {
    return k === 0 ? 0 : Math.max(0, Math.round(((k + 1) * this.rate - 1) * this.hop));
  }

  /** How many blocks can be made of what is held. `next` moves with them, so this counts by the worst case. */
  private ready(): number {
    let blocks = 0;
    while (this.nominal(this.blocks + blocks) + this.search + 2 * this.hop <= this.end) blocks += 1;
    return blocks;
  }

  private append(input: readonly Float32Array[]): void {
    const length = input[0]?.length ?? 0;
    // What lies before both the next block and the one that would go on is used up.
    const first = Math.max(this.base, Math.min(this.next, this.nominal(this.blocks) - this.search, this.end));
    const extend = (old: Float32Array): Float32Array => {
      const grown = new Float32Array(this.end - first + length);
      grown.set(old.subarray(first - this.base));
      return grown;
    };
    const at = this.end - first;
    this.mono = extend(this.mono);
    input.forEach((channel, c) => {
      const grown = extend(this.held[c]);
      grown.set(channel, at);
      this.held[c] = grown;
      // Each counts differently, so that a sound and its opposite do not cancel out.
      const weight = 1 / (1 + 0.37 * c);
      for (let n = 0; n < length; n += 1) this.mono[at + n] += weight * channel[n];
    });
    this.base = first;
    this.end += length;
  }

  private take(blocks: number): Float32Array[] {
    const output = this.held.map(() => new Float32Array(Math.max(0, blocks) * this.hop));
    for (let k = 0; k < blocks; k += 1) {
      const from = this.best() - this.base;
      const on = this.next - this.base;
      output.forEach((channel, c) => this.cross(this.held[c], on, from, channel, k * this.hop));
      this.next = from + this.base + this.hop;
      this.blocks += 1;
    }
    this.made += Math.max(0, blocks) * this.hop;
    return output;
  }

  /** Fade from what would go on to the block that begins at `from`. */
  private cross(sound: Float32Array, on: number, from: number, output: Float32Array, at: number): void {
    for (let n = 0; n < this.hop; n += 1) {
      const old = sound[on + n];
      output[at + n] = old + (sound[from + n] - old) * this.fade[n];
    }
  }

  /** The frame near the next block's nominal place whose sound is most like what would go on. */
  private best(): number {
    const nominal = this.nominal(this.blocks);
    const low = Math.max(this.base, nominal - this.search);
    const high = nominal + this.search;
    if (this.blocks === 0) return nominal;
    const rough = this.closest(low, high, COARSE);
    return this.closest(Math.max(low, rough - COARSE), Math.min(high, rough + COARSE), 1);
  }

  /** The most alike of the candidates from `low` to `high`, by normalised correlation at every `step`th sample. */
  private closest(low: number, high: number, step: number): number {
    const { base, hop, mono, next } = this;
    const smooth = (at: number): number => {
      let sum = 0;
      for (let n = 0; n < step; n += 1) sum += mono[at + n];
      return sum;
    };
    const target = new Float32Array(Math.floor(hop / step));
    const around = new Float32Array(Math.floor((high - low) / step) + target.length);
    for (let n = 0; n < target.length; n += 1) target[n] = smooth(next - base + n * step);
    for (let n = 0; n < around.length; n += 1) around[n] = smooth(low - base + n * step);
    const found = likest(target, around, (this.nominal(this.blocks) - low) / step);
    return low + found * step;
  }
}

/** The shift of `target` along `around` where they are most alike; none, if `middle` is as good. */
function likest(target: Float32Array, around: Float32Array, middle: number): number {
  let best = Math.max(0, Math.min(around.length - target.length, Math.round(middle)));
  let most = alike(target, around, best);
  for (let shift = 0; shift <= around.length - target.length; shift += 1) {
    const score = alike(target, around, shift);
    if (score > most) [most, best] = [score, shift];
  }
  return best;
}

function alike(target: Float32Array, around: Float32Array, shift: number): number {
  let product = 0;
  let power = 1e-12;
  for (let n = 0; n < target.length; n += 1) {
    const value = around[shift + n];
    product += target[n] * value;
    power += value * value;
  }
  return product / Math.sqrt(power);
}
