import { expect, test } from "vitest";
import { createManualTime } from "../../test/support/manual-time.ts";
import { createAuditChain } from "./audit-chain.ts";

test("what was appended is chained within a second, once, also after a failure, until the end", async () => {
  const time = createManualTime(0);
  const said: unknown[] = [];
  let extended = 0;
  let failure: Error | undefined;
  const chain = createAuditChain(
    async () => {
      if (failure !== undefined) throw failure;
      extended += 1;
      return 0;
    },
    { ...time, log: (_level, event) => said.push(event) },
  );
  await time.advance(10_000);
  expect(extended).toBe(0);
  for (let count = 0; count < 5; count += 1) chain.wake();
  await time.advance(999);
  expect(extended).toBe(0);
  await time.advance(1);
  expect(extended).toBe(1);
  failure = new Error("the disk is full");
  chain.wake();
  await time.advance(1000);
  failure = undefined;
  chain.wake();
  await time.advance(1000);
  expect(extended).toBe(2);
  expect(said).toEqual(["audit.chainFailed"]);
  chain.wake();
  await chain.end();
  chain.wake();
  await time.advance(10_000);
  expect(extended).toBe(2);
});
