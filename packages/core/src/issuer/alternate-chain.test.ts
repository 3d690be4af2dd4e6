import "reflect-metadata";
import { describe, expect, test } from "vitest";
import { now } from "../../test/support/authority.ts";
import {
  createForeignAuthority,
  createKeys,
  type ForeignAuthority,
} from "../../test/support/foreign-authority.ts";
import { type Issuer, importIssuer } from "./issuer.ts";

const clock = (): Date => now;
const root = await createForeignAuthority({ subject: "CN=Root" });
const other = await createForeignAuthority({
  subject: "CN=Other Root",
  notAfter: new Date(now.getTime() + 5000),
});
const keys = await createKeys();
const intermediate = await createForeignAuthority({ subject: "CN=Intermediate", issuer: root, keys });
/** The same name and key, certified by another root. */
const crossed = await createForeignAuthority({ subject: "CN=Intermediate", issuer: other, keys });
/** The root's name and key, certified by the other root. */
const rootByOther = await createForeignAuthority({ subject: "CN=Root", issuer: other, keys: root.keys });

const importWith = (...alternateChainsPem: readonly string[]): Promise<Issuer> =>
  importIssuer({
    chainPem: intermediate.pem + root.pem,
    signer: intermediate.signer,
    alternateChainsPem,
    clock,
  });

describe("importIssuer with alternate chains", () => {
  test("an issuer has none unless it is given some", async () => {
    const { alternates } = await importWith();
    expect(alternates).toEqual([]);
    expect(Object.isFrozen(alternates)).toBe(true);
  });

  test("D-011: takes a chain through a cross-certificate of the root, and says how long it counts", async () => {
    const { alternates, chain, trustAnchor, validity } = await importWith(
      intermediate.pem + rootByOther.pem + other.pem,
    );
    expect(chain.map(hex)).toEqual([derOf(intermediate)]);
    expect(hex(trustAnchor)).toBe(derOf(root));
    expect(validity.notAfter).toBe(now.getTime() + 365 * 86_400_000);
    expect(alternates).toHaveLength(1);
    const [alternate] = alternates;
    expect(alternate?.chain.map(hex)).toEqual([derOf(intermediate), derOf(rootByOther)]);
    expect(hex(alternate?.trustAnchor)).toBe(derOf(other));
    expect(alternate?.validity.notAfter).toBe(now.getTime() + 5000);
    expect([alternate, alternate?.chain, alternate?.validity].every(Object.isFrozen)).toBe(true);
  });

  test("D-011: takes another certificate for the issuer's own name and key", async () => {
    const { alternates } = await importWith(crossed.pem + other.pem);
    expect(alternates[0]?.chain.map(hex)).toEqual([derOf(crossed)]);
  });

  const refused: readonly {
    why: string;
    code?: string;
    says: string;
    pem: () => Promise<string> | string;
  }[] = [
    { why: "nothing", says: "the PEM text of alternate chain 1 holds no certificate", pem: () => "" },
    {
      why: "a chain for another key",
      says: 'alternate chain 1 begins with "CN=Intermediate", whose key is not that of issuer "CN=Intermediate"',
      pem: async () =>
        (await createForeignAuthority({ subject: "CN=Intermediate", issuer: other })).pem + other.pem,
    },
    {
      why: "D-012: a chain for another name",
      says: 'alternate chain 1 begins with "CN=Renamed", whose subject is not that of issuer "CN=Intermediate"',
      pem: async () =>
        (await createForeignAuthority({ subject: "CN=Renamed", issuer: other, keys })).pem + other.pem,
    },
    {
      why: "D-012: a chain for another key identifier",
      says: 'alternate chain 1 begins with "CN=Intermediate", whose subjectKeyIdentifier is not',
      pem: async () => {
        const changed = { subject: "CN=Intermediate", issuer: other, keys, subjectKeyIdentifier: false };
        return (await createForeignAuthority(changed)).pem + other.pem;
      },
    },
    {
      why: "the main chain again",
      says: 'alternate chain 1 leads to "CN=Root", which another chain of the issuer leads to',
      pem: () => intermediate.pem + root.pem,
    },
    {
      why: "a chain without its trust anchor",
      says: 'the chain of the issuer ends at "CN=Intermediate", which is not self-signed',
      pem: () => crossed.pem,
    },
    {
      why: "a chain whose anchor signed something else",
      says: 'the signature of "CN=Intermediate" does not verify under the key of "CN=Other Root"',
      pem: async () => {
        const stranger = await createKeys();
        const forged = { subject: "CN=Intermediate", issuer: other, keys, signedBy: stranger };
        return (await createForeignAuthority(forged)).pem + other.pem;
      },
    },
    {
      why: "a chain that has not begun",
      code: "ERR_ISSUER_EXPIRED",
      says: '"CN=New Root" is not valid before',
      pem: async () => {
        const early = await createForeignAuthority({
          subject: "CN=New Root",
          notBefore: new Date(now.getTime() + 86_400_000),
        });
        return (
          (await createForeignAuthority({ subject: "CN=Intermediate", issuer: early, keys })).pem + early.pem
        );
      },
    },
  ];

  test.each(refused)("D-011: refuses $why", async ({ code = "ERR_ISSUER_UNFIT", says, pem }) => {
    await expect(importWith(await pem())).rejects.toMatchObject({
      name: "ConfigurationError",
      code,
      message: expect.stringContaining(says),
    });
  });

  test("D-011: keeps a chain that has ended, and says when", async () => {
    const old = await createForeignAuthority({
      subject: "CN=Old Root",
      notAfter: new Date(now.getTime() - 1000),
    });
    const below = await createForeignAuthority({ subject: "CN=Intermediate", issuer: old, keys });
    const { alternates } = await importWith(below.pem + old.pem);
    expect(alternates).toMatchObject([{ validity: { notAfter: now.getTime() - 1000 } }]);
  });

  test("D-011: refuses two alternate chains to one trust anchor", async () => {
    await expect(
      importWith(crossed.pem + other.pem, intermediate.pem + rootByOther.pem + other.pem),
    ).rejects.toMatchObject({ message: expect.stringContaining("alternate chain 2 leads to") });
  });
});

function hex(der: Uint8Array | undefined): string {
  return Buffer.from(der ?? []).toString("hex");
}

function derOf({ certificate }: ForeignAuthority): string {
  return Buffer.from(certificate.rawData).toString("hex");
}
