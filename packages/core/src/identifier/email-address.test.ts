import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestError } from "../errors.ts";
import { parseEmailAddress } from "./email-address.ts";

describe("B-054", () => {
  test.each([
    { why: "an address as it is", text: "lab@example.test", address: "lab@example.test" },
    { why: "the domain folded, the local part not", text: "Lab@EXAMPLE.test", address: "Lab@example.test" },
    { why: "a tag", text: "lab+ca@example.test", address: "lab+ca@example.test" },
    { why: "a dot inside the local part", text: "a.b@example.test", address: "a.b@example.test" },
    {
      why: "every special character of an atom",
      text: "!#$%&'*+/=?^_`{|}~-@example.test",
      address: "!#$%&'*+/=?^_`{|}~-@example.test",
    },
    {
      why: "a local part of 64 characters",
      text: `${"a".repeat(64)}@example.test`,
      address: `${"a".repeat(64)}@example.test`,
    },
    { why: "an A-label", text: "lab@xn--bcher-kva.example", address: "lab@xn--bcher-kva.example" },
  ])("accepts $why", ({ text, address }) => {
    expect(parseEmailAddress(text)).toBe(address);
  });

  test.each([
    { why: "nothing", text: "" },
    { why: "no at sign", text: "example.test" },
    { why: "no local part", text: "@example.test" },
    { why: "no domain", text: "lab@" },
    { why: "two at signs", text: "a@b@example.test" },
    { why: "a quoted local part", text: '"a b"@example.test' },
    { why: "a quoted at sign", text: '"a@b"@example.test' },
    { why: "a dot in front", text: ".a@example.test" },
    { why: "a dot behind", text: "a.@example.test" },
    { why: "two dots", text: "a..b@example.test" },
    { why: "a space", text: "a b@example.test" },
    { why: "a comment", text: "a(b)@example.test" },
    { why: "a display name", text: "Lab <lab@example.test>" },
    { why: "a header behind a line end", text: "lab\r\nBcc:x@example.test" },
    { why: "a line feed at the end", text: "lab@example.test\n" },
    { why: "a NUL", text: "lab\0@example.test" },
    { why: "a local part beyond ASCII", text: "k\u00e4ytt\u00f6@example.test" },
    { why: "a local part of 65 characters", text: `${"a".repeat(65)}@example.test` },
    { why: "a domain beyond ASCII", text: "lab@b\u00fccher.example" },
    { why: "a domain with the Kelvin sign", text: "lab@\u212aube.example" },
    { why: "a domain with a fake A-label", text: "lab@xn--99999999.example" },
    { why: "an address literal", text: "lab@[192.0.2.7]" },
    { why: "an address as domain", text: "lab@192.0.2.7" },
    { why: "a wildcard domain", text: "lab@*.example.test" },
    { why: "a trailing dot", text: "lab@example.test." },
    { why: "64 KiB of dots (E-023)", text: `${"a.".repeat(32 * 1024)}@example.test` },
    { why: "64 KiB of domain (E-023)", text: `a@${"a.".repeat(32 * 1024)}` },
  ])("refuses $why", ({ text }) => {
    expect(() => parseEmailAddress(text)).toThrow(
      expect.objectContaining({ code: "ERR_IDENTIFIER_MALFORMED" }),
    );
  });

  test("any text gives an address or a RequestError, and an address is its own canonical form", () => {
    const anyText = fc.oneof(
      fc.emailAddress(),
      fc.string(),
      fc.string({ unit: fc.constantFrom(...Array.from('a.@*-"\n\u212a')) }),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        let address: string;
        try {
          address = parseEmailAddress(text);
        } catch (error) {
          return error instanceof RequestError;
        }
        return parseEmailAddress(address) === address && address.split("@").length === 2;
      }),
    );
  });
});
