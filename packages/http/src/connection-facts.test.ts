import { describe, expect, test } from "vitest";
import { createFactsReader } from "./connection-facts.ts";

describe("createFactsReader", () => {
  test.each([
    { why: "IPv4 as it is", address: "192.0.2.1", expected: "192.0.2.1" },
    { why: "IPv4 mapped into IPv6 as IPv4", address: "::ffff:192.0.2.1", expected: "192.0.2.1" },
    { why: "IPv6 as it is", address: "2001:db8::1", expected: "2001:db8::1" },
    {
      why: "IPv6 that only begins like a mapped address as it is",
      address: "::ffff:0:1",
      expected: "::ffff:0:1",
    },
    { why: "a link-local address with its zone", address: "fe80::1%eth0", expected: "fe80::1%eth0" },
  ])("gives $why", ({ address, expected }) => {
    expect(createFactsReader()({ remoteAddress: address }).remoteAddress).toBe(expected);
  });

  test("has no address to give on a Unix socket", () => {
    expect("remoteAddress" in createFactsReader()({ remoteAddress: undefined })).toBe(false);
  });

  test("gives the same frozen facts for each request of a connection", () => {
    const read = createFactsReader();
    const socket = { remoteAddress: "192.0.2.1", encrypted: true };
    expect(read(socket)).toBe(read(socket));
    expect(Object.isFrozen(read(socket))).toBe(true);
    expect(read({ ...socket })).not.toBe(read(socket));
  });

  test("looks at the client certificate only when it is asked for, and each time", () => {
    let looks = 0;
    const getPeerX509Certificate = (): undefined => {
      looks += 1;
    };
    const facts = createFactsReader()({ encrypted: true, getPeerX509Certificate });
    expect([facts.secure, looks]).toEqual([true, 0]);
    expect([facts.clientCertificate, facts.clientCertificate, looks]).toEqual([undefined, undefined, 2]);
  });
});
