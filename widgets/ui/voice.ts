/** The voice studio: what one voice sings, sung by another. */
import { t } from "../core/i18n.js";
import type { Scope } from "../core/scope.js";
import { button, download, element, menu, ownKeys, showCode } from "./controls.js";
import { SECTIONS_CSS } from "./effects-controls.js";
import { addStyle } from "./style.js";
import { TIMELINE_CSS } from "./timeline.js";
import { CONTROLS_CSS, Durations, Rows } from "./voice-controls.js";
import { Live } from "./voice-live.js";
import { Pitch, PITCH_CSS } from "./voice-pitch.js";
import { Player } from "./voice-player.js";
import { RANGE_CSS } from "./voice-range.js";
import { Source, SOURCE_CSS } from "./voice-source.js";
import { Target, TARGET_CSS } from "./voice-target.js";
import type { Kernel, Opened, StudioState, VoiceSettings } from "./voice-types.js";

export interface StudioOptions {
  readonly settings: VoiceSettings;
  readonly equal: boolean;
  readonly playhead: number;
  readonly onSettings: (settings: VoiceSettings) => void;
  readonly onEqual: (on: boolean) => void;
  readonly onPlayhead: (seconds: number) => void;
}

export interface StudioHandle {
  /** What was set elsewhere. */
  set(settings: VoiceSettings): void;
  setEqual(on: boolean): void;
  seek(seconds: number): void;
  /** Something happened in the kernel. */
  refresh(): void;
  notice(text: string | null): void;
}

const LOOK_EVERY = 150;
const CSS = `${TIMELINE_CSS}${SECTIONS_CSS}${SOURCE_CSS}${TARGET_CSS}${RANGE_CSS}${CONTROLS_CSS}${PITCH_CSS}
.mnb-voice{padding-bottom:4px}
.mnb-cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:8px;padding:8px}
.mnb-card{border:1px solid var(--mnb-line);border-radius:6px;padding:6px 10px 8px;min-width:0}
.mnb-card[data-wide]{grid-column:1/-1}
.mnb-voice h3,.mnb-voice summary{font:600 13px/24px inherit;margin:0}
.mnb-voice summary{cursor:pointer}
.mnb-voice h4{font:600 12px/20px inherit;margin:4px 0 0}
.mnb-row{display:flex;flex-wrap:wrap;align-items:center;gap:4px 6px;margin:2px 0 4px}
.mnb-row>select{flex:1 1 130px;min-width:0;width:0}
.mnb-row>label{flex-wrap:wrap;white-space:normal}
.mnb-fine{font-size:12px;line-height:1.4;overflow-wrap:anywhere}
.mnb .mnb-plain{border-color:var(--mnb-line)}
.mnb .mnb-act{background:#1a66c2;color:#fff;font-weight:600;padding:0 18px;height:34px}
.mnb .mnb-act:hover:not(:disabled){background:#12519e}
.mnb-switch{border:1px solid var(--mnb-line);border-radius:4px}
.mnb-convert{display:flex;flex-wrap:wrap;align-items:center;gap:6px 12px;padding:0 8px 6px}
.mnb-convert progress{flex:1 1 120px;min-width:80px;height:12px;accent-color:var(--mnb-accent)}
.mnb-status:empty,.mnb-voice .mnb-readout:empty{display:none}
.mnb-voice .mnb-readout{white-space:normal}
.mnb-status{padding:0 10px 6px}
.mnb-player{border-top:1px solid var(--mnb-line)}
.mnb-groups{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,290px),1fr));gap:0 20px}
`;

/** Put the studio into a page; it shows itself as soon as the kernel has told what there is. */
export async function mountVoice(host: HTMLElement, kernel: Kernel, scope: Scope, options: StudioOptions): Promise<StudioHandle> {
  const root = element("div", "mnb mnb-voice");
  root.dataset["state"] = "loading";
  addStyle(root, CSS);
  const waiting = element("div", "mnb-bar", t("The voices are being looked up…"));
  root.append(waiting);
  host.append(root);
  scope.onEnd(() => root.remove());
  const opened = await kernel.open();
  waiting.remove();
  return new Studio(root, kernel, scope, options, opened);
}

class Studio implements StudioHandle {
  private settings: VoiceSettings;
  private state: StudioState | null = null;
  private readonly source: Source;
  private readonly target: Target;
  private readonly pitch: Pitch;
  private readonly rows: readonly { set(settings: VoiceSettings): void }[];
  private readonly player: Player;
  private readonly act: HTMLButtonElement;
  private readonly cancel: HTMLButtonElement;
  private readonly bar = element("progress");
  private readonly working = element("span", "mnb-readout");
  private readonly whose = element("div", "mnb-status mnb-fine");
  private readonly status = element("div", "mnb-status");
  private readonly noticed = element("div", "mnb-status");
  private readonly save: HTMLElement;
  private looking = false;
  private again = false;
  private takeVersion = -1;

