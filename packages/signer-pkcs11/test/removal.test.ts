import { createPublicKey, verify } from "node:crypto";
import {
  generatePkcs11Key,
  openPkcs11Signer,
  type Pkcs11Pin,
  type Pkcs11Signer,
} from "@chancery/signer-pkcs11";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { findObject, generateEcPair, withSession } from "./support/objects.ts";
import { createSoftHsm, hasSoftHsm, pin, type SoftHsm } from "./support/softhsm.ts";

const data = new TextEncoder().encode("to be signed");

describe.skipIf(!hasSoftHsm)("a token that is taken out (softhsm2, opensc)", () => {
  let hsm: SoftHsm;
  let signer: Pkcs11Signer;
  const open = async (askPin: Pkcs11Pin = pin, keyLabel = "ec"): Promise<void> => {
    signer = await openPkcs11Signer({
      modulePath: hsm.faultyLibrary,
      tokenLabel: "ca",
      pin: askPin,
      keyLabel,
    });
  };
  const signs = async (): Promise<boolean> => isSignature(signer, await signer.sign(data));

  beforeAll(async () => {
    hsm = createSoftHsm("ca");
    await generatePkcs11Key({ modulePath: hsm.faultyLibrary, tokenLabel: "ca", pin, keyLabel: "ec" });
  });
  afterEach(async () => {
    hsm.setFault();
    await signer.close();
  });
  afterAll(() => hsm.dispose());

  test("fails as ERR_SIGNER_FAILED and signs again once it is back, with the PIN asked once more", async () => {
    const askPin = vi.fn(() => Promise.resolve(pin));
    await open(askPin);
    expect(await signs()).toBe(true);
    hsm.setFault("removed");
    for (const _ of [1, 2]) {
      await expect(signer.sign(data)).rejects.toMatchObject({
        name: "SignerError",
        code: "ERR_SIGNER_FAILED",
        message: 'key "ec" of token "ca" does not sign: there is no token "ca"; present: none',
      });
    }
    expect(askPin).toHaveBeenCalledTimes(1);
    hsm.setFault();
    expect(await signs()).toBe(true);
    expect(await signs()).toBe(true);
    expect(askPin).toHaveBeenCalledTimes(2);
  });

  test("and put back between two signatures is not even noticed", async () => {
    await open();
    await Promise.all([signs(), signs()]);
    hsm.setFault("removed");
    await expect(signer.sign(data)).rejects.toMatchObject({ code: "ERR_SIGNER_FAILED" });
    hsm.setFault();
    await Promise.all([signs(), signs()]);
    // The sessions are gone, and the signer has not heard of it.
    const closing = withSession("ca", (session) => session.slot.closeAll());
    await expect(closing).rejects.toThrow("CKR_SESSION_HANDLE_INVALID"); // its own session is gone too
    expect(await signs()).toBe(true);
    expect(await Promise.all([signs(), signs(), signs(), signs()])).toEqual([true, true, true, true]);
  });

  test("or whose library somebody else in the process has finalised: the next signature is good", async () => {
    await open();
    const finalizing = withSession("ca", (session) => session.lib.C_Finalize());
    await expect(finalizing).rejects.toThrow("CKR_CRYPTOKI_NOT_INITIALIZED"); // its own session is gone too
    expect(await signs()).toBe(true);
  });

  test("while it signs: many calls fail, none hangs, and all is well after it is back", async () => {
    await open();
    hsm.setFault("pulled");
    const signing = await Promise.allSettled(Array.from({ length: 10 }, () => signer.sign(data)));
    expect(signing.map(({ status }) => status)).toEqual(signing.map(() => "rejected"));
    hsm.setFault();
    expect(await Promise.all(Array.from({ length: 10 }, () => signs()))).not.toContain(false);
  });

  test("asks for the PIN once when many calls find it back", async () => {
    const askPin = vi.fn(() => pin);
    await open(askPin);
    hsm.setFault("removed");
    await expect(signer.sign(data)).rejects.toThrow();
    hsm.setFault();
    expect(await Promise.all(Array.from({ length: 10 }, () => signs()))).not.toContain(false);
    expect(askPin).toHaveBeenCalledTimes(2);
  });

  test("with a PIN that is refused when it is back: never tries one again, since tokens lock", async () => {
    const askPin = vi.fn(() => (askPin.mock.calls.length === 1 ? pin : "wrong"));
    await open(askPin);
    hsm.setFault("removed");
    await expect(signer.sign(data)).rejects.toThrow();
    hsm.setFault();
    for (const _ of [1, 2, 3]) {
      await expect(signer.sign(data)).rejects.toMatchObject({
        code: "ERR_SIGNER_FAILED",
        cause: expect.objectContaining({ code: "ERR_PASSPHRASE_WRONG" }),
      });
    }
    expect(askPin).toHaveBeenCalledTimes(2);
  });

  test("and comes back with another key of that name: does not sign with it", async () => {
    await withSession("ca", (session) => {
      generateEcPair(session, "changing");
    });
    await open(pin, "changing");
    hsm.setFault("removed");
    await expect(signer.sign(data)).rejects.toThrow();
    await withSession("ca", (session) => {
      findObject(session, "privateKey", "changing").destroy();
      findObject(session, "publicKey", "changing").destroy();
      generateEcPair(session, "changing");
    });
    hsm.setFault();
    await expect(signer.sign(data)).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      message: expect.stringContaining(
        'key "changing" of token "ca" is another key than the one that was opened',
      ),
    });
  });
});

function isSignature({ publicKey }: Pkcs11Signer, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
  return verify("sha256", data, key, signature);
}
