import "reflect-metadata";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { describe, expect, test } from "vitest";
import {
  createAuthority,
  identifierOf,
  now,
  requester,
  requestFor,
  root,
} from "../../test/support/authority.ts";
import { parseCertificate } from "../certificate/parse.ts";
import type { IssueRequest } from "../certificate-authority.ts";
import { parseCertificationRequest } from "../csr/certification-request.ts";
import { createIntermediate, createRoot } from "../issuer/create.ts";
import { allow, definePolicy, deny, type PolicyInput } from "../policy/policy.ts";
import { allowDns } from "../policy/rules.ts";
import { tlsClient, tlsServer } from "../profile/presets.ts";

const clock = (): Date => now;

describe("issue", () => {
  test("answers the certificate, its chain, and what is recorded about it", async () => {
    const { issuer } = await createIntermediate({
      issuer: (await root).issuer,
      commonName: "Lab Intermediate",
      clock,
    });
    const { ca } = await createAuthority({ issuer });
    const issued = await ca.issue(await requestFor("dns:www.lab.example", "ip:192.0.2.1"));
    const read = new X509Certificate(issued.certificate);
    expect(issued).toMatchObject({
      issuerId: issuer.id,
      serialNumber: read.serialNumber.toLowerCase(),
      fingerprint: read.fingerprint256.replaceAll(":", "").toLowerCase(),
      identifiers: [
        { type: "dns", value: "www.lab.example" },
        { type: "ip", value: "192.0.2.1" },
      ],
      requester,
      profile: "tlsServer",
      notBefore: new Date("2029-12-31T23:59:00Z"),
      notAfter: new Date("2030-03-31T23:59:59Z"),
      issuedAt: now,
    });
    expect(issued).not.toHaveProperty("revocation");
    expect(issued.chain).toEqual([issued.certificate, issuer.certificate]);
    expect(issued.chainPem).toBe(issued.chain.map((der) => new X509Certificate(der).toString()).join(""));
    expect(read.checkIssued(new X509Certificate(issuer.certificate))).toBe(true);
    expect(Object.isFrozen(issued)).toBe(true);
  });

  test("takes a certification request as DER, as PEM, and as one that was parsed", async () => {
    const { ca } = await createAuthority();
    const csr = await createCsr("www.lab.example");
    const der = new Uint8Array(csr.rawData);
    const forms: readonly Extract<IssueRequest, { csr: unknown }>["csr"][] = [
      der,
      Buffer.from(der),
      csr.toString("pem"),
      await parseCertificationRequest(der),
    ];
    for (const form of forms) {
      const issued = await ca.issue({ csr: form, requester });
      const read = parseCertificate(issued.certificate);
      expect(Buffer.from(read.publicKey.der).equals(Buffer.from(csr.publicKey.rawData))).toBe(true);
      expect(issued.identifiers).toEqual([identifierOf("dns:www.lab.example")]);
      expect(read.subject.attributes).toEqual([]);
    }
  });

  test("does not take an object that only looks like a parsed certification request, nor a changed copy", async () => {
    const { ca } = await createAuthority();
    const parsed = await parseCertificationRequest(
      new Uint8Array((await createCsr("www.lab.example")).rawData),
    );
    const identifiers = [identifierOf("dns:other.example")];
    const forged = [
      { der: parsed.der, publicKey: parsed.publicKey, subject: {}, commonName: undefined, identifiers },
      { ...parsed, identifiers },
      Object.create(parsed, { identifiers: { value: identifiers } }),
    ];
    for (const csr of forged) {
      const request = { csr, requester } as IssueRequest;
      await expect(ca.issue(request)).rejects.toMatchObject({
        name: "CsrError",
        code: "ERR_CSR_MALFORMED",
        message: expect.stringContaining("nor the result of parseCertificationRequest"),
      });
    }
    await expect(ca.issue({ csr: parsed, requester })).resolves.toBeDefined();
  });

  test("brings names into their one spelling and leaves repetitions out", async () => {
    const { ca } = await createAuthority();
    const { publicKey } = await requestFor();
    const identifiers = [
      { type: "dns", value: "WWW.lab.example" },
      { type: "dns", value: "www.LAB.example" },
      { type: "ip", value: "2001:DB8:0::1" },
    ] as const;
    const issued = await ca.issue({ publicKey, identifiers, requester });
    expect(issued.identifiers).toEqual(["dns:www.lab.example", "ip:2001:db8::1"].map(identifierOf));
  });

  test("grants the validity that was asked for, to the second", async () => {
    const { ca } = await createAuthority();
    const asked = { notBefore: new Date("2030-01-02T03:04:05Z"), notAfter: new Date("2030-01-03T00:00:00Z") };
    const issued = await ca.issue({ ...(await requestFor("dns:www.lab.example")), ...asked });
    expect(issued).toMatchObject(asked);
    const read = new X509Certificate(issued.certificate);
    expect([read.validFrom, read.validTo]).toEqual(["Jan  2 03:04:05 2030 GMT", "Jan  3 00:00:00 2030 GMT"]);
  });

  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({
    format: "der",
    type: "spki",
  });

  const refused: readonly {
    why: string;
    changes: (request: Awaited<ReturnType<typeof requestFor>>) => object;
    code: string;
    says: string;
  }[] = [
    {
      why: "no names",
      changes: () => ({ identifiers: [] }),
      code: "ERR_IDENTIFIER_MALFORMED",
      says: "names nothing",
    },
    {
      why: "a name that is none",
      changes: () => ({ identifiers: [{ type: "dns", value: "a..b" }] }),
      code: "ERR_IDENTIFIER_MALFORMED",
      says: "a..b",
    },
    {
      why: "a kind of name that is none",
      changes: () => ({ identifiers: [{ type: "toString", value: "x" }] }),
      code: "ERR_IDENTIFIER_UNSUPPORTED",
      says: "toString",
    },
    {
      why: "a kind of name that the profile does not certify",
      changes: () => ({ identifiers: [identifierOf("email:a@lab.example")] }),
      code: "ERR_IDENTIFIER_UNSUPPORTED",
      says: "profile tlsServer does not certify email:a@lab.example",
    },
    {
      why: "a profile that there is not",
      changes: () => ({ profile: "codeSigning" }),
      code: "ERR_PROFILE_UNKNOWN",
      says: 'profile "codeSigning" is not one of tlsServer',
    },
    {
      why: "a date that is none",
      changes: () => ({ notAfter: new Date("soon") }),
      code: "ERR_VALIDITY_REFUSED",
      says: "notAfter is not a date",
    },
    {
      why: "a validity beyond the claims",
      changes: () => ({ notAfter: new Date("2031-01-01T00:00:00Z") }),
      code: "ERR_VALIDITY_REFUSED",
      says: "above the maximum of 7776000 s",
    },
    {
      why: "B-150: a weak key",
      changes: () => ({ publicKey: weak }),
      code: "ERR_KEY_WEAK",
      says: "1024 bits",
    },
    {
      why: "a key that is none",
      changes: () => ({ publicKey: Uint8Array.of(0x30, 0) }),
      code: "ERR_KEY_MALFORMED",
      says: "malformed",
    },
    {
      why: "a requester without an id",
      changes: () => ({ requester: { kind: "application", id: "" } }),
      code: "ERR_OPTION_INVALID",
      says: "id",
    },
    {
      why: "a requester whose id would break a line of a log",
      changes: () => ({ requester: { kind: "application", id: "a\nb" } }),
      code: "ERR_OPTION_INVALID",
      says: "id",
    },
    {
      why: "a requester of an unknown kind",
      changes: () => ({ requester: { kind: "root", id: "a" } }),
      code: "ERR_OPTION_INVALID",
      says: "kind",
    },
    {
      why: "a requestId that is empty",
      changes: () => ({ requestId: "" }),
      code: "ERR_OPTION_INVALID",
      says: "requestId",
    },
    {
      why: "a requestId of 256 characters",
      changes: () => ({ requestId: "x".repeat(256) }),
      code: "ERR_OPTION_INVALID",
      says: "requestId",
    },
    {
      why: "a requestId with NUL, which not every store can keep",
      changes: () => ({ requestId: "a\u0000b" }),
      code: "ERR_OPTION_INVALID",
      says: "requestId",
    },
  ];

  test.each(refused)("refuses $why and leaves nothing behind", async ({ changes, code, says }) => {
    const { ca, store } = await createAuthority();
    const request = await requestFor("dns:www.lab.example");
    const wrong = { ...request, ...changes(request) } as unknown as IssueRequest;
    await expect(ca.issue(wrong)).rejects.toMatchObject({ code, message: expect.stringContaining(says) });
    expect(await store.listReservations({ reservedBefore: Number.MAX_SAFE_INTEGER, limit: 10 })).toEqual([]);
    expect(await store.listAudit({ limit: 10 })).toEqual([]);
  });

  test("B-153: refuses the key of any certificate authority of the chain", async () => {
    const { issuer: top, privateKey: topKey } = await createRoot({ commonName: "Top", clock });
    const { issuer, privateKey } = await createIntermediate({ issuer: top, commonName: "Below", clock });
    const { ca } = await createAuthority({ issuer });
    for (const { publicKey } of [topKey, privateKey]) {
      const request = { ...(await requestFor("dns:www.lab.example")), publicKey };
      await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_KEY_WEAK" });
      await expect(ca.explain(request)).rejects.toMatchObject({ code: "ERR_KEY_WEAK" });
    }
  });

  test("E-102: whatever the profile, an end entity is no certificate authority", async () => {
    const { ca } = await createAuthority({ profiles: [tlsServer(), tlsClient()] });
    for (const profile of ca.profiles) {
      const { certificate } = await ca.issue({ ...(await requestFor("dns:www.lab.example")), profile });
      expect(new X509Certificate(certificate).ca).toBe(false);
      const read = parseCertificate(certificate);
      expect(read.basicConstraints).toEqual({ ca: false });
      expect([...(read.keyUsage ?? [])]).toEqual(["digitalSignature"]);
    }
  });

  test("B-019, B-056: a commonName is a copy of the first name that fits, and never a mail address", async () => {
    const profiles = [tlsClient({ subject: { commonName: "identifier" } })];
    const { ca } = await createAuthority({ profiles });
    const long = `${"a".repeat(60)}.lab.example`;
    const subjectOf = async (...names: string[]): Promise<readonly string[]> => {
      const { certificate } = await ca.issue(await requestFor(...names));
      return parseCertificate(certificate).subject.attributes.map(({ type, value }) => `${type}=${value}`);
    };
    expect(await subjectOf("dns:www.lab.example", "dns:lab.example")).toEqual(["2.5.4.3=www.lab.example"]);
    expect(await subjectOf(`dns:${long}`, "dns:lab.example")).toEqual(["2.5.4.3=lab.example"]);
    expect(await subjectOf("email:a@lab.example", "ip:192.0.2.1")).toEqual(["2.5.4.3=192.0.2.1"]);
    expect(await subjectOf("email:a@lab.example")).toEqual([]);
    expect(await subjectOf(`dns:${long}`)).toEqual([]);
  });

  test("what was judged is what is signed: a caller's buffer and a policy's hands change nothing", async () => {
    const request = await requestFor("dns:www.lab.example");
    const publicKey = new Uint8Array(request.publicKey);
    const meddling = definePolicy("meddling", ({ identifiers }: PolicyInput) => {
      publicKey.fill(0);
      expect(() => (identifiers as unknown[]).push(identifierOf("dns:other.example"))).toThrow(TypeError);
      expect(() => Object.assign(identifiers[0] ?? {}, { value: "other.example" })).toThrow(TypeError);
      return allow;
    });
    const { ca } = await createAuthority({ policies: [meddling] });
    const { certificate, identifiers } = await ca.issue({ ...request, publicKey });
    expect(identifiers).toEqual([identifierOf("dns:www.lab.example")]);
    const read = new X509Certificate(certificate);
    expect(read.subjectAltName).toBe("DNS:www.lab.example");
    expect(read.publicKey.export({ format: "der", type: "spki" })).toEqual(Buffer.from(request.publicKey));
  });

  test("E-100: a refusal by policy carries every denial, and a failure of policy its cause", async () => {
    const boom = new Error("database is down");
    const { ca } = await createAuthority({
      policies: [
        allowDns("www.lab.example"),
        definePolicy("closed", ({ identifiers }) => deny("closed today", ...identifiers)),
      ],
    });
    await expect(ca.issue(await requestFor("dns:www.lab.example", "dns:b.example"))).rejects.toMatchObject({
      name: "PolicyError",
      code: "ERR_POLICY_DENIED",
      denials: [
        { rule: "closed", input: "dns:www.lab.example", reason: "closed today" },
        { rule: "closed", input: "dns:b.example", reason: "closed today" },
      ],
    });
    const broken = definePolicy("broken", () => Promise.reject(boom));
    const { ca: failing, store } = await createAuthority({ policies: [allowDns("**.lab.example"), broken] });
    await expect(failing.issue(await requestFor("dns:www.lab.example"))).rejects.toMatchObject({
      code: "ERR_POLICY_FAILED",
      cause: boom,
    });
    expect(await store.listReservations({ reservedBefore: Number.MAX_SAFE_INTEGER, limit: 10 })).toEqual([]);
  });
});

