/** Where the source lies and where the voices are at home, one above the other on a scale of notes. */
import { t } from "../core/i18n.js";
import { noteName } from "../core/scales.js";
import { element } from "./controls.js";

export const RANGE_CSS = `
.mnb-ranges{display:grid;grid-template-columns:minmax(60px,max-content) 1fr;gap:3px 8px;align-items:center;margin:2px 0 6px}
.mnb-ranges>div{position:relative;height:14px;border-radius:3px;background:var(--mnb-soft)}
.mnb-ranges>div>i{position:absolute;top:2px;bottom:2px;border-radius:3px;background:#8a8a8a}
.mnb-ranges>div>i+i{top:0;bottom:0;width:2px!important;border-radius:0;background:var(--mnb-fg)}
.mnb-ranges>div[data-voice]>i:first-child{background:#2a86d1}
.mnb-ranges>div[data-voice="1"]>i:first-child{background:#d9730d}
.mnb-ranges>div[data-scale]{height:15px;background:none}
.mnb-ranges>div[data-scale]>span{position:absolute;transform:translateX(-50%);font-size:11px}
.mnb-ranges>span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
`;
/** E2 to C6, in Hz: wider than any singer. */
const LOW = 65;
const HIGH = 1100;
const TICKS = [130.81, 261.63, 523.25];

export interface Span {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly median: number;
}

/** The nearest note, without how far it is. */
export const noteOf = (hz: number): string => noteName(hz).replace(/ .*/, "");

const place = (hz: number): number => Math.max(0, Math.min(1, Math.log(hz / LOW) / Math.log(HIGH / LOW))) * 100;

export class Ranges {
  readonly element = element("div", "mnb-ranges mnb-fine");

  constructor() {
    this.element.setAttribute("role", "img");
  }

  /** @param source as it will be sung, null where it has no pitch */
  set(source: Span | null, voices: readonly Span[]): void {
    const rows = source ? [source, ...voices] : voices;
    const scale = element("div");
    scale.dataset["scale"] = "";
    for (const hz of TICKS) {
      const tick = element("span", "", noteOf(hz));
      tick.style.left = `${place(hz)}%`;
      scale.append(tick);
    }
    const lines = rows.map((row) => {
      const line = element("div");
      if (row !== source) line.dataset["voice"] = String(voices.indexOf(row));
      const bar = element("i");
      bar.style.left = `${place(row.low)}%`;
      bar.style.width = `${Math.max(1, place(row.high) - place(row.low))}%`;
      const median = element("i");
      median.style.left = `${place(row.median)}%`;
      line.append(bar, median);
      return [element("span", "", row.name), line];
    });
    this.element.replaceChildren(...lines.flat(), element("span"), scale);
    const words = rows.map(({ name, low, high }) => t("{name} from {low} to {high}", { name, low: noteOf(low), high: noteOf(high) }));
    this.element.setAttribute("aria-label", words.join("; "));
  }
}
