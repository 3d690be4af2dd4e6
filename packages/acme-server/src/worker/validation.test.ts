import { describe, expect, test } from "vitest";
import {
  createWorkshop,
  hour,
  keyAuthorization,
  read,
  respond,
  settings,
  settle,
  token,
} from "../../test/support/worker.ts";
import type { ChallengeToValidate, ValidationResult } from "../validation/challenge-validator.ts";
import { leaseOf } from "./settings.ts";

const problem = { type: "connection", detail: "nobody listens at a.test", status: 400 } as const;

describe("a validation", () => {
  test("that succeeds makes authorization and order ready together (A-132)", async () => {
    const workshop = await createWorkshop();
    await respond(workshop);
    expect(await workshop.worker.tick()).toBe(1);
    const { authorization, order } = await read(workshop);
    expect(authorization).toMatchObject({
      state: "valid",
      expiresAt: workshop.clock.now + hour,
      challenges: [{ status: "valid", validatedAt: workshop.clock.now }],
    });
    expect(order.state).toBe("ready");
    expect(await workshop.worker.tick()).toBe(0);
  });

  test("gets what the client was told and the key authorization of the response (A-103)", async () => {
    const workshop = await createWorkshop();
    const seen: ChallengeToValidate[] = [];
    workshop.validate = (challenge) => {
      seen.push(challenge);
      return { outcome: "valid" };
    };
    await respond(workshop);
    await workshop.worker.tick();
    expect(seen).toEqual([{ identifier: { type: "dns", value: "a.test" }, token, keyAuthorization }]);
  });

  test("that fails for good ends the order with its problem (A-127, A-135)", async () => {
    const workshop = await createWorkshop();
    workshop.validate = () => ({ outcome: "invalid", problem });
    await respond(workshop);
    await workshop.worker.tick();
    const { authorization, order } = await read(workshop);
    expect(authorization).toMatchObject({
      state: "invalid",
      challenges: [{ status: "invalid", error: problem }],
    });
    expect(order).toMatchObject({ state: "invalid", error: problem });
  });

  test("that may succeed later is repeated after 5 s and 10 s, and then given up (A-134)", async () => {
    const workshop = await createWorkshop();
    workshop.validate = () => ({ outcome: "retry", problem });
    await respond(workshop);
    for (const wait of [0, 5000, 10_000]) {
      workshop.clock.now += Math.max(wait - 1, 0);
      if (wait > 0) expect(await workshop.worker.tick()).toBe(0);
      workshop.clock.now += wait > 0 ? 1 : 0;
      const { authorization } = await read(workshop);
      expect(authorization.challenges[0]?.status).toBe("processing");
      expect(await workshop.worker.tick()).toBe(1);
    }
    expect(workshop.asked).toHaveLength(3);
    expect((await read(workshop)).authorization.challenges[0]).toMatchObject({
      status: "invalid",
      error: problem,
    });
  });

  test.each([
    { own: 2, attempts: 2 },
    { own: 9, attempts: settings.maximumAttempts },
  ])(
    "is given up after $attempts attempts when its validator makes $own at most (A-134)",
    async ({ own, attempts }) => {
      const workshop = await createWorkshop();
      workshop.validate = () => ({ outcome: "retry", problem });
      const validators = workshop.validators.map((validator) => ({ ...validator, maximumAttempts: own }));
      const worker = workshop.another({ validators });
      await respond(workshop);
      for (let made = 1; made <= attempts; made += 1) {
        expect((await read(workshop)).authorization.state).toBe("pending");
        await worker.tick();
        workshop.clock.now += 60_000;
      }
      expect(workshop.asked).toHaveLength(attempts);
      expect((await read(workshop)).authorization.state).toBe("invalid");
    },
  );

  test("whose validator throws is repeated, then serverInternal without a word of the cause (case 105)", async () => {
    const workshop = await createWorkshop();
    workshop.validate = () => Promise.reject(new Error("secret detail"));
    await respond(workshop);
    for (const wait of [0, 5000, 10_000]) {
      workshop.clock.now += wait;
      await workshop.worker.tick();
    }
    const [challenge] = (await read(workshop)).authorization.challenges;
    expect(challenge).toMatchObject({ status: "invalid", error: { type: "serverInternal", status: 500 } });
    expect(JSON.stringify(challenge)).not.toContain("secret");
    expect(workshop.errors.map(String)).toEqual(Array(3).fill("Error: secret detail"));
  });

  test("whose validator hangs and ignores its signal is given up after the timeout (case 105)", async () => {
    const workshop = await createWorkshop();
    let signal: AbortSignal | undefined;
    workshop.validate = (_, given) => {
      signal = given;
      return new Promise(() => undefined);
    };
    await respond(workshop);
    const ticking = workshop.worker.tick();
    await settle();
    expect(signal?.aborted).toBe(false);
    workshop.schedule.fire(settings.validationTimeout);
    expect(await ticking).toBe(1);
    expect(signal?.aborted).toBe(true);
    expect(workshop.schedule.pending()).toEqual([]);
    expect((await read(workshop)).authorization.challenges[0]).toMatchObject({
      status: "processing",
      error: {},
    });
    expect(String(workshop.errors[0])).toContain("validator http-01 did not answer within 10000 ms");
  });

  test("of a type that is no longer configured fails for good", async () => {
    const workshop = await createWorkshop();
    await respond(workshop);
    await workshop.another({ validators: [] }).tick();
    expect((await read(workshop)).authorization.state).toBe("invalid");
  });

  test.each(["deactivated", "expired"] as const)(
    "does not bring back an authorization that was %s meanwhile (A-131, case 106)",
    async (how) => {
      const workshop = await createWorkshop();
      workshop.validate = async () => {
        if (how === "expired") workshop.clock.now += hour;
        else await workshop.store.deactivateAuthorization("authorization-a.test", problem);
        return { outcome: "valid" };
      };
      await respond(workshop);
      await workshop.worker.tick();
      const { authorization, order } = await read(workshop);
      expect(authorization.state).toBe(how === "expired" ? "pending" : "deactivated");
      expect(order.state).not.toBe("ready");
    },
  );

  test("by a worker that lost its lease changes nothing, the new owner's result counts (case 105)", async () => {
    const workshop = await createWorkshop();
    let release: (result: ValidationResult) => void = () => undefined;
    workshop.validate = () => new Promise((resolve) => (release = resolve));
    await respond(workshop);
    const slow = workshop.worker.tick();
    await settle();
    const releaseSlow = release;
    workshop.clock.now += leaseOf(settings);
    workshop.validate = () => ({ outcome: "invalid", problem });
    expect(await workshop.another().tick()).toBe(1);
    releaseSlow({ outcome: "valid" });
    await slow;
    expect((await read(workshop)).authorization.state).toBe("invalid");
  });

  test("is claimed by one of two workers (case 94)", async () => {
    const workshop = await createWorkshop();
    await respond(workshop);
    const counts = await Promise.all([workshop.worker.tick(), workshop.another().tick()]);
    expect(counts.toSorted()).toEqual([0, 1]);
    expect(workshop.asked).toHaveLength(1);
  });
});
