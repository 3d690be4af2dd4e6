import { describe, expect, test } from "vitest";
import { createAuthority, createClock, requester, requestFor } from "../../test/support/authority.ts";

const operator = { kind: "operator", id: "anna" } as const;

describe("hold and release", () => {
  test("B-164: a hold counts as revocation until it is released", async () => {
    const { clock, advance } = createClock();
    const { ca, store } = await createAuthority({ clock });
    const certificate = await ca.issue(await requestFor("dns:a.lab.example"));
    const held = await ca.hold({ certificate, requester: operator });
    expect(held).toMatchObject({
      status: "held",
      revocation: { revokedAt: clock().getTime(), reason: "certificateHold" },
    });
    advance("PT1H");
    const released = await ca.release({ certificate, requester: operator });
    expect(released.status).toBe("valid");
    expect(released).not.toHaveProperty("revocation");
    const trail = await store.listAudit({ limit: 10 });
    expect(trail.map(({ type, actor }) => [type, actor])).toEqual([
      ["certificate.issued", "application:tests"],
      ["certificate.held", "operator:anna"],
      ["certificate.released", "operator:anna"],
    ]);
  });

  test("B-164: a hold may become a revocation; its date stays", async () => {
    const { clock, advance } = createClock();
    const { ca } = await createAuthority({ clock });
    const certificate = await ca.issue(await requestFor("dns:a.lab.example"));
    await ca.hold({ certificate, requester });
    const heldAt = clock().getTime();
    advance("PT1H");
    const revoked = await ca.revoke({ certificate, requester, reason: "superseded" });
    expect(revoked.revocation).toEqual({ revokedAt: heldAt, reason: "superseded" });
    expect(revoked.status).toBe("revoked");
    await expect(ca.release({ certificate, requester })).rejects.toMatchObject({
      code: "ERR_CERTIFICATE_NOT_HELD",
    });
    await expect(ca.hold({ certificate, requester })).rejects.toMatchObject({
      code: "ERR_CERTIFICATE_ALREADY_REVOKED",
    });
  });

  test("refuses a second hold, a release of what is valid, and what is unknown", async () => {
    const { ca, store } = await createAuthority();
    const certificate = await ca.issue(await requestFor("dns:a.lab.example"));
    await expect(ca.release({ certificate, requester })).rejects.toMatchObject({
      code: "ERR_CERTIFICATE_NOT_HELD",
    });
    await ca.hold({ certificate, requester });
    await expect(ca.hold({ certificate, requester })).rejects.toMatchObject({
      code: "ERR_CERTIFICATE_ALREADY_REVOKED",
    });
    const unknown = { certificate: { fingerprint: "00".repeat(32) }, requester };
    for (const attempt of [ca.hold(unknown), ca.release(unknown)])
      await expect(attempt).rejects.toMatchObject({ code: "ERR_CERTIFICATE_NOT_FOUND" });
    expect(await store.listAudit({ limit: 10 })).toHaveLength(2);
  });

  test("E-052: of 16 releases at once one succeeds", async () => {
    const { ca } = await createAuthority();
    const certificate = await ca.issue(await requestFor("dns:a.lab.example"));
    await ca.hold({ certificate, requester });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 16 }, () => ca.release({ certificate, requester })),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
