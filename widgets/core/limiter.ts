/**
 * A look-ahead limiter whose arithmetic Python repeats exactly (musicnb/widgets/render.py):
 *
 *     need[n] = min(1, T / max over channels |x[n]|)
 *     m[n]    = min(need[n-W .. n])
 *     g[n]    = mean(m[n-W .. n])
 *     y[n]    = x[n-W] g[n]
 *
 * Every m that enters g[n] has seen need[n-W], so |y| never exceeds T; the mean makes the gain glide.
 */
export const LIMITER_CEILING = 10 ** (-0.3 / 20);

/** Frames by which the limiter looks ahead, and by which it delays. */
export const limiterDelay = (sampleRate: number): number => Math.round(0.01 * sampleRate);

/** Past samples in a ring, all of them 0 or 1 at first. */
class Ring {
  private readonly values: Float64Array;
  private at = 0;

  constructor(size: number, fill: number) {
    this.values = new Float64Array(size).fill(fill);
  }

  /** Put one in, get the one of `size` steps ago. */
  push(value: number): number {
    const old = this.values[this.at];
    this.values[this.at] = value;
    this.at = (this.at + 1) % this.values.length;
    return old;
  }

  sum(): number {
    return this.values.reduce((sum, value) => sum + value, 0);
  }
}

/** The least of the latest `width` values: candidates wait in a queue that only rises. */
class RunningMinimum {
  private readonly values: Float64Array;
  private readonly times: Float64Array;
  private head = 0;
  private size = 0;
  private time = 0;

  constructor(private readonly width: number) {
    this.values = new Float64Array(width);
    this.times = new Float64Array(width);
  }

  push(value: number): number {
    const { width } = this;
    if (this.size && this.times[this.head] <= this.time - width) {
      this.head = (this.head + 1) % width;
      this.size -= 1;
    }
    while (this.size && this.values[(this.head + this.size - 1) % width] >= value) this.size -= 1;
    const tail = (this.head + this.size) % width;
    this.values[tail] = value;
    this.times[tail] = this.time;
    this.size += 1;
    this.time += 1;
    return this.values[this.head];
  }
}

export class Limiter {
  private readonly delay: number;
  private readonly minimum: RunningMinimum;
  private readonly gains: Ring;
  private sum: number;
  private count = 0;
  private lines: Ring[] = [];

  constructor(sampleRate: number) {
    this.delay = limiterDelay(sampleRate);
    this.minimum = new RunningMinimum(this.delay + 1);
    this.gains = new Ring(this.delay + 1, 1);
    this.sum = this.delay + 1;
  }

  /** Limit a block of sound; switched off, it only delays, so that switching makes no jump. */
  process(input: readonly Float32Array[], output: readonly Float32Array[], on = true): void {
    while (this.lines.length < output.length) this.lines.push(new Ring(this.delay, 0));
    const frames = output[0]?.length ?? 0;
    for (let n = 0; n < frames; n += 1) {
      let peak = 0;
      for (const channel of input) peak = Math.max(peak, Math.abs(channel[n]));
      const gain = this.gain(Math.min(1, LIMITER_CEILING / peak));
      output.forEach((channel, c) => {
        const late = this.lines[c].push(input[c]?.[n] ?? 0);
        channel[n] = on ? late * gain : late;
      });
    }
  }

  private gain(need: number): number {
    const least = this.minimum.push(need);
    this.sum += least - this.gains.push(least);
    this.count += 1;
    // Differences leave rounding behind; a fresh sum once in a while takes it away.
    if (this.count % 4096 === 0) this.sum = this.gains.sum();
    return this.sum / (this.delay + 1);
  }
}
