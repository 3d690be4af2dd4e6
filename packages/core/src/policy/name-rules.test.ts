import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { names, policyInput } from "../../test/support/policy-input.ts";
import {
  allowDns,
  allowEmail,
  allowIp,
  allowSpiffe,
  allowUri,
  denyDns,
  denyEmail,
  denyIp,
  denyUri,
} from "./name-rules.ts";
import type { Policy } from "./policy.ts";

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
    policy: allowEmail("anna@Lab.example", "@staff.lab.example"),
    why: "one mailbox, or all of one domain",
    matches: ["email:anna@lab.example", "email:x@staff.lab.example"],
    abstains: ["email:Anna@lab.example", "email:x@lab.example", "email:x@a.staff.lab.example"],
  },
  {
    policy: allowEmail("@*.lab.example", "@**.deep.example"),
    why: "all of the domains of a pattern",
    matches: ["email:x@a.lab.example", "email:x@a.deep.example", "email:x@b.a.deep.example"],
    abstains: ["email:x@lab.example", "email:x@b.a.lab.example", "email:x@deep.example"],
  },
  {
    policy: denyEmail("anna@lab.example", "@**.guest.example"),
    why: "mailboxes however they are capitalised",
    matches: ["email:anna@lab.example", "email:ANNA@lab.example", "email:x@a.guest.example"],
    abstains: ["email:anna@a.lab.example", "email:annabel@lab.example", "email:x@guest.example"],
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
    matches: ["uri:https://api.example/v1", "uri:https://api.example/v1/x", "uri:https://api.example/v1?x"],
    abstains: [
      "uri:https://api.example/v10",
      "uri:https://api.example/",
      "uri:https://api.example:8443/v1",
      "uri:https://api.example//v1",
      "uri:http://api.example/v1",
      "uri:https://v1/v1",
    ],
  },
  {
    policy: allowUri("HTTPS://*.Lab.example:8443"),
    why: "the hosts of a pattern, on a port",
    matches: ["uri:https://a.lab.example:8443", "uri:https://a.lab.example:8443/x"],
    abstains: [
      "uri:https://a.lab.example/x",
      "uri:https://lab.example:8443/x",
      "uri:https://b.a.lab.example:8443/x",
      "uri:http://a.lab.example:8443/x",
    ],
  },
  {
    policy: allowUri("https://192.0.2.1", "https://[2001:db8::1]/x"),
    why: "hosts that are addresses",
    matches: ["uri:https://192.0.2.1/", "uri:https://[2001:db8::1]/x"],
    abstains: ["uri:https://192.0.2.10/", "uri:https://[2001:db8::1]/", "uri:https://[2001:db8::11]/x"],
  },
  {
    policy: denyUri("https://api.example/admin", "https://**.internal.example"),
    why: "URIs on whatever port, however the path is written",
    matches: [
      "uri:https://api.example/admin",
      "uri:https://api.example/admin?x",
      "uri:https://api.example:8443/admin/x",
      "uri:https://api.example//admin",
      "uri:https://api.example/admin;x/y",
      "uri:https://api.example/;x//admin/y",
      "uri:https://b.a.internal.example:1/",
    ],
    abstains: [
      "uri:https://api.example/administration",
      "uri:https://api.example/Admin",
      "uri:https://internal.example/",
      "uri:http://api.example/admin",
    ],
  },
  {
    policy: denyUri("https://api.example/%C3%A4"),
    why: "percent-encoding in either case",
    matches: ["uri:https://api.example/%c3%a4", "uri:https://api.example/%C3%a4/x"],
    abstains: ["uri:https://api.example/%c3%a5"],
  },
  {
    policy: denyUri("https://api.example:8443"),
    why: "URIs on the port of the pattern",
    matches: ["uri:https://api.example:8443/"],
    abstains: ["uri:https://api.example/", "uri:https://api.example:84/"],
  },
];

