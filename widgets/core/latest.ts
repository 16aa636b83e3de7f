/** Work that is only wanted for the latest value: begun after a rest, called off when another comes. */
import type { Scope } from "./scope.js";

export class Latest<T> {
  private cancelRest: () => void = () => undefined;
  private resting = false;
  private working: AbortController | null = null;

  /**
   * @param rest milliseconds without another value after which work begins
   * @param work what it does; whatever it does after `signal` aborts is lost
   * @param told called whenever `waiting` or `busy` may have changed
   * @param fail called with what the latest work threw
   */
  constructor(
    private readonly scope: Scope,
    private readonly rest: number,
    private readonly work: (value: T, signal: AbortSignal) => Promise<void>,
    private readonly told: () => void,
    private readonly fail: (error: Error) => void,
  ) {
    scope.onEnd(() => this.working?.abort());
  }

  /** A value is there with which nothing was begun yet. */
  get waiting(): boolean {
    return this.resting;
  }

  /** What is there is not yet of the latest value. */
  get busy(): boolean {
    return this.resting || this.working !== null;
  }

  /** @param rest another rest than usual, in milliseconds */
  want(value: T, rest = this.rest): void {
    this.cancelRest();
    this.working?.abort();
    this.working = null;
    this.resting = true;
    this.cancelRest = this.scope.timeout(() => void this.begin(value), rest);
    this.told();
  }

  private async begin(value: T): Promise<void> {
    this.resting = false;
    const working = (this.working = new AbortController());
    this.told();
    try {
      await this.work(value, working.signal);
    } catch (error) {
      if (this.working === working) this.fail(error instanceof Error ? error : new Error(String(error)));
    }
    if (this.working !== working) return;
    this.working = null;
    this.told();
  }
}
