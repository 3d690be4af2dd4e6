import { createPrivateKey, X509Certificate } from "node:crypto";
import { CertBag, PFX, PKCS8ShroudedKeyBag, type SafeContents } from "pkijs";
import { describe, expect, test } from "vitest";
import {
  assertDer,
  readChildren,
  readDer,
  readOctetString,
  readOid,
  readSequence,
  readSmallInteger,
} from "../asn1/der-reader.ts";
import { createIntermediate, createRoot } from "../issuer/create.ts";
import { generatePrivateKey } from "../key/private-key.ts";
import { encodePkcs12 } from "./pkcs12.ts";

const { issuer: root } = await createRoot({ commonName: "Lab Root" });
const { issuer, privateKey } = await createIntermediate({ commonName: "Lab Intermediate", issuer: root });
const common = { privateKey, certificate: issuer.certificate, password: "correct horse" };
const modern = await encodePkcs12({ ...common, chain: [root.certificate], friendlyName: "büro 🏠" });
const legacy = await encodePkcs12({ ...common, chain: [root.certificate], compatibility: "legacy" });

/** Everything that tells how a file is protected, read off its octets. */
function protectionOf(pkcs12: Uint8Array): object {
  const [version, authSafe, macData] = readSequence(readDer(pkcs12), "PFX");
  const safe = readOctetString(contentOf(authSafe), "authSafe");
  const [certificates, key] = readSequence(readDer(safe), "AuthenticatedSafe");
  const [, encrypted] = readSequence(contentOf(certificates), "EncryptedData");
  const [keyBag] = readSequence(readDer(readOctetString(contentOf(key), "key content")), "SafeContents");
  const [digestInfo, , iterations] = readSequence(macData, "MacData");
  const [macAlgorithm] = readSequence(digestInfo, "DigestInfo");
  return {
    version: readSmallInteger(version, "version"),
    mac: {
      digest: readOid(readSequence(macAlgorithm, "digest")[0], "digest"),
      iterations: readSmallInteger(iterations, "iterations"),
    },
    certificates: algorithmOf(readSequence(encrypted, "EncryptedContentInfo")[1]),
    key: algorithmOf(readSequence(contentOf(keyBag), "shrouded key")[0]),
  };
}

function contentOf(element: ReturnType<typeof readDer> | undefined): ReturnType<typeof readDer> | undefined {
  const [, explicit] = readSequence(element, "ContentInfo");
  return explicit && readChildren(explicit)[0];
}

/** Every OID and every count in an AlgorithmIdentifier, in order. */
function algorithmOf(element: ReturnType<typeof readDer> | undefined): (number | string)[] {
  if (element?.tag === 0x06) return [readOid(element, "oid")];
  if (element?.tag === 0x02) return [readSmallInteger(element, "count")];
  return element?.tag === 0x30 ? readChildren(element).flatMap(algorithmOf) : [];
}

