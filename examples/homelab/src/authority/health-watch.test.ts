import { expect, test } from "vitest";
import { createManualTime } from "../../test/support/manual-time.ts";
import { watchHealth } from "./health-watch.ts";

test("the log says daily what an operator must know, until the watch ends", async () => {
  const time = createManualTime(0);
  const said: unknown[] = [];
  let warnings: readonly string[] = ["the issuer ends soon"];
  const ca = {
    health: () => ({ ok: true, issuers: [], warnings }),
  };
  const stop = watchHealth(ca, { ...time, log: (_level, event, fields) => said.push([event, fields]) });
  expect(said).toEqual([["authority.health", { warning: "the issuer ends soon" }]]);
  warnings = [];
  await time.advance(86_400_000);
  expect(said).toHaveLength(1);
  warnings = ["the issuer has ended", "nothing is issued"];
  await time.advance(86_400_000);
  expect(said).toHaveLength(3);
  stop();
  await time.advance(10 * 86_400_000);
  expect(said).toHaveLength(3);
});
