import { inspect } from "node:util";
import type { MaybePromise } from "@chancery/core";
import {
  generatePkcs11Key,
  openPkcs11Signer,
  type Pkcs11Pin,
  type Pkcs11Signer,
} from "@chancery/signer-pkcs11";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { generateEcPair, withSession } from "./support/objects.ts";
import { createSoftHsm, hasSoftHsm, pin, type SoftHsm } from "./support/softhsm.ts";

const data = new TextEncoder().encode("to be signed");

describe.skipIf(!hasSoftHsm)("the PIN (softhsm2, opensc)", () => {
  let hsm: SoftHsm;
  const opened: Pkcs11Signer[] = [];
  const open = async (askPin: unknown, keyLabel = "ec"): Promise<Pkcs11Signer> => {
    const signer = await openPkcs11Signer({
      modulePath: hsm.faultyLibrary,
      tokenLabel: "ca",
      pin: askPin as Pkcs11Pin,
      keyLabel,
    });
    opened.push(signer);
    return signer;
  };
  const failureOf = (promise: MaybePromise<unknown>): Promise<unknown> =>
    Promise.resolve(promise).then(
      () => undefined,
      (error: unknown) => error,
    );

  beforeAll(async () => {
    hsm = createSoftHsm("ca");
    await generatePkcs11Key({ modulePath: hsm.faultyLibrary, tokenLabel: "ca", pin, keyLabel: "ec" });
    await withSession("ca", (session) => {
      generateEcPair(session, "touchy", { alwaysAuth: true });
    });
  });
  afterEach(async () => {
    hsm.setFault();
    await Promise.all(opened.splice(0).map((signer) => signer.close()));
  });
  afterAll(() => hsm.dispose());

  test.each([
    { form: "a string", askPin: pin },
    { form: "a function", askPin: () => pin },
    { form: "an asynchronous function", askPin: () => Promise.resolve(pin) },
  ])("may be $form", async ({ askPin }) => {
    expect((await open(askPin)).algorithm).toBe("ecdsa-sha256");
  });

  test("that is wrong: ERR_PASSPHRASE_WRONG, and tried once", async () => {
    const askPin = vi.fn(() => "wrong-4711");
    await expect(open(askPin)).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_PASSPHRASE_WRONG",
      message: 'token "ca" refuses the PIN: CKR_PIN_INCORRECT',
    });
    expect(askPin).toHaveBeenCalledTimes(1);
    await expect(open("")).rejects.toMatchObject({ code: "ERR_PASSPHRASE_WRONG" });
  });

  test("that is no text: ERR_OPTION_INVALID", async () => {
    await expect(open(4711)).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
      message: 'pin of token "ca" is of type number',
    });
  });

  test("that cannot be asked for: what the function throws is the cause", async () => {
    const cause = new Error("no terminal");
    await expect(open(() => Promise.reject(cause))).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      cause,
    });
  });

  test.each([
    { fault: "final-try", says: 'token "ca" locks at the next wrong PIN, so none is tried' },
    { fault: "locked", says: 'the PIN of token "ca" is locked' },
  ] as const)(
    "is not even tried on a token that says $fault: ERR_OPTION_INVALID",
    async ({ fault, says }) => {
      hsm.setFault(fault);
      const askPin = vi.fn(() => pin);
      await expect(open(askPin)).rejects.toMatchObject({
        code: "ERR_OPTION_INVALID",
        message: expect.stringContaining(says),
      });
      expect(askPin).not.toHaveBeenCalled();
    },
  );

  test("is asked for again for each signature of a key with CKA_ALWAYS_AUTHENTICATE", async () => {
    const askPin = vi.fn(() => pin);
    const signer = await open(askPin, "touchy");
    expect(askPin).toHaveBeenCalledTimes(2); // the login, and the signature that looks at the pair
    await Promise.all([signer.sign(data), signer.sign(data), signer.sign(data)]);
    expect(askPin).toHaveBeenCalledTimes(5);
  });

  test("that such a key refuses is never tried again", async () => {
    const askPin = vi.fn(() => (askPin.mock.calls.length < 3 ? pin : "wrong"));
    const signer = await open(askPin, "touchy");
    for (const _ of [1, 2, 3]) {
      await expect(signer.sign(data)).rejects.toMatchObject({
        code: "ERR_SIGNER_FAILED",
        cause: expect.objectContaining({ code: "ERR_PASSPHRASE_WRONG" }),
      });
    }
    expect(askPin).toHaveBeenCalledTimes(3);
  });

  test("E-070: is in no error and no property", async () => {
    const signer = await open(pin);
    hsm.setFault("removed");
    const removed = await failureOf(signer.sign(data));
    hsm.setFault();
    await Promise.all(opened.splice(0).map((one) => one.close()));
    const wrong = "wrong-but-secret";
    const refused = await failureOf(open(wrong));
    const absent = await failureOf(open(pin, "none"));
    for (const shown of [signer, removed, refused, absent]) {
      expect(shown).toBeDefined();
      const text = `${inspect(shown, { depth: 9, showHidden: true })}${JSON.stringify(shown)}`;
      expect(text).not.toContain(pin);
      expect(text).not.toContain(wrong);
    }
  });
});
