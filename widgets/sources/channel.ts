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

/** The kernel did not answer: it was restarted, or works on something long. */
export class NoAnswer extends Error {
  constructor() {
    super(t("The kernel does not answer. If it was restarted, run this cell again."));
  }
}

/** How long a kernel may be silent that seems to be gone, in milliseconds. */
const GONE_AFTER = 4_000;

export class Channel {
  private readonly waiting = new Map<string, { done: (answer: Answer) => void; fail: (error: Error) => void }>();
  // Every view of a model hears every answer, so each signs its questions.
  private readonly view = Math.random().toString(36).slice(2);
  private count = 0;

  constructor(
    readonly model: Model,
    private readonly scope: Scope,
    private readonly patience = 20_000,
  ) {
    const hear = (reply: Reply, buffers: readonly DataView[] = []): void => this.hear(reply, buffers);
    model.on("msg:custom", hear);
    scope.onEnd(() => model.off("msg:custom", hear));
  }

  /** Call `act` when the kernel was restarted: this widget is not in the new one. */
  onLost(act: (error: NoAnswer) => void): void {
    // ipywidgets triggers this when the connection is lost, and when it is back.
    const ask = (): void => {
      this.request("hello", {}, undefined, GONE_AFTER).catch((error: unknown) => {
        if (error instanceof NoAnswer && !this.scope.ended) act(error);
      });
    };
    this.model.on("comm_live_update", ask);
    this.scope.onEnd(() => this.model.off("comm_live_update", ask));
  }

  request(method: string, params: Readonly<Record<string, unknown>> = {}, signal?: AbortSignal, patience = this.patience): Promise<Answer> {
    const id = `${this.view}:${(this.count += 1)}`;
    return new Promise((resolve, reject) => {
      const end = (act: () => void): void => {
        this.waiting.delete(id);
        calledOff();
        act();
      };
      const calledOff = this.scope.timeout(
        () => end(() => reject(new NoAnswer())),
        patience,
      );
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
        this.model.send({ id, method, params });
      } catch {
        // What connected both is gone.
        end(() => reject(new NoAnswer()));
      }
    });
  }

  private hear(reply: Reply, buffers: readonly DataView[]): void {
    const waiting = reply.id === undefined ? undefined : this.waiting.get(reply.id);
    if (!waiting) return;
    if (reply.error === undefined) waiting.done({ result: reply.result ?? {}, buffers });
    else waiting.fail(new Error(reply.error));
  }
}