const spiffeRows: readonly Row[] = [
  {
    policy: allowSpiffe("Lab.example"),
    why: "every identity of a trust domain",
    matches: ["uri:spiffe://lab.example/x", "uri:spiffe://lab.example/ns/prod/sa/web"],
    abstains: ["uri:spiffe://lab.example.org/x", "uri:spiffe://a.lab.example/x", "uri:https://lab.example/x"],
  },
  {
    policy: allowSpiffe("lab.example", "/ns/*", "/ci/**", "/one"),
    why: "paths by segment",
    matches: [
      "uri:spiffe://lab.example/ns/prod",
      "uri:spiffe://lab.example/ci/x",
      "uri:spiffe://lab.example/ci/x/y/z",
      "uri:spiffe://lab.example/one",
    ],
    abstains: [
      "uri:spiffe://lab.example/ns",
      "uri:spiffe://lab.example/ns/prod/sa",
      "uri:spiffe://lab.example/ci",
      "uri:spiffe://lab.example/cix/y",
      "uri:spiffe://lab.example/one/two",
    ],
  },
  {
    policy: allowSpiffe("my_lab", "/ns/*/sa/web"),
    why: "a trust domain that is no DNS name",
    matches: ["uri:spiffe://my_lab/ns/prod/sa/web"],
    abstains: ["uri:spiffe://my_lab/ns/prod/sa/db", "uri:spiffe://my_lab/ns/a/b/sa/web"],
  },
];

/** B-053 and B-054 are what the canonical forms of URIs and mail addresses give; B-055 what wildcards do. */
describe("rules about names", () => {
  test.each(rows)("B-053, B-054, B-055: $policy.name matches $why", ({ policy, matches, abstains }) => {
    const verdict = policy.name.startsWith("allow") ? "allow" : "deny";
    expect(policy.canAllow).toBe(verdict === "allow");
    expect(Object.isFrozen(policy)).toBe(true);
    const identifiers = names(...matches, ...abstains);
    expect(policy.evaluate(policyInput({ identifiers }))).toEqual(
      identifiers.map((identifier, index) => ({
        verdict: index < matches.length ? verdict : "abstain",
        identifier,
        reason: expect.stringMatching(
          index < matches.length ? /^(matches|denied by) [^,]+$/ : /^matches none of /,
        ),
      })),
    );
  });

  test.each(spiffeRows)("B-053: $policy.name matches $why", async ({ policy, matches, abstains }) => {
    expect(policy).toMatchObject({ name: "allow spiffe", canAllow: true });
    for (const name of [...matches, ...abstains]) {
      const [decision] = await policy.evaluate(policyInput({ identifiers: names(name) }));
      expect([name, decision?.verdict]).toEqual([name, matches.includes(name) ? "allow" : "abstain"]);
    }
  });

  test("B-053: a SPIFFE ID has no URI beside it", () => {
    const identifiers = names("dns:a.example", "uri:spiffe://lab.example/x", "uri:https://a.example/");
    const [, ...uris] = identifiers;
    expect(allowSpiffe("lab.example").evaluate(policyInput({ identifiers }))).toEqual(
      uris.map((identifier) => ({
        verdict: "deny",
        identifier,
        reason: "a certificate with a SPIFFE ID has exactly one URI, not 2",
        limit: "1",
        asked: "2",
      })),
    );
    const web = names("uri:https://a.example/", "uri:https://b.example/");
    expect(allowSpiffe("lab.example").evaluate(policyInput({ identifiers: web }))).toMatchObject([
      { verdict: "abstain" },
      { verdict: "abstain" },
    ]);
  });

  test("a rule says nothing about other kinds of name", () => {
    const identifiers = names("ip:10.0.0.1", "email:a@lab.example", "uri:spiffe://lab.example/x");
    expect(allowDns("**.lab.example").evaluate(policyInput({ identifiers }))).toEqual([]);
    const dns = policyInput({ identifiers: names("dns:lab.example") });
    for (const policy of [denyIp("10.0.0.0/8"), denyEmail("@lab.example"), denyUri("https://lab.example")])
      expect(policy.evaluate(dns)).toEqual([]);
  });

  test.each([
    { why: "no pattern", make: () => allowDns() },
    { why: "no pattern to deny by", make: () => denyIp() },
    { why: "no mailbox to deny", make: () => denyEmail() },
    { why: "no URI to deny", make: () => denyUri() },
    { why: "a DNS pattern that is none", make: () => allowDns("lab.example", "a.*.x") },
    { why: "a network that is none", make: () => allowIp("lab.example") },
    { why: "a network that no identifier is in", make: () => denyIp("::ffff:10.0.0.1") },
    { why: "a mailbox that is none", make: () => allowEmail("lab.example") },
    { why: "a mailbox with a wildcard", make: () => allowEmail("*@lab.example/") },
    { why: "a mailbox with a wildcard in its domain", make: () => allowEmail("a@*.lab.example") },
    { why: "a mail domain with a star in the middle", make: () => allowEmail("@a.*.lab.example") },
    { why: "a mail domain that is none", make: () => allowEmail("@") },
    { why: "a relative URI", make: () => allowUri("/v1") },
    { why: "a scheme alone", make: () => allowUri("https://") },
    { why: "a URI with a query", make: () => allowUri("https://api.example/v1?x") },
    { why: "a URI with a query right behind the host", make: () => allowUri("https://api.example?x") },
    { why: "a URI with a fragment", make: () => allowUri("https://api.example/#x") },
    { why: "a URI with user information", make: () => allowUri("https://a@api.example/") },
    { why: "a URI with a dot segment", make: () => allowUri("https://api.example/v1/../v2") },
    { why: "a host with a star in the middle", make: () => allowUri("https://a.*.example") },
    { why: "a host that is a star", make: () => allowUri("https://*") },
    { why: "a host with two kinds of star", make: () => allowUri("https://**.*.lab.example") },
    { why: "a pattern of trust domains", make: () => allowUri("spiffe://*.lab.example") },
    { why: "a trust domain that is none", make: () => allowSpiffe("spiffe://lab.example") },
    { why: "an empty trust domain", make: () => allowSpiffe("") },
    { why: "a pattern as trust domain", make: () => allowSpiffe("*.lab.example") },
    { why: "a path without a slash", make: () => allowSpiffe("lab.example", "ns/x") },
    { why: "a path with an empty segment", make: () => allowSpiffe("lab.example", "/ns//x") },
    { why: "a path that ends in a slash", make: () => allowSpiffe("lab.example", "/ns/") },
    { why: "a path with a star in a segment", make: () => allowSpiffe("lab.example", "/ns/a*") },
    { why: "a path with two stars in the middle", make: () => allowSpiffe("lab.example", "/ns/**/x") },
    { why: "a path with a dot segment", make: () => allowSpiffe("lab.example", "/ns/../x") },
  ])("refuses $why", ({ make }) => {
    expect(make).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });
});

