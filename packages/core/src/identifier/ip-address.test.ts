import { isIPv6 } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestError } from "../errors.ts";
import { formatIpAddress, parseIpAddress, readIpAddress } from "./ip-address.ts";

describe("accepts", () => {
  test.each([
    { why: "IPv4", text: "192.0.2.7", address: "192.0.2.7" },
    { why: "the limits of each octet", text: "255.0.255.0", address: "255.0.255.0" },
    { why: "loopback, which policy has to judge", text: "127.0.0.1", address: "127.0.0.1" },
    { why: "IPv6 in its canonical form", text: "2001:db8::7", address: "2001:db8::7" },
    { why: "IPv6 in capitals", text: "2001:DB8::7", address: "2001:db8::7" },
    {
      why: "IPv6 with leading zeros",
      text: "2001:0db8:0000:0000:0000:0000:0000:0007",
      address: "2001:db8::7",
    },
    {
      why: "IPv6 compressed elsewhere than at its longest run",
      text: "2001:db8::1:0:0:0:1",
      address: "2001:db8:0:1::1",
    },
    { why: "the first of two equal runs", text: "2001:db8:0:0:1:0:0:1", address: "2001:db8::1:0:0:1" },
    { why: "one zero field, not compressed", text: "2001:db8::1:2:3:4:5", address: "2001:db8:0:1:2:3:4:5" },
    { why: "zeros at the end", text: "2001:db8:0:0:0:0:0:0", address: "2001:db8::" },
    { why: "zeros in front", text: "0:0:0:0:0:0:0:1", address: "::1" },
    { why: "no zeros at all", text: "1:2:3:4:5:6:7:8", address: "1:2:3:4:5:6:7:8" },
    { why: "an IPv4 tail", text: "64:ff9b::192.0.2.7", address: "64:ff9b::c000:207" },
    { why: "an IPv4 tail behind six fields", text: "1:2:3:4:5:6:192.0.2.7", address: "1:2:3:4:5:6:c000:207" },
    { why: "link-local without a zone", text: "fe80::1", address: "fe80::1" },
  ])("B-052: $why", ({ text, address }) => {
    expect(parseIpAddress(text)).toBe(address);
  });
});

