import { join } from "node:path";
import { decodePem } from "@chancery/core";
import { openPkcs11Signer, type Pkcs11SignerOptions } from "@chancery/signer-pkcs11";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findObject, generateEcPair, objectClasses, withSession } from "./support/objects.ts";
import { createOpenSslRoot } from "./support/root.ts";
import { createSoftHsm, hasSoftHsm, pin, run, type SoftHsm, softHsmLibrary } from "./support/softhsm.ts";

const token = { modulePath: softHsmLibrary, tokenLabel: "ca", pin };

/** Opens and closes; keys that are refused have no session left either. */
async function open(options: Partial<Record<keyof Pkcs11SignerOptions, unknown>>): Promise<string> {
  const signer = await openPkcs11Signer({ ...token, ...options } as Pkcs11SignerOptions);
  await signer.close();
  return signer.algorithm;
}

describe.skipIf(!hasSoftHsm)("keys that do not fit (softhsm2, opensc)", () => {
  let hsm: SoftHsm;
  beforeAll(async () => {
    hsm = createSoftHsm("ca", "twin", "twin");
    await withSession("ca", (session) => {
      generateEcPair(session, "good");
    });
  });
  afterAll(() => hsm.dispose());

  test("the key that the others are measured by is good", async () => {
    expect(await open({ keyLabel: "good" })).toBe("ecdsa-sha256");
    expect(await open({ keyId: Buffer.from("good") })).toBe("ecdsa-sha256");
    expect(await open({ keyLabel: "good", keyId: Buffer.from("good") })).toBe("ecdsa-sha256");
  });

  test.each([
    { why: "no such label", options: { keyLabel: "none" }, says: 'token "ca" has no private key "none"' },
    {
      why: "no such id",
      options: { keyId: Uint8Array.of(0xab, 1) },
      says: "has no private key with id ab01",
    },
    {
      why: "label and id of two keys",
      options: { keyLabel: "good", keyId: Uint8Array.of(9) },
      says: 'no private key "good" with id 09',
    },
    { why: "neither label nor id", options: {}, says: "expected keyLabel, keyId or both" },
    {
      why: "no such token",
      options: { keyLabel: "good", tokenLabel: "ac" },
      says: /there is no token "ac"; present: .*"ca" in slot \d+/,
    },
    {
      why: "no label at all, as a token has that is not initialised",
      options: { keyLabel: "good", tokenLabel: "" },
      says: 'there is no token ""; present: ',
    },
    {
      why: "two tokens of that label",
      options: { keyLabel: "good", tokenLabel: "twin" },
      says: 'there are 2 tokens "twin": choose one by slot',
    },
    {
      why: "no such slot",
      options: { keyLabel: "good", tokenLabel: undefined, slot: 4_000_000_000 },
      says: "there is no token in slot 4000000000",
    },
    {
      why: "a slot and a label",
      options: { keyLabel: "good", slot: 1 },
      says: "expected one of tokenLabel and slot",
    },
    {
      why: "neither slot nor label",
      options: { keyLabel: "good", tokenLabel: undefined },
      says: "expected one of tokenLabel and slot",
    },
    {
      why: "a library without a path",
      options: { keyLabel: "good", modulePath: "libsofthsm2.so" },
      says: 'modulePath "libsofthsm2.so" is not absolute',
    },
    {
      why: "a library that is not there",
      options: { keyLabel: "good", modulePath: "/nonexistent/pkcs11.so" },
      says: 'modulePath "/nonexistent/pkcs11.so" cannot be loaded',
    },
    {
      why: "a file that is no library",
      options: { keyLabel: "good", modulePath: import.meta.filename },
      says: "cannot be loaded as a PKCS#11 library",
    },
    {
      why: "an algorithm of another key",
      options: { keyLabel: "good", algorithm: "ecdsa-sha384" },
      says: 'algorithm ecdsa-sha384 does not fit key "good" of token "ca": it signs with ecdsa-sha256',
    },
    {
      why: "no session",
      options: { keyLabel: "good", sessions: 0 },
      says: "sessions is 0, expected an integer",
    },
    { why: "half a session", options: { keyLabel: "good", sessions: 1.5 }, says: "sessions is 1.5" },
    { why: "65 sessions", options: { keyLabel: "good", sessions: 65 }, says: "sessions is 65" },
  ])("$why: ERR_OPTION_INVALID", async ({ options, says }) => {
    await expect(open(options)).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_OPTION_INVALID",
      message: expect.stringMatching(says),
    });
  });

  test("two keys of one label: ERR_OPTION_INVALID; their ids tell them apart", async () => {
    await withSession("ca", (session) => {
      generateEcPair(session, "double", { id: Buffer.of(1) }, { id: Buffer.of(1) });
      generateEcPair(session, "double", { id: Buffer.of(2) }, { id: Buffer.of(2) });
    });
    await expect(open({ keyLabel: "double" })).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
      message: 'token "ca" has 2 private keys that are key "double": choose one by keyId',
    });
    expect(await open({ keyLabel: "double", keyId: Uint8Array.of(2) })).toBe("ecdsa-sha256");
  });

  describe("D-021: a key that could leave its token is refused", () => {
    test.each([
      {
        why: "extractable",
        template: { extractable: true },
        says: "CKA_EXTRACTABLE is true, CKA_NEVER_EXTRACTABLE is false",
      },
      { why: "not sensitive", template: { sensitive: false }, says: "CKA_SENSITIVE is false" },
    ])("$why, unless allowExtractable", async ({ why, template, says }) => {
      await withSession("ca", (session) => {
        generateEcPair(session, why, template);
      });
      await expect(open({ keyLabel: why })).rejects.toMatchObject({
        code: "ERR_OPTION_INVALID",
        message: expect.stringContaining(`key "${why}" of token "ca" is not bound to its token: ${says}`),
      });
      expect(await open({ keyLabel: why, allowExtractable: true })).toBe("ecdsa-sha256");
    });

    test("extractable once and no more", async () => {
      await withSession("ca", (session) => {
        generateEcPair(session, "once", { extractable: true }).privateKey.setAttribute({
          extractable: false,
        });
      });
      await expect(open({ keyLabel: "once" })).rejects.toMatchObject({
        message: expect.stringMatching(/not bound to its token: CKA_NEVER_EXTRACTABLE is false/),
      });
    });

    test("imported with pkcs11-tool; what the token tells of it is in the record", async () => {
      const [key, publicKey] = ["imported.der", "imported.pub.der"].map((name) => join(hsm.folder, name));
      run("openssl", [
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-outform",
        "DER",
        "-out",
        `${key}`,
      ]);
      run("openssl", [
        "pkey",
        "-in",
        `${key}`,
        "-inform",
        "DER",
        "-pubout",
        "-outform",
        "DER",
        "-out",
        `${publicKey}`,
      ]);
      const names = ["--id", "77", "--label", "imported", "--usage-sign"];
      hsm.pkcs11Tool("ca", "--write-object", `${key}`, "--type", "privkey", ...names);
      hsm.pkcs11Tool("ca", "--write-object", `${publicKey}`, "--type", "pubkey", ...names);
      await expect(open({ keyLabel: "imported" })).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
      const signer = await openPkcs11Signer({ ...token, keyLabel: "imported", allowExtractable: true });
      expect(signer.protection).toMatchObject({
        tokenLabel: "ca",
        tokenManufacturer: "SoftHSM project",
        tokenModel: "SoftHSM v2",
        tokenSerialNumber: expect.stringMatching(/^[0-9a-f]{16}$/),
        local: false,
        neverExtractable: false,
        alwaysSensitive: false,
      });
      await signer.close();
    });
  });

  test("a key for other uses than signatures: ERR_OPTION_INVALID", async () => {
    await withSession("ca", (session) => {
      generateEcPair(session, "derives", { sign: false, derive: true });
    });
    await expect(open({ keyLabel: "derives" })).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
      message: 'key "derives" of token "ca" does not sign: CKA_SIGN is not true',
    });
  });

  describe("the public key", () => {
    test("is read from a certificate where there is no public key object", async () => {
      await withSession("ca", (session) => {
        generateEcPair(session, "certified");
      });
      const signer = await openPkcs11Signer({ ...token, keyLabel: "certified" });
      await signer.close();
      const [certificate] = decodePem(
        createOpenSslRoot(hsm.folder).certify(signer.publicKey, "CA"),
        "CERTIFICATE",
      );
      await withSession("ca", (session) => {
        findObject(session, "publicKey", "certified").destroy();
        session.create({
          class: objectClasses.certificate,
          certType: 0, // CKC_X_509
          ...{ token: true, label: "certified", id: Buffer.from("certified") },
          subject: Buffer.from("3000", "hex"),
          value: Buffer.from(certificate ?? []),
        });
      });
      expect(await open({ keyLabel: "certified" })).toBe("ecdsa-sha256");
    });

    test("of another key is noticed by one signature: ERR_OPTION_INVALID", async () => {
      await withSession("ca", (session) => {
        generateEcPair(session, "mixed up").publicKey.destroy();
        generateEcPair(session, "other").publicKey.setAttribute({ id: Buffer.from("mixed up") });
      });
      await expect(open({ keyLabel: "mixed up" })).rejects.toMatchObject({
        code: "ERR_OPTION_INVALID",
        message: expect.stringContaining("does not verify what the private key signs"),
      });
    });

    test("is not there: ERR_OPTION_INVALID", async () => {
      await withSession("ca", (session) => {
        generateEcPair(session, "alone").publicKey.destroy();
      });
      await expect(open({ keyLabel: "alone" })).rejects.toMatchObject({
        code: "ERR_OPTION_INVALID",
        message: expect.stringContaining("neither a public key nor a certificate"),
      });
    });

    test("cannot be found without a CKA_ID: ERR_OPTION_INVALID", async () => {
      await withSession("ca", (session) => {
        generateEcPair(session, "nameless", { id: Buffer.alloc(0) });
      });
      await expect(open({ keyLabel: "nameless" })).rejects.toMatchObject({
        code: "ERR_OPTION_INVALID",
        message: expect.stringContaining("has no CKA_ID"),
      });
    });

    test("B-150: is weak: ERR_KEY_WEAK", async () => {
      await withSession("ca", (session) => {
        const names = { token: true, label: "weak", id: Buffer.from("weak") };
        session.generateKeyPair(
          { name: 0, params: null },
          { ...names, verify: true, modulusBits: 1024, publicExponent: Buffer.of(1, 0, 1) },
          { ...names, sign: true, sensitive: true, extractable: false },
        );
      });
      await expect(open({ keyLabel: "weak" })).rejects.toMatchObject({
        name: "ConfigurationError",
        code: "ERR_KEY_WEAK",
        message: expect.stringContaining('key "weak" of token "ca"'),
      });
    });

    test("is on a curve that is not taken: ERR_KEY_UNSUPPORTED", async () => {
      await withSession("ca", (session) => {
        generateEcPair(session, "koblitz", {}, { paramsEC: Buffer.from("06052b8104000a", "hex") });
      });
      await expect(open({ keyLabel: "koblitz" })).rejects.toMatchObject({
        name: "ConfigurationError",
        code: "ERR_KEY_UNSUPPORTED",
      });
    });
  });
});