  constructor(
    private readonly root: HTMLElement,
    private readonly kernel: Kernel,
    private readonly scope: Scope,
    private readonly options: StudioOptions,
    private readonly opened: Opened,
  ) {
    this.settings = options.settings;
    const say = (text: string): void => this.say(text);
    const edit = (change: Partial<VoiceSettings>): void => this.edit(change);
    const silence = (): void => this.player.pause();
    this.player = new Player(scope, { equal: options.onEqual, playhead: options.onPlayhead, moved: (seconds) => this.pitch.seek(seconds), say });
    this.player.setEqual(options.equal);
    const acts = { edit, say, loop: () => this.player.looped };
    this.source = new Source(scope, { choose: (name) => this.ask(kernel.choose(name)), send: (name, data) => void this.send(name, data), say, silence });
    this.target = new Target(scope, opened, { edit, say, silence, preview: (voice) => kernel.preview(voice) });
    this.pitch = new Pitch(scope, opened, { ...acts, draw: (edits) => this.asked(kernel.edit(edits)), seek: (time) => this.player.seek(time), undraw: () => this.ask(kernel.unedit()), curve: () => kernel.curve(), card: (name) => this.target.card(name) });
    const durations = new Durations(scope, acts);
    const [, ...groups] = opened.groups;
    const rows = groups.map(({ label, settings }) => new Rows(scope, label, settings, acts));
    this.rows = [this.target, this.pitch, durations, ...rows];
    this.act = button(scope, t("Convert the source as everything is set now"), { text: t("Convert") }, () => this.convert());
    this.act.classList.add("mnb-act");
    this.cancel = button(scope, t("Cancel"), { text: t("Cancel") }, () => this.ask(kernel.cancel()));
    this.cancel.classList.add("mnb-plain");
    this.save = menu(scope, t("Save the result"), "save", opened.formats.map((format) => [format === "json" ? t("Save the recipe (JSON)") : t("Save as {format}", { format: format.toUpperCase() }), () => void this.export(format)] as const));
    this.assemble(groups.map(({ label }, i) => [label, rows[i].element] as const), durations.element);
    const live = new Live(scope, kernel, { settings: () => this.settings, silence, say });
    this.fold(t("Live: sing and hear the other voice"), live.element);
    this.apply();
    this.refresh();
  }

