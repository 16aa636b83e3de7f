/** Edits of a pitch curve: a value in Hz every 10 ms, 0 where it is unvoiced. Python's `F0` does the same. */

/** Seconds from one value to the next. */
export const STEP = 0.01;
/** Lowest and highest pitch that can be drawn, in Hz. */
export const DRAWN = [20, 4000] as const;

export interface Stretch {
  readonly start: number;
  readonly stop: number;
}

/** The methods of `F0` with their arguments; without a stretch they mean all of the curve. */
export type Edit =
  | { readonly edit: "edited"; readonly times: readonly number[]; readonly hz: readonly (number | null)[] }
  | ({ readonly edit: "transpose"; readonly semitones: number } & Partial<Stretch>)
  | ({ readonly edit: "snap"; readonly tones: readonly number[] } & Partial<Stretch>);

/** Tones of each scale above its root. */
export const SCALES_OF_TONES = {
  chromatic: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  major: [0, 2, 4, 5, 7, 9, 11],
  minor: [0, 2, 3, 5, 7, 8, 10],
  "harmonic minor": [0, 2, 3, 5, 7, 8, 11],
  "major pentatonic": [0, 2, 4, 7, 9],
  "minor pentatonic": [0, 3, 5, 7, 10],
} as const;
export type ToneScale = keyof typeof SCALES_OF_TONES;

export const tonesOf = (root: number, scale: ToneScale): number[] => SCALES_OF_TONES[scale].map((tone) => (tone + root) % 12).sort((a, b) => a - b);

export const noteOf = (hz: number): number => 69 + 12 * Math.log2(hz / 440);
const hzOf = (note: number): number => 440 * 2 ** ((note - 69) / 12);
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
/** Times of edits are those of values. */
export const onGrid = (time: number): number => rounded(Math.max(0, Math.round(time / STEP)) * STEP, 2);

/** The frames of a stretch: the first, and the one behind the last. */
function framesOf(length: number, { start = -Infinity, stop = Infinity }: Partial<Stretch>): [number, number] {
  let first = 0;
  while (first < length && first * STEP < start - STEP / 2) first += 1;
  let behind = length;
  while (behind > first && (behind - 1) * STEP > stop + STEP / 2) behind -= 1;
  return [first, behind];
}

export function applyEdit(hz: Float32Array, edit: Edit): Float32Array {
  const made = hz.slice();
  if (edit.edit === "edited") draw(made, edit.times, edit.hz);
  else {
    const part = made.subarray(...framesOf(hz.length, edit));
    if (edit.edit === "snap") snap(part, edit.tones);
    else for (const [i, value] of part.entries()) part[i] = value * 2 ** (edit.semitones / 12);
  }
  return made;
}

/** Between two points in a straight line of semitones; what touches a null is unvoiced. */
function draw(made: Float32Array, times: readonly number[], hz: readonly (number | null)[]): void {
  const last = times.length - 1;
  const [first, behind] = framesOf(made.length, { start: times[0], stop: times[last] });
  const at = (i: number): number => Math.log2(hz[i] ?? 0);
  for (let frame = first, next = 0; frame < behind; frame += 1) {
    const time = frame * STEP;
    while (next <= last && times[next] < time) next += 1;
    let value: number;
    if (next > last) value = at(last);
    else if (next === 0 || times[next] === time) value = at(next);
    else value = at(next - 1) + ((at(next) - at(next - 1)) * (time - times[next - 1])) / (times[next] - times[next - 1]);
    made[frame] = Number.isFinite(value) ? 2 ** value : 0;
  }
}

/** Draw every note to the nearest tone, and glide from one correction to the next; vibrato stays. */
function snap(part: Float32Array, tones: readonly number[]): void {
  for (const [start, stop] of runs(Array.from(part, (value) => value > 0))) {
    if (!part[start]) continue;
    const notes = Array.from(part.subarray(start, stop), noteOf);
    const nearest = smoothed(notes).map((note) => nearestTone(note, tones));
    const correction = notes.map(() => 0);
    for (const [from, to] of runs(nearest)) {
      const mean = notes.slice(from, to).reduce((sum, note) => sum + note, 0) / (to - from);
      correction.fill(nearest[from] - mean, from, to);
    }
    for (const [i, by] of smoothed(correction).entries()) part[start + i] = hzOf(notes[i] + by);
  }
}

function nearestTone(note: number, tones: readonly number[]): number {
  const octave = 12 * Math.floor(note / 12);
  let best = Infinity;
  for (const base of [octave - 12, octave, octave + 12]) for (const tone of tones) if (Math.abs(base + tone - note) < Math.abs(best - note)) best = base + tone;
  return best;
}

/** The running mean over 60 ms, the ends held. */
function smoothed(values: readonly number[]): number[] {
  const half = Math.min(7, values.length | 1) >> 1;
  return values.map((_, i) => {
    let sum = 0;
    for (let at = i - half; at <= i + half; at += 1) sum += values[Math.max(0, Math.min(values.length - 1, at))];
    return sum / (2 * half + 1);
  });
}

