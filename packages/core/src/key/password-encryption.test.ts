import { describe, expect, test } from "vitest";
import { readPemVector } from "../../test/support/vectors.ts";
import { readChildren, readDer, readOid, readSmallInteger } from "../asn1/der-reader.ts";
import {
  encodeDer,
  encodedNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
} from "../asn1/der-writer.ts";
import { passwordEncryptionOids as oids } from "../asn1/oids.ts";
import { decryptPkcs8, encryptPkcs8 } from "./password-encryption.ts";

const passphrase = "open sesame";

interface Parts {
  readonly scheme?: Uint8Array;
  readonly derivation?: Uint8Array;
  readonly iterations?: Uint8Array;
  readonly hash?: Uint8Array;
  readonly iv?: Uint8Array;
  readonly encrypted?: Uint8Array;
}

/** An EncryptedPrivateKeyInfo, right but for the parts given. */
function build(parts: Parts = {}): Uint8Array {
  const {
    scheme = encodeOid(oids.aes256Cbc),
    iterations = encodeSmallInteger(1),
    hash = encodeSequence(encodeOid(oids.hmacSha256), encodedNull),
    iv = encodeOctetString(new Uint8Array(16)),
    encrypted = encodeOctetString(new Uint8Array(16)),
  } = parts;
  const derivation =
    parts.derivation ??
    encodeSequence(
      encodeOid(oids.pbkdf2),
      encodeSequence(encodeOctetString(new Uint8Array(8)), iterations, hash),
    );
  return encodeSequence(
    encodeSequence(encodeOid(oids.pbes2), encodeSequence(derivation, encodeSequence(scheme, iv))),
    encrypted,
  );
}

describe("encryptPkcs8", () => {
  test("writes PBES2 with PBKDF2-HMAC-SHA256, 600 000 rounds, a salt of 16 octets, AES-256-CBC", async () => {
    const [first, second] = [
      await encryptPkcs8(Uint8Array.of(1, 2, 3), passphrase),
      await encryptPkcs8(Uint8Array.of(1, 2, 3), passphrase),
    ];
    const [algorithm] = readChildren(readDer(first));
    const [scheme, parameters] = readChildren(algorithm ?? readDer(first));
    expect(readOid(scheme, "scheme")).toBe("1.2.840.113549.1.5.13");
    const [derivation, cipher] = readChildren(parameters ?? readDer(first)).map(readChildren);
    expect(readOid(derivation?.[0], "derivation")).toBe("1.2.840.113549.1.5.12");
    const [salt, rounds, hash] = readChildren(derivation?.[1] ?? readDer(first));
    expect(salt?.content).toHaveLength(16);
    expect(readSmallInteger(rounds, "rounds")).toBe(600_000);
    expect(hash?.encoded).toEqual(encodeSequence(encodeOid("1.2.840.113549.2.9"), encodedNull));
    expect(readOid(cipher?.[0], "cipher")).toBe("2.16.840.1.101.3.4.1.42");
    expect(cipher?.[1]?.content).toHaveLength(16);
    // Salt and initialization vector are new each time.
    expect(Buffer.from(first).equals(second)).toBe(false);
    expect(await decryptPkcs8(first, passphrase)).toMatchObject({ outcome: "decrypted" });
  });
});

