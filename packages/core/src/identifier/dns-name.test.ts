import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestError } from "../errors.ts";
import { parseDnsName } from "./dns-name.ts";

const malformed = { code: "ERR_IDENTIFIER_MALFORMED" };
const longLabel = "a".repeat(63);
/** 253 characters: three labels of 63, one of 61. */
const longName = [longLabel, longLabel, longLabel, "a".repeat(61)].join(".");

describe("accepts", () => {
  test.each([
    { why: "a name as it is", text: "www.example.test", name: "www.example.test" },
    { why: "case, folded", text: "WWW.Example.TEST", name: "www.example.test" },
    { why: "a single label, as home networks have", text: "nas", name: "nas" },
    { why: "a label that begins with a digit", text: "3com.example.test", name: "3com.example.test" },
    { why: "a label of digits that is not the last", text: "1.2.3.example", name: "1.2.3.example" },
    { why: "a last label with a letter in it", text: "example.4a", name: "example.4a" },
    { why: "hyphens inside a label", text: "a--b.example.test", name: "a--b.example.test" },
    { why: "a label of 63 characters", text: `${longLabel}.test`, name: `${longLabel}.test` },
    { why: "a name of 253 characters", text: longName, name: longName },
    { why: "a wildcard", text: "*.Example.test", name: "*.example.test" },
    { why: "a wildcard right below the top", text: "*.lan", name: "*.lan" },
    { why: "an A-label", text: "xn--bcher-kva.example", name: "xn--bcher-kva.example" },
    { why: "an A-label in capitals", text: "XN--BCHER-KVA.example", name: "xn--bcher-kva.example" },
    { why: "an A-label with sharp s", text: "xn--strae-oqa.example", name: "xn--strae-oqa.example" },
    {
      why: "an A-label with a joiner where its script has one",
      text: "xn--t2bo9dw70k.example",
      name: "xn--t2bo9dw70k.example",
    },
    { why: "an A-label of right-to-left letters", text: "xn--mgbh0fb.example", name: "xn--mgbh0fb.example" },
    { why: "an A-label at the top", text: "example.xn--p1ai", name: "example.xn--p1ai" },
    { why: "a wildcard above an A-label", text: "*.xn--bcher-kva.example", name: "*.xn--bcher-kva.example" },
  ])("B-051: $why", ({ text, name }) => {
    expect(parseDnsName(text)).toBe(name);
  });
});

