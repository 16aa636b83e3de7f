/** When blocks that come back from the kernel are heard, one behind the other, and how late that is. */

/** Seconds between scheduling a block and its first sample. */
export const LEAD = 0.04;
/** Blocks that come early by so many seconds, so often, show that one hears them later than one need. */
const EARLY = 0.15;
const OFTEN = 6;

export interface Placed {
  /** Seconds of the context's clock. */
  readonly at: number;
  /** Whether it does not follow what came before, and must fade in. */
  readonly fresh: boolean;
  /** Whether what was to be heard from then on is left out. */
  readonly cut: boolean;
}

export class LiveQueue {
  private cursor = -Infinity;
  private begun = false;
  private early: number[] = [];
  /** How often a block came too late, so that there was a gap. */
  gaps = 0;

  /** @param now the context's clock @param duration seconds of the block */
  place(now: number, duration: number): Placed {
    const slack = this.cursor - now - LEAD;
    const late = slack < -LEAD / 2;
    if (late && this.begun) this.gaps += 1;
    this.early = late ? [] : [...this.early, slack].slice(-OFTEN);
    const spare = this.early.length === OFTEN ? Math.min(...this.early) : 0;
    const cut = spare > EARLY;
    if (cut) this.early = [];
    const at = late ? now + LEAD : this.cursor - (cut ? spare : 0);
    this.cursor = at + duration;
    this.begun = true;
    return { at, fresh: late || cut, cut };
  }
}

/** The median of the latest values: one late block does not tell how late one usually is. */
export class RunningMedian {
  private readonly values: number[] = [];

  constructor(private readonly size: number) {}

  push(value: number): number {
    this.values.push(value);
    if (this.values.length > this.size) this.values.shift();
    const sorted = [...this.values].sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)];
  }
}
