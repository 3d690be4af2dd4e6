import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { root, subjectKey } from "../../test/support/authority.ts";
import { readDer } from "../asn1/der-reader.ts";
import { attributeTypeOids } from "../asn1/oids.ts";
import { readAuthorityInfoAccess } from "../certificate/authority-info-access.ts";
import { encodeName, encodeNameAttributes, readName } from "../certificate/name.ts";
import { parseCertificate } from "../certificate/parse.ts";
import { readSubjectAltName } from "../certificate/subject-alt-name.ts";
import { encodeCertificate } from "../certificate/tbs-certificate.ts";
import { encodeHex } from "../encoding/hex.ts";
import { parseIdentifier } from "../identifier/identifier.ts";
import { parseSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { parseDistribution } from "../profile/distribution.ts";
import { ocspResponder, stepLeaf, tlsServer } from "../profile/presets.ts";
import type { Profile } from "../profile/profile.ts";
import { createToBeSignedEncoder, type ToBeSigned } from "./to-be-signed.ts";

const { issuer } = await root;
const publicKey = parseSubjectPublicKeyInfo((await subjectKey).publicKey);
const distribution = parseDistribution({
  crl: "http://pki.test/{issuer}/{partition}",
  ocsp: "http://pki.test/ocsp",
  issuer: "http://pki.test/{issuer}",
});
const noSubject = readName(readDer(encodeName([])), "subject");
const names = ["dns:a.lab.example", "ip:192.0.2.1"].map((text) =>
  parseIdentifier(text.split(":")[0] ?? "", text.split(":")[1] ?? ""),
);

const certificate: ToBeSigned = {
  profile: tlsServer(),
  issuer,
  serialNumber: Uint8Array.of(1),
  validity: { notBefore: Date.UTC(2030, 0, 1), notAfter: Date.UTC(2030, 0, 2) },
  subject: noSubject,
  identifiers: names,
  publicKey,
  distribution: distribution.urlsOf({ issuerId: issuer.id, partition: 3 }),
};

const keyUsage = "300e0603551d0f0101ff040403020780";
const extKeyUsage = "30130603551d25040c300a06082b06010505070301";
const basicConstraints = "300c0603551d130101ff04023000";

describe("createToBeSignedEncoder", () => {
  test("writes the extensions in the order of Go's crypto/x509, each once", async () => {
    const profile = tlsServer({
      certificatePolicies: [{ oid: "1.2.3" }],
      mustStaple: true,
      extensions: [{ oid: "1.2.4", value: Uint8Array.of(5, 0) }],
    });
    const { extensions } = await written({ profile });
    expect([...extensions.keys()]).toEqual([
      "2.5.29.15",
      "2.5.29.37",
      "2.5.29.19",
      "2.5.29.14",
      "2.5.29.35",
      "1.3.6.1.5.5.7.1.1",
      "2.5.29.17",
      "2.5.29.32",
      "2.5.29.31",
      "1.3.6.1.5.5.7.1.24",
      "1.2.4",
    ]);
    const text = (oid: string): string => Buffer.from(extensions.get(oid)?.value ?? []).toString("latin1");
    expect(text("2.5.29.31")).toContain(`http://pki.test/${issuer.id}/3`);
    expect(text("1.3.6.1.5.5.7.1.1")).toMatch(
      new RegExp(`http://pki.test/ocsp.*http://pki.test/${issuer.id}$`, "s"),
    );
  });

  test("B-030, B-032: the key identifiers are the issuer's own and the one that the profile derives", async () => {
    for (const [method, profile] of [
      ["sha256", tlsServer()],
      ["sha1", tlsServer({ subjectKeyIdentifier: "sha-1" })],
    ] as const) {
      const digest = createHash(method).update(publicKey.subjectPublicKey).digest("hex").slice(0, 40);
      const read = await written({ profile });
      expect(encodeHex(read.subjectKeyIdentifier ?? new Uint8Array())).toBe(digest);
      expect(read.authorityKeyIdentifier).toEqual(issuer.keyIdentifier);
    }
  });

  test("B-012: copies the issuer's subject octet for octet", async () => {
    expect((await written({})).issuer.der).toEqual(issuer.parsed.subject.der);
  });

  const rows: readonly { why: string; profile: Profile; crl: boolean; access: readonly string[] }[] = [
    { why: "names all that there is", profile: tlsServer(), crl: true, access: ["ocsp", issuer.id] },
    {
      why: "B-039: with noRevAvail, the issuer alone",
      profile: tlsServer({ noRevAvail: true }),
      crl: false,
      access: [issuer.id],
    },
    {
      why: "with distribution none, nothing",
      profile: tlsServer({ distribution: "none" }),
      crl: false,
      access: [],
    },
  ];

  test.each(rows)("$why", async ({ profile, crl, access }) => {
    const { extensions } = await written({ profile });
    expect(extensions.has("2.5.29.31")).toBe(crl);
    const value = extensions.get("1.3.6.1.5.5.7.1.1")?.value;
    const { ocsp, caIssuers } =
      value === undefined ? { ocsp: [], caIssuers: [] } : readAuthorityInfoAccess(value);
    expect([...ocsp, ...caIssuers]).toEqual(access.map((end) => `http://pki.test/${end}`));
  });

  test("B-037, B-038: without URLs there is neither extension", async () => {
    const { extensions } = await written({ distribution: {} });
    expect(extensions.has("2.5.29.31") || extensions.has("1.3.6.1.5.5.7.1.1")).toBe(false);
  });

  test("B-050: subjectAltName is critical under an empty subject, and absent where nothing is named", async () => {
    const subject = subjectOf("Anna");
    expect((await written({})).extensions.get("2.5.29.17")?.critical).toBe(true);
    expect((await written({ subject })).extensions.get("2.5.29.17")?.critical).toBe(false);
    const responder = await written({ profile: ocspResponder(), subject, identifiers: [] });
    expect(responder.extensions.has("2.5.29.17")).toBe(false);
  });

  test("names stand in the order of the request, or by their kind where the profile wants it", async () => {
    const identifiers = [
      parseIdentifier("uri", "https://a.example/"),
      parseIdentifier("ip", "10.0.0.2"),
      parseIdentifier("dns", "b.example"),
      parseIdentifier("ip", "10.0.0.1"),
      parseIdentifier("email", "a@b.example"),
      parseIdentifier("dns", "a.example"),
    ];
    const orderOf = async (profile: Profile): Promise<readonly string[]> =>
      readSubjectAltName(await written({ profile, identifiers })).map(({ value }) => value);
    expect(await orderOf(tlsServer())).toEqual(identifiers.map(({ value }) => value));
    expect(await orderOf(stepLeaf())).toEqual([
      "b.example",
      "a.example",
      "a@b.example",
      "10.0.0.2",
      "10.0.0.1",
      "https://a.example/",
    ]);
  });

  test("the provisioner extension is written by profiles that have it, for requests that bring it", async () => {
    const provisionerExtension = { type: 1, name: "anna", credentialId: "kid" };
    const oid = "1.3.6.1.4.1.37476.9000.64.1";
    expect((await written({ profile: stepLeaf(), provisionerExtension })).extensions.has(oid)).toBe(true);
    expect((await written({ profile: stepLeaf() })).extensions.has(oid)).toBe(false);
    expect((await written({ provisionerExtension })).extensions.has(oid)).toBe(false);
  });

  test("what is kept for one profile, issuer, kind of key and place is not written for another", async () => {
    const encode = createToBeSignedEncoder();
    const rsaKey = parseSubjectPublicKeyInfo(
      new Uint8Array(
        generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "der", type: "spki" }),
      ),
    );
    const other = { ...issuer, keyIdentifier: Uint8Array.of(9) };
    const step = stepLeaf();
    const variants: readonly Partial<ToBeSigned>[] = [
      {},
      { profile: tlsServer({ mustStaple: true }) },
      { profile: step },
      { profile: step, publicKey: rsaKey },
      { issuer: other },
      { distribution: distribution.urlsOf({ issuerId: issuer.id, partition: 4 }) },
      { distribution: { ocsp: "http://pki.test/ocsp" } },
      { distribution: {} },
    ];
    const fresh = await Promise.all(
      variants.map((variant) => createToBeSignedEncoder()({ ...certificate, ...variant })),
    );
    for (let round = 0; round < 2; round += 1) {
      const kept = await Promise.all(variants.map((variant) => encode({ ...certificate, ...variant })));
      expect(kept.map(encodeHex)).toEqual(fresh.map(encodeHex));
    }
    expect(new Set(fresh.map(encodeHex)).size).toBe(variants.length);
    expect(encodeHex(fresh[0] ?? new Uint8Array())).toContain(keyUsage + extKeyUsage + basicConstraints);
  });

  test("refuses a key that the profile does not certify, whoever asked", async () => {
    const profile = tlsServer({ keyTypes: ["ed25519"] });
    await expect(createToBeSignedEncoder()({ ...certificate, profile })).rejects.toMatchObject({
      code: "ERR_KEY_UNSUPPORTED",
    });
  });
});

async function written(changes: Partial<ToBeSigned>): Promise<ReturnType<typeof parseCertificate>> {
  const tbs = await createToBeSignedEncoder()({ ...certificate, ...changes });
  return parseCertificate(encodeCertificate(tbs, issuer.signer.algorithm, Uint8Array.of(0)));
}

function subjectOf(commonName: string): ToBeSigned["subject"] {
  const der = encodeNameAttributes([{ type: attributeTypeOids.commonName, value: commonName }]);
  return readName(readDer(der), "subject");
}
