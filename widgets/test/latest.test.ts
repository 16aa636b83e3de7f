import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Latest } from "../core/latest.js";
import { Scope } from "../core/scope.js";

describe("work for the latest value only", () => {
  let scope: Scope;
  let begun: { value: number; signal: AbortSignal; end: () => void; fail: (error: Error) => void }[];
  let failures: string[];
  let latest: Latest<number>;
  const rest = async (): Promise<void> => {
    await vi.advanceTimersByTimeAsync(250);
  };
  const settle = async (): Promise<void> => {
    await vi.advanceTimersByTimeAsync(0);
  };
  beforeEach(() => {
    vi.useFakeTimers();
    scope = new Scope();
    begun = [];
    failures = [];
    const work = (value: number, signal: AbortSignal): Promise<void> =>
      new Promise((end, fail) => begun.push({ value, signal, end, fail }));
    latest = new Latest(scope, 250, work, () => undefined, (error) => failures.push(error.message));
  });
  afterEach(() => vi.useRealTimers());

  it("waits for a rest, and takes the last of many", async () => {
    for (let value = 0; value < 10; value += 1) {
      latest.want(value);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(begun).toEqual([]);
    expect(latest.busy && latest.waiting).toBe(true);
    await rest();
    expect(begun.map(({ value }) => value)).toEqual([9]);
    expect(latest.waiting).toBe(false);
    expect(latest.busy).toBe(true);
    begun[0].end();
    await settle();
    expect(latest.busy).toBe(false);
  });

  it("calls off what is under way, and is not done when that ends", async () => {
    latest.want(1);
    await rest();
    latest.want(2);
    expect(begun[0].signal.aborted).toBe(true);
    begun[0].end();
    await settle();
    expect(latest.busy).toBe(true);
    await rest();
    expect(begun[1].value).toBe(2);
    expect(begun[1].signal.aborted).toBe(false);
    begun[1].end();
    await settle();
    expect(latest.busy).toBe(false);
  });

  it("tells of a failure of the latest, and not of one that was called off", async () => {
    latest.want(1);
    await rest();
    latest.want(2, 0);
    begun[0].fail(new Error("old"));
    await rest();
    begun[1].fail(new Error("new"));
    await settle();
    expect(failures).toEqual(["new"]);
    expect(latest.busy).toBe(false);
  });

  it("ends with its view", async () => {
    latest.want(1);
    await rest();
    latest.want(2);
    scope.end();
    expect(begun[0].signal.aborted).toBe(true);
    await rest();
    expect(begun.length).toBe(1);
  });
});
