import { describe, expect, test } from "vitest";
import { createUndo } from "./undo.ts";

describe("createUndo", () => {
  test("runs the steps once, the last first, each after the one before has ended", async () => {
    const ran: string[] = [];
    const undo = createUndo(() => undefined);
    undo.add(() => void ran.push("lock"));
    undo.add(async () => {
      await Promise.resolve();
      ran.push("database");
    });
    undo.add(() => void ran.push("server"));
    await Promise.all([undo.run(), undo.run()]);
    expect(ran).toEqual(["server", "database", "lock"]);
  });

  test("runs the other steps when one fails, and reports it", async () => {
    const ran: string[] = [];
    const reported: unknown[] = [];
    const undo = createUndo((error) => void reported.push(error));
    const failure = new Error("the disk is gone");
    undo.add(() => void ran.push("lock"));
    undo.add(() => Promise.reject(failure));
    await undo.run();
    expect([ran, reported]).toEqual([["lock"], [failure]]);
  });
});