describe("encodePkcs12", () => {
  test("B-192: by default keys and certificates have PBES2 of 600 000 rounds and AES-256, the MAC SHA-256 and as many", () => {
    const pbes2 = [
      "1.2.840.113549.1.5.13", // PBES2
      "1.2.840.113549.1.5.12", // PBKDF2
      600_000,
      "1.2.840.113549.2.9", // hmacWithSHA256
      "2.16.840.1.101.3.4.1.42", // aes256-CBC
    ];
    expect(protectionOf(modern)).toEqual({
      version: 3,
      mac: { digest: "2.16.840.1.101.3.4.2.1", iterations: 600_000 },
      certificates: pbes2,
      key: pbes2,
    });
  });

  test("B-192: triple DES and SHA-1 are used when they are asked for, and not else", () => {
    const tripleDes = ["1.2.840.113549.1.12.1.3", 2048];
    expect(protectionOf(legacy)).toEqual({
      version: 3,
      mac: { digest: "1.3.14.3.2.26", iterations: 2048 },
      certificates: tripleDes,
      key: tripleDes,
    });
  });

  test.each([
    { why: "modern", pkcs12: modern },
    { why: "legacy", pkcs12: legacy },
  ])("B-192: a $why file is DER", ({ pkcs12 }) => {
    expect(() => assertDer(pkcs12)).not.toThrow();
  });

  test("B-192: no salt, key or vector is used twice", async () => {
    const again = await encodePkcs12({ ...common, compatibility: "legacy" });
    const third = await encodePkcs12({ ...common, compatibility: "legacy" });
    expect(again).toHaveLength(third.length);
    expect(Buffer.from(again).subarray(200, 300)).not.toEqual(Buffer.from(third).subarray(200, 300));
    expect(again.subarray(-12)).not.toEqual(third.subarray(-12));
  });

  test("B-192: pkijs reads key, certificates, name and pairing, and refuses another password", async () => {
    const [certificates, keys] = await openWithPkijs(modern, common.password);
    const [own, other] = certificates?.safeBags ?? [];
    const [key] = keys?.safeBags ?? [];
    expect([own, other].map((bag) => derOf(bag?.bagValue))).toEqual([issuer.certificate, root.certificate]);
    expect(other?.bagAttributes).toBeUndefined();
    expect(attributesOf(key)).toEqual(attributesOf(own));
    expect(attributesOf(key)).toEqual({
      "1.2.840.113549.1.9.20": "büro 🏠",
      "1.2.840.113549.1.9.21": Buffer.from(issuer.keyIdentifier).toString("hex"),
    });
    const bag = key?.bagValue;
    if (!(bag instanceof PKCS8ShroudedKeyBag)) throw new TypeError("the key is not shrouded");
    const encrypted = Buffer.from(bag.toSchema().toBER());
    const passphrase = common.password;
    const opened = createPrivateKey({ key: encrypted, format: "der", type: "pkcs8", passphrase });
    expect(new X509Certificate(issuer.certificate).checkPrivateKey(opened)).toBe(true);

    await expect(openWithPkijs(modern, "correct horses")).rejects.toThrow("Integrity");
  });

  test("B-192: the end entity is written once though a chain begins with it", async () => {
    const chain = [issuer.certificate, root.certificate];
    const without = await encodePkcs12({ ...common, chain: [root.certificate], compatibility: "legacy" });
    expect(await encodePkcs12({ ...common, chain, compatibility: "legacy" })).toHaveLength(without.length);
  });

  test("B-192: a key comes as octets too", async () => {
    const octets = await privateKey.exportPkcs8();
    const written = await encodePkcs12({
      ...common,
      privateKey: octets,
      chain: [root.certificate],
      compatibility: "legacy",
    });
    expect(written).toHaveLength(legacy.length);
  });

  test.each([
    { why: "an empty password", changes: { password: "" }, code: "ERR_OPTION_INVALID" },
    { why: "a NUL in the password", changes: { password: "a\0b" }, code: "ERR_OPTION_INVALID" },
    { why: "half of a surrogate pair", changes: { password: "a\ud83c" }, code: "ERR_OPTION_INVALID" },
    { why: "an empty name", changes: { friendlyName: "" }, code: "ERR_OPTION_INVALID" },
    { why: "a line feed in the name", changes: { friendlyName: "a\nb" }, code: "ERR_OPTION_INVALID" },
    {
      why: "a name that is too long",
      changes: { friendlyName: "a".repeat(256) },
      code: "ERR_OPTION_INVALID",
    },
    {
      why: "the certificate of another key",
      changes: { certificate: root.certificate },
      code: "ERR_OPTION_INVALID",
    },
    {
      why: "octets that are no key",
      changes: { privateKey: Uint8Array.of(0x30, 0) },
      code: "ERR_KEY_MALFORMED",
    },
    {
      why: "no certificate",
      changes: { certificate: Uint8Array.of(0x30, 0) },
      code: "ERR_CERTIFICATE_MALFORMED",
    },
    {
      why: "a chain of something else",
      changes: { chain: [Uint8Array.of(5, 0)] },
      code: "ERR_CERTIFICATE_MALFORMED",
    },
    {
      why: "a compatibility that there is not",
      changes: { compatibility: "toString" as never },
      code: "ERR_OPTION_INVALID",
    },
  ])("B-192: refuses $why", async ({ changes, code }) => {
    await expect(encodePkcs12({ ...common, ...changes })).rejects.toMatchObject({ code });
  });

  test("B-192: an error never shows the password", async () => {
    const other = await generatePrivateKey();
    const refused = encodePkcs12({ ...common, privateKey: other, password: "hunter2" });
    await expect(refused).rejects.toThrow(/^(?!.*hunter2)/);
  });
});

function octetsOf(text: string): ArrayBuffer {
  return new TextEncoder().encode(text).slice().buffer;
}

/** SafeContents of the two parts of a file, in their order. */
async function openWithPkijs(pkcs12: Uint8Array, password: string): Promise<(SafeContents | undefined)[]> {
  const pfx = PFX.fromBER(Uint8Array.from(pkcs12));
  await pfx.parseInternalValues({ password: octetsOf(password), checkIntegrity: true });
  const safe = pfx.parsedValue?.authenticatedSafe;
  await safe?.parseInternalValues({ safeContents: [{ password: octetsOf(password) }, {}] });
  return [0, 1].map((index) => safe?.parsedValue.safeContents[index]?.value);
}

function derOf(bag: unknown): Uint8Array | undefined {
  if (!(bag instanceof CertBag)) return undefined;
  return new Uint8Array(bag.parsedValue.toSchema().toBER());
}

function attributesOf(bag: SafeContents["safeBags"][number] | undefined): Record<string, string> {
  const attributes = bag?.bagAttributes ?? [];
  return Object.fromEntries(
    attributes.map(({ type, values: [value] }) => [
      type,
      type.endsWith(".20")
        ? value.valueBlock.value
        : Buffer.from(value.valueBlock.valueHexView).toString("hex"),
    ]),
  );
}
