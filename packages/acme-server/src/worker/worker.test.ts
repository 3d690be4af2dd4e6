import { StoreError } from "@chancery/core";
import { describe, expect, test } from "vitest";
import { createWorkshop, read, respond, settings, settle, token } from "../../test/support/worker.ts";
import type { AcmeStore } from "../store/acme-store.ts";
import type { ValidationResult } from "../validation/challenge-validator.ts";
import { leaseOf } from "./settings.ts";

describe("the worker", () => {
  test("works on so many tasks at a time, and on so many of one name (E-091)", async () => {
    const workshop = await createWorkshop();
    const releases: (() => void)[] = [];
    let running = 0;
    let peak = 0;
    workshop.validate = async () => {
      running += 1;
      peak = Math.max(peak, running);
      await new Promise<void>((resolve) => releases.push(resolve));
      running -= 1;
      return { outcome: "valid" };
    };
    for (let index = 0; index < 5; index += 1) await respond(workshop, "victim.test", `victim-${index}`);
    await respond(workshop, "other.test");
    const ticking = workshop.worker.tick();
    await settle();
    expect(running).toBe(3);
    expect(workshop.asked.toSorted()).toEqual(["other.test", "victim.test", "victim.test"]);
    while (releases.length > 0) {
      releases.shift()?.();
      await settle();
    }
    expect(await ticking).toBe(6);
    expect(peak).toBe(3);
    expect(workshop.asked).toHaveLength(6);
  });

  test("does not begin a task whose lease ran out while it stood in line", async () => {
    const workshop = await createWorkshop();
    const releases: (() => void)[] = [];
    workshop.validate = () => new Promise((resolve) => releases.push(() => resolve({ outcome: "valid" })));
    for (let index = 0; index < 3; index += 1) await respond(workshop, "victim.test", `victim-${index}`);
    const ticking = workshop.worker.tick();
    await settle();
    workshop.clock.now += leaseOf(settings);
    for (const release of releases) release();
    await ticking;
    expect(workshop.asked).toHaveLength(2);
    expect((await read(workshop, "victim-2")).authorization.state).toBe("pending");
  });

  test("looks at once when started or woken, at every poll interval otherwise, and for more after a full hand", async () => {
    const workshop = await createWorkshop();
    const worker = workshop.another({}, { concurrency: 1 });
    await respond(workshop, "a.test");
    await respond(workshop, "b.test");
    worker.wake();
    await settle();
    expect(workshop.asked).toEqual([]);
    worker.start();
    worker.start();
    await settle();
    expect(workshop.asked).toEqual(["a.test", "b.test"]);

    await respond(workshop, "c.test");
    worker.wake();
    worker.wake();
    await settle();
    expect(workshop.asked).toEqual(["a.test", "b.test", "c.test"]);

    await respond(workshop, "d.test");
    expect(workshop.schedule.pending()).toEqual([settings.pollInterval]);
    workshop.schedule.fire(settings.pollInterval);
    await settle();
    expect(workshop.asked).toEqual(["a.test", "b.test", "c.test", "d.test"]);
    await worker.close();
    expect(workshop.schedule.pending()).toEqual([]);
  });

  test("survives a store that is away, and reports it (case 128)", async () => {
    const workshop = await createWorkshop();
    await respond(workshop);
    const { claimTasks } = workshop.store;
    let away = true;
    const store: AcmeStore = {
      ...workshop.store,
      claimTasks: async (query) => {
        if (away) throw new StoreError("ERR_STORE_TRANSIENT", "locked");
        return claimTasks(query);
      },
    };
    const worker = workshop.another({ store });
    worker.start();
    await settle();
    expect(workshop.errors.map(String)).toEqual(["StoreError: locked"]);
    away = false;
    workshop.schedule.fire(settings.pollInterval);
    await settle();
    expect((await read(workshop)).authorization.state).toBe("valid");
    await worker.close();
  });

  test("is not closed before a look into the queue is over: the host may close the store then", async () => {
    const workshop = await createWorkshop();
    await respond(workshop);
    let release = (): void => undefined;
    const store: AcmeStore = {
      ...workshop.store,
      claimTasks: async (query) => {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return workshop.store.claimTasks(query);
      },
    };
    const worker = workshop.another({ store });
    worker.start();
    const closing = worker.close();
    expect(await Promise.race([closing, settle().then(() => "waiting")])).toBe("waiting");
    release();
    await closing;
    expect(workshop.asked).toEqual([]);
  });

  test("gives up waiting for what never ends", async () => {
    const workshop = await createWorkshop();
    await respond(workshop);
    const store: AcmeStore = { ...workshop.store, claimTasks: () => new Promise(() => undefined) };
    const worker = workshop.another({ store });
    worker.start();
    const closing = worker.close();
    workshop.schedule.fire(2 * settings.drainTimeout);
    await closing;
  });

  test("closes by waiting for what is running", async () => {
    const workshop = await createWorkshop();
    let release: (result: ValidationResult) => void = () => undefined;
    workshop.validate = () => new Promise((resolve) => (release = resolve));
    await respond(workshop);
    workshop.worker.start();
    await settle();
    const closing = workshop.worker.close();
    release({ outcome: "valid" });
    await closing;
    expect((await read(workshop)).authorization.state).toBe("valid");
    expect(workshop.schedule.pending()).toEqual([]);
    expect(await workshop.worker.tick()).toBe(0);
  });

  test("aborts what does not end in time, and leaves it for the next worker without counting an attempt", async () => {
    const workshop = await createWorkshop();
    workshop.validate = () => new Promise(() => undefined);
    await respond(workshop);
    workshop.worker.start();
    await settle();
    const closing = workshop.worker.close();
    workshop.schedule.fire(settings.drainTimeout);
    await closing;
    expect(workshop.errors).toEqual([]);
    expect((await read(workshop)).authorization.challenges[0]).toEqual({
      type: "http-01",
      token,
      status: "processing",
    });

    workshop.clock.now += leaseOf(settings);
    workshop.validate = () => ({ outcome: "valid" });
    expect(await workshop.another().tick()).toBe(1);
    expect((await read(workshop)).authorization.state).toBe("valid");
  });
});
