import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createNameGate } from "./name-gate.ts";

describe("createNameGate", () => {
  test("lets so many of one name run, and others of other names beside them (E-091)", async () => {
    const gate = createNameGate(2, 10);
    await gate.enter("a");
    await gate.enter("a");
    let third = false;
    const wait = async () => {
      await gate.enter("a");
      third = true;
    };
    const turn = wait();
    await gate.enter("b");
    expect(gate.running).toBe(3);
    expect(third).toBe(false);
    gate.leave("a");
    await turn;
    expect(third).toBe(true);
    expect(gate.running).toBe(3);
  });

  test("sends away who finds the line full", () => {
    const gate = createNameGate(1, 1);
    void gate.enter("a");
    expect(gate.enter("a")).toBeDefined();
    expect(gate.enter("a")).toBeUndefined();
    expect(gate.enter("b")).toBeDefined();
    expect(gate.enter("b")).toBeUndefined();
  });

  test("never lets more than its places run, and leaves nobody standing (model)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 60 }), async (names) => {
        const gate = createNameGate(2, 1000);
        const running = new Map<string, number>();
        let done = 0;
        const work = async (name: string) => {
          await gate.enter(name);
          running.set(name, (running.get(name) ?? 0) + 1);
          expect(running.get(name)).toBeLessThanOrEqual(2);
          await Promise.resolve();
          running.set(name, (running.get(name) ?? 0) - 1);
          gate.leave(name);
          done += 1;
        };
        await Promise.all(names.map(work));
        expect(done).toBe(names.length);
        expect(gate.running).toBe(0);
      }),
    );
  });
});
