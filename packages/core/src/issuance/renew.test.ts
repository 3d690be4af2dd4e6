import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  createAuthority,
  createClock,
  identifierOf,
  requester,
  requestFor,
} from "../../test/support/authority.ts";
import type { CertificateAuthority, IssuedCertificate } from "../certificate-authority.ts";
import { createRoot } from "../issuer/create.ts";
import { generatePrivateKey } from "../key/private-key.ts";
import { allow, definePolicy, deny, type PolicyInput } from "../policy/policy.ts";
import { allowDns } from "../policy/rules.ts";
import { tlsServer } from "../profile/presets.ts";

async function issueOne(
  ca: CertificateAuthority,
  terms: { notAfter?: Date; profile?: string } = {},
): Promise<IssuedCertificate> {
  return ca.issue({ ...(await requestFor("dns:a.lab.example", "ip:192.0.2.1")), ...terms });
}

describe("renew", () => {
  test("issues for the same key, names and length, with another serial number", async () => {
    const { clock, advance } = createClock();
    const { ca, store } = await createAuthority({ clock });
    const first = await issueOne(ca, { notAfter: new Date(clock().getTime() + 10 * 86_400_000 - 1000) });
    advance("P7D");
    const again = await ca.renew({ certificate: first });
    expect(again.identifiers).toEqual(first.identifiers);
    expect(again.publicKeyHash).toBe(first.publicKeyHash);
    expect(again.requester).toEqual(first.requester);
    expect(again.serialNumber).not.toBe(first.serialNumber);
    expect(again.notAfter.getTime() - again.notBefore.getTime()).toBe(
      first.notAfter.getTime() - first.notBefore.getTime(),
    );
    expect(again.notAfter.getTime()).toBeGreaterThan(first.notAfter.getTime());
    const [one, other] = [first, again].map(({ certificate }) => new X509Certificate(certificate));
    expect(other?.publicKey.equals(one?.publicKey as never)).toBe(true);
    expect(other?.subjectAltName).toBe(one?.subjectAltName);
    const trail = await store.listAudit({ limit: 10 });
    expect(trail.map(({ details }) => details["operation"])).toEqual(["issue", "renew"]);
  });

  test("takes another requester, and an end that was asked for", async () => {
    const { ca } = await createAuthority();
    const first = await issueOne(ca);
    const operator = { kind: "operator", id: "anna" } as const;
    const notAfter = new Date("2030-01-02T00:00:00Z");
    const again = await ca.renew({ certificate: first, requester: operator, notAfter });
    expect(again).toMatchObject({ requester: operator, notAfter });
  });

  test("asks today's policies, and tells them that it is a renewal", async () => {
    const seen: PolicyInput[] = [];
    let isOpen = true;
    const door = definePolicy("door", (input) => {
      seen.push(input);
      return isOpen ? allow : deny("closed");
    });
    const { ca } = await createAuthority({ policies: [door] });
    const first = await issueOne(ca);
    await ca.renew({ certificate: first });
    expect(seen.map(({ operation }) => operation)).toEqual(["issue", "renew"]);
    isOpen = false;
    await expect(ca.renew({ certificate: first })).rejects.toMatchObject({ code: "ERR_POLICY_DENIED" });
  });

  test("comes from the issuer that is active today", async () => {
    const { clock, advance } = createClock();
    const [one, other] = [
      await createRoot({ commonName: "One", clock }),
      await createRoot({ commonName: "Other", clock }),
    ];
    const activeFrom = new Date(clock().getTime() + 86_400_000);
    const { ca } = await createAuthority({
      clock,
      issuers: [one.issuer, { issuer: other.issuer, activeFrom }],
    });
    const first = await issueOne(ca);
    expect(first.issuerId).toBe(one.issuer.id);
    advance("P1D");
    expect((await ca.renew({ certificate: first })).issuerId).toBe(other.issuer.id);
  });

  test("does not inherit the length of what the end of an issuer cut short", async () => {
    const { clock, advance } = createClock();
    const { issuer } = await createRoot({ commonName: "Short", validity: "P30D", clock });
    const { issuer: successor } = await createRoot({ commonName: "Successor", clock });
    const activeFrom = new Date(clock().getTime() + 20 * 86_400_000);
    const { ca } = await createAuthority({ clock, issuers: [issuer, { issuer: successor, activeFrom }] });
    const first = await issueOne(ca);
    expect(first.notAfter.getTime()).toBe(issuer.validity.notAfter);
    advance("P20D");
    const again = await ca.renew({ certificate: first });
    expect(again.notAfter.getTime()).toBe(clock().getTime() + 90 * 86_400_000 - 1000);
  });

  test("a repeated requestId returns the first renewal; for another certificate it is refused", async () => {
    const { ca } = await createAuthority();
    const [first, other] = [await issueOne(ca), await issueOne(ca)];
    const renewals = await Promise.all(
      Array.from({ length: 8 }, () => ca.renew({ certificate: first, requestId: "renewal-1" })),
    );
    expect(new Set(renewals.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    await expect(ca.renew({ certificate: other, requestId: "renewal-1" })).rejects.toMatchObject({
      code: "ERR_REQUEST_ID_REUSED",
    });
  });

  test("refuses what is unknown, revoked or on hold", async () => {
    const { ca } = await createAuthority();
    const first = await issueOne(ca);
    const unknown = { fingerprint: "00".repeat(32) };
    await expect(ca.renew({ certificate: unknown })).rejects.toMatchObject({
      code: "ERR_CERTIFICATE_NOT_FOUND",
    });
    await ca.hold({ certificate: first, requester });
    await expect(ca.renew({ certificate: first })).rejects.toMatchObject({
      code: "ERR_RENEWAL_REFUSED",
      message: expect.stringContaining("on hold"),
    });
    await ca.release({ certificate: first, requester });
    await expect(ca.renew({ certificate: first })).resolves.toBeDefined();
    await ca.revoke({ certificate: first, requester });
    await expect(ca.renew({ certificate: first })).rejects.toMatchObject({
      code: "ERR_RENEWAL_REFUSED",
      message: expect.stringContaining("revoked"),
    });
  });

  test("refuses what has expired, unless the claims give it time", async () => {
    const { clock, advance } = createClock();
    const profiles = [
      tlsServer(),
      tlsServer({ name: "late", claims: { allowRenewalAfterExpiry: "P2D" } }),
      tlsServer({ name: "never", claims: { disableRenewal: true } }),
    ];
    const { ca } = await createAuthority({ clock, profiles });
    const [first, late, never] = [
      await issueOne(ca),
      await issueOne(ca, { profile: "late" }),
      await issueOne(ca, { profile: "never" }),
    ];
    await expect(ca.renew({ certificate: never })).rejects.toMatchObject({ code: "ERR_RENEWAL_REFUSED" });
    advance("P90D"); // the instant after the last second that counts
    await expect(ca.renew({ certificate: first })).rejects.toMatchObject({
      code: "ERR_RENEWAL_REFUSED",
      message: expect.stringContaining("expired on 2030-03-31T23:59:59.000Z"),
    });
    advance("P2D");
    await expect(ca.renew({ certificate: late })).resolves.toBeDefined();
    advance("PT1S");
    await expect(ca.renew({ certificate: late })).rejects.toMatchObject({
      code: "ERR_RENEWAL_REFUSED",
      message: expect.stringContaining("172800 s"),
    });
  });

  test("refuses a profile that is gone", async () => {
    const { ca, store } = await createAuthority({ profiles: [tlsServer({ name: "former" })] });
    const first = await issueOne(ca);
    const { ca: later } = await createAuthority({ store });
    await expect(later.renew({ certificate: first })).rejects.toMatchObject({ code: "ERR_PROFILE_UNKNOWN" });
  });
});

describe("rekey", () => {
  test("issues for another key and the same names", async () => {
    const { ca } = await createAuthority({
      policies: [allowDns("*.lab.example"), definePolicy("ip", () => allow)],
    });
    const first = await issueOne(ca);
    const { publicKey } = await generatePrivateKey();
    const again = await ca.rekey({ certificate: first, publicKey });
    expect(again.identifiers).toEqual(["dns:a.lab.example", "ip:192.0.2.1"].map(identifierOf));
    expect(again.publicKeyHash).not.toBe(first.publicKeyHash);
  });

  test("refuses the key of the earlier certificate, a weak one and a blocked one", async () => {
    const { ca } = await createAuthority();
    const first = await issueOne(ca);
    const { publicKey } = await requestFor();
    await expect(ca.rekey({ certificate: first, publicKey })).rejects.toMatchObject({
      code: "ERR_RENEWAL_REFUSED",
    });
    const blocked = await generatePrivateKey();
    await ca.blockKey({ publicKey: blocked.publicKey, requester });
    await expect(ca.rekey({ certificate: first, publicKey: blocked.publicKey })).rejects.toMatchObject({
      code: "ERR_KEY_BLOCKED",
    });
  });
});
