import { allowDns } from "@chancery/core";
import { describe, expect, test } from "vitest";
import { baseUrl, clientAt, obtain, placeOrder, scripted } from "../support/directory.ts";
import { buildLaboratory, type HostileCase, orderOf, testHostileCases } from "../support/laboratory.ts";

const malformed = { type: "malformed", status: 400 } as const;
const dns = (value: string) => ({ type: "dns", value });
const ip = (value: string) => ({ type: "ip", value });

const identifiers = (id: string, why: string, ...members: readonly unknown[]): HostileCase => ({
  id,
  why,
  send: (laboratory) => orderOf(laboratory, ...members),
  ...malformed,
});

const payload = (id: string, why: string, content: object): HostileCase => ({
  id,
  why,
  send: ({ attacker }) => attacker.post(`${baseUrl}/new-order`, content),
  ...malformed,
});

const names: readonly (readonly [string, string, string])[] = [
  ["case 78", "an empty label", "a..test"],
  ["case 78", "a leading dot", ".a.test"],
  ["case 78", "a label of 64 characters", `${"a".repeat(64)}.test`],
  ["case 78", "254 characters", `${"a.".repeat(125)}test`],
  ["case 78", "an underscore", "_acme.test"],
  ["case 78", "a leading hyphen", "-a.test"],
  ["case 78", "a trailing hyphen", "a-.test"],
  ["case 78", "a U-label", "b\u00fccher.test"],
  ["case 78", "a full-width dot", "a\uff0etest"],
  ["case 78", "a zero-width joiner", "a\u200d.test"],
  ["case 78", "punycode that decodes to nothing", "xn--.test"],
  ["case 78", "an A-label that is none", "xn--a.test"],
  ["case 78", "NUL", "a.test\u0000.evil.test"],
  ["case 78", "a line feed", "a.test\nevil.test"],
  ["case 78", "a space", "a .test"],
  ["case 78", "nothing", ""],
  ["case 77", "a trailing dot", "a.test."],
  ["case 79", "an IPv4 address", "10.1.2.3"],
  ["case 79", "an IPv4 address with a dot", "1.2.3.4."],
  ["case 79", "a hexadecimal address", "0x7f.1"],
  ["case 79", "a port", "a.test:443"],
  ["case 79", "a URL", "https://elsewhere.test/"],
  ["case 79", "an email address", "me@a.test"],
  ["case 79", "a bare star", "*"],
  ["case 79", "two stars", "*.*.a.test"],
  ["case 79", "a star in the middle", "a.*.test"],
  ["case 79", "half a star", "*a.test"],
];

const addresses: readonly (readonly [string, string])[] = [
  ["a zone", "fe80::1%eth0"],
  ["leading zeros", "10.01.2.3"],
  ["hexadecimal", "0x0a.1.2.3"],
  ["octal", "012.1.2.3"],
  ["a single number", "167838211"],
  ["three parts", "10.1.3"],
  ["IPv4 mapped into IPv6", "::ffff:10.1.2.3"],
  ["the unspecified address", "0.0.0.0"],
  ["the unspecified address of IPv6", "::"],
  ["multicast", "224.0.0.1"],
  ["multicast of IPv6", "ff02::1"],
  ["a network", "10.0.0.0/8"],
  ["upper case", "2001:DB8::1"],
  ["long form", "2001:db8:0:0:0:0:0:1"],
  ["leading zeros in IPv6", "2001:0db8::1"],
  ["brackets", "[2001:db8::1]"],
  ["a name", "a.test"],
];

const validities: readonly { why: string; notBefore?: unknown; notAfter?: unknown }[] = [
  { why: "notBefore after notAfter", notBefore: "2030-01-10T00:00:00Z", notAfter: "2030-01-09T00:00:00Z" },
  { why: "notBefore in the past", notBefore: "2029-11-20T00:00:00Z" },
  { why: "notAfter in the past", notAfter: "2029-12-31T00:00:00Z" },
  { why: "notAfter beyond the authority's own end", notAfter: "2199-01-01T00:00:00Z" },
  { why: "notAfter that is no time of RFC 3339", notAfter: "in a week" },
  { why: "notAfter without an offset", notAfter: "2030-01-09T00:00:00" },
  { why: "notBefore that is a number", notBefore: 1_893_456_000 },
];

