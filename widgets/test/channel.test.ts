import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Scope } from "../core/scope.js";
import { Channel, type Model } from "../sources/channel.js";

/** A kernel that answers when the test says so. */
class Kernel {
  readonly asked: { id: string; method: string }[] = [];
  private readonly handlers = new Map<string, (...args: unknown[]) => void>();
  readonly model: Model = {
    get: () => undefined,
    set: () => undefined,
    save_changes: () => undefined,
    send: (content) => void this.asked.push(content as { id: string; method: string }),
    on: (event, handle) => void this.handlers.set(event, handle as never),
    off: (event) => void this.handlers.delete(event),
  };

  trigger(event: string, ...args: unknown[]): void {
    this.handlers.get(event)?.(...args);
  }

  answer(index: number, result: Record<string, unknown> = {}): void {
    this.trigger("msg:custom", { id: this.asked[index].id, result }, []);
  }
}

describe("a channel to the kernel", () => {
  let kernel: Kernel;
  let channel: Channel;
  let said: (string | null)[];
  beforeEach(() => {
    vi.useFakeTimers();
    kernel = new Kernel();
    channel = new Channel(kernel.model, new Scope());
    said = [];
    channel.onSilence((text) => said.push(text));
  });
  afterEach(() => vi.useRealTimers());

  it("waits as long as the kernel is busy, says so, and takes it back", async () => {
    const answer = channel.request("tiles");
    vi.advanceTimersByTime(7_000);
    expect(said).toEqual([]);
    vi.advanceTimersByTime(600_000);
    expect(said).toEqual([expect.stringContaining("busy")]);
    kernel.answer(0, { tiles: 3 });
    expect(said.at(-1)).toBeNull();
    await expect(answer).resolves.toMatchObject({ result: { tiles: 3 } });
  });

  it("says nothing when the answer comes soon", async () => {
    const answer = channel.request("tiles");
    kernel.answer(0);
    await answer;
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual([]);
  });

  it("asks a kernel that was restarted whether it knows this widget", () => {
    kernel.trigger("comm_live_update");
    expect(kernel.asked.map(({ method }) => method)).toEqual(["hello"]);
    vi.advanceTimersByTime(5_000);
    expect(said).toEqual([expect.stringContaining("run this cell again")]);
  });

  it("takes an answer to what nobody waits for any more as a sign of life", async () => {
    const abort = new AbortController();
    const answer = channel.request("tiles", {}, abort.signal);
    void channel.request("chunk");
    vi.advanceTimersByTime(10_000);
    abort.abort();
    await expect(answer).rejects.toThrow();
    kernel.answer(0);
    expect(said).toEqual([expect.any(String), null]);
  });
});
