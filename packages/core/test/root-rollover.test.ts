import {
  createCertificateAuthority,
  createIntermediate,
  createRoot,
  encodePem,
  type IssuedCertificate,
  type Issuer,
  importIssuer,
} from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { crossCertify } from "../src/issuer/cross-certify.ts";
import { allowEverything, createClock, requestFor } from "./support/authority.ts";
import { createWorkshop, isInstalled } from "./support/workshop.ts";

// A root is replaced. The days are counted from the beginning of the old one.

const phases = [
  { phase: "the new root and both cross-certificates are there, the old issuer issues", day: 100 },
  { phase: "the new issuer issues, what the old one has issued lives on", day: 120 },
  { phase: "the last day of what the old issuer has issued", day: 199 },
  { phase: "the last day of the old root", day: 399 },
] as const;

const clients = ["knows the old root", "knows the new root", "knows both"] as const;

interface Served {
  readonly from: "new" | "old";
  readonly leaf: IssuedCertificate;
}

/** What is alive in each phase. */
const served = new Map<number, readonly Served[]>();
const anchors = new Map<(typeof clients)[number], string>();
let times: ReadonlyMap<number, Date> = new Map();

const workshop = createWorkshop();
afterAll(() => workshop.dispose());

beforeAll(async () => {
  const { clock, advance } = createClock();
  const start = clock().getTime();
  times = new Map(phases.map(({ day }) => [day, new Date(start + day * 86_400_000)]));
  const goTo = (day: number): void => advance(`PT${(start + day * 86_400_000 - clock().getTime()) / 1000}S`);

  const old = await createRoot({ commonName: "Old Root", validity: "P400D", clock });
  const oldIntermediate = await createIntermediate({
    issuer: old.issuer,
    commonName: "Old Intermediate",
    validity: "P200D",
    clock,
  });

  goTo(100);
  const young = await createRoot({ commonName: "New Root", clock });
  const youngIntermediate = await createIntermediate({
    issuer: young.issuer,
    commonName: "New Intermediate",
    clock,
  });
  const newWithOld = await crossCertify({ issuer: old.issuer, subject: young.issuer.certificate, clock });
  const oldWithNew = await crossCertify({ issuer: young.issuer, subject: old.issuer.certificate, clock });
  const pem = (...ders: readonly Uint8Array[]): string =>
    ders.map((der) => encodePem("CERTIFICATE", der)).join("");
  const take = ({ issuer }: { issuer: Issuer }, cross: Uint8Array, other: Issuer): Promise<Issuer> =>
    importIssuer({
      chainPem: pem(...issuer.chain, issuer.trustAnchor),
      alternateChainsPem: [pem(...issuer.chain, cross, other.certificate)],
      signer: issuer.signer,
      clock,
    });

  const ca = await createCertificateAuthority({
    issuers: [
      await take(oldIntermediate, oldWithNew, young.issuer),
      {
        issuer: await take(youngIntermediate, newWithOld, old.issuer),
        activeFrom: times.get(120) ?? clock(),
      },
    ],
    store: createMemoryCertificateStore(),
    policies: [allowEverything],
    clock,
  });
  const issue = async (): Promise<IssuedCertificate> => ca.issue(await requestFor("dns:www.lab.example"));

  const first = await issue();
  served.set(100, [{ from: "old", leaf: first }]);
  advance("P19D");
  const lastOfOld = await issue();
  goTo(120);
  const firstOfNew = await issue();
  served.set(120, [
    { from: "old", leaf: first },
    { from: "old", leaf: lastOfOld },
    { from: "new", leaf: firstOfNew },
  ]);
  goTo(199);
  served.set(199, [
    { from: "old", leaf: lastOfOld },
    { from: "new", leaf: await issue() },
  ]);
  goTo(399);
  served.set(399, [{ from: "new", leaf: await issue() }]);

  const [oldPem, newPem] = [pem(old.issuer.certificate), pem(young.issuer.certificate)];
  anchors.set("knows the old root", oldPem);
  anchors.set("knows the new root", newPem);
  anchors.set("knows both", oldPem + newPem);
});

