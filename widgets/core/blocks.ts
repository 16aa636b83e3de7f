/** Sound that arrives in small pieces, in blocks of one size; and how loud it is. */

export class Blocks {
  private readonly kept: Float32Array<ArrayBuffer>;
  private filled = 0;

  /** @param give gets each block as soon as it is full; it may keep it */
  constructor(
    readonly size: number,
    private readonly give: (block: Float32Array<ArrayBuffer>) => void,
  ) {
    this.kept = new Float32Array(size);
  }

  push(samples: Float32Array): void {
    for (let from = 0; from < samples.length; ) {
      const count = Math.min(samples.length - from, this.size - this.filled);
      this.kept.set(samples.subarray(from, from + count), this.filled);
      this.filled += count;
      from += count;
      if (this.filled === this.size) {
        this.filled = 0;
        this.give(this.kept.slice());
      }
    }
  }
}

/** The mean of all channels. */
export function mixed(channels: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const made = new Float32Array(channels[0]?.length ?? 0);
  for (const channel of channels) for (let i = 0; i < made.length; i += 1) made[i] += channel[i] / channels.length;
  return made;
}

/** The parts one after the other. */
export function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const made = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

/** The greatest sample, in dBFS. */
export function peakOf(samples: Float32Array): number {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return 20 * Math.log10(peak);
}