/** Where values stay the same: the first, and the one behind the last. */
function runs(values: readonly unknown[]): [number, number][] {
  const found: [number, number][] = [];
  for (let start = 0, i = 1; i <= values.length; i += 1)
    if (i === values.length || values[i] !== values[start]) {
      found.push([start, i]);
      start = i;
    }
  return found;
}

/** The voiced stretch around a time; null where there is none. */
export function voicedAround(hz: Float32Array, time: number): Stretch | null {
  const at = Math.round(time / STEP);
  const run = runs(Array.from(hz, (value) => value > 0)).find(([start, stop]) => start <= at && at < stop);
  return run && hz[at] > 0 ? { start: onGrid(run[0] * STEP), stop: onGrid((run[1] - 1) * STEP) } : null;
}

/** The middle pitch of a stretch, in Hz; 0 where nothing is voiced. */
export function medianOf(hz: Float32Array, stretch: Partial<Stretch>): number {
  const voiced = hz.slice(...framesOf(hz.length, stretch)).filter((value) => value > 0).sort();
  return voiced.length ? voiced[voiced.length >> 1] : 0;
}

/** What a pointer draws: later points win over those they pass again. */
export class Stroke {
  private readonly notes = new Map<number, number>();
  private last: readonly [number, number];

  constructor(time: number, hz: number) {
    this.last = [Math.round(time / STEP), noteOf(hz)];
  }

  to(time: number, hz: number): Edit {
    const [from, low] = this.last;
    const [frame, note] = [Math.max(0, Math.round(time / STEP)), noteOf(Math.max(DRAWN[0], Math.min(DRAWN[1], hz)))];
    const steps = Math.abs(frame - from);
    for (let i = 0; i <= steps; i += 1) {
      const part = steps ? i / steps : 1;
      this.notes.set(Math.round(from + part * (frame - from)), low + part * (note - low));
    }
    this.last = [frame, note];
    const drawn = [...this.notes].sort(([a], [b]) => a - b);
    const kept = corners(drawn);
    return { edit: "edited", times: kept.map(([at]) => onGrid(at * STEP)), hz: kept.map(([, each]) => rounded(hzOf(each), 2)) };
  }
}

type Point = readonly [number, number];

/** The fewest points from which straight lines stay within 2 cents (Douglas and Peucker 1973). */
function corners(points: readonly Point[], tolerance = 0.02): readonly Point[] {
  const [first, last] = [points[0], points[points.length - 1]];
  let [worst, at] = [tolerance, 0];
  for (const [i, [x, y]] of points.entries()) {
    const line = first[1] + ((last[1] - first[1]) * (x - first[0])) / (last[0] - first[0] || 1);
    if (Math.abs(y - line) > worst) [worst, at] = [Math.abs(y - line), i];
  }
  if (at) return [...corners(points.slice(0, at + 1), tolerance), ...corners(points.slice(at), tolerance).slice(1)];
  return points.length > 1 ? [first, last] : [first];
}

/** Edits of one curve, in order, each of which can be taken back. */
export class F0Edits {
  hz: Float32Array;
  edits: readonly Edit[] = [];
  undone: readonly Edit[] = [];
  /** The curve before the last edit. */
  private before: Float32Array;

  constructor(
    readonly base: Float32Array,
    edits: readonly Edit[] = [],
  ) {
    this.hz = this.before = base;
    this.set(edits);
  }

  set(edits: readonly Edit[]): void {
    this.before = edits.slice(0, -1).reduce(applyEdit, this.base);
    const last = edits.at(-1);
    this.hz = last ? applyEdit(this.before, last) : this.base;
    this.edits = edits;
    this.undone = [];
  }

  /** @param over in place of the last edit, as while one drags */
  add(edit: Edit, over = false): void {
    if (!over) this.before = this.hz;
    this.hz = applyEdit(this.before, edit);
    this.edits = [...(over ? this.edits.slice(0, -1) : this.edits), edit];
    this.undone = [];
  }

  /** Transpose; one step after the other on one stretch is one edit. */
  transpose(semitones: number, stretch: Partial<Stretch>): void {
    const last = this.edits.at(-1);
    const same = last?.edit === "transpose" && last.start === stretch.start && last.stop === stretch.stop;
    const sum = rounded(semitones + (same ? last.semitones : 0), 2);
    this.add({ edit: "transpose", semitones: sum, ...stretch }, same);
  }

  undo(): void {
    const last = this.edits.at(-1);
    if (last) this.to(this.edits.slice(0, -1), [last, ...this.undone]);
  }

  redo(): void {
    const [next, ...rest] = this.undone;
    if (next) this.to([...this.edits, next], rest);
  }

  /** Take everything back; each can be done again. */
  reset(): void {
    this.to([], [...this.edits, ...this.undone]);
  }

  private to(edits: readonly Edit[], undone: readonly Edit[]): void {
    this.set(edits);
    this.undone = undone;
  }
}