describe("F. Orders and identifiers", () => {
  testHostileCases([
    payload("case 75", "no identifiers", {}),
    payload("case 75", "identifiers that are an object", { identifiers: dns("a.test") }),
    identifiers("case 75", "no identifier at all"),
    identifiers(
      "case 75",
      "101 identifiers",
      ...Array.from({ length: 101 }, (_, index) => dns(`n${index}.test`)),
    ),
    identifiers("case 75", "an identifier that is a string", "a.test"),
    identifiers("case 75", "an identifier that is null", null),
    identifiers("case 75", "an identifier without a value", { type: "dns" }),
    identifiers("case 75", "an identifier whose value is a list", { type: "dns", value: ["a.test"] }),
    {
      ...identifiers("case 76", "an unknown type (A-114)", { type: "tn-auth-list", value: "x" }),
      type: "unsupportedIdentifier",
    },
    {
      ...identifiers("case 76", "a type that no challenge proves", { type: "email", value: "a@a.test" }),
      type: "unsupportedIdentifier",
    },
    identifiers("case 77", "a name twice (A-113)", dns("a.test"), dns("a.test")),
    identifiers("case 77", "a name twice in another case (A-113)", dns("a.test"), dns("A.test")),
    identifiers("case 77", "an address twice in another spelling", ip("2001:db8::1"), ip("2001:db8:0::1")),
    ...names.map(([id, why, value]) => identifiers(id, `dns name with ${why} (A-114)`, dns(value))),
    ...addresses.map(([why, value]) => identifiers("case 80", `ip address with ${why} (A-170)`, ip(value))),
    {
      id: "case 81",
      why: "policy refuses 2 of 3 names (A-114)",
      send: async (laboratory) => {
        const answer = await orderOf(laboratory, dns("b.test"), dns("x.evil.example"), dns("y.evil.example"));
        expect(answer.json.subproblems?.map(({ identifier: { value } }) => value)).toEqual([
          "x.evil.example",
          "y.evil.example",
        ]);
        return answer;
      },
      type: "rejectedIdentifier",
      status: 403,
      options: { policies: [allowDns("**.test")] },
    },
    ...validities.map(({ why, ...validity }) =>
      payload("case 82", `${why} (A-111, A-112)`, { identifiers: [dns("b.test")], ...validity }),
    ),
    {
      ...payload("case 83", "a profile (A-231)", { identifiers: [dns("b.test")], profile: "x" }),
      type: "invalidProfile",
    },
    ...["order", "authorization", "challenge", "finalize", "account", "orders"].map((what) => ({
      id: "case 88",
      why: `another account's ${what} (A-043)`,
      send: async (laboratory: Parameters<HostileCase["send"]>[0]) => {
        const { attacker, order, authorization, challenges, writes } = laboratory;
        const victimsUrl: Readonly<Record<string, string | undefined>> = {
          order: order.url,
          authorization,
          challenge: challenges[0],
          finalize: order.json.finalize,
          account: attacker.kid,
          orders: `${attacker.kid}/orders`,
        };
        const stranger = await laboratory.client();
        writes.length = 0;
        const content =
          { challenge: {}, finalize: { csr: "MAA" }, account: { status: "deactivated" } }[what] ?? "";
        return stranger.post(victimsUrl[what] ?? "", content);
      },
      type: "unauthorized" as const,
      status: 403,
    })),
    ...["x", "A".repeat(22), "A".repeat(4000), "%2e%2e"].map((cursor) => ({
      id: "case 89",
      why: `an orders list that goes on after ${cursor.slice(0, 30)}`,
      send: ({ attacker }: Parameters<HostileCase["send"]>[0]) =>
        attacker.read(`${attacker.kid}/orders?after=${cursor}`),
      ...malformed,
    })),
    {
      id: "case 90",
      why: "pre-authorization, which there is not",
      send: ({ attacker }) => attacker.post(`${baseUrl}/new-authz`, { identifier: dns("a.test") }),
      type: "malformed",
      status: 404,
    },
  ]);

  test("case 87: a wildcard is offered no http-01, an address no dns-01 (A-116, A-143, A-170)", async () => {
    const { attacker } = await buildLaboratory();
    const order = await placeOrder(attacker, ["*.a.test", "10.1.2.3"]);
    const offers = await Promise.all((order.json.authorizations ?? []).map((url) => attacker.read(url)));
    expect(offers.map(({ json }) => json.challenges?.map(({ type }) => type))).toEqual([
      ["dns-01"],
      ["http-01"],
    ]);
  });

  test("case 87: a wildcard is rejected where nothing proves one", async () => {
    const { another, attacker, script } = await buildLaboratory();
    const client = await clientAt(another({ challenges: [scripted("http-01", script)] }), attacker);
    const answer = await placeOrder(client, ["*.a.test"]);
    expect(answer).toMatchObject({
      status: 403,
      json: { type: "urn:ietf:params:acme:error:rejectedIdentifier" },
    });
  });

  test("case 88: another account's certificate (A-043)", async () => {
    const laboratory = await buildLaboratory();
    const { url } = await obtain(laboratory, laboratory.attacker, ["b.test"]);
    const stranger = await laboratory.client();
    expect(await stranger.read(url)).toMatchObject({
      status: 403,
      json: { type: "urn:ietf:params:acme:error:unauthorized" },
    });
  });
});
