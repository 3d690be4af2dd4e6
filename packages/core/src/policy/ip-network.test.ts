import { describe, expect, test } from "vitest";
import { parseIpNetwork } from "./ip-network.ts";

const rows = [
  { network: "10.0.0.0/8", inside: ["10.0.0.0", "10.255.255.255"], outside: ["9.255.255.255", "11.0.0.0"] },
  { network: "10.1.2.0/23", inside: ["10.1.2.0", "10.1.3.255"], outside: ["10.1.1.255", "10.1.4.0"] },
  { network: "192.0.2.1", inside: ["192.0.2.1"], outside: ["192.0.2.0", "192.0.2.2"] },
  { network: "192.0.2.1/32", inside: ["192.0.2.1"], outside: ["192.0.2.2"] },
  { network: "0.0.0.0/0", inside: ["10.0.0.1"], outside: ["2001:db8::1", "::1"] },
  { network: "::/0", inside: ["2001:db8::1"], outside: ["10.0.0.1"] },
  { network: "fd00::/8", inside: ["fd12:3456::1", "fdff::"], outside: ["fc00::1", "fe80::1", "10.0.0.1"] },
  { network: "2001:db8::/33", inside: ["2001:db8:7fff::1"], outside: ["2001:db8:8000::1"] },
  { network: "2001:DB8::1", inside: ["2001:db8::1"], outside: ["2001:db8::2"] },
] as const;

describe("parseIpNetwork", () => {
  test.each(rows)("$network", ({ network, inside, outside }) => {
    const read = parseIpNetwork(network);
    expect(read.text).toBe(network);
    for (const address of inside) expect(read.contains(address), address).toBe(true);
    for (const address of outside) expect(read.contains(address), address).toBe(false);
  });

  test.each([
    { network: "", why: "nothing" },
    { network: "10.0.0.0/33", why: "a prefix beyond 32" },
    { network: "fd00::/129", why: "a prefix beyond 128" },
    { network: "10.0.0.0/", why: "no prefix" },
    { network: "10.0.0.0/-1", why: "a sign" },
    { network: "10.0.0.0/8/8", why: "two prefixes" },
    { network: "10.0.0.1/8", why: "bits beyond the prefix" },
    { network: "10.0.0/8", why: "three octets" },
    { network: "010.0.0.0/8", why: "octal" },
    { network: "0x0a.0.0.0/8", why: "hexadecimal" },
    { network: "lab.example", why: "a name" },
    { network: "fe80::1%eth0", why: "a zone" },
    { network: "::ffff:10.0.0.1", why: "an IPv4 address mapped into IPv6, which no identifier is" },
    { network: "::ffff:10.0.0.0/104", why: "IPv4 addresses mapped into IPv6" },
    { network: "::ffff:0:0/96", why: "all of them" },
  ])("refuses $why: $network", ({ network }) => {
    expect(() => parseIpNetwork(network)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });

  test("takes a network that has the mapped addresses among others", () => {
    expect(parseIpNetwork("::/95").contains("::1")).toBe(true);
  });

  test("overlooks bits beyond the prefix where it is told to", () => {
    const { contains, text } = parseIpNetwork("10.1.2.3/16", { hostBits: true });
    expect(text).toBe("10.1.2.3/16");
    expect(["10.1.0.0", "10.1.255.255", "10.2.2.3", "10.0.2.3"].map(contains)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(() => parseIpNetwork("10.1.2.3/33", { hostBits: true })).toThrow("is not an address");
  });
});
