import { randomInt } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKillRun, type KillRun } from "../src/kill/kill-run.ts";
import { type Activity, activities, planKills } from "../src/kill/plan.ts";
import { createLaboratory, type Laboratory } from "../src/laboratory.ts";

const seed = Number(process.env["KILL_SEED"] ?? randomInt(2 ** 32));
const kills = Number(process.env["KILLS"] ?? 100);

describe("kill -9 while clients work", () => {
  let laboratory: Laboratory;
  let run: KillRun;

  beforeAll(async () => {
    laboratory = await createLaboratory();
    run = await createKillRun(laboratory);
  });

  afterAll(async () => {
    await run.close();
    await laboratory.close();
  });

  test("A-126, E-052, case 115: nothing acknowledged is lost, no order gets two certificates, every retry succeeds", {
    timeout: 300_000,
  }, async () => {
    const plan = planKills(kills, seed);
    console.log(`KILL_SEED=${seed} repeats the plan: ${count(plan.map(({ activity }) => activity))}`);
    for (const planned of plan) await run.kill(planned);
    await run.finish();

    const { crowd, killer, watch } = run;
    console.log(`${crowd.enrolments.length} orders; never answered: ${count(killer.cutOff)}`);
    console.log(
      `found at rest: ${watch.reserved.size} reserved, ${watch.unpublished.size} signed and unpublished`,
    );
    expect(killer.cutOff).toContain("finalize");
    expect(watch.reserved.size + watch.unpublished.size).toBeGreaterThan(0);
  });
});

test("E-052: a first start that is killed, at ever later points, does not keep the next from working", {
  timeout: 120_000,
}, async () => {
  const laboratory = await createLaboratory();
  try {
    // What one start leaves half done, the next one finds.
    for (let delay = 50; !existsSync(laboratory.rootFile); delay += 50) {
      const homelab = laboratory.spawn();
      await pause(delay);
      await homelab.kill();
    }
    const root = readFileSync(laboratory.rootFile, "utf8");
    await (await laboratory.start()).stop();
    expect(readFileSync(laboratory.rootFile, "utf8")).toBe(root);
  } finally {
    await laboratory.close();
  }
});

function count(found: readonly Activity[]): string {
  const counts = activities.map((activity) => ({
    activity,
    times: found.filter((one) => one === activity).length,
  }));
  return counts.flatMap(({ activity, times }) => (times === 0 ? [] : [`${times} ${activity}`])).join(", ");
}
