import { X509Certificate } from "node:crypto";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { challengeFor } from "../../test/validation-lab/acme-challenge.ts";
import { extension, makeCertificate, subjectAltName } from "../../test/validation-lab/certificates.ts";
import { acmeIdentifierValue } from "./key-authorization.ts";
import { faultOfCertificate } from "./tls-alpn-certificate.ts";

const challenge = challengeFor("example.test");
let certificate: Uint8Array;

beforeAll(async () => {
  const value = Uint8Array.from(acmeIdentifierValue(challenge.keyAuthorization));
  const extensions = [
    subjectAltName({ type: "dns", value: "example.test" }),
    extension("1.3.6.1.5.5.7.1.31", true, value),
  ];
  certificate = new X509Certificate((await makeCertificate({ extensions })).cert).raw;
});

test("a proof as it should be has no fault", () => {
  expect(faultOfCertificate(certificate, challenge)).toBeUndefined();
});

test("A-151: a proof with any one octet changed has a fault", () => {
  for (let index = 0; index < certificate.length; index += 1) {
    const changed = Uint8Array.from(certificate, (octet, at) => (at === index ? octet ^ 0x01 : octet));
    expect(faultOfCertificate(changed, challenge), `octet ${index}`).toBeTypeOf("string");
  }
});

test("case 103: a proof cut off anywhere, or followed by anything, is not DER", () => {
  for (let length = 0; length < certificate.length; length += 1) {
    expect(faultOfCertificate(certificate.subarray(0, length), challenge)).toBe("is not valid DER");
  }
  expect(faultOfCertificate(Buffer.concat([certificate, Buffer.of(0)]), challenge)).toBe("is not valid DER");
});

test("any octets get an answer and never a throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      expect(faultOfCertificate(octets, challenge)).toBeTypeOf("string");
    }),
  );
});