describe("decryptPkcs8", () => {
  test.each([
    { why: "3DES", der: build({ scheme: encodeOid("1.2.840.113549.3.7") }) },
    { why: "AES-GCM", der: build({ scheme: encodeOid("2.16.840.1.101.3.4.1.46") }) },
    {
      why: "HMAC with SHA-224",
      der: build({ hash: encodeSequence(encodeOid("1.2.840.113549.2.8"), encodedNull) }),
    },
    { why: "PBES1", der: readPemVector("keys/p-256-pbes1-sha1-3des.pem") },
  ])("leaves $why to the platform", async ({ der }) => {
    expect(await decryptPkcs8(der, passphrase)).toEqual({ outcome: "unsupportedScheme" });
  });

  test.each([
    {
      why: "an unknown key derivation",
      der: build({ derivation: encodeSequence(encodeOid("1.2.3"), encodeSequence()) }),
      words: "its key derivation 1.2.3 is neither PBKDF2 nor scrypt",
    },
    {
      why: "an unknown scheme",
      der: encodeSequence(
        encodeSequence(encodeOid("1.2.3"), encodeSequence()),
        encodeOctetString(new Uint8Array(16)),
      ),
      words: "its encryption 1.2.3 is not known",
    },
    {
      why: "ten million and one rounds (E-022)",
      der: build({ iterations: encodeSmallInteger(10_000_001) }),
      words: "its passphrase takes 10000001 rounds, allowed are 10000000",
    },
    {
      why: "2^31 - 1 rounds with a cipher of the platform (E-022)",
      der: build({ iterations: encodeSmallInteger(0x7fffffff), scheme: encodeOid("1.2.840.113549.3.7") }),
      words: "its passphrase takes 2147483647 rounds, allowed are 10000000",
    },
    {
      why: "2^31 - 1 rounds with a hash of the platform (E-022)",
      der: build({
        iterations: encodeSmallInteger(0x7fffffff),
        hash: encodeSequence(encodeOid("1.2.840.113549.2.8"), encodedNull),
      }),
      words: "its passphrase takes 2147483647 rounds, allowed are 10000000",
    },
    ...["1.2.840.113549.1.5.10", "1.2.840.113549.1.12.1.3"].map((oid) => ({
      why: `2^31 - 1 rounds of ${oid}, older than PBES2 (E-022)`,
      der: encodeSequence(
        encodeSequence(
          encodeOid(oid),
          encodeSequence(encodeOctetString(new Uint8Array(8)), encodeSmallInteger(0x7fffffff)),
        ),
        encodeOctetString(new Uint8Array(16)),
      ),
      words: "its passphrase takes 2147483647 rounds, allowed are 10000000",
    })),
  ])("refuses $why before anything is computed", async ({ der, words }) => {
    await expect(decryptPkcs8(der, passphrase)).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_KEY_UNSUPPORTED",
      message: `the private key cannot be opened: ${words}`,
    });
  });

  test.each([
    { why: "nothing", der: new Uint8Array() },
    { why: "an empty SEQUENCE", der: encodeSequence() },
    { why: "no rounds at all", der: build({ iterations: encodeSmallInteger(0) }) },
    { why: "a negative number of rounds", der: build({ iterations: encodeDer(0x02, Uint8Array.of(0xff)) }) },
    { why: "2^64 rounds (E-022)", der: build({ iterations: encodeDer(0x02, new Uint8Array(9).fill(1)) }) },
    {
      why: "an initialization vector of 15 octets",
      der: build({ iv: encodeOctetString(new Uint8Array(15)) }),
    },
    { why: "no initialization vector", der: build({ iv: new Uint8Array() }) },
    {
      why: "a key derivation for another key length than the cipher's",
      der: build({
        derivation: encodeSequence(
          encodeOid(oids.pbkdf2),
          encodeSequence(encodeOctetString(new Uint8Array(8)), encodeSmallInteger(1), encodeSmallInteger(16)),
        ),
      }),
    },
    { why: "no encrypted octets", der: build({ encrypted: new Uint8Array() }) },
    { why: "an octet after it", der: Uint8Array.from([...build(), 0]) },
  ])("refuses $why as malformed", async ({ der }) => {
    await expect(decryptPkcs8(der, passphrase)).rejects.toMatchObject({ code: "ERR_DER_MALFORMED" });
  });

  test.each([
    { why: "padding that is wrong", encrypted: new Uint8Array(16) },
    { why: "half a block", encrypted: new Uint8Array(8) },
    { why: "an empty OCTET STRING", encrypted: new Uint8Array() },
  ])("takes $why for a wrong passphrase", async ({ encrypted }) => {
    const der = build({ encrypted: encodeOctetString(encrypted) });
    expect(await decryptPkcs8(der, passphrase)).toEqual({ outcome: "wrongPassphrase" });
  });

  test("takes HMAC with SHA-1 where no hash is named: RFC 8018 appendix A.2", async () => {
    const named = readPemVector("keys/ed25519-pbes2-hmac-sha1.pem");
    const opened = await decryptPkcs8(named, passphrase);
    expect(opened).toMatchObject({ outcome: "decrypted" });
  });
});
