/** Requests to the kernel and their answers, over anywidget's custom messages. */
import { t } from "../core/i18n.js";
import type { Scope } from "../core/scope.js";

/** What is needed of anywidget's model. */
export interface Model {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBufferView[] | ArrayBuffer[]): void;
  on(event: string, handle: (...args: never[]) => void): void;
  off(event: string, handle: (...args: never[]) => void): void;
}

export interface Answer {
  readonly result: Readonly<Record<string, unknown>>;
  readonly buffers: readonly DataView[];
}

interface Reply {
  id?: string;
  error?: string;
  result?: Record<string, unknown>;
}

/** What is said while nobody can tell whether the kernel works on something long or is another one. */
const silence = (): string => t("Waiting for the kernel: it is busy. If it was restarted, run this cell again.");

/** After so many milliseconds without an answer it is said that one waits. */
const SILENT_AFTER = 8_000;
/** The same when the connection was lost and is back: then the kernel has most likely been restarted. */
const GONE_AFTER = 4_000;

export class Channel {
  private readonly waiting = new Map<string, { done: (answer: Answer) => void; fail: (error: Error) => void }>();
  // Every view of a model hears every answer, so each signs its questions.
  private readonly view = Math.random().toString(36).slice(2);
  private count = 0;

  private silent = false;
  private heed: (text: string | null) => void = () => undefined;

  constructor(
    readonly model: Model,
    private readonly scope: Scope,
  ) {
    const hear = (reply: Reply, buffers: readonly DataView[] = []): void => this.hear(reply, buffers);
    model.on("msg:custom", hear);
    scope.onEnd(() => model.off("msg:custom", hear));
  }

  /** Call `act` with what to say when the kernel is silent, and with null when it answers again. */
  onSilence(act: (text: string | null) => void): void {
    this.heed = act;
    // ipywidgets triggers this when the connection is lost, and when it is back.
    const ask = (): void => {
      this.request("hello", {}, undefined, GONE_AFTER).catch(() => this.tell(true));
    };
    this.model.on("comm_live_update", ask);
    this.scope.onEnd(() => this.model.off("comm_live_update", ask));
  }

  /** Ask the kernel; it may take as long as the cells take that it runs first. */
  request(method: string, params: Readonly<Record<string, unknown>> = {}, signal?: AbortSignal, patience = SILENT_AFTER, buffers: ArrayBuffer[] = []): Promise<Answer> {
    const id = `${this.view}:${(this.count += 1)}`;
    return new Promise((resolve, reject) => {
      const answered = this.scope.timeout(() => this.tell(true), patience);
      const end = (act: () => void): void => {
        this.waiting.delete(id);
        answered();
        act();
      };
      this.waiting.set(id, {
        done: (answer) => end(() => resolve(answer)),
        fail: (error) => end(() => reject(error)),
      });
      if (signal) {
        const abort = (): void => {
          if (this.waiting.has(id)) end(() => reject(new DOMException("", "AbortError")));
        };
        if (signal.aborted) { abort(); return; }
        this.scope.listen(signal, "abort", abort, { once: true });
      }
      try {
        this.model.send({ id, method, params }, undefined, buffers);
      } catch {
        // What connected both is gone.
        end(() => reject(new Error(silence())));
      }
    });
  }

  private tell(silent: boolean): void {
    if (this.scope.ended || silent === this.silent) return;
    this.silent = silent;
    this.heed(silent ? silence() : null);
  }

  private hear(reply: Reply, buffers: readonly DataView[]): void {
    this.tell(false);
    const waiting = reply.id === undefined ? undefined : this.waiting.get(reply.id);
    if (!waiting) return;
    if (reply.error === undefined) waiting.done({ result: reply.result ?? {}, buffers });
    else waiting.fail(new Error(reply.error));
  }
}
