import { describe, expect, test } from "vitest";
import { type Identifier, parseIdentifier } from "../identifier/identifier.ts";
import type { Policy, PolicyInput } from "./policy.ts";
import { allowDns, allowEmail, allowIp, allowUri, denyDns, denyIp } from "./rules.ts";

interface Row {
  readonly policy: Policy;
  readonly why: string;
  readonly matches: readonly string[];
  readonly abstains: readonly string[];
}

const rows: readonly Row[] = [
  {
    policy: allowDns("lab.example", "*.lab.example"),
    why: "names by any of the patterns",
    matches: ["dns:lab.example", "dns:a.lab.example", "dns:*.lab.example"],
    abstains: ["dns:b.a.lab.example"],
  },
  {
    policy: allowDns("a.lab.example"),
    why: "a wildcard only when all of it is covered",
    matches: ["dns:a.lab.example"],
    abstains: ["dns:*.lab.example"],
  },
  {
    policy: denyDns("a.lab.example"),
    why: "a wildcard as soon as any of it is touched",
    matches: ["dns:a.lab.example", "dns:*.lab.example"],
    abstains: ["dns:b.lab.example", "dns:*.a.lab.example"],
  },
  {
    policy: allowIp("10.0.0.0/8", "2001:db8::1"),
    why: "addresses within networks",
    matches: ["ip:10.9.9.9", "ip:2001:db8::1"],
    abstains: ["ip:192.0.2.1", "ip:2001:db8::2"],
  },
  {
    policy: denyIp("10.0.0.0/24"),
    why: "addresses within networks",
    matches: ["ip:10.0.0.1"],
    abstains: ["ip:10.0.1.1"],
  },
  {
    policy: allowEmail("anna@lab.example", "@staff.lab.example"),
    why: "one mailbox, or all of one host",
    matches: ["email:anna@lab.example", "email:x@staff.lab.example"],
    abstains: ["email:Anna@lab.example", "email:x@lab.example", "email:x@a.staff.lab.example"],
  },
  {
    policy: allowUri("spiffe://lab.example"),
    why: "every identity of a trust domain",
    matches: ["uri:spiffe://lab.example/ns/x", "uri:spiffe://lab.example/x"],
    abstains: ["uri:spiffe://lab.example.org/x", "uri:spiffe://a.lab.example/x", "uri:https://lab.example/x"],
  },
  {
    policy: allowUri("https://api.example/v1/"),
    why: "a path and what is below it",
    matches: ["uri:https://api.example/v1", "uri:https://api.example/v1/x"],
    abstains: ["uri:https://api.example/v10", "uri:https://api.example/", "uri:https://api.example:8443/v1"],
  },
];

describe("rules", () => {
  test.each(rows)("$policy.name matches $why", ({ policy, matches, abstains }) => {
    const verdict = policy.name.startsWith("allow") ? "allow" : "deny";
    expect(policy.canAllow).toBe(verdict === "allow");
    expect(Object.isFrozen(policy)).toBe(true);
    const names = [...matches, ...abstains];
    const decisions = policy.evaluate(inputFor(names));
    expect(decisions).toEqual([
      ...matches.map((name) => ({
        verdict,
        identifier: read(name),
        reason: expect.stringMatching(policy.canAllow ? /^matches / : /^denied by /),
      })),
      ...abstains.map((name) => ({
        verdict: "abstain",
        identifier: read(name),
        reason: expect.stringMatching(/^matches none of /),
      })),
    ]);
  });

  test("a rule says nothing about other kinds of name", () => {
    const others = inputFor(["ip:10.0.0.1", "email:a@lab.example", "uri:spiffe://lab.example/x"]);
    expect(allowDns("**.lab.example").evaluate(others)).toEqual([]);
    expect(denyIp("10.0.0.0/8").evaluate(inputFor(["dns:lab.example"]))).toEqual([]);
  });

  test.each([
    { why: "no pattern", make: () => allowDns() },
    { why: "no pattern to deny by", make: () => denyIp() },
    { why: "a DNS pattern that is none", make: () => allowDns("lab.example", "a.*.x") },
    { why: "a network that is none", make: () => allowIp("lab.example") },
    { why: "a mailbox that is none", make: () => allowEmail("lab.example") },
    { why: "a mail host with a wildcard", make: () => allowEmail("@*.lab.example") },
    { why: "a mail host that is none", make: () => allowEmail("@") },
    { why: "a relative URI", make: () => allowUri("/v1") },
    { why: "a URI with a query", make: () => allowUri("https://api.example/v1?x") },
    { why: "a URI with a dot segment", make: () => allowUri("https://api.example/v1/../v2") },
  ])("refuses $why", ({ make }) => {
    expect(make).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });
});

function inputFor(names: readonly string[]): PolicyInput {
  return {
    requester: { kind: "application", id: "tests" },
    profile: "tlsServer",
    identifiers: names.map(read),
    notBefore: new Date(0),
    notAfter: new Date(1000),
  };
}

function read(text: string): Identifier {
  const colon = text.indexOf(":");
  return parseIdentifier(text.slice(0, colon), text.slice(colon + 1));
}
