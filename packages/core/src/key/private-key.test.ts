import { createPrivateKey, createPublicKey } from "node:crypto";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { hasMlDsa } from "../../test/support/private-keys.ts";
import { listVectors, readVector } from "../../test/support/vectors.ts";
import { createWorkshop, isInstalled } from "../../test/support/workshop.ts";
import { encodePem } from "../asn1/pem.ts";
import { ConfigurationError } from "../errors.ts";
import {
  decodePrivateKeyPem,
  encodePrivateKeyPem,
  encryptPrivateKeyPem,
  generatePrivateKey,
} from "./private-key.ts";

const passphrase = "open sesame";
const files = listVectors("keys").filter(
  (file) => !file.startsWith("unsupported-") && (hasMlDsa || !file.startsWith("ml-dsa-")),
);
const encrypted = files.filter((file) => /ENCRYPTED/.test(readVector(`keys/${file}`)));
const plain = files.filter((file) => !encrypted.includes(file));
/** The plain PKCS#8 file of the same key: rsa-pbes2.pem and rsa-pkcs1.pem hold what rsa.pem holds. */
const original = (file: string): string =>
  `keys/${/^(?:rsa|ed25519|(?:p|ml-dsa)-\d+)/.exec(file)?.[0] ?? ""}.pem`;
const spkiOf = (pem: string): Buffer =>
  createPublicKey(createPrivateKey(pem)).export({ format: "der", type: "spki" });