/** The chains that a client may be served, the main one first. */
function chainsOf({ leaf }: Served): readonly (readonly Uint8Array[])[] {
  return [leaf.chain, ...leaf.alternateChains];
}

describe("D-011: a root is replaced, and no client is ever without a chain", () => {
  test("the old issuer's certificates end with it, and each certificate comes with two chains", () => {
    expect(served.get(199)?.[0]?.leaf.notAfter.toISOString()).toBe("2030-07-19T23:59:59.000Z");
    for (const one of [...served.values()].flat()) expect(chainsOf(one)).toHaveLength(2);
  });

  const cells = phases.flatMap(({ phase, day }) => clients.map((client) => ({ phase, day, client })));

  test.each(cells)("openssl, day $day, a client that $client", ({ day, client }) => {
    const leaves = served.get(day) ?? [];
    expect(leaves.length).toBeGreaterThan(0);
    for (const one of leaves) {
      const verdicts = chainsOf(one).map((chain) => verifyWithOpenssl(client, day, chain));
      const knowsItsRoot = client === "knows both" || client === `knows the ${one.from} root`;
      // The alternate chain is for those who do not know the root above the main one; openssl finds its way through either.
      expect(verdicts).toEqual([knowsItsRoot, true]);
    }
  });

  test.skipIf(!isInstalled("go"))("Go, every phase and client (skipped without golang-go)", () => {
    const program = `${workshop.folder}/go-verify`;
    const source = new URL("interop/go/main.go", import.meta.url).pathname;
    expect(workshop.run("env", ["GO111MODULE=off", "go", "build", "-o", program, source]).output).toBe("");
    const jobs = cells
      .filter(({ client }) => client !== "knows both")
      .flatMap(({ day, client }) => (served.get(day) ?? []).map((one) => ({ day, client, one })))
      .map(({ day, client, one }) => {
        const [main = [], alternate = []] = chainsOf(one);
        const [leaf, ...intermediates] = client === `knows the ${one.from} root` ? main : alternate;
        return {
          certificate: hexOf(leaf),
          intermediates: intermediates.map(hexOf),
          root: Buffer.from(
            (anchors.get(client) ?? "").replaceAll(/-----[^-]*-----|\s/g, ""),
            "base64",
          ).toString("hex"),
          time: times.get(day)?.toISOString(),
          purposes: [1],
          host: "www.lab.example",
        };
      });
    expect(jobs).toHaveLength(14);
    const reports = JSON.parse(workshop.run(program, [], JSON.stringify(jobs)).output) as {
      verdict: string;
    }[];
    expect(reports.map(({ verdict }) => verdict)).toEqual(jobs.map(() => "ok"));
  });

  test("a client that knows the old root alone has to learn of the new one before the old one ends", () => {
    const [one] = served.get(399) ?? [];
    const verdicts = one && chainsOf(one).map((chain) => verifyWithOpenssl("knows the old root", 401, chain));
    expect(verdicts).toEqual([false, false]);
    expect(one && verifyWithOpenssl("knows the new root", 401, one.leaf.chain)).toBe(true);
  });
});

function verifyWithOpenssl(
  client: (typeof clients)[number],
  day: number,
  chain: readonly Uint8Array[],
): boolean {
  const [leaf = new Uint8Array(), ...above] = chain.map((der) => encodePem("CERTIFICATE", der));
  const time = Date.UTC(2030, 0, 1) / 1000 + day * 86_400;
  const { ok, output } = workshop.run("openssl", [
    ...["verify", "-x509_strict", "-purpose", "sslserver", "-attime", `${time}`],
    ...["-CAfile", workshop.write("anchors.pem", anchors.get(client) ?? "")],
    ...["-untrusted", workshop.write("above.pem", above.join(""))],
    workshop.write("leaf.pem", leaf),
  ]);
  expect(output).toMatch(ok ? /OK/ : /unable to get (local )?issuer certificate|certificate has expired/);
  return ok;
}

function hexOf(der: Uint8Array | undefined): string {
  return Buffer.from(der ?? []).toString("hex");
}
