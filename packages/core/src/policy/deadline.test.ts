import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { inTime, startDeadline } from "./deadline.ts";

describe("inTime", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("gives what the promise came to in time, and takes its timer away", async () => {
    const controller = new AbortController();
    expect(await inTime(Promise.resolve(undefined), startDeadline(5000), controller)).toEqual({
      value: undefined,
    });
    expect(vi.getTimerCount()).toBe(0);
    expect(controller.signal.aborted).toBe(false);
  });

  test("throws what the promise rejects with in time, and takes its timer away", async () => {
    const error = new Error("no");
    await expect(inTime(Promise.reject(error), startDeadline(5000), new AbortController())).rejects.toBe(
      error,
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  test("gives nothing once the time is over, and not before", async () => {
    const controller = new AbortController();
    const outcome = vi.fn();
    void inTime(new Promise<never>(() => {}), startDeadline(5000), controller).then(outcome);
    await vi.advanceTimersByTimeAsync(4999);
    expect(outcome).not.toHaveBeenCalled();
    expect(controller.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome).toHaveBeenCalledWith(undefined);
    expect(controller.signal.reason).toMatchObject({
      name: "TimeoutError",
      message: "no answer within 5 s",
    });
  });

  test("work that gives up when it is aborted is late all the same", async () => {
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers<never>();
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason));
    const outcome = inTime(promise, startDeadline(10), controller);
    await vi.advanceTimersByTimeAsync(10);
    expect(await outcome).toBeUndefined();
  });

  test("an answer that overtakes the timer is late all the same", async () => {
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<string>();
    const outcome = inTime(promise, startDeadline(10), controller);
    // Time passes and no timer runs: the thread is busy.
    vi.spyOn(performance, "now").mockReturnValue(performance.now() + 11);
    resolve("yes");
    expect(await outcome).toBeUndefined();
    expect(controller.signal.reason).toMatchObject({ name: "TimeoutError" });
    expect(vi.getTimerCount()).toBe(0);
    vi.restoreAllMocks();
  });
});
