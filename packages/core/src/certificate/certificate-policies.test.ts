import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { der } from "../../test/support/tbs-certificate.ts";
import { readDer, readSequence } from "../asn1/der-reader.ts";
import { encodeHex } from "../encoding/hex.ts";
import {
  type CertificatePolicy,
  encodeCertificatePolicies,
  readCertificatePolicies,
} from "./certificate-policies.ts";

const malformed = expect.objectContaining({ code: "ERR_DER_MALFORMED" });

describe("certificate policies", () => {
  const written: readonly { why: string; policies: readonly CertificatePolicy[]; value: string }[] = [
    {
      why: "OIDs alone",
      policies: [{ oid: "1.2.3" }, { oid: "1.2.4" }],
      value: "300c 3004 06022a03 3004 06022a04",
    },
    {
      why: "a CPS",
      policies: [{ oid: "1.2.3", cps: "http://a.test/" }],
      value: "3024 3022 06022a03 301c 301a 06082b06010505070201 160e 687474703a2f2f612e746573742f",
    },
    {
      why: "B-036: a notice as UTF8String, without noticeRef",
      policies: [{ oid: "1.2.3", explicitText: "Büro" }],
      value: "301d 301b 06022a03 3015 3013 06082b06010505070202 3007 0c0542c3bc726f",
    },
  ];

  test.each(written)("$why", ({ policies, value }) => {
    const extension = encodeCertificatePolicies(policies);
    const octets = value.replaceAll(" ", "");
    expect(encodeHex(extension)).toMatch(new RegExp(`^30..0603551d2004..${octets}$`));
    expect(readCertificatePolicies(der(value))).toEqual(policies);
  });

  test.each([
    { why: "nothing", value: "3000" },
    {
      why: "B-036: a noticeRef before the text",
      value: "3026 3024 06022a03 301e 301c 06082b06010505070202 3010 300b 0c0178 3006 020101 020102 0c0178",
    },
    { why: "B-036: a noticeRef", value: "3018 3016 06022a03 3010 300e 06082b06010505070202 3002 3000" },
    {
      why: "B-036: a notice as IA5String",
      value: "3019 3017 06022a03 3011 300f 06082b06010505070202 3003 160178",
    },
    { why: "an empty notice", value: "3018 3016 06022a03 3010 300e 06082b06010505070202 3002 0c00" },
    { why: "an unknown qualifier", value: "3016 3014 06022a03 300e 300c 06082b06010505070203 0500" },
    { why: "an empty list of qualifiers", value: "3008 3006 06022a03 3000" },
    { why: "a third field", value: "300a 3008 06022a03 3000 3000" },
    { why: "a CPS as UTF8String", value: "3017 3015 06022a03 300f 300d 06082b06010505070201 0c0178" },
  ])("does not read $why", ({ value }) => {
    expect(() => readCertificatePolicies(der(value))).toThrow(malformed);
    expect(() => readCertificatePolicies(der(value))).not.toThrow(/past the end|bytes follow/); // but for its reason
  });

  test("a qualifier twice is no policy", () => {
    const cps = "300d 06082b06010505070201 160178";
    expect(() => readCertificatePolicies(der(`3026 3024 06022a03 301e ${cps} ${cps}`))).toThrow(/twice/);
  });

  test("reads back what it wrote", () => {
    const policy = fc.record(
      {
        oid: fc.constantFrom("1.2.3", "2.16.840.1.101.3.2.1.48.1"),
        cps: fc.constantFrom("http://a.example/", "https://b.example/cps?x=1"),
        explicitText: fc.stringMatching(/^[A-Za-zäöü ]{1,40}$/),
      },
      { requiredKeys: ["oid"] },
    );
    fc.assert(
      fc.property(fc.array(policy, { minLength: 1, maxLength: 3 }), (policies) => {
        const [, value] = readSequence(readDer(encodeCertificatePolicies(policies)), "extension");
        expect(readCertificatePolicies(value?.content ?? new Uint8Array())).toEqual(policies);
      }),
    );
  });

  test("B-002: any octets are policies or malformed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        try {
          expect(readCertificatePolicies(octets).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toEqual(malformed);
        }
      }),
    );
  });
});
