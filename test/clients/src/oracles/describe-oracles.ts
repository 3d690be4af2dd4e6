import { expect, test } from "vitest";
import { testWith } from "../program.ts";
import { rootOf, shakeHands } from "./handshake.ts";
import type { ObtainedCertificate } from "./obtained-certificate.ts";
import {
  type Verify,
  verifyWithCerttool,
  verifyWithCurl,
  verifyWithGo,
  verifyWithOpenssl,
} from "./verifiers.ts";

/**
 * Declares the tests that hold every certificate that a file of tests has obtained against software that is not ours. They
 * come after the tests that fill `obtained`.
 *
 * @param directory - Answers where to put files.
 */
export function describeOracles(obtained: readonly ObtainedCertificate[], directory: () => string): void {
  const verifyAll = async (verify: Verify): Promise<void> => {
    expect(obtained).not.toEqual([]);
    for (const certificate of obtained) await verify(certificate, directory());
  };

  test("B-200: Node shakes hands with each certificate through the root alone, and refuses it without", async () => {
    await verifyAll((certificate) => shakeHands(certificate, [rootOf(certificate)]));
    await verifyAll(async (certificate) => {
      await expect(shakeHands(certificate, [])).rejects.toMatchObject({
        code: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      });
    });
  });

  testWith("openssl", "B-200, A-191: openssl verify -x509_strict accepts each chain", () =>
    verifyAll(verifyWithOpenssl),
  );
  testWith("certtool", "B-200: GnuTLS certtool verifies each chain", () => verifyAll(verifyWithCerttool));
  testWith("go", "B-200, A-191: Go's crypto/x509 verifies each chain", () => verifyAll(verifyWithGo));
  testWith("curl", "A-191: curl fetches from a server with each chain", () => verifyAll(verifyWithCurl));
}
