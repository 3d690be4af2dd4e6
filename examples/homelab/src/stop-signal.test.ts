import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { obeySignals } from "./stop-signal.ts";

function signalled() {
  const source = new EventEmitter();
  const calls: string[] = [];
  const time = { now: 0 };
  obeySignals(source, {
    stop: (signal) => calls.push(`stop ${signal}`),
    force: (signal) => calls.push(`force ${signal}`),
    now: () => time.now,
  });
  return { source, calls, time };
}

describe("obeySignals", () => {
  test.each(["SIGHUP", "SIGINT", "SIGTERM"])("stops at %s", (signal) => {
    const { source, calls } = signalled();
    source.emit(signal);
    expect(calls).toEqual([`stop ${signal}`]);
  });

  test("takes what follows within a second for the same signal", () => {
    const { source, calls, time } = signalled();
    source.emit("SIGINT");
    source.emit("SIGTERM");
    time.now = 1000;
    source.emit("SIGINT");
    expect(calls).toEqual(["stop SIGINT"]);
  });

  test("ends at once when somebody insists later", () => {
    const { source, calls, time } = signalled();
    source.emit("SIGTERM");
    time.now = 1001;
    source.emit("SIGTERM");
    expect(calls).toEqual(["stop SIGTERM", "force SIGTERM"]);
  });
});
