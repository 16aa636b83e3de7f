/** What can be set on an effect, as Python describes it, and how a slider goes through its range. */

export interface Setting {
  readonly name: string;
  readonly label: string;
  readonly low: number;
  /** null: any whole number from `low` on; there is no slider for those. */
  readonly high: number | null;
  readonly unit: string;
  /** Equal ratios, and not equal differences, sound like equal steps. */
  readonly log: boolean;
  readonly default: number;
  /** Of the slider; else the range decides. */
  readonly step?: number;
  /** What it is, for people. */
  readonly meaning: string;
}

export type Band = Record<string, number | string>;

export interface Effect {
  readonly name: string;
  readonly label: string;
  /** Whether it can be off. */
  readonly switchable: boolean;
  /** Of the effect; of an equaliser: of each of its bands. */
  readonly settings: readonly Setting[];
  /** An equaliser's: the forms of a band, how many there may be, and a new one. */
  readonly kinds?: readonly string[];
  readonly most?: number;
  readonly band?: Band;
}

/** The values of one effect, kept while it is off. */
export interface EffectSettings {
  readonly on?: boolean;
  readonly bands?: readonly Band[];
  readonly [name: string]: unknown;
}
export type PanelSettings = Readonly<Record<string, EffectSettings>>;

/** Steps of a slider whose steps are ratios. */
const RATIOS = 200;
/** Steps that a range of differences has at least. */
const DIFFERENCES = 200;
const DIGITS = 3;

/** The step of a range of differences: a power of ten, unless it is given. */
const resolution = (setting: Setting): number => setting.step ?? 10 ** Math.floor(Math.log10((top(setting) - setting.low) / DIFFERENCES));
const top = (setting: Setting): number => setting.high ?? Number.MAX_SAFE_INTEGER;

/** The slider's own range. */
export function track(setting: Setting): { min: number; max: number; step: number } {
  return setting.log ? { min: 0, max: RATIOS, step: 1 } : { min: setting.low, max: top(setting), step: resolution(setting) };
}

/** Where a value is on the slider. */
export function placeOf(setting: Setting, value: number): number {
  return setting.log ? RATIOS * (Math.log(value / setting.low) / Math.log(top(setting) / setting.low)) : value;
}

/** The value at a place of the slider, in as many digits as one would say. */
export function valueAt(setting: Setting, place: number): number {
  if (setting.log) return within(setting, Number((setting.low * (top(setting) / setting.low) ** (place / RATIOS)).toPrecision(DIGITS)));
  const step = resolution(setting);
  return within(setting, Number((Math.round(place / step) * step).toFixed(Math.max(0, Math.ceil(-Math.log10(step))))));
}

/** The nearest value that is allowed. */
export function within(setting: Setting, value: number): number {
  const near = Math.max(setting.low, Math.min(top(setting), value));
  return setting.high === null ? Math.round(near) : near;
}

/** In as few digits as tell it apart from its neighbours. */
export const shown = (value: number): string => String(Number(value.toPrecision(DIGITS + 1)));

export const withUnit = (setting: Setting, value: number): string => `${shown(value)} ${setting.unit}`.trim();
