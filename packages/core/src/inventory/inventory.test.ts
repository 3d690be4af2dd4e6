import { describe, expect, test } from "vitest";
import {
  createAuthority,
  createClock,
  identifierOf,
  requester,
  requestFor,
} from "../../test/support/authority.ts";
import type { CertificateAuthority, InventoryQuery, IssuedCertificate } from "../certificate-authority.ts";
import { tlsClient, tlsServer } from "../profile/presets.ts";

/** Five certificates that differ in everything one can ask for, issued a day apart. */
async function createInventory() {
  const { clock, advance } = createClock();
  const profiles = [tlsServer(), tlsClient()];
  const { ca } = await createAuthority({ clock, profiles });
  const acme = { kind: "acme", id: "account-1", provisioner: "internal" } as const;
  const issue = async (
    name: string,
    days: number,
    terms: { profile?: string; requester?: typeof acme } = {},
  ) => {
    const notAfter = new Date(clock().getTime() + days * 86_400_000);
    const issued = await ca.issue({ ...(await requestFor(`dns:${name}.lab.example`)), notAfter, ...terms });
    advance("P1D");
    return issued;
  };
  const certificates = {
    a: await issue("a", 9),
    b: await issue("b", 30, { profile: "tlsClient" }),
    c: await issue("c", 60, { requester: acme }),
    revoked: await issue("revoked", 60),
    held: await issue("held", 60),
  };
  await ca.revoke({ certificate: certificates.revoked, requester });
  await ca.hold({ certificate: certificates.held, requester });
  return { ca, advance, ...certificates };
}

async function names(ca: CertificateAuthority, query: Omit<InventoryQuery, "limit">): Promise<string[]> {
  const listed = await ca.list({ ...query, limit: 100 });
  return listed.map(nameOf);
}

function nameOf({ identifiers: [identifier] }: IssuedCertificate): string {
  return identifier?.value.replace(".lab.example", "") ?? "";
}

describe("list", () => {
  test("finds by name, serial number, key, requester, provisioner, issuer and profile", async () => {
    const { ca, a, c } = await createInventory();
    const all = ["a", "b", "c", "revoked", "held"];
    expect(await names(ca, {})).toEqual(all);
    expect(await names(ca, { identifier: identifierOf("dns:c.lab.example") })).toEqual(["c"]);
    expect(await names(ca, { serialNumber: a.serialNumber })).toEqual(["a"]);
    expect(await names(ca, { publicKeyHash: a.publicKeyHash })).toEqual(all);
    expect(await names(ca, { publicKeyHash: "00".repeat(32) })).toEqual([]);
    expect(await names(ca, { requester: c.requester })).toEqual(["c"]);
    expect(await names(ca, { provisioner: "internal" })).toEqual(["c"]);
    expect(await names(ca, { issuerId: a.issuerId })).toEqual(all);
    expect(await names(ca, { issuerId: "00".repeat(32) })).toEqual([]);
    expect(await names(ca, { profile: "tlsClient" })).toEqual(["b"]);
    expect(await names(ca, { profile: "tlsClient", provisioner: "internal" })).toEqual([]);
  });

  test("finds by status and by end", async () => {
    const { ca, advance, b } = await createInventory();
    expect(await names(ca, { status: "valid" })).toEqual(["a", "b", "c"]);
    expect(await names(ca, { status: "revoked" })).toEqual(["revoked"]);
    expect(await names(ca, { status: "held" })).toEqual(["held"]);
    expect(await names(ca, { status: "expired" })).toEqual([]);
    expect(await names(ca, { notAfter: { to: b.notAfter } })).toEqual(["a", "b"]);
    expect(await names(ca, { notAfter: { from: b.notAfter, to: b.notAfter } })).toEqual(["b"]);
    expect(await names(ca, { expiringWithin: "P5D" })).toEqual(["a"]);
    expect(await names(ca, { order: "expiry", status: "valid" })).toEqual(["a", "b", "c"]);
    advance("P5D");
    expect(await names(ca, { status: "expired" })).toEqual(["a"]);
    expect(await names(ca, { expiringWithin: "P5D" })).toEqual([]);
  });

  test("finds what should have been renewed and was not", async () => {
    const { ca, advance, a, c } = await createInventory();
    expect(await names(ca, { overdue: true })).toEqual([]);
    advance("P2D"); // two thirds of the nine days of a
    expect(await names(ca, { overdue: true })).toEqual(["a"]);
    await ca.renew({ certificate: a });
    expect(await names(ca, { overdue: true })).toEqual([]);
    advance("P60D"); // b, c and the renewed a have ended; what is revoked or on hold does not count
    expect(await names(ca, { overdue: true })).toEqual(["b", "c", "a"]);
    expect(await names(ca, { overdue: true, provisioner: "internal" })).toEqual([nameOf(c)]);
  });

  test("pages by the last certificate seen, in both orders, while others issue", async () => {
    const { ca } = await createInventory();
    for (const order of ["issuance", "expiry"] as const) {
      const seen: string[] = [];
      let after: IssuedCertificate | undefined;
      for (;;) {
        const [next] = await ca.list({ order, limit: 1, ...(after !== undefined && { after }) });
        if (next === undefined || nameOf(next) === "late") break;
        seen.push(nameOf(next));
        after = next;
        const notAfter = new Date("2030-03-20T00:00:00Z");
        if (seen.length === 2) await ca.issue({ ...(await requestFor("dns:late.lab.example")), notAfter });
      }
      expect(seen.toSorted()).toEqual(["a", "b", "c", "held", "revoked"]);
    }
  });

  test.each([
    { limit: 0 },
    { limit: 1001 },
    { limit: 1.5 },
    { limit: 1, expiringWithin: "soon" },
    { limit: 1, expiringWithin: "P1D", status: "valid" },
    { limit: 1, expiringWithin: "P1D", notAfter: {} },
    { limit: 1, notAfter: { from: new Date("never") } },
    { limit: 1, serialNumber: "abc" },
    { limit: 1, publicKeyHash: "AB" },
    { limit: 1, issuerId: "" },
  ] as const)("refuses %j", async (query) => {
    const { ca } = await createAuthority();
    await expect(ca.list(query)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
  });
});

describe("export", () => {
  test("streams everything that meets the conditions, more than a page", async () => {
    const { ca } = await createAuthority();
    const request = await requestFor("dns:a.lab.example");
    const issued = new Set<string>();
    for (let count = 0; count < 501; count += 1) issued.add((await ca.issue(request)).serialNumber);
    const exported: string[] = [];
    for await (const { serialNumber, status } of ca.export({ status: "valid" })) {
      expect(status).toBe("valid");
      exported.push(serialNumber);
    }
    expect(exported).toHaveLength(501);
    expect(new Set(exported)).toEqual(issued);
    for await (const certificate of ca.export({ status: "revoked" })) expect(certificate).toBeUndefined();
  });
});
