import { openPkcs11Signer } from "@chancery/signer-pkcs11";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSoftHsm, hasSoftHsm, pin, type SoftHsm } from "./support/softhsm.ts";

// A library is initialised once in a process: this takes one of its own.
describe.skipIf(!hasSoftHsm)("a library without locks (softhsm2, opensc)", () => {
  let hsm: SoftHsm;
  beforeAll(() => {
    hsm = createSoftHsm("ca");
    hsm.setFault("no-locking");
  });
  afterAll(() => hsm.dispose());

  test("is refused, since signatures are made in threads: ERR_OPTION_INVALID", async () => {
    const opening = openPkcs11Signer({
      modulePath: hsm.faultyLibrary,
      tokenLabel: "ca",
      pin,
      keyLabel: "ec",
    });
    await expect(opening).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_OPTION_INVALID",
      message: expect.stringMatching(/cannot be initialised for use by several threads: CKR_CANT_LOCK$/),
    });
  });
});