describe("serial numbers", () => {
  const first = Uint8Array.from({ length: 10 }, () => 0x11);
  const second = Uint8Array.from({ length: 10 }, () => 0x22);

  test("B-011: one that is taken is drawn again", async () => {
    const drawn = [first, first, first, second];
    const { ca } = await createAuthority({ random: () => drawn.shift() ?? first });
    const one = await ca.issue(await requestFor("dns:a.lab.example"));
    const other = await ca.issue(await requestFor("dns:b.lab.example"));
    expect(one.serialNumber).toMatch(/(11){10}$/);
    expect(other.serialNumber).toMatch(/(22){10}$/);
    expect(drawn).toEqual([]);
  });

  test("B-011, E-073: a source of chance that only repeats itself makes issuance fail, not a duplicate", async () => {
    const { ca, store } = await createAuthority({ random: () => first });
    await ca.issue(await requestFor("dns:a.lab.example"));
    await expect(ca.issue(await requestFor("dns:b.lab.example"))).rejects.toMatchObject({
      code: "ERR_STORE_CONFLICT",
    });
    expect(await store.list({ limit: 10 })).toHaveLength(1);
  });

  test("E-073: a source of chance that fails makes issuance fail", async () => {
    const boom = new Error("no entropy");
    const { ca, store } = await createAuthority({
      random() {
        throw boom;
      },
    });
    await expect(ca.issue(await requestFor("dns:a.lab.example"))).rejects.toBe(boom);
    expect(await store.list({ limit: 10 })).toEqual([]);
  });

  test("B-011: are 16 octets, positive, in the order of issuance, with 80 bits of chance", async () => {
    let time = now.getTime();
    const lengths: number[] = [];
    const { ca } = await createAuthority({
      clock: () => new Date(time),
      random(length) {
        lengths.push(length);
        return crypto.getRandomValues(new Uint8Array(length));
      },
    });
    const serialNumbers: string[] = [];
    for (const name of ["a", "b", "c", "d"]) {
      serialNumbers.push((await ca.issue(await requestFor(`dns:${name}.lab.example`))).serialNumber);
      time += 1;
    }
    expect(serialNumbers).toEqual(serialNumbers.toSorted());
    expect(lengths).toEqual([10, 10, 10, 10]);
    for (const serialNumber of serialNumbers) {
      expect(serialNumber).toMatch(/^[0-7][0-9a-f]{31}$/);
      expect(BigInt(`0x${serialNumber}`)).toBeGreaterThan(0n);
    }
  });
});

async function createCsr(name: string): Promise<x509.Pkcs10CertificateRequest> {
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  return x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: name }])],
  });
}
