import { describe, expect, test } from "vitest";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { encodeCertificationRequest, encodeCertificationRequestInfo } from "./certification-request-info.ts";

const subject = octets("3000");
const subjectPublicKeyInfo = octets(
  "302a 3005 06032b6570 0321 00 d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
);

// Worked out by hand from RFC 2986 section 4 and RFC 2985 section 5.4.2.
describe("encodeCertificationRequestInfo", () => {
  test("B-130: version 0, and attributes that are there though empty", () => {
    const info = encodeCertificationRequestInfo({ subject, subjectPublicKeyInfo, extensions: [] });
    expect(encodeHex(info)).toBe(
      `3033 020100 3000 ${encodeHex(subjectPublicKeyInfo)} a000`.replaceAll(" ", ""),
    );
  });

  test("B-131: extensions in one extensionRequest with one value", () => {
    const extension = octets("300f 0603551d13 0101ff 0405 3003 0101ff"); // basicConstraints: critical, cA
    const info = encodeCertificationRequestInfo({ subject, subjectPublicKeyInfo, extensions: [extension] });
    const attributes = `a022 3020 06092a864886f70d01090e 3113 3011 ${encodeHex(extension)}`;
    expect(encodeHex(info)).toBe(
      `3055 020100 3000 ${encodeHex(subjectPublicKeyInfo)} ${attributes}`.replaceAll(" ", ""),
    );
  });
});

test("B-130: a request is what was signed, the algorithm and the signature", () => {
  const request = encodeCertificationRequest(octets("3000"), "ed25519", octets("0102"));
  expect(encodeHex(request)).toBe("300e 3000 3005 06032b6570 0303 00 0102".replaceAll(" ", ""));
});

function octets(spaced: string): Uint8Array {
  return decodeHex(spaced.replaceAll(" ", "")) ?? new Uint8Array();
}