describe("refuses", () => {
  test.each([
    { id: "case 78", why: "nothing", text: "" },
    { id: "case 78", why: "an empty label in the middle", text: "a..test" },
    { id: "case 78", why: "an empty label in front", text: ".example.test" },
    { id: "case 77", why: "a trailing dot", text: "example.test." },
    { id: "case 78", why: "the root", text: "." },
    { id: "case 78", why: "a label of 64 characters", text: `${longLabel}a.test` },
    { id: "case 78", why: "a name of 254 characters", text: `${longName}a` },
    { id: "case 78", why: "a wildcard name of 254 characters", text: `*.${longName.slice(1)}` },
    { id: "case 78", why: "an underscore", text: "_dmarc.example.test" },
    { id: "case 78", why: "a hyphen in front of a label", text: "-a.example.test" },
    { id: "case 78", why: "a hyphen behind a label", text: "a-.example.test" },
    { id: "case 78", why: "a space", text: "a b.example.test" },
    { id: "case 78", why: "a space at the end", text: "example.test " },
    { id: "case 78", why: "a line feed at the end", text: "example.test\n" },
    { id: "case 78", why: "a NUL (CVE-2009-2408)", text: "www.example.test\0.evil.test" },
    { id: "case 78", why: "a tab", text: "a\t.example.test" },
    { id: "case 79", why: "an IPv4 address", text: "192.0.2.1" },
    { id: "case 79", why: "an IPv4 address with a trailing dot", text: "192.0.2.1." },
    { id: "case 79", why: "an IPv4 address in one number", text: "2130706433" },
    { id: "case 79", why: "an IPv4 address in hexadecimal", text: "0x7f000001" },
    { id: "case 79", why: "an IPv4 address of two parts", text: "0x7f.1" },
    { id: "case 79", why: "a hexadecimal prefix as last label", text: "example.0x" },
    { id: "case 79", why: "a name whose last label is a number", text: "example.123" },
    { id: "case 79", why: "an IPv6 address", text: "2001:db8::1" },
    { id: "case 79", why: "an IPv6 address in brackets", text: "[::1]" },
    { id: "case 79", why: "a port", text: "example.test:443" },
    { id: "case 79", why: "a URL", text: "https://example.test" },
    { id: "case 79", why: "a path", text: "example.test/" },
    { id: "case 79", why: "an email address", text: "lab@example.test" },
    { id: "case 79, B-055", why: "a star alone", text: "*" },
    { id: "case 79, B-055", why: "a star before nothing", text: "*." },
    { id: "case 79, B-055", why: "two stars", text: "*.*.example.test" },
    { id: "case 79, B-055", why: "a double star", text: "**.example.test" },
    { id: "case 79, B-055", why: "a star in the second label", text: "a.*.example.test" },
    { id: "case 79, B-055", why: "a star as part of a label", text: "w*.example.test" },
    { id: "case 79, B-055", why: "a star at the start of a label", text: "*a.example.test" },
    { id: "case 79, B-055", why: "a star at the end", text: "example.*" },
    { id: "case 79", why: "a wildcard below an address", text: "*.0.2.1" },
    { id: "case 78", why: "letters beyond ASCII", text: "b\u00fccher.example" },
    { id: "E-024", why: "a full-width letter", text: "\uff45xample.test" },
    { id: "E-024", why: "the ideographic full stop", text: "example\u3002test" },
    { id: "E-024", why: "the full-width full stop", text: "example\uff0etest" },
    { id: "E-024", why: "the Kelvin sign, whose small letter is k", text: "\u212aube.example" },
    { id: "E-024", why: "a capital I with a dot above", text: "\u0130.example" },
    { id: "E-024", why: "the long s", text: "\u017fite.example" },
    { id: "E-024", why: "a zero width joiner", text: "exa\u200dmple.test" },
    { id: "E-024", why: "a zero width space", text: "exa\u200bmple.test" },
    { id: "E-024", why: "a soft hyphen", text: "exa\u00admple.test" },
    { id: "E-024", why: "a right-to-left override", text: "\u202eexample.test" },
    { id: "E-024", why: "half of a surrogate pair", text: "\ud800.example" },
    { id: "E-024", why: "hyphens in places 3 and 4 without xn", text: "ab--cd.example" },
    { id: "E-024", why: "an xn-- label of nothing", text: "xn--.example" },
    { id: "E-024", why: "an xn-- label that is not Punycode", text: "xn--99999999.example" },
    { id: "E-024", why: "an xn-- label that is cut off", text: "xn--a.example" },
    { id: "E-024", why: "an xn-- label that decodes to ASCII", text: "xn--a--fake.example" },
    { id: "E-024", why: "an xn-- label that decodes to a capital letter", text: "xn--7ba.example" },
    {
      id: "E-024",
      why: "an xn-- label that decodes to a full-width letter",
      text: "xn--xample-hy68a.example",
    },
    {
      id: "E-024",
      why: "an xn-- label that decodes to a zero width joiner out of place",
      text: "xn--ab-m1t.example",
    },
    {
      id: "E-024",
      why: "an xn-- label with a character that Punycode does not have",
      text: "xn--b_cher-kva.example",
    },
    {
      id: "E-024",
      why: "an xn-- label that is not normalised (a, combining diaeresis)",
      text: "xn--a-ccb.example",
    },
    { id: "E-024", why: "a bad xn-- label after a good one", text: "xn--bcher-kva.xn--99999999.example" },
    { id: "E-024", why: "a bad xn-- label under a wildcard", text: "*.xn--99999999.example" },
  ])("$id: $why", ({ text }) => {
    expect(() => parseDnsName(text)).toThrow(expect.objectContaining(malformed));
  });

  // The URL parser of Node 22 does not know these two rules of UTS #46.
  test.skipIf(process.versions.node.startsWith("22.")).each([
    { why: "an xn-- label that decodes to an xn-- label", text: "xn--xn---ooa.example" },
    { why: "an xn-- label that mixes both directions", text: "xn--a-poc.example" },
  ])("E-024: $why", ({ text }) => {
    expect(() => parseDnsName(text)).toThrow(expect.objectContaining(malformed));
  });

  test("shows the offending text masked and cut", () => {
    expect(() => parseDnsName("a\u001b[31m.test")).toThrow(
      'dns name "a?[31m.test" has a character other than letters, digits and hyphen',
    );
    expect(() => parseDnsName("a".repeat(64 * 1024))).toThrow(/^.{0,200}$/);
  });
});

describe("any text", () => {
  const tricky = fc.constantFrom(
    "xn--",
    "*.",
    ".",
    "-",
    "a",
    "Z",
    "0",
    "kva",
    "\u00fc",
    "\u212a",
    "0x",
    "\0",
    " ",
  );
  const anyText = fc.oneof(
    fc.array(tricky, { maxLength: 12 }).map((parts) => parts.join("")),
    fc.string(),
  );

  test("gives a name or a RequestError, and a name is its own canonical form", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let name: string;
        try {
          name = parseDnsName(text);
        } catch (error) {
          return error instanceof RequestError;
        }
        return (
          parseDnsName(name) === name && name === text.toLowerCase() && /^[a-z0-9.*-]{1,253}$/.test(name)
        );
      }),
    );
  });

  test("B-051: every host name of the preferred syntax is accepted", () => {
    const label = fc.stringMatching(/^[a-z](?:[a-z0-9]{0,10}[a-z0-9])?$/);
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 6 }), (labels) => {
        const name = labels.join(".");
        expect(parseDnsName(name)).toBe(name);
        expect(parseDnsName(`*.${name}`)).toBe(`*.${name}`);
      }),
    );
  });

  test("E-024: whatever the URL parser makes of letters beyond ASCII is an A-label", () => {
    const letters = fc.string({
      unit: fc.constantFrom(...Array.from("\u00e4\u00f6\u00fc\u00e9\u0434\u0436\u03b1\u6f22\u5b57abc")),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(letters, (text) => {
        const name = new URL(`http://${text}.example/`).hostname;
        expect(parseDnsName(name)).toBe(name);
      }),
    );
  });

  test.each([
    { why: "labels", text: "a.".repeat(32 * 1024) },
    { why: "hyphens", text: "-".repeat(64 * 1024) },
    { why: "stars", text: "*.".repeat(32 * 1024) },
    { why: "A-labels", text: "xn--a.".repeat(11 * 1024) },
  ])("E-023: 64 KiB of $why are refused for their length alone", ({ text }) => {
    expect(() => parseDnsName(text)).toThrow("has more than 253 characters");
  });
});
