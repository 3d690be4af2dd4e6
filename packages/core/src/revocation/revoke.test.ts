import { describe, expect, test } from "vitest";
import { createAuthority, createClock, requester, requestFor } from "../../test/support/authority.ts";
import { createFailingStore } from "../../test/support/failing-store.ts";
import type { RevocationReason } from "../certificate/revocation-reasons.ts";
import type { RevokeRequest } from "../certificate-authority.ts";

describe("revoke", () => {
  test("marks the certificate from now on, and says who did it", async () => {
    const { clock, advance } = createClock();
    const { ca, store } = await createAuthority({ clock });
    const issued = await ca.issue(await requestFor("dns:a.lab.example"));
    advance("P1D");
    const operator = { kind: "operator", id: "anna" } as const;
    const revoked = await ca.revoke({ certificate: issued, requester: operator, reason: "keyCompromise" });
    expect(revoked.revocation).toEqual({ revokedAt: clock().getTime(), reason: "keyCompromise" });
    expect(revoked.certificate).toEqual(issued.certificate);
    expect((await ca.find(issued))?.revocation).toEqual(revoked.revocation);
    const [, entry] = await store.listAudit({ limit: 10 });
    expect(entry).toMatchObject({
      type: "certificate.revoked",
      actor: "operator:anna",
      at: clock().getTime(),
    });
  });

  test("finds the certificate by fingerprint as well as by serial number", async () => {
    const { ca } = await createAuthority();
    const { fingerprint } = await ca.issue(await requestFor("dns:a.lab.example"));
    const revoked = await ca.revoke({ certificate: { fingerprint }, requester });
    expect(revoked.revocation).toBeDefined();
    expect(revoked.revocation).not.toHaveProperty("reason");
  });

  const reasons: readonly { reason: RevocationReason; recorded: string | undefined }[] = [
    { reason: "unspecified", recorded: undefined },
    { reason: "keyCompromise", recorded: "keyCompromise" },
    { reason: "affiliationChanged", recorded: "affiliationChanged" },
    { reason: "superseded", recorded: "superseded" },
    { reason: "cessationOfOperation", recorded: "cessationOfOperation" },
    { reason: "privilegeWithdrawn", recorded: "privilegeWithdrawn" },
  ];

  test.each(reasons)("takes the reason $reason", async ({ reason, recorded }) => {
    const { ca } = await createAuthority();
    const certificate = await ca.issue(await requestFor("dns:a.lab.example"));
    const { revocation } = await ca.revoke({ certificate, requester, reason });
    expect(revocation?.reason).toBe(recorded);
  });

  test.each([
    "cACompromise",
    "certificateHold",
    "removeFromCRL",
    "aACompromise",
    "toString",
    "",
    "KeyCompromise",
  ])("refuses the reason %j", async (reason) => {
    const { ca } = await createAuthority();
    const certificate = await ca.issue(await requestFor("dns:a.lab.example"));
    const request = { certificate, requester, reason } as RevokeRequest;
    await expect(ca.revoke(request)).rejects.toMatchObject({
      name: "RequestError",
      code: "ERR_REVOCATION_REASON_REFUSED",
      message: expect.stringContaining("keyCompromise (1)"),
    });
    expect((await ca.find(certificate))?.revocation).toBeUndefined();
  });

  test("refuses what this authority has not issued, a reservation too", async () => {
    const store = createFailingStore();
    const { ca } = await createAuthority({ store });
    store.failNext("complete", "before");
    await expect(ca.issue(await requestFor("dns:a.lab.example"))).rejects.toThrow();
    const [reserved] = await store.listReservations({ reservedBefore: Number.POSITIVE_INFINITY, limit: 1 });
    const unknown = [
      { fingerprint: "00".repeat(32) },
      { issuerId: "00".repeat(32), serialNumber: "01" },
      reserved,
    ];
    for (const certificate of unknown) {
      const revocation = ca.revoke({ certificate, requester } as RevokeRequest);
      await expect(revocation).rejects.toMatchObject({ code: "ERR_CERTIFICATE_NOT_FOUND" });
    }
  });

  test("refuses a requester that the audit trail cannot name", async () => {
    const { ca, store } = await createAuthority();
    const certificate = await ca.issue(await requestFor("dns:a.lab.example"));
    const forged = { kind: "operator", id: "anna\nevil" } as const;
    await expect(ca.revoke({ certificate, requester: forged })).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
    });
    expect(await store.listAudit({ limit: 10 })).toHaveLength(1);
  });

  test("E-052: of 16 at once one revokes, and the others learn that it is done", async () => {
    const { ca, store } = await createAuthority();
    const certificate = await ca.issue(await requestFor("dns:a.lab.example"));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 16 }, () => ca.revoke({ certificate, requester, reason: "superseded" })),
    );
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refused).toHaveLength(15);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ code: "ERR_CERTIFICATE_ALREADY_REVOKED" });
    expect(await store.listAudit({ limit: 100 })).toHaveLength(2);
  });

  test("a second revocation changes neither time nor reason", async () => {
    const { clock, advance } = createClock();
    const { ca } = await createAuthority({ clock });
    const certificate = await ca.issue(await requestFor("dns:a.lab.example"));
    const { revocation } = await ca.revoke({ certificate, requester, reason: "superseded" });
    advance("PT1H");
    const again = ca.revoke({ certificate, requester, reason: "keyCompromise" });
    await expect(again).rejects.toMatchObject({ code: "ERR_CERTIFICATE_ALREADY_REVOKED" });
    expect((await ca.find(certificate))?.revocation).toEqual(revocation);
  });

  test.each([
    { moment: "before", revoked: false, repeated: "fulfilled" },
    { moment: "after", revoked: true, repeated: "rejected" },
  ] as const)(
    "E-052: a crash $moment the transition: revoked $revoked",
    async ({ moment, revoked, repeated }) => {
      const store = createFailingStore();
      const { ca } = await createAuthority({ store });
      const certificate = await ca.issue(await requestFor("dns:a.lab.example"));
      store.failNext("revoke", moment);
      await expect(ca.revoke({ certificate, requester })).rejects.toMatchObject({
        code: "ERR_STORE_TRANSIENT",
      });
      expect((await ca.find(certificate))?.revocation !== undefined).toBe(revoked);
      const [again] = await Promise.allSettled([ca.revoke({ certificate, requester })]);
      expect(again?.status).toBe(repeated);
      expect((await ca.find(certificate))?.revocation).toBeDefined();
      expect(await store.listAudit({ limit: 10 })).toHaveLength(2);
    },
  );
});