describe("any name", () => {
  const label = fc.constantFrom("a", "b", "c");
  const host = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => `${labels.join(".")}.example`);
  const path = fc.array(label, { maxLength: 3 }).map((segments) => segments.map((one) => `/${one}`).join(""));
  const port = fc.constantFrom("", ":8443");
  const scheme = fc.constantFrom("https", "lab");
  const uri = fc
    .tuple(scheme, host, port, path)
    .map(([a, b, c, d]) => `${a}://${b}${c}${d === "" ? "/" : d}`);
  const decide = (policy: Policy, name: string): unknown => {
    const decisions = policy.evaluate(policyInput({ identifiers: names(name) }));
    return decisions instanceof Promise ? decisions : decisions[0]?.verdict;
  };

  test("what is allowed by a pattern is denied by the same pattern", () => {
    fc.assert(
      fc.property(scheme, fc.constantFrom("", "*.", "*.*.", "**."), host, port, path, uri, (...parts) => {
        const [prefix, stars, suffix, at, below, name] = parts;
        const pattern = `${prefix}://${stars}${suffix}${at}${below}`;
        if (decide(allowUri(pattern), `uri:${name}`) === "allow")
          expect(decide(denyUri(pattern), `uri:${name}`)).toBe("deny");
      }),
    );
  });

  test("a pattern of URIs is its scheme, its pattern of hosts, its port and its path, each by itself", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("", "*.", "*.*.", "**."),
        host,
        port,
        path,
        uri,
        (stars, suffix, at, below, name) => {
          const { hostname, port: number, pathname, protocol } = new URL(name);
          const hosts = decide(allowDns(`${stars}${suffix}`), `dns:${hostname}`) === "allow";
          const segments = below.split("/").slice(1);
          const isBelow = segments.every((segment, index) => pathname.split("/")[index + 1] === segment);
          const expected = hosts && protocol === "https:" && `:${number}` === (at || ":") && isBelow;
          const found = decide(allowUri(`https://${stars}${suffix}${at}${below}`), `uri:${name}`);
          expect(found).toBe(expected ? "allow" : "abstain");
        },
      ),
      { numRuns: 1000 },
    );
  });

  test.each([
    { why: "segments", uri: `https://a.example/${"a/".repeat(1000)}` },
    { why: "escapes", uri: `https://a.example/${"%c3".repeat(670)}` },
  ])("E-023: the longest URI there is, of many $why, is compared in one pass", ({ uri: long }) => {
    const identifiers = names(`uri:${long}`);
    expect(denyUri("https://a.example/b").evaluate(policyInput({ identifiers }))).toMatchObject([
      { verdict: "abstain" },
    ]);
  });
});