describe("refuses", () => {
  test.each([
    { why: "nothing", text: "" },
    { why: "three parts", text: "192.0.2" },
    { why: "five parts", text: "192.0.2.7.1" },
    { why: "an octet of 256", text: "192.0.2.256" },
    { why: "an octet of four digits", text: "192.0.2.1000" },
    { why: "leading zeros", text: "192.0.02.7" },
    { why: "octal", text: "0300.0.2.7" },
    { why: "hexadecimal", text: "0xc0.0.2.7" },
    { why: "one number", text: "3221225991" },
    { why: "an empty part", text: "192..2.7" },
    { why: "a trailing dot", text: "192.0.2.7." },
    { why: "a leading space", text: " 192.0.2.7" },
    { why: "a line feed at the end", text: "192.0.2.7\n" },
    { why: "a sign", text: "192.0.2.-7" },
    { why: "digits beyond ASCII", text: "192.0.2.\u0667" },
    { why: "IPv4 with a prefix length", text: "192.0.2.0/24" },
    { why: "IPv6 with a prefix length", text: "2001:db8::/32" },
    { why: "IPv4 with a port", text: "192.0.2.7:443" },
    { why: "brackets", text: "[2001:db8::7]" },
    { why: "a zone", text: "fe80::1%eth0" },
    { why: "a zone in digits", text: "fe80::1%1" },
    { why: "two compressions", text: "2001::db8::7" },
    { why: "nine fields", text: "1:2:3:4:5:6:7:8:9" },
    { why: "seven fields", text: "1:2:3:4:5:6:7" },
    { why: "a compression of nothing", text: "1:2:3:4::5:6:7:8" },
    { why: "a field of five digits", text: "12345::" },
    { why: "a letter beyond f", text: "2001:dbg::7" },
    { why: "a colon in front", text: ":1:2:3:4:5:6:7" },
    { why: "a colon at the end", text: "1:2:3:4:5:6:7:" },
    { why: "an IPv4 tail with a leading zero", text: "64:ff9b::192.0.2.07" },
    { why: "an IPv4 tail in hexadecimal", text: "64:ff9b::0xc0.0.2.7" },
    { why: "an IPv4 tail that is cut off", text: "64:ff9b::192.0.2" },
    { why: "an IPv4 tail behind seven fields", text: "1:2:3:4:5:6:7:192.0.2.7" },
    { why: "an IPv4 address in the middle", text: "1:192.0.2.7::1" },
    { why: "IPv4 mapped into IPv6", text: "::ffff:192.0.2.7" },
    { why: "IPv4 mapped into IPv6, in hexadecimal", text: "::ffff:c000:207" },
    { why: "IPv4 mapped into IPv6, in full", text: "0:0:0:0:0:FFFF:c000:0207" },
    { why: "the unspecified IPv4 address", text: "0.0.0.0" },
    { why: "the unspecified IPv6 address", text: "::" },
    { why: "the unspecified IPv6 address with an IPv4 tail", text: "::0.0.0.0" },
    { why: "the first IPv4 multicast address", text: "224.0.0.0" },
    { why: "the last IPv4 multicast address", text: "239.255.255.255" },
    { why: "an IPv6 multicast address", text: "ff02::1" },
    { why: "a host name", text: "example.test" },
    { why: "64 KiB of colons (E-023)", text: ":".repeat(64 * 1024) },
    { why: "64 KiB of digits (E-023)", text: "1".repeat(64 * 1024) },
    { why: "64 KiB of octets (E-023)", text: "1.".repeat(32 * 1024) },
  ])("case 80, B-052: $why", ({ text }) => {
    expect(() => parseIpAddress(text)).toThrow(expect.objectContaining({ code: "ERR_IDENTIFIER_MALFORMED" }));
  });

  test("addresses next to the refused ranges are accepted", () => {
    for (const text of ["223.255.255.255", "240.0.0.0", "0.0.0.1", "::1", "::fffe:c000:207", "feff::1"])
      expect(parseIpAddress(text)).toBe(text);
  });
});

describe("octets and text", () => {
  const octets = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4 }),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
    fc.uint8Array({ minLength: 16, maxLength: 16, max: 1 }),
  );

  test("B-052: every address is read back from its canonical form", () => {
    fc.assert(
      fc.property(octets, (bytes) => {
        expect(readIpAddress(formatIpAddress(bytes))).toEqual(bytes);
      }),
    );
  });

  test("IPv6 is read as Node reads it, in any spelling", () => {
    const field = fc
      .nat(0xffff)
      .chain((value) =>
        fc.constantFrom(value.toString(16), value.toString(16).padStart(4, "0").toUpperCase()),
      );
    const text = fc
      .tuple(fc.array(field, { maxLength: 8 }), fc.array(field, { maxLength: 8 }))
      .map(([head, tail]) =>
        head.length + tail.length >= 8
          ? [...head, ...tail].slice(0, 8).join(":")
          : `${head.join(":")}::${tail.join(":")}`,
      );
    fc.assert(
      fc.property(text, (address) => {
        expect(isIPv6(address)).toBe(true);
        expect(readIpAddress(address)).toEqual(expandByHand(address));
      }),
    );
  });

  test("any text gives an address or a RequestError, and an address is its own canonical form", () => {
    const anyText = fc.oneof(
      fc.ipV4(),
      fc.ipV4Extended(),
      fc.ipV6(),
      fc.string(),
      fc.string({ unit: fc.constantFrom(...Array.from("0123f:.%x")) }),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        let address: string;
        try {
          address = parseIpAddress(text);
        } catch (error) {
          return error instanceof RequestError;
        }
        return parseIpAddress(address) === address;
      }),
    );
  });
});

function expandByHand(address: string): Uint8Array {
  const [head = "", tail] = address.split("::");
  const before = head.split(":").filter((field) => field !== "");
  const after = (tail ?? "").split(":").filter((field) => field !== "");
  const fields = [
    ...before,
    ...Array.from({ length: 8 - before.length - after.length }, () => "0"),
    ...after,
  ];
  return Uint8Array.from(fields.flatMap((field) => [...Buffer.from(field.padStart(4, "0"), "hex")]));
}