  private assemble(groups: readonly (readonly [string, HTMLElement])[], durations: HTMLElement): void {
    const { root, scope, options, player } = this;
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", t("Voice studio"));
    ownKeys(scope, root);
    for (const each of [this.status, this.noticed, this.whose]) each.setAttribute("role", "status");
    const cards = element("div", "mnb-cards");
    const sound = element("section", "mnb-card");
    sound.dataset["wide"] = "";
    const reset = button(scope, t("Reset every control to its default"), { text: t("Reset controls") }, () => this.reset());
    reset.classList.add("mnb-plain");
    const title = element("div", "mnb-row");
    title.append(element("h3", "", t("Sound")), element("span", "mnb-grow"), reset);
    const grid = element("div", "mnb-groups");
    for (const [label, rows] of groups) {
      const group = element("div");
      group.append(element("h4", "", t(label)), rows);
      grid.append(group);
    }
    grid.lastElementChild?.append(durations);
    sound.append(title, grid);
    cards.append(this.source.element, this.target.element, this.pitch.element, sound);
    this.bar.max = 1;
    this.bar.setAttribute("aria-label", t("Progress"));
    const convert = element("div", "mnb-convert");
    convert.append(this.act, this.bar, this.working, this.cancel);
    const code = button(scope, t("Show code"), "code", () => void this.kernel.code().then((text) => showCode(scope, root, text), (error: unknown) => this.say((error as Error).message)));
    player.end.append(this.save, code);
    root.append(cards, convert, this.status, this.noticed, player.element, this.whose);
    scope.listen(root, "keydown", (event) => {
      if (event.key !== "b" || event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).matches("input[type=number], select, dialog *")) return;
      event.preventDefault();
      player.other();
    });
    player.seek(options.playhead);
  }

  private fold(title: string, content: HTMLElement): void {
    const whole = element("details", "mnb-card");
    whole.style.margin = "0 8px 4px";
    whole.append(element("summary", "", title), content);
    this.root.append(whole);
  }

  // ---- settings ----------------------------------------------------------------------------------

  set(settings: VoiceSettings): void {
    this.settings = settings;
    this.apply();
  }

  setEqual(on: boolean): void {
    this.player.setEqual(on);
  }

  seek(seconds: number): void {
    if (Math.abs(seconds - this.player.position) > 0.01) this.player.seek(seconds);
  }

  private edit(change: Partial<VoiceSettings>): void {
    this.say("");
    this.settings = { ...this.settings, ...change };
    const { state } = this;
    // The kernel tells soon whether it really is another.
    if (state?.result) this.state = { ...state, result: { ...state.result, fresh: false } };
    this.apply();
    this.options.onSettings(this.settings);
  }

  private reset(): void {
    const all = this.opened.groups.flatMap(({ settings }) => settings);
    this.edit({ ...Object.fromEntries(all.map(({ name, default: usual }) => [name, usual])), durations: [] });
  }

  private apply(): void {
    for (const row of this.rows) row.set(this.settings);
    this.showPitch();
    this.sayWork();
  }

  private showPitch(): void {
    const { state } = this;
    this.pitch.show(state?.curve ?? null, this.settings, state?.take?.seconds[0] ?? 0);
  }

  // ---- the kernel --------------------------------------------------------------------------------

  private convert(): void {
    this.say("");
    this.player.pause();
    this.ask(this.kernel.convert(this.settings));
  }

  private asked(answer: Promise<StudioState>): Promise<StudioState> {
    this.ask(answer);
    return answer;
  }

  /** Something was asked; what comes back is the state. */
  private ask(answer: Promise<StudioState>): void {
    answer.then(
      (state) => this.take(state),
      (error: unknown) => {
        this.say((error as Error).message);
        this.refresh();
      },
    );
  }

  refresh(): void {
    if (this.looking) {
      this.again = true;
      return;
    }
    this.looking = true;
    this.again = false;
    this.kernel.state().then(
      (state) => {
        this.looking = false;
        this.take(state);
        if (this.again) this.refresh();
      },
      (error: unknown) => {
        this.looking = false;
        if (this.scope.ended) return;
        this.say((error as Error).message);
        // What failed is over: what is there now can be shown.
        this.scope.timeout(() => this.refresh(), LOOK_EVERY);
      },
    );
  }

  private wait: () => void = () => undefined;

  private take(state: StudioState): void {
    if (this.scope.ended) return;
    this.state = state;
    this.source.set(state);
    this.showPitch();
    const version = state.take?.version ?? 0;
    if (version !== this.takeVersion) {
      this.takeVersion = version;
      void this.listen(state);
    }
    if (state.work.words) this.say(state.work.words);
    this.whose.textContent = state.result ? t("Whose voice: {whose}", { whose: state.result.whose }) : "";
    this.sayWork();
    this.wait();
    if (state.work.running) this.wait = this.scope.timeout(() => this.refresh(), LOOK_EVERY);
  }

  /** Bring the sounds of a take to the player. */
  private async listen({ take }: StudioState): Promise<void> {
    try {
      const envelopes = take ? await this.kernel.envelopes() : [];
      if (this.scope.ended || (take?.version ?? 0) !== this.takeVersion) return;
      this.player.set(take, take ? this.kernel.sounds(take) : [], envelopes, this.options.playhead);
      this.root.dataset["take"] = String(take?.sounds.length ?? 0);
    } catch (error) {
      this.say((error as Error).message);
    }
  }

  private async send(name: string, data: Blob): Promise<void> {
    try {
      const state = await this.kernel.upload(name, data, (part) => this.say(t("Uploading {name}: {percent} %", { name, percent: Math.round(part * 100) })));
      this.say("");
      this.take(state);
    } catch (error) {
      this.say((error as Error).message);
    }
  }

  private async export(format: string): Promise<void> {
    try {
      this.say(t("Saving…"));
      const blob = await this.kernel.save(format, (part) => this.say(t("Saving: {percent} %", { percent: Math.round(part * 100) })));
      download(`voice.${format}`, blob);
      this.say(t("Saved."));
    } catch (error) {
      this.say((error as Error).message);
    }
  }

  // ---- what is said ------------------------------------------------------------------------------

  private sayWork(): void {
    const { state } = this;
    const running = state?.work.running ?? null;
    this.root.dataset["state"] = state ? "ready" : "loading";
    this.root.setAttribute("aria-busy", String(running !== null));
    this.bar.hidden = this.cancel.hidden = running === null;
    this.act.disabled = !state?.take || running === "Converting";
    const has = state?.result != null;
    this.save.hidden = !has;
    const fresh = has && state.result.fresh;
    this.root.dataset["fresh"] = String(fresh);
    let text = has && !fresh && running === null ? t("The settings have changed since: convert again.") : "";
    if (running !== null && state) {
      const { progress = 0, eta = null } = state.work;
      this.bar.value = progress;
      text = `${t(running)}: ${Math.round(progress * 100)} %${eta === null || progress === 0 ? "" : `, ${t("{seconds} s left", { seconds: Math.max(1, Math.round(eta)) })}`}`;
    }
    if (this.working.textContent !== text) this.working.textContent = text;
  }

  private say(text: string): void {
    if (this.status.textContent !== text) this.status.textContent = text;
  }

  /** Say something until it passes; null is when it has. */
  notice(text: string | null): void {
    this.noticed.textContent = text ?? "";
  }
}
