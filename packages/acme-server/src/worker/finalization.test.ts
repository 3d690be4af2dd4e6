import { type CertificateAuthority, SignerError } from "@chancery/core";
import { createTestAuthority } from "@chancery/core/testing";
import { describe, expect, test } from "vitest";
import { makeCsr } from "../../test/support/csr.ts";
import { createWorkshop, hour, read, respond, type Workshop } from "../../test/support/worker.ts";

const csr = await makeCsr({ names: ["a.test"] });
const csrHash = "00".repeat(32);

describe("a finalization that was left behind", () => {
  /** An order that a request claimed and then died with. */
  async function claim(workshop: Workshop): Promise<void> {
    await respond(workshop);
    await workshop.worker.tick();
    const { now } = workshop.clock;
    const claim = { orderId: "order-a.test", csr, csrHash, now, leaseUntil: now + 10_000 };
    expect((await workshop.store.beginFinalization(claim)).outcome).toBe("claimed");
  }

  const issuedBy = (ca: CertificateAuthority) => ca.list({ limit: 10 });

  test("is left alone while its request holds the lease, then finished (A-126, E-052, case 115)", async () => {
    const workshop = await createWorkshop();
    await claim(workshop);
    workshop.clock.now += 9999;
    expect(await workshop.worker.tick()).toBe(0);
    workshop.clock.now += 1;
    expect(await workshop.worker.tick()).toBe(1);
    const [certificate, ...others] = await issuedBy(workshop.ca);
    expect(others).toEqual([]);
    expect((await read(workshop)).order).toMatchObject({
      state: "valid",
      certificate: { issuerId: certificate?.issuerId, serialNumber: certificate?.serialNumber },
    });
  });

  test("after the authority had signed already gets the same certificate (case 115)", async () => {
    const workshop = await createWorkshop();
    await claim(workshop);
    const requester = { kind: "acme", id: "account" } as const;
    const first = await workshop.ca.issue({ csr, requester, requestId: "acme:order-a.test" });
    workshop.clock.now += 10_000;
    await workshop.worker.tick();
    expect((await read(workshop)).order.certificate?.serialNumber).toBe(first.serialNumber);
    expect(await issuedBy(workshop.ca)).toHaveLength(1);
  });

  test("is tried again while nobody knows how it ended, and given up only when the order has expired", async () => {
    const workshop = await createWorkshop();
    await claim(workshop);
    const failing = { ...workshop.ca, issue: () => Promise.reject(new SignerError("token gone")) };
    const worker = workshop.another({ ca: failing });
    workshop.clock.now += 10_000;
    expect(await worker.tick()).toBe(1);
    expect((await read(workshop)).order.state).toBe("processing");
    workshop.clock.now += hour;
    expect(await worker.tick()).toBe(1);
    expect((await read(workshop)).order).toMatchObject({
      state: "invalid",
      error: { type: "serverInternal" },
    });
    expect(workshop.errors.map(String)).toEqual(Array(2).fill("SignerError: token gone"));
  });

  test("that policy refuses by now ends the order with the reason (A-127)", async () => {
    const workshop = await createWorkshop();
    await claim(workshop);
    const policies = [{ name: "never", canAllow: true, evaluate: () => [] }];
    const { ca } = await createTestAuthority({ now: new Date(workshop.clock.now), policies });
    workshop.clock.now += 10_000;
    await workshop.another({ ca }).tick();
    expect((await read(workshop)).order).toMatchObject({
      state: "invalid",
      error: { type: "rejectedIdentifier" },
    });
  });

  test("whose certificate has other names is never served (case 117)", async () => {
    const workshop = await createWorkshop();
    await claim(workshop);
    const foreign = await makeCsr({ names: ["evil.test"] });
    const wrong: CertificateAuthority = {
      ...workshop.ca,
      issue: async ({ requester }) => ({
        ...(await workshop.ca.issue({ csr: foreign, requester })),
        identifiers: [{ type: "dns", value: "a.test" }],
      }),
    };
    workshop.clock.now += 10_000;
    await workshop.another({ ca: wrong }).tick();
    const { order } = await read(workshop);
    expect(order).toMatchObject({ state: "invalid", error: { type: "serverInternal" } });
    expect(order.certificate).toBeUndefined();
  });
});
