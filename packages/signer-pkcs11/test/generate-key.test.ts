import { createPublicKey } from "node:crypto";
import { type GeneratePkcs11KeyOptions, generatePkcs11Key, openPkcs11Signer } from "@chancery/signer-pkcs11";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { findObject, withSession } from "./support/objects.ts";
import { createSoftHsm, hasSoftHsm, pin, type SoftHsm } from "./support/softhsm.ts";

describe.skipIf(!hasSoftHsm)("a key that is generated on a token (softhsm2, opensc)", () => {
  let hsm: SoftHsm;
  const generate = (
    keyLabel: string,
    options: Partial<GeneratePkcs11KeyOptions> = {},
  ): ReturnType<typeof generatePkcs11Key> =>
    generatePkcs11Key({
      modulePath: hsm.faultyLibrary,
      tokenLabel: "ca",
      pin,
      keyLabel,
      ...options,
    } as GeneratePkcs11KeyOptions);

  beforeAll(() => {
    hsm = createSoftHsm("ca");
  });
  afterEach(() => hsm.setFault());
  afterAll(() => hsm.dispose());

  test.each([
    { key: { type: "ec", curve: "P-256" }, kind: "prime256v1" },
    { key: { type: "ec", curve: "P-384" }, kind: "secp384r1" },
    { key: { type: "ec", curve: "P-521" }, kind: "secp521r1" },
    { key: { type: "rsa", bits: 2048 }, kind: 2048 },
    { key: { type: "rsa", bits: 3072 }, kind: 3072 },
    { key: { type: "rsa", bits: 4096 }, kind: 4096 },
    { key: { type: "ed25519" }, kind: "ed25519" },
  ] as const)("D-002: may be $kind; node reads its public key", async ({ key, kind }) => {
    const { publicKey, keyLabel, keyId } = await generate(`${kind}`, { key });
    const read = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
    const { namedCurve, modulusLength } = read.asymmetricKeyDetails ?? {};
    expect(namedCurve ?? modulusLength ?? read.asymmetricKeyType).toBe(kind);
    expect(keyLabel).toBe(`${kind}`);
    expect(keyId).toHaveLength(16);
  });

  test("D-021: can sign and nothing else, and can never leave the token", async () => {
    const { protection } = await generate("bound", { key: { type: "rsa", bits: 2048 } });
    expect(protection).toMatchObject({
      ...{ tokenLabel: "ca", sensitive: true, alwaysSensitive: true, extractable: false },
      ...{ neverExtractable: true, local: true },
    });
    const listed = hsm.pkcs11Tool("ca", "--list-objects", "--type", "privkey", "--label", "bound");
    expect(listed).toMatch(/Usage: +sign$/m);
    expect(listed).toMatch(/Access: +sensitive, always sensitive, never extract(able|able), local$/m);
    const attributes = await withSession("ca", (session) => {
      const key = findObject(session, "privateKey", "bound");
      return key.getAttribute({
        sign: null,
        decrypt: null,
        unwrap: null,
        derive: null,
        private: null,
        token: null,
      });
    });
    expect(attributes).toEqual({
      sign: true,
      decrypt: false,
      unwrap: false,
      derive: false,
      private: true,
      token: true,
    });
  });

  test("is P-256 by default, under the id that was asked for", async () => {
    const { keyId, publicKey } = await generate("default", { keyId: Uint8Array.of(2) });
    expect(keyId).toEqual(Uint8Array.of(2));
    const signer = await openPkcs11Signer({
      modulePath: hsm.faultyLibrary,
      tokenLabel: "ca",
      pin,
      keyId: Uint8Array.of(2),
    });
    expect(signer.publicKey).toEqual(publicKey);
    expect(signer.algorithm).toBe("ecdsa-sha256");
    await signer.close();
  });

  test("takes its id from the random octets that were given", async () => {
    const { keyId } = await generate("random", { random: (length) => new Uint8Array(length).fill(7) });
    expect(keyId).toEqual(new Uint8Array(16).fill(7));
  });

  test.each([
    { why: "the label is taken", options: {}, says: 'the token has a private key "taken" already' },
    {
      why: "the id is taken",
      options: { keyLabel: "free", keyId: Uint8Array.of(0xaa) },
      says: "the token has a private key with id aa already",
    },
    { why: "the id is empty", options: { keyId: new Uint8Array() }, says: "keyId is empty" },
  ])("$why: ERR_OPTION_INVALID", async ({ options, says }) => {
    if ((await count("taken")) === 0) await generate("taken", { keyId: Uint8Array.of(0xaa) });
    await expect(generate("taken", options as Partial<GeneratePkcs11KeyOptions>)).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_OPTION_INVALID",
      message: expect.stringMatching(says),
    });
  });

  test("by a token that makes no such keys: ERR_OPTION_INVALID", async () => {
    hsm.setFault("no-generation");
    await expect(generate("impossible", { key: { type: "rsa", bits: 4096 } })).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
      message: "the token does not generate keys of RSA with 4096 bits: CKR_MECHANISM_INVALID",
    });
  });

  test("D-021: that the token did not protect as asked is destroyed again: ERR_OPTION_INVALID", async () => {
    hsm.setFault("careless");
    await expect(generate("careless")).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
      message: expect.stringContaining("CKA_EXTRACTABLE is true"),
    });
    expect(await count("careless")).toBe(0);
  });

  test("by a token that fails: ERR_SIGNER_FAILED, and nothing is left", async () => {
    hsm.setFault("broken");
    await expect(generate("broken")).rejects.toMatchObject({
      name: "SignerError",
      code: "ERR_SIGNER_FAILED",
      message: expect.stringMatching(
        /^key "broken" with id \w+ cannot be generated on token "ca": CKR_DEVICE_MEMORY$/,
      ),
    });
    expect(await count("broken")).toBe(0);
  });

  /** Objects of a label. */
  function count(label: string): Promise<number> {
    return withSession("ca", (session) => session.find({ label }).length);
  }
});
