import { expect, test } from "vitest";
import { neverAborted } from "../../test/validation-lab/signal.ts";
import { AttemptFailure, makeAttempt } from "./attempt.ts";
import { abortable, reasonOf, withDeadline } from "./deadline.ts";

test.each([
  { type: "connection", status: 400 },
  { type: "dns", status: 400 },
  { type: "tls", status: 400 },
  { type: "incorrectResponse", status: 403 },
  { type: "unauthorized", status: 403 },
] as const)("a failure of type $type becomes a problem with status $status", async ({ type, status }) => {
  const work = () => Promise.reject(new AttemptFailure("invalid", type, "as said"));
  expect(await makeAttempt("the attempt", 1000, neverAborted(), work)).toEqual({
    outcome: "invalid",
    problem: { type, status, detail: "as said" },
  });
});

test("case 105: once the worker has stopped, its reason counts more than what the attempt found", async () => {
  const controller = new AbortController();
  const reason = new Error("the worker stops");
  const work = async () => {
    controller.abort(reason);
    throw new AttemptFailure("invalid", "connection", "too late to matter");
  };
  await expect(makeAttempt("the attempt", 1000, controller.signal, work)).rejects.toBe(reason);
});

test("work under a deadline sees the abort of its caller, and no later one", async () => {
  const controller = new AbortController();
  const inner = await withDeadline(1000, controller.signal, async (signal) => signal);
  controller.abort();
  expect(inner.aborted).toBe(false);
});

test("a reason that is not an error becomes the cause of one", async () => {
  const signal = AbortSignal.abort("just a word");
  expect(reasonOf(signal)).toMatchObject({ message: "aborted", cause: "just a word" });
  await expect(abortable(new Promise(() => undefined), signal)).rejects.toBe("just a word");
});
