import { afterAll, describe, expect, test } from "vitest";
import { readDer, readSequence } from "../../src/asn1/der-reader.ts";
import { attributeTypeOids } from "../../src/asn1/oids.ts";
import { encodeNameAttributes, readName } from "../../src/certificate/name.ts";
import { readExtensionList } from "../../src/certificate/parse.ts";
import { encodeHex } from "../../src/encoding/hex.ts";
import { parseIdentifier } from "../../src/identifier/identifier.ts";
import { createToBeSignedEncoder } from "../../src/issuance/to-be-signed.ts";
import { createIntermediate, createRoot } from "../../src/issuer/create.ts";
import { generatePrivateKey } from "../../src/key/private-key.ts";
import { parseSubjectPublicKeyInfo } from "../../src/key/subject-public-key-info.ts";
import { lintTbsCertificate } from "../../src/lint/lint.ts";
import { stepLeaf } from "../../src/profile/presets.ts";
import type { ProvisionerExtension } from "../../src/profile/provisioner-extension.ts";
import { createWorkshop, isInstalled } from "../support/workshop.ts";

const clock = (): Date => new Date("2030-01-01T00:00:00Z");
const root = await createRoot({ commonName: "Lab Root", organization: "Büro", clock });
const { issuer, privateKey } = await createIntermediate({
  issuer: root.issuer,
  commonName: "Lab Intermediate",
  clock,
});

const workshop = createWorkshop();
afterAll(() => workshop.dispose());

const keys = {
  "P-256": { type: "ec", curve: "P-256" },
  "P-521": { type: "ec", curve: "P-521" },
  Ed25519: { type: "ed25519" },
  RSA: { type: "rsa", bits: 2048 },
} as const;

interface Leaf {
  readonly why: string;
  readonly key: keyof typeof keys;
  readonly commonName: string;
  /** `type:value`, in the order of the request. */
  readonly names: readonly string[];
  readonly provisioner?: ProvisionerExtension;
}

const leaves: readonly Leaf[] = [
  {
    why: "a JWK provisioner's",
    key: "P-256",
    commonName: "web.lab.example",
    names: ["dns:web.lab.example"],
    provisioner: { type: 1, name: "anna@lab.example", credentialId: "Xk3-kid" },
  },
  {
    why: "an RSA key's",
    key: "RSA",
    commonName: "web.lab.example",
    names: ["dns:web.lab.example"],
    provisioner: { type: 1, name: "anna@lab.example", credentialId: "Xk3-kid" },
  },
  {
    why: "an ACME provisioner's, without a subject",
    key: "Ed25519",
    commonName: "",
    names: ["dns:web.lab.example", "dns:*.lab.example"],
    provisioner: { type: 6, name: "acme", credentialId: "" },
  },
  {
    why: "one of every kind of name, mixed",
    key: "P-521",
    commonName: "Anna & Büro, Ltd.",
    names: [
      "uri:spiffe://lab.example/ns/web",
      "ip:2001:db8::1",
      "dns:b.lab.example",
      "ip:192.0.2.1",
      "email:anna@lab.example",
      "dns:a.lab.example",
    ],
    provisioner: { type: 8, name: "büro", credentialId: "x", keyValuePairs: ["a", "b_c", "ü", ""] },
  },
  {
    why: "one without the provisioner extension",
    key: "P-256",
    commonName: "*.lab.example",
    names: ["dns:*.lab.example"],
  },
];

describe("Go's crypto/x509", () => {
  test.skipIf(!isInstalled("go"))(
    "the default leaf of step-ca is the same, octet for octet and field by field (skipped without golang-go)",
    async () => {
      const program = `${workshop.folder}/go-step-leaf`;
      const source = new URL("go-step-leaf/main.go", import.meta.url).pathname;
      expect(workshop.run("env", ["GO111MODULE=off", "go", "build", "-o", program, source]).output).toBe("");
      const made = await Promise.all(leaves.map(makeBoth));
      const theirs = JSON.parse(
        workshop.run(program, [], JSON.stringify(made.map(({ job }) => job))).output,
      ) as string[];
      expect(theirs).toHaveLength(leaves.length);
      for (const [index, { why, tbs }] of made.entries()) {
        const other = new Uint8Array(Buffer.from(theirs[index] ?? "", "hex"));
        expect(fieldsOf(tbs), why).toEqual(fieldsOf(other));
        expect(encodeHex(tbs), why).toBe(theirs[index]);
      }
    },
  );

  test("B-201: and the lint finds nothing in it", async () => {
    for (const { why, tbs } of await Promise.all(leaves.map(makeBoth)))
      expect(lintTbsCertificate(tbs, { role: "endEntity", issuer }), why).toEqual([]);
  });
});

async function makeBoth({ why, key, commonName, names, provisioner }: Leaf): Promise<{
  readonly why: string;
  readonly tbs: Uint8Array;
  readonly job: object;
}> {
  const profile = stepLeaf();
  const identifiers = names.map((name) => {
    const colon = name.indexOf(":");
    return parseIdentifier(name.slice(0, colon), name.slice(colon + 1));
  });
  const requested = commonName === "" ? [] : [{ type: attributeTypeOids.commonName, value: commonName }];
  profile.assertIdentifiers(identifiers);
  const { publicKey } = await generatePrivateKey(keys[key]);
  const validity = { notBefore: Date.UTC(2030, 0, 1, 0, 0, 1), notAfter: Date.UTC(2030, 0, 2) };
  const serialNumber = Uint8Array.from({ length: 16 }, (_, index) => 0xf0 + index);
  const tbs = await createToBeSignedEncoder()({
    profile,
    issuer,
    serialNumber,
    validity,
    subject: readName(readDer(encodeNameAttributes(profile.planSubject(identifiers, requested))), "subject"),
    identifiers,
    publicKey: parseSubjectPublicKeyInfo(publicKey),
    distribution: { crl: "http://pki.test/crl", ocsp: "http://pki.test/ocsp" },
    ...(provisioner !== undefined && { provisionerExtension: provisioner }),
  });
  const valuesOf = (type: string): readonly string[] =>
    identifiers.filter((one) => one.type === type).map(({ value }) => value);
  const job = {
    issuerCertificate: encodeHex(issuer.certificate),
    issuerKey: encodeHex(await privateKey.exportPkcs8()),
    publicKey: encodeHex(publicKey),
    serialNumber: encodeHex(serialNumber),
    notBefore: new Date(validity.notBefore),
    notAfter: new Date(validity.notAfter),
    commonName,
    dns: valuesOf("dns"),
    ip: valuesOf("ip"),
    email: valuesOf("email"),
    uri: valuesOf("uri"),
    provisioner,
  };
  return { why, tbs, job };
}

/** Every field and every extension as hexadecimal, so that a difference shows where it is. */
function fieldsOf(tbs: Uint8Array): readonly string[] {
  const fields = readSequence(readDer(tbs), "tbsCertificate");
  const list = readDer(fields[fields.length - 1]?.content ?? new Uint8Array());
  const extensions = [...readExtensionList(list)].map(
    ([oid, { critical, value }]) => `${oid} ${critical ? "critical" : "not critical"} ${encodeHex(value)}`,
  );
  return [...fields.slice(0, -1).map(({ encoded }) => encodeHex(encoded)), ...extensions];
}
