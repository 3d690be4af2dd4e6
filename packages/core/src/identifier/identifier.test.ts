import { describe, expect, test } from "vitest";
import { formatIdentifier, type Identifier, parseIdentifier, sameIdentifier } from "./identifier.ts";

describe("parseIdentifier", () => {
  test.each([undefined, null, 7, {}, ["a.test"]])("refuses a value that is not text: %j", (value) => {
    expect(() => parseIdentifier("dns", value as never)).toThrow(
      expect.objectContaining({ code: "ERR_IDENTIFIER_MALFORMED" }),
    );
  });

  test.each([
    { type: "dns", value: "Example.TEST", canonical: "example.test" },
    { type: "ip", value: "2001:DB8::0007", canonical: "2001:db8::7" },
    { type: "email", value: "Lab@Example.TEST", canonical: "Lab@example.test" },
    { type: "uri", value: "SPIFFE://Example.TEST/Web", canonical: "spiffe://example.test/Web" },
  ])("brings $type into its one spelling", ({ type, value, canonical }) => {
    expect(parseIdentifier(type, value)).toEqual({ type, value: canonical });
  });

  test.each(["", "DNS", "dns ", "otherName", "toString", "constructor", "__proto__", "hasOwnProperty"])(
    "case 76: refuses type %j",
    (type) => {
      expect(() => parseIdentifier(type, "example.test")).toThrow(
        expect.objectContaining({ code: "ERR_IDENTIFIER_UNSUPPORTED" }),
      );
    },
  );

  test("an unknown type is shown masked and cut", () => {
    expect(() => parseIdentifier(`\u001b${"x".repeat(100)}`, "")).toThrow(`type "?${"x".repeat(79)}..."`);
  });

  test.each([
    { type: "dns", value: "192.0.2.7" },
    { type: "ip", value: "example.test" },
    { type: "email", value: "example.test" },
    { type: "uri", value: "example.test" },
  ])("a value of another type is malformed as $type", ({ type, value }) => {
    expect(() => parseIdentifier(type, value)).toThrow(
      expect.objectContaining({ code: "ERR_IDENTIFIER_MALFORMED" }),
    );
  });
});

describe("case 77: two spellings of one name are the same identifier", () => {
  test.each([
    { type: "dns", left: "example.test", right: "EXAMPLE.test" },
    { type: "ip", left: "2001:db8::7", right: "2001:0db8:0:0:0:0:0:7" },
    { type: "ip", left: "64:ff9b::c000:207", right: "64:ff9b::192.0.2.7" },
    { type: "email", left: "lab@example.test", right: "lab@EXAMPLE.TEST" },
    { type: "uri", left: "https://example.test/a", right: "HTTPS://EXAMPLE.TEST/a" },
  ])("$type $right", ({ type, left, right }) => {
    expect(sameIdentifier(parseIdentifier(type, left), parseIdentifier(type, right))).toBe(true);
  });

  test.each([
    { why: "the type", left: "dns a.test", right: "uri https://a.test" },
    { why: "the value", left: "dns a.test", right: "dns b.test" },
    { why: "the local part's case", left: "email a@b.test", right: "email A@b.test" },
    { why: "the path's case", left: "uri https://a.test/b", right: "uri https://a.test/B" },
  ])("but not where $why differs", ({ left, right }) => {
    const parse = (text: string): Identifier => {
      const [type = "", value = ""] = text.split(" ");
      return parseIdentifier(type, value);
    };
    expect(sameIdentifier(parse(left), parse(right))).toBe(false);
  });
});

test("formatIdentifier writes type and value", () => {
  expect(formatIdentifier(parseIdentifier("ip", "::1"))).toBe("ip:::1");
});
