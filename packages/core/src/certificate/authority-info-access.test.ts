import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { der } from "../../test/support/tbs-certificate.ts";
import { encodeHex } from "../encoding/hex.ts";
import { encodeAuthorityInfoAccess, readAuthorityInfoAccess } from "./authority-info-access.ts";

const malformed = expect.objectContaining({ code: "ERR_DER_MALFORMED" });
const ocsp = "3010 06082b06010505073001 860468747470"; // the URI "http", for its length
const caIssuers = "3010 06082b06010505073002 860468747470";

describe("authorityInfoAccess", () => {
  test("B-038: not critical, OCSP first, then the issuer", () => {
    const extension = encodeAuthorityInfoAccess({ ocsp: ["http"], caIssuers: ["http"] });
    expect(encodeHex(extension)).toBe(
      `3032 06082b06010505070101 0426 3024 ${ocsp} ${caIssuers}`.replaceAll(" ", ""),
    );
    expect(readAuthorityInfoAccess(der(`3024 ${ocsp} ${caIssuers}`))).toEqual({
      ocsp: ["http"],
      caIssuers: ["http"],
    });
  });

  test("one of the two is enough", () => {
    const extension = encodeAuthorityInfoAccess({ ocsp: [], caIssuers: ["http"] });
    expect(encodeHex(extension)).toBe(`3020 06082b06010505070101 0414 3012 ${caIssuers}`.replaceAll(" ", ""));
  });

  test.each([
    { why: "nothing", value: "3000" },
    { why: "an unknown method", value: "3012 3010 06082b06010505073003 860468747470" },
    { why: "a directory name", value: "3010 300e 06082b06010505073001 a402 3000" },
    { why: "no location", value: "300c 300a 06082b06010505073001" },
    { why: "two locations", value: "3018 3016 06082b06010505073001 860468747470 860468747470" },
    { why: "a location outside ASCII", value: "300f 300d 06082b06010505073001 8601fc" },
  ])("does not read $why", ({ value }) => {
    expect(() => readAuthorityInfoAccess(der(value))).toThrow(malformed);
    expect(() => readAuthorityInfoAccess(der(value))).not.toThrow(/past the end|bytes follow/); // but for its reason
  });

  test("B-002: any octets are places or malformed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        try {
          const { ocsp: responders, caIssuers: issuers } = readAuthorityInfoAccess(octets);
          expect(responders.length + issuers.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toEqual(malformed);
        }
      }),
    );
  });
});
