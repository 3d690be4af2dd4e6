import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AddressPolicyOptions, createAddressPolicy } from "./address-policy.ts";
import { parseAddress } from "./ip-address.ts";

describe("createAddressPolicy", () => {
  test.each([
    { address: "0.0.0.0", rule: "this network (RFC 791)" },
    { address: "0.1.2.3", rule: "this network (RFC 791)" },
    { address: "10.255.255.255", rule: "private use (RFC 1918)" },
    { address: "100.64.0.1", rule: "shared address space (RFC 6598)" },
    { address: "100.127.255.255", rule: "shared address space (RFC 6598)" },
    { address: "127.0.0.1", rule: "loopback (RFC 1122)" },
    { address: "169.254.0.1", rule: "link-local (RFC 3927)" },
    { address: "172.16.0.1", rule: "private use (RFC 1918)" },
    { address: "172.31.255.255", rule: "private use (RFC 1918)" },
    { address: "192.0.0.8", rule: "a protocol assignment (RFC 6890)" },
    { address: "192.0.2.1", rule: "documentation (RFC 5737)" },
    { address: "192.88.99.1", rule: "a 6to4 relay (RFC 7526)" },
    { address: "192.168.1.1", rule: "private use (RFC 1918)" },
    { address: "198.19.255.255", rule: "benchmarking (RFC 2544)" },
    { address: "198.51.100.1", rule: "documentation (RFC 5737)" },
    { address: "203.0.113.1", rule: "documentation (RFC 5737)" },
    { address: "224.0.0.1", rule: "multicast (RFC 1112)" },
    { address: "240.0.0.1", rule: "reserved (RFC 1112)" },
    { address: "255.255.255.255", rule: "broadcast (RFC 919)" },
    { address: "169.254.169.254", rule: "the address of a cloud metadata service" },
    { address: "168.63.129.16", rule: "the address of a cloud metadata service" },
    { address: "fd00:ec2::254", rule: "the address of a cloud metadata service" },
    { address: "::", rule: "unspecified (RFC 4291)" },
    { address: "::1", rule: "loopback (RFC 4291)" },
    { address: "::127.0.0.1", rule: "not global unicast (RFC 4291)" },
    { address: "::ffff:127.0.0.1", rule: "loopback (RFC 1122)" },
    { address: "::ffff:a00:1", rule: "private use (RFC 1918)" },
    { address: "::ffff:0:7f00:1", rule: "not global unicast (RFC 4291)" },
    { address: "64:ff9b::7f00:1", rule: "NAT64 (RFC 6052)" },
    { address: "64:ff9b:1::a00:1", rule: "local NAT64 (RFC 8215)" },
    { address: "100::1", rule: "discard only (RFC 6666)" },
    { address: "2001::1", rule: "Teredo (RFC 4380)" },
    { address: "2001:2::1", rule: "benchmarking (RFC 5180)" },
    { address: "2001:20::1", rule: "a protocol assignment (RFC 2928)" },
    { address: "2001:db8::1", rule: "documentation (RFC 3849)" },
    { address: "2002:7f00:1::", rule: "6to4 (RFC 3056)" },
    { address: "3fff::1", rule: "documentation (RFC 9637)" },
    { address: "4000::1", rule: "not global unicast (RFC 4291)" },
    { address: "5f00::1", rule: "not global unicast (RFC 4291)" },
    { address: "fd12:3456::1", rule: "unique local (RFC 4193)" },
    { address: "fe80::1", rule: "link-local (RFC 4291)" },
    { address: "febf::1", rule: "link-local (RFC 4291)" },
    { address: "fec0::1", rule: "site-local (RFC 3879)" },
    { address: "ff02::1", rule: "multicast (RFC 4291)" },
  ])("case 96: refuses $address as $rule", ({ address, rule }) => {
    expect(judge({}, address)).toBe(rule);
  });

  test.each([
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2003::1",
    "2606:4700::1111",
    "3ffe::1",
  ])("lets through the global unicast address %s", (address) => {
    expect(judge({}, address)).toBeUndefined();
  });

  test.each([
    { why: "a block", options: { allow: ["10.0.0.0/8"] }, address: "10.1.2.3", rule: undefined },
    {
      why: "another block",
      options: { allow: ["10.0.0.0/8"] },
      address: "192.168.1.1",
      rule: "private use (RFC 1918)",
    },
    { why: "an address", options: { allow: ["127.0.0.1"] }, address: "127.0.0.1", rule: undefined },
    {
      why: "the address beside it",
      options: { allow: ["127.0.0.1"] },
      address: "127.0.0.2",
      rule: "loopback (RFC 1122)",
    },
    {
      why: "the block of a mapped address",
      options: { allow: ["10.0.0.0/8"] },
      address: "::ffff:10.0.0.1",
      rule: undefined,
    },
    { why: "unique local addresses", options: { allow: ["fc00::/7"] }, address: "fd12::1", rule: undefined },
    {
      why: "a block around a metadata service",
      options: { allow: ["169.254.0.0/16", "fc00::/7"] },
      address: "169.254.169.254",
      rule: "the address of a cloud metadata service",
    },
    {
      why: "unique local addresses around a metadata service",
      options: { allow: ["fc00::/7"] },
      address: "fd00:ec2::254",
      rule: "the address of a cloud metadata service",
    },
    {
      why: "a metadata service itself",
      options: { allow: ["169.254.169.254/32"] },
      address: "169.254.169.254",
      rule: undefined,
    },
    {
      why: "NAT64 to a public address",
      options: { allow: ["64:ff9b::/96"] },
      address: "64:ff9b::808:808",
      rule: undefined,
    },
    {
      why: "NAT64 to a private address",
      options: { allow: ["64:ff9b::/96"] },
      address: "64:ff9b::a00:1",
      rule: "private use (RFC 1918)",
    },
    {
      why: "everything, less what is denied",
      options: { allow: ["0.0.0.0/0"], deny: ["8.8.8.0/24"] },
      address: "8.8.8.8",
      rule: "denied by the operator",
    },
    {
      why: "a public block denied",
      options: { deny: ["2606:4700::/32"] },
      address: "2606:4700::1",
      rule: "denied by the operator",
    },
    {
      why: "every IPv4 address says nothing of IPv6",
      options: { allow: ["0.0.0.0/0"] },
      address: "::1",
      rule: "loopback (RFC 4291)",
    },
  ])("E-001: with $why, $address gets $rule", ({ options, address, rule }) => {
    expect(judge(options, address)).toBe(rule);
  });

  test.each([
    "10.0.0.5/8",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0.0/08",
    "10.0.0/8",
    "::1/129",
    "fe80::1%eth0",
    "example.test",
    "::ffff:10.0.0.0/104",
    "",
  ])("refuses to start with %j as a network", (entry) => {
    expect(() => createAddressPolicy({ allow: [entry] })).toThrow(
      expect.objectContaining({
        code: "ERR_OPTION_INVALID",
        message: expect.stringContaining(`allow entry "${entry}"`),
      }),
    );
    expect(() => createAddressPolicy({ deny: [entry] })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });

  test("what is said of IPv6 says nothing of IPv4 (E-001, E-004)", () => {
    for (const address of ["10.0.0.1", "127.0.0.1", "224.0.0.1", "192.168.1.1"]) {
      expect(judge({ allow: ["::/0"] }, address)).toBe(judge({}, address));
      expect(judge({ allow: ["::/0"] }, address)).toBeDefined();
    }
    expect(judge({ deny: ["::/0"] }, "8.8.8.8")).toBeUndefined();
    expect(judge({ allow: ["0.0.0.0/0"] }, "fd00::1")).toBe(judge({}, "fd00::1"));
    expect(judge({ allow: ["::/0"] }, "fd00::1")).toBeUndefined();
  });

  test("a mapped address gets the verdict of the IPv4 address inside, whatever is allowed", () => {
    const policies = [{}, { allow: ["10.0.0.0/8", "::/0"] }, { deny: ["8.0.0.0/7"] }];
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom(...policies), (ipv4, options) => {
        expect(judge(options, `::ffff:${ipv4}`)).toBe(judge(options, ipv4));
      }),
    );
  });
});

function judge(options: AddressPolicyOptions, text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is not an address`);
  return createAddressPolicy(options)(address);
}
