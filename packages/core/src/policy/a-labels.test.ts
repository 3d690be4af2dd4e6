import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDnsName } from "../identifier/dns-name.ts";
import { toALabels } from "./a-labels.ts";

describe("toALabels", () => {
  test.each([
    { why: "leaves ASCII as it is", domain: "Www.Example.test", written: "Www.Example.test" },
    { why: "leaves to others what is no name", domain: "a/b@c:d", written: "a/b@c:d" },
    { why: "writes an umlaut", domain: "b\u00fccher.example", written: "xn--bcher-kva.example" },
    {
      why: "writes capitals as small letters",
      domain: "B\u00dcCHER.Example",
      written: "xn--bcher-kva.example",
    },
    { why: "writes sharp s as itself", domain: "stra\u00dfe.example", written: "xn--strae-oqa.example" },
    { why: "composes", domain: "bu\u0308cher.example", written: "xn--bcher-kva.example" },
    { why: "writes full-width letters as ordinary ones", domain: "\uff45xample", written: "example" },
    {
      why: "takes the full stops of other scripts for dots",
      domain: "\u4f8b\u3002jp",
      written: "xn--fsq.jp",
    },
  ])("E-024: $why", ({ domain, written }) => {
    expect(toALabels(domain)).toBe(written);
  });

  test.each([
    { why: "a slash", domain: "\u00fc.example/x" },
    { why: "a colon", domain: "\u00fc.example:80" },
    { why: "an at sign", domain: "a@\u00fc.example" },
    { why: "percent-encoding", domain: "\u00fc%61.example" },
    { why: "a line feed, which the URL parser drops", domain: "\u00fc\n.example" },
    { why: "a space", domain: "\u00fc .example" },
    { why: "a joiner", domain: "\u00fc\u200d.example" },
    { why: "a symbol", domain: "\u2603.example" },
    { why: "254 characters", domain: `\u00fc${"a".repeat(253)}` },
    { why: "a bad A-label beside it", domain: "\u00fc.xn--99999999" },
  ])("E-024: refuses $why", ({ domain }) => {
    expect(() => toALabels(domain)).toThrow(TypeError);
  });

  test("what it writes of letters is a name", () => {
    const letter = fc.constantFrom(
      ...Array.from("\u00e4\u00f6\u00fc\u00e9\u0434\u0436\u03b1\u6f22\u5b57abc"),
    );
    fc.assert(
      fc.property(fc.string({ unit: letter, minLength: 1, maxLength: 12 }), (label) => {
        expect(parseDnsName(toALabels(`${label}.example`))).toBe(toALabels(`${label}.example`));
      }),
    );
  });
});
