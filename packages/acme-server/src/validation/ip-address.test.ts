import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAddress, reverseName } from "./ip-address.ts";

describe("parseAddress", () => {
  test.each([
    { text: "192.0.2.1", canonical: "192.0.2.1" },
    { text: "2001:DB8:0:0::1", canonical: "2001:db8::1" },
    { text: "::", canonical: "::" },
    { text: "::1", canonical: "::1" },
    { text: "::ffff:127.0.0.1", canonical: "127.0.0.1" },
    { text: "::ffff:7f00:1", canonical: "127.0.0.1" },
    { text: "0:0:0:0:0:FFFF:a9fe:a9fe", canonical: "169.254.169.254" },
    { text: "1:2:3:4:5:6:7:8", canonical: "1:2:3:4:5:6:7:8" },
  ])("E-004: reads $text as $canonical", ({ text, canonical }) => {
    expect(parseAddress(text)?.text).toBe(canonical);
  });

  test.each([
    "0x7f.1",
    "127.1",
    "2130706433",
    "0177.0.0.1",
    "127.0.0.1.",
    "127.0.0.1:80",
    "[::1]",
    "fe80::1%eth0",
    "localhost",
    "",
    " ::1",
    "1::2::3",
  ])("E-004: %j is not an address", (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  test("reads back the octets of any address that is not a mapped one", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (octets) => {
        fc.pre(octets[0] !== 0);
        const text = Buffer.from(octets)
          .toString("hex")
          .replace(/(.{4})(?!$)/g, "$1:");
        expect(parseAddress(text)?.octets).toEqual(octets);
        expect(parseAddress(parseAddress(text)?.text ?? "")?.octets).toEqual(octets);
      }),
    );
  });

  test("a mapped address is the IPv4 address, however it is written", () => {
    fc.assert(
      fc.property(fc.ipV4(), (ipv4) => {
        const hex = Buffer.from(ipv4.split(".").map(Number)).toString("hex");
        expect(parseAddress(`::ffff:${ipv4}`)).toEqual(parseAddress(ipv4));
        expect(parseAddress(`0:0:0:0:0:ffff:${hex.slice(0, 4)}:${hex.slice(4)}`)).toEqual(parseAddress(ipv4));
      }),
    );
  });
});

describe("reverseName", () => {
  test.each([
    { text: "192.0.2.10", name: "10.2.0.192.in-addr.arpa" },
    {
      text: "2001:db8::567:89ab",
      name: "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
    },
  ])("A-171: $text is asked for as $name", ({ text, name }) => {
    const address = parseAddress(text);
    expect(address && reverseName(address)).toBe(name);
  });
});