describe("decodePrivateKeyPem", () => {
  test("has many forms to read", () => {
    expect(encrypted.length).toBeGreaterThan(15);
    expect(plain.length).toBeGreaterThan(8);
  });

  test.each(plain)("reads %s, whatever passphrase is given", async (file) => {
    const expected = spkiOf(readVector(original(file)));
    for (const given of [undefined, "", passphrase]) {
      const key = await decodePrivateKeyPem(readVector(`keys/${file}`), given);
      expect(Buffer.from(key.publicKey).equals(expected)).toBe(true);
    }
  });

  test.each(encrypted)("opens %s", async (file) => {
    const key = await decodePrivateKeyPem(readVector(`keys/${file}`), passphrase);
    expect(Buffer.from(key.publicKey).equals(spkiOf(readVector(original(file))))).toBe(true);
  });

  test.each(encrypted)("refuses a wrong passphrase for %s, and none", async (file) => {
    const pem = readVector(`keys/${file}`);
    const wrong = { name: "ConfigurationError", code: "ERR_PASSPHRASE_WRONG" };
    for (const given of ["open sesame ", "x".repeat(2000)])
      await expect(decodePrivateKeyPem(pem, given)).rejects.toMatchObject(wrong);
    await expect(decodePrivateKeyPem(pem)).rejects.toMatchObject({
      ...wrong,
      message: "the private key is encrypted and no passphrase is given",
    });
  });

  test.each(listVectors("keys").filter((file) => file.startsWith("unsupported-")))(
    "does not support %s",
    async (file) => {
      await expect(decodePrivateKeyPem(readVector(`keys/${file}`), passphrase)).rejects.toMatchObject({
        name: "ConfigurationError",
        code: "ERR_KEY_UNSUPPORTED",
      });
    },
  );

  test("says which cipher it is that the platform does not have", async () => {
    for (const file of ["dek-info-des", "pbes2-des", "pbes1-sha1-rc2"])
      await expect(
        decodePrivateKeyPem(readVector(`keys/unsupported-${file}.pem`), passphrase),
      ).rejects.toMatchObject({
        code: "ERR_KEY_UNSUPPORTED",
        message: expect.stringContaining("DES or RC2"),
      });
  });

  test.skipIf(!isInstalled("openssl"))("reads DES where Node has loaded OpenSSL's legacy provider", () => {
    const workshop = createWorkshop();
    onTestFinished(workshop.dispose);
    const module = new URL("private-key.ts", import.meta.url).href;
    const script = workshop.write(
      "read.mjs",
      `import { readFileSync } from "node:fs";
       import { decodePrivateKeyPem } from ${JSON.stringify(module)};
       for (const file of process.argv.slice(2)) {
         const { publicKey } = await decodePrivateKeyPem(readFileSync(file, "utf8"), ${JSON.stringify(passphrase)});
         console.log(Buffer.from(publicKey).toString("base64"));
       }`,
    );
    const paths = ["dek-info-des", "pbes2-des", "pbes1-md5-des"].map((file) =>
      workshop.write(`${file}.pem`, readVector(`keys/unsupported-${file}.pem`)),
    );
    const flags = ["--openssl-legacy-provider", "--conditions=@chancery/source", "--no-warnings"];
    const { output } = workshop.run(process.execPath, [...flags, script, ...paths]);
    const expected = spkiOf(readVector("keys/p-256.pem")).toString("base64");
    expect(output).toBe(`${expected}\n`.repeat(3));
  });

  test("says how to rewrite a key of OpenSSH", async () => {
    const pem = encodePem("OPENSSH PRIVATE KEY", new TextEncoder().encode("openssh-key-v1\0"));
    await expect(decodePrivateKeyPem(pem, passphrase)).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_KEY_UNSUPPORTED",
      message: expect.stringContaining("ssh-keygen -p -m PKCS8"),
    });
  });

  test("a passphrase is taken as it is: white space at its end belongs to it", async () => {
    const pem = await encryptPrivateKeyPem(await generatePrivateKey({ type: "ed25519" }), "open sesame\n");
    await expect(decodePrivateKeyPem(pem, "open sesame")).rejects.toMatchObject({
      code: "ERR_PASSPHRASE_WRONG",
    });
    expect(await decodePrivateKeyPem(pem, "open sesame\n")).toMatchObject({ algorithm: { type: "ed25519" } });
  });

  test("shows the platform the block that was found and nothing around it", async () => {
    const sec1 = readVector("keys/p-256-sec1.pem");
    // OpenSSL takes control characters behind a boundary for white space, so it would find this one first.
    const hidden = readVector("keys/rsa-pkcs1.pem").replaceAll("-----\n", "-----\u0001\n");
    const key = await decodePrivateKeyPem(`${hidden}${sec1}`);
    expect(Buffer.from(key.publicKey).equals(spkiOf(readVector("keys/p-256.pem")))).toBe(true);
  });

  // RFC 8410 section 10.3.
  const short = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
  const long =
    "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhCoB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
  const half = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

  test("reads an Ed25519 key without its public half", async () => {
    const key = await decodePrivateKeyPem(encodePem("PRIVATE KEY", Buffer.from(short, "base64")));
    expect(Buffer.from(key.publicKey).toString("base64")).toBe(half);
  });

  // Node 22 has OpenSSL 3.0, which does not read version 2 of PKCS#8.
  test.skipIf(process.versions.openssl.startsWith("3.0."))(
    "reads an Ed25519 key with its public half",
    async () => {
      const key = await decodePrivateKeyPem(encodePem("PRIVATE KEY", Buffer.from(long, "base64")));
      expect(Buffer.from(key.publicKey).toString("base64")).toBe(half);
    },
  );

  const ec = readVector("keys/p-256.pem");
  const certificate = encodePem("CERTIFICATE", Uint8Array.of(0x30, 0));
  test.each([
    { why: "no text", pem: "" },
    { why: "text without a block", pem: "my key" },
    { why: "two keys", pem: ec + ec },
    { why: "a key and a certificate", pem: ec + certificate },
    { why: "a certificate", pem: certificate },
    { why: "a public key", pem: encodePem("PUBLIC KEY", Uint8Array.of(0x30, 0)) },
    { why: "parameters alone", pem: encodePem("EC PARAMETERS", Uint8Array.of(6, 1, 0)) },
    { why: "a block that is not closed", pem: ec.replace(/-----END.*/, "") },
    { why: "base64 that is none", pem: ec.replace(/\nM/, "\n*") },
    { why: "DER that is cut off", pem: encodePem("PRIVATE KEY", Uint8Array.of(0x30, 0x20, 2, 1, 0)) },
    {
      why: "an encrypted block that is not DER",
      pem: encodePem("ENCRYPTED PRIVATE KEY", Uint8Array.of(1, 2, 3)),
    },
    {
      why: "SEC 1 under the label of PKCS#8",
      pem: readVector("keys/p-256-sec1.pem").replaceAll("EC PRIVATE", "PRIVATE"),
    },
    {
      why: "an unencrypted key under the label of an encrypted one",
      pem: ec.replaceAll("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
    },
    { why: "an unknown label", pem: ec.replaceAll("PRIVATE KEY", "LAB KEY") },
  ])("refuses $why as malformed", async ({ pem }) => {
    await expect(decodePrivateKeyPem(pem, passphrase)).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_KEY_MALFORMED",
    });
  });

  test("E-070: an error shows neither key nor passphrase", async () => {
    const secret = ec.split("\n")[1] ?? "";
    for (const pem of [ec + ec, ec.replace(/\nM/, "\n*"), readVector("keys/p-256-pbes2-aes-128-cbc.pem")]) {
      const error: unknown = await decodePrivateKeyPem(pem, "swordfish").catch((caught: unknown) => caught);
      for (let at = error; at instanceof Error; at = at.cause) {
        expect(at.message).not.toContain("swordfish");
        expect(at.message).not.toContain(secret.slice(0, 16));
      }
    }
  });

  test("answers any change of a file with a key or a ConfigurationError", async () => {
    const anyFile = fc.constantFrom(
      "p-256.pem",
      "ed25519.pem",
      "p-256-sec1.pem",
      "p-256-pbes2-aes-128-cbc.pem",
      "p-256-dek-info-aes256.pem",
    );
    const change = fc.tuple(
      fc.nat(2000),
      fc.constantFrom("", "\n", "A", "=", "-", "-----END PRIVATE KEY-----\n", "\0"),
      fc.nat(4),
    );
    await fc.assert(
      fc.asyncProperty(anyFile, change, async (file, [at, insert, drop]) => {
        const pem = readVector(`keys/${file}`);
        const place = at % pem.length;
        const changed = pem.slice(0, place) + insert + pem.slice(place + drop);
        const answer: unknown = await decodePrivateKeyPem(changed, passphrase).catch(
          (error: unknown) => error,
        );
        return (
          answer instanceof ConfigurationError || (answer as { publicKey: Uint8Array }).publicKey.length > 0
        );
      }),
    );
  });
});

