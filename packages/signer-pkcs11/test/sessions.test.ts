import { createPublicKey, randomBytes, verify } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { generatePkcs11Key, openPkcs11Signer, type Pkcs11Signer } from "@chancery/signer-pkcs11";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { withSession } from "./support/objects.ts";
import { createSoftHsm, hasSoftHsm, pin, type SoftHsm } from "./support/softhsm.ts";

/** CKS_RW_PUBLIC_SESSION. */
const readWritePublicSession = 2;

/** For machines that are busy. */
const patience = { timeout: 20_000, interval: 5 };
const data = new TextEncoder().encode("to be signed");

describe.skipIf(!hasSoftHsm)("the sessions of a signer (softhsm2, opensc)", () => {
  let hsm: SoftHsm;
  let signer: Pkcs11Signer;
  const open = async (keyLabel: string, sessions?: number): Promise<Pkcs11Signer> => {
    signer = await openPkcs11Signer({
      modulePath: hsm.faultyLibrary,
      tokenLabel: "ca",
      pin,
      keyLabel,
      ...(sessions !== undefined && { sessions }),
    });
    return signer;
  };

  beforeAll(async () => {
    hsm = createSoftHsm("ca");
    const token = { modulePath: hsm.faultyLibrary, tokenLabel: "ca", pin };
    await generatePkcs11Key({ ...token, keyLabel: "ec" });
    await generatePkcs11Key({ ...token, keyLabel: "rsa", key: { type: "rsa", bits: 2048 } });
  });
  afterEach(async () => {
    hsm.setFault();
    await signer.close();
  });
  afterAll(() => hsm.dispose());

  test("make as many signatures at the same time as there are sessions, and lose none", async () => {
    await open("ec", 3);
    hsm.setFault("held");
    const signing = Array.from({ length: 20 }, (_, index) => signer.sign(Uint8Array.of(index)));
    await vi.waitUntil(() => hsm.mostAtOnce() === 3, patience);
    hsm.setFault();
    const signatures = await Promise.all(signing);
    expect(
      signatures.map((signature, index) => isSignature(signer, Uint8Array.of(index), signature)),
    ).toEqual(signatures.map(() => true));
    expect(hsm.mostAtOnce()).toBe(3);
  });

  test("leave the event loop free while the token works", async () => {
    await open("ec");
    hsm.setFault("held"); // a call that blocked would wait for its own thread to end this
    const signing = signer.sign(data);
    await new Promise((resolve) => setImmediate(resolve));
    hsm.setFault();
    expect(isSignature(signer, data, await signing)).toBe(true);
  });

  test("sign what they were given, though the caller's memory changes at once", async () => {
    await open("rsa", 1);
    const mine = Uint8Array.from(data);
    const signing = [signer.sign(mine), signer.sign(mine)];
    mine.fill(0);
    for (const signature of await Promise.all(signing))
      expect(isSignature(signer, data, signature)).toBe(true);
  });

  test("hold on to the memory that the token reads, whatever is collected meanwhile", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    await open("rsa", 2);
    hsm.setFault("held");
    const inputs = Array.from({ length: 2 }, () => randomBytes(60_000));
    const signing = inputs.map((input) => signer.sign(input));
    await new Promise((resolve) => setImmediate(resolve));
    for (let round = 0; round < 5; round += 1) {
      collect();
      Buffer.alloc(60_000, round); // takes the place of what was collected
    }
    hsm.setFault();
    const signatures = await Promise.all(signing);
    expect(signatures.map((signature, index) => isSignature(signer, inputs[index], signature))).toEqual([
      true,
      true,
    ]);
  });

  test("make do with fewer where the token has no more", async () => {
    hsm.setFault("one-session");
    await open("ec", 4);
    const signatures = await Promise.all(Array.from({ length: 10 }, () => signer.sign(data)));
    expect(signatures.every((signature) => isSignature(signer, data, signature))).toBe(true);
  });

  test("cannot be had at all: ERR_SIGNER_FAILED", async () => {
    hsm.setFault("no-session");
    await expect(open("ec")).rejects.toMatchObject({
      name: "SignerError",
      code: "ERR_SIGNER_FAILED",
      message: 'key "ec" of token "ca" cannot be opened: the token has no session left',
    });
  });

  test("are thrown away after a failure; the next signature is good", async () => {
    await open("ec", 1);
    hsm.setFault("refusing");
    await expect(signer.sign(data)).rejects.toMatchObject({
      name: "SignerError",
      code: "ERR_SIGNER_FAILED",
      message: 'key "ec" of token "ca" does not sign: CKR_FUNCTION_REJECTED',
    });
    hsm.setFault("short-signature");
    await expect(signer.sign(data)).rejects.toMatchObject({
      message: expect.stringContaining("the token answers 63 octets, expected 64"),
    });
    hsm.setFault();
    expect(isSignature(signer, data, await signer.sign(data))).toBe(true);
  });

  test("are closed after the signatures that were asked for; closing twice is closing once", async () => {
    await open("ec", 1);
    hsm.setFault("held");
    const signing = [signer.sign(data), signer.sign(data)];
    const closing = [signer.close(), signer.close()];
    hsm.setFault();
    await Promise.all(closing);
    for (const signature of await Promise.all(signing))
      expect(isSignature(signer, data, signature)).toBe(true);
    await expect(signer.sign(data)).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      message: 'key "ec" of token "ca" does not sign: the signer is closed',
    });
  });

  test("are not opened again for a signature that fails while the signer closes", async () => {
    await open("ec", 1);
    hsm.setFault("pulled-once");
    const signing = signer.sign(data);
    const closing = signer.close();
    await expect(signing).rejects.toMatchObject({ message: expect.stringMatching(/: CKR_DEVICE_REMOVED$/) });
    await closing;
    // Another session is the user's from its start only while there is one of the signer's.
    expect(await withSession("ca", ({ state }) => state)).toBe(readWritePublicSession);
  });

  test("of two signers do not end each other's login", async () => {
    const other = await open("rsa");
    await open("ec");
    await other.close();
    expect(isSignature(signer, data, await signer.sign(data))).toBe(true);
  });

  test.each([
    { fault: "no-mechanism", says: "the token does not sign with CKM_ECDSA" },
    { fault: "verifies-only", says: "the token does not sign with CKM_ECDSA" },
    { fault: "wrong-signature", says: "does not verify what the private key signs" },
    { fault: "unreadable", says: 'there is no token "ca"; present: none' },
  ] as const)("a token that is $fault: ERR_OPTION_INVALID", async ({ fault, says }) => {
    hsm.setFault(fault);
    await expect(open("ec")).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_OPTION_INVALID",
      message: expect.stringContaining(says),
    });
  });
});

function isSignature({ publicKey }: Pkcs11Signer, signed: Uint8Array = data, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
  return verify("sha256", signed, key, signature);
}
