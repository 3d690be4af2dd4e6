import { describe, expect, test } from "vitest";
import { encodeHex } from "../encoding/hex.ts";
import {
  encodeAuthorityKeyIdentifier,
  encodeCaBasicConstraints,
  encodeExtKeyUsage,
  encodeKeyUsage,
  encodePurposes,
  encodeSubjectAltName,
  encodeSubjectKeyIdentifier,
  endEntityBasicConstraints,
  mustStaple,
  noRevAvail,
  ocspNoCheck,
} from "./extensions.ts";

const key = Uint8Array.from({ length: 20 }, (_, index) => index);
const keyHex = "000102030405060708090a0b0c0d0e0f10111213";

// Worked out by hand from RFC 5280 section 4.2.1 and X.690; the interoperation tests read the same with foreign parsers.
const written: readonly { why: string; extension: Uint8Array; hex: string }[] = [
  {
    why: "basicConstraints of a root: critical, cA, no path length",
    extension: encodeCaBasicConstraints(undefined),
    hex: "300f 0603551d13 0101ff 0405 30030101ff",
  },
  {
    why: "basicConstraints of an intermediate: critical, cA, path length 0",
    extension: encodeCaBasicConstraints(0),
    hex: "3012 0603551d13 0101ff 0408 30060101ff020100",
  },
  {
    why: "basicConstraints of an end entity: critical, empty",
    extension: endEntityBasicConstraints,
    hex: "300c 0603551d13 0101ff 0402 3000",
  },
  {
    why: "keyUsage of a CA: critical, keyCertSign and cRLSign, one unused bit",
    extension: encodeKeyUsage(["keyCertSign", "cRLSign"]),
    hex: "300e 0603551d0f 0101ff 0404 03020106",
  },
  {
    why: "keyUsage of an end entity: critical, digitalSignature, seven unused bits",
    extension: encodeKeyUsage(["digitalSignature"]),
    hex: "300e 0603551d0f 0101ff 0404 03020780",
  },
  {
    why: "keyUsage with its ninth bit: two octets",
    extension: encodeKeyUsage(["keyAgreement", "decipherOnly"]),
    hex: "300f 0603551d0f 0101ff 0405 0303070880",
  },
  {
    why: "extKeyUsage: not critical, in the order given",
    extension: encodeExtKeyUsage(["serverAuth", "clientAuth"]),
    hex: "301d 0603551d25 0416 301406082b0601050507030106082b06010505070302",
  },
  {
    why: "extKeyUsage: critical, of any OIDs",
    extension: encodePurposes(["1.3.6.1.5.5.7.3.8", "1.3.6.1.4.1.311.20.2.2"], true),
    hex: "3022 0603551d25 0101ff 0418 3016 06082b06010505070308 060a2b060104018237140202",
  },
  {
    why: "B-039: noRevAvail: NULL, not critical",
    extension: noRevAvail,
    hex: "3009 0603551d38 0402 0500",
  },
  {
    why: "B-040: tlsFeature: status_request, not critical",
    extension: mustStaple,
    hex: "3011 06082b06010505070118 0405 3003020105",
  },
  {
    why: "ocsp-nocheck: NULL, not critical",
    extension: ocspNoCheck,
    hex: "300f 06092b0601050507300105 0402 0500",
  },
  {
    why: "subjectKeyIdentifier: not critical",
    extension: encodeSubjectKeyIdentifier(key),
    hex: `301d 0603551d0e 0416 0414${keyHex}`,
  },
  {
    why: "A-225: authorityKeyIdentifier: not critical, the key identifier alone",
    extension: encodeAuthorityKeyIdentifier(key),
    hex: `301f 0603551d23 0418 30168014${keyHex}`,
  },
  {
    why: "B-050: subjectAltName under an empty subject: critical",
    extension: encodeSubjectAltName([{ type: "ip", value: "192.0.2.1" }], true),
    hex: "3012 0603551d11 0101ff 0408 30068704c0000201",
  },
  {
    why: "B-050: subjectAltName beside a subject: not critical",
    extension: encodeSubjectAltName([{ type: "ip", value: "192.0.2.1" }], false),
    hex: "300f 0603551d11 0408 30068704c0000201",
  },
];

describe("extensions", () => {
  test.each(written)("$why", ({ extension, hex }) => {
    expect(encodeHex(extension)).toBe(hex.replaceAll(" ", ""));
  });
});