describe("what is written", () => {
  test("a generated key is on P-256 unless said otherwise", async () => {
    expect((await generatePrivateKey()).algorithm).toEqual({ type: "ec", curve: "P-256" });
  });

  test.each([
    ...["rsa", "p-256", "p-384", "p-521", "ed25519"],
    ...(hasMlDsa ? ["ml-dsa-44", "ml-dsa-65-both", "ml-dsa-87-expanded"] : []),
  ])("is read again: %s", async (file) => {
    const key = await decodePrivateKeyPem(readVector(`keys/${file}.pem`));
    const pem = await encodePrivateKeyPem(key);
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(spkiOf(pem).equals(key.publicKey)).toBe(true);
    expect(Buffer.from((await decodePrivateKeyPem(pem)).publicKey).equals(key.publicKey)).toBe(true);
  });

  test("an empty passphrase is refused", async () => {
    await expect(encryptPrivateKeyPem(await generatePrivateKey(), "")).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_OPTION_INVALID",
    });
  });

  test("is opened with the same passphrase only, letters beyond ASCII included", async () => {
    const key = await generatePrivateKey({ type: "ed25519" });
    const pem = await encryptPrivateKeyPem(key, "avaa ovi \u00e4\u{1f511}");
    expect(pem).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
    const opened = await decodePrivateKeyPem(pem, "avaa ovi \u00e4\u{1f511}");
    expect(Buffer.from(opened.publicKey).equals(key.publicKey)).toBe(true);
    await expect(decodePrivateKeyPem(pem, "avaa ovi a")).rejects.toMatchObject({
      code: "ERR_PASSPHRASE_WRONG",
    });
  });

  test.skipIf(!hasMlDsa)("holds the seed of an ML-DSA key, encrypted too (B-143)", async () => {
    const key = await decodePrivateKeyPem(readVector("keys/ml-dsa-65-both.pem"));
    const pem = await encryptPrivateKeyPem(key, passphrase);
    // Seed, PKCS#8 around it and the encryption: an expanded key alone has 4032 octets.
    expect(pem.length).toBeLessThan(500);
    const opened = await decodePrivateKeyPem(pem, passphrase);
    expect(await encodePrivateKeyPem(opened)).toBe(readVector("keys/ml-dsa-65.pem"));
  });

  test.skipIf(!isInstalled("openssl"))("is opened by openssl", async () => {
    const workshop = createWorkshop();
    onTestFinished(workshop.dispose);
    const key = await decodePrivateKeyPem(readVector("keys/p-384.pem"));
    const file = workshop.write("key.pem", await encryptPrivateKeyPem(key, "avaa ovi \u00e4"));
    const plainText = workshop.run("openssl", ["pkey", "-in", file, "-passin", "pass:avaa ovi \u00e4"]);
    expect(plainText.ok).toBe(true);
    expect(spkiOf(plainText.output).equals(key.publicKey)).toBe(true);
    const structure = workshop.run("openssl", ["asn1parse", "-in", file]).output;
    for (const part of ["PBES2", "PBKDF2", "INTEGER           :0927C0", "hmacWithSHA256", "aes-256-cbc"])
      expect(structure).toContain(part);
  });
});
