import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readsAsHost, readsAsOtherHost } from "./host-resemblance.ts";
import { parseIdentifier } from "./identifier.ts";

describe("B-056: reads as a host", () => {
  test.each([
    "bank.example",
    "BANK.example",
    "*.bank.example",
    "*bank.example",
    "my_bank.example",
    "b--k.example",
    "xn--zzzz.example",
    "bank.123",
    "bank.example.",
    " bank.example",
    "bank.example\u00a0",
    "ba\u00adnk.exam\u200bple",
    "bank\u3002example",
    "bank\uff0eexample",
    "bank\uff61example\uff61",
    "\uff42ank.example",
    "\u212aank.example",
    "b\u00e4nk.example",
    "\u0431\u0430\u043d\u043a.example",
    "bank.example:443",
    "printer:443",
    "https://bank.example",
    "HTTPS://bank/",
    "https://anna@bank.example/",
    "bank.example/x",
    "bank.example?x",
    "bank.example#x",
    "bank.example\\x",
    "192.0.2.1",
    "192.0.2.1:443",
    "127.1",
    "0x7f.1",
    "0177.0.0.1",
    "2001:db8::1",
    "2001:0DB8::1",
    "[2001:db8::1]",
    "[2001:db8::1]:443",
    "fe80::1%eth0",
    "::ffff:10.0.0.1",
    " ::1 ",
  ])("%j", (text) => {
    expect(readsAsHost(text)).toBe(true);
  });

  test.each([
    "",
    " ",
    ".",
    "..",
    "printer",
    "localhost",
    "Lab.",
    "4711",
    "Anna Berg",
    "Anna B. Berg",
    "Lab Root X1, 2.0",
    "Lab Inc. (bank.example)",
    "anna@bank.example",
    "a..b",
    "Team: 42",
    "AC/DC",
    "O'Brien",
  ])("not %j", (text) => {
    expect(readsAsHost(text)).toBe(false);
  });

  test("every name and address that a certificate can carry, in whatever dress", () => {
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
    const dress = fc.constantFrom<(text: string) => string>(
      (text) => text,
      (text) => ` ${text} `,
      (text) => text.toUpperCase(),
      (text) => (text.includes(":") ? `[${text}]:8443` : `${text}:8443`),
      (text) => (text.includes(":") ? `https://[${text}]/x` : `https://${text}/x`),
      (text) =>
        text.includes(":")
          ? text
          : text.replace(/[a-z.]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0)),
    );
    fc.assert(fc.property(host, dress, (text, put) => readsAsHost(put(text))));
  });

  test("E-023: any text, however long, is answered in one pass", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => typeof readsAsHost(text) === "boolean"));
    for (const part of ["a", "a.", ":", "1:", "/", "@", "%", "[", "a@", " ", "https://"])
      expect(typeof readsAsHost(part.repeat(20_000))).toBe("boolean");
  }, 5000);
});

describe("B-056: reads as another host", () => {
  const identifiers = [
    parseIdentifier("dns", "kilo.example"),
    parseIdentifier("dns", "xn--bcher-kva.example"),
    parseIdentifier("ip", "2001:db8::1"),
    parseIdentifier("uri", "https://a.example/X"),
  ];

  test.each(["kilo.example", "KILO.Example", "2001:DB8::1", "https://a.example/X", "Anna"])(
    "not %j",
    (text) => {
      expect(readsAsOtherHost(text, identifiers)).toBe(false);
    },
  );

  test.each([
    "lima.example",
    "kilo.example.",
    " kilo.example",
    "kilo.example:443",
    "\u212ailo.example",
    "b\u00fccher.example",
    "2001:0db8::1",
    "https://a.example/x",
  ])("%j", (text) => {
    expect(readsAsOtherHost(text, identifiers)).toBe(true);
  });
});
