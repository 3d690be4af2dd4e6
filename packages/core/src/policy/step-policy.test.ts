import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attribute, names, policyInput } from "../../test/support/policy-input.ts";
import type { SubjectAttribute } from "../certificate/name.ts";
import { evaluateLevels } from "./evaluate.ts";
import type { PolicyDecision, PolicyInput } from "./policy.ts";
import { type StepNamePolicy, type StepPolicyOptions, stepPolicy } from "./step-policy.ts";

/** Names as `type:value`; `cn:` is a commonName. */
function decide(x509: StepNamePolicy, name: string, options?: StepPolicyOptions): PolicyDecision | undefined {
  const plan: Partial<PolicyInput> = name.startsWith("cn:")
    ? { subject: [attribute("commonName", name.slice("cn:".length))] }
    : { identifiers: names(name) };
  const decisions = stepPolicy(x509, options).evaluate(policyInput(plan));
  return decisions instanceof Promise ? undefined : decisions[0];
}

interface Row {
  readonly rule: string;
  readonly x509: StepNamePolicy;
  readonly options?: StepPolicyOptions;
  readonly passes?: readonly string[];
  readonly refused?: readonly string[];
}

const rows: readonly Row[] = [
  {
    rule: "without any rule everything passes, wildcards too",
    x509: {},
    passes: [
      "dns:a.example",
      "dns:*.example",
      "ip:10.0.0.1",
      "email:a@x",
      "uri:https://10.0.0.1/",
      "cn:Any One",
    ],
  },
  {
    rule: "rules that are there and empty are no rules",
    x509: { allow: { dns: [] }, deny: {}, allowWildcardNames: false },
    passes: ["dns:*.example", "cn:Any One"],
  },
  {
    rule: "deny comes first",
    x509: { allow: { dns: ["*.local"] }, deny: { dns: ["bad.local"] } },
    passes: ["dns:good.local"],
    refused: ["dns:bad.local"],
  },
  {
    rule: "deny comes first for addresses",
    x509: { allow: { ip: ["127.0.0.1/24"] }, deny: { ip: ["127.0.0.128/25"] } },
    passes: ["ip:127.0.0.15"],
    refused: ["ip:127.0.0.129", "ip:127.0.1.1"],
  },
  {
    rule: "deny comes first for mail",
    x509: { allow: { email: ["@example.local"] }, deny: { email: ["bad@example.local"] } },
    passes: ["email:mail@example.local"],
    refused: ["email:bad@example.local"],
  },
  {
    rule: "deny comes first for URIs",
    x509: { allow: { uri: ["*.example.local"] }, deny: { uri: ["bad.example.local"] } },
    passes: ["uri:https://www.example.local/"],
    refused: ["uri:https://bad.example.local/"],
  },
  {
    rule: "a kind without rules is refused as soon as anything is allowed: dns",
    x509: { allow: { dns: ["*.local"] } },
    refused: ["ip:127.0.0.1", "email:mail@example.com", "uri:https://www.example.com/"],
  },
  {
    rule: "a kind without rules is refused as soon as anything is allowed: ip",
    x509: { allow: { ip: ["127.0.0.0/24"] } },
    refused: ["dns:www.example.com", "email:mail@example.com", "uri:https://www.example.com/"],
  },
  {
    rule: "a kind without rules is refused as soon as anything is allowed: email",
    x509: { allow: { email: ["@example.com"] } },
    refused: ["dns:www.example.com", "ip:127.0.0.1", "uri:https://www.example.com/"],
  },
  {
    rule: "a kind without rules is refused as soon as anything is allowed: uri",
    x509: { allow: { uri: ["*.local"] } },
    refused: ["dns:host.local", "ip:2001:db8::1", "email:mail@example.com"],
  },
  {
    rule: "a kind without rules is refused as soon as anything is allowed: cn",
    x509: { allow: { cn: ["printer"] } },
    passes: ["cn:printer"],
    refused: ["dns:host.local", "ip:10.0.0.1", "email:a@x", "uri:https://a.x/", "cn:host.local"],
  },
  {
    rule: "a kind with nothing but deny rules stays open for the rest, whatever is allowed of other kinds",
    x509: { allow: { dns: ["*.local"] }, deny: { ip: ["10.0.0.0/8"], email: ["@x"], uri: ["a.x"] } },
    passes: ["ip:192.0.2.1", "email:a@y", "uri:https://b.x/"],
    refused: ["ip:10.1.1.1", "email:a@x", "uri:https://a.x/"],
  },
  {
    rule: "with nothing but deny rules other kinds are open",
    x509: { deny: { dns: ["*.local"] } },
    passes: ["ip:127.0.0.1", "email:mail@example.com", "uri:https://www.local/", "uri:https://10.0.0.1/"],
    refused: ["dns:a.local"],
  },
  {
    rule: "a dns rule is that name",
    x509: { allow: { dns: ["host.local"] } },
    passes: ["dns:host.local"],
    refused: ["dns:other.local", "dns:a.host.local", "dns:local", "dns:xhost.local"],
  },
  {
    rule: "*. is exactly one label, not the domain itself and not two",
    x509: { allow: { dns: ["*.example.com"] } },
    passes: ["dns:www.example.com"],
    refused: ["dns:example.com", "dns:a.www.example.com", "dns:wwwexample.com", "dns:www.example.org"],
  },
  {
    rule: "case counts for nothing, nor does white space around a rule",
    x509: { allow: { dns: ["  *.EXAMPLE.com\t"], uri: [" WWW.Example.com "], email: [" @Example.COM "] } },
    passes: ["dns:WWW.example.com", "uri:https://www.EXAMPLE.com/", "email:a@EXAMPLE.com"],
  },
  {
    rule: "rules may be written in letters beyond ASCII",
    x509: {
      allow: {
        dns: ["*.\u4f8b.jp", "b\u00fccher.example"],
        uri: ["*.b\u00fccher.example"],
        email: ["@b\u00fccher.example"],
      },
    },
    passes: [
      "dns:xn--jp-cd2fp15c.xn--fsq.jp",
      "dns:xn--bcher-kva.example",
      "uri:https://abc.xn--bcher-kva.example/",
      "email:a@xn--bcher-kva.example",
    ],
    refused: ["dns:xn--fsq.jp", "dns:bucher.example", "uri:https://xn--bcher-kva.example/"],
  },
  {
    rule: "a wildcard name needs allowWildcardNames",
    x509: { allow: { dns: ["*.local"] } },
    refused: ["dns:*.local"],
  },
  {
    rule: "a wildcard name is matched with a label *",
    x509: { allow: { dns: ["*.local", "host.lab"] }, deny: { dns: ["www.local"] }, allowWildcardNames: true },
    passes: ["dns:*.local"],
    refused: ["dns:*.lab", "dns:*.a.local", "dns:www.local"],
  },
  {
    rule: "a deny rule with a wildcard denies the wildcard name",
    x509: { allow: { ip: ["10.0.0.0/8"] }, deny: { dns: ["*.local"] }, allowWildcardNames: true },
    passes: ["dns:*.lab"],
    refused: ["dns:*.local"],
  },
  {
    rule: "stricter: no wildcard name slips past deny rules",
    x509: { deny: { dns: ["*.local"] } },
    refused: ["dns:*.local", "dns:*.lab"],
  },
  {
    rule: "an ip rule is an address",
    x509: { allow: { ip: ["10.0.0.1", "2001:DB8::1"] } },
    passes: ["ip:10.0.0.1", "ip:2001:db8::1"],
    refused: ["ip:10.0.0.2", "ip:2001:db8::2"],
  },
  {
    rule: "an ip rule is a network, whose bits beyond the prefix count for nothing",
    x509: { allow: { ip: ["127.0.0.1/24", "2001:db8:85a3::8a2e:370:7334/120"] } },
    passes: ["ip:127.0.0.20", "ip:2001:db8:85a3::8a2e:370:7339"],
    refused: ["ip:127.0.1.20", "ip:2001:db8:85a3::8a2e:371:7339", "ip:10.10.10.10"],
  },
  {
    rule: "an IPv4 address is in no IPv6 network",
    x509: { allow: { ip: ["64:ff9b::/96", "::/0"] } },
    passes: ["ip:64:ff9b::c000:281"],
    refused: ["ip:192.0.2.129"],
  },
  {
    rule: "an email rule is an address",
    x509: { allow: { email: ["test@local.com"] } },
    passes: ["email:test@local.com", "email:test@LOCAL.com"],
    refused: ["email:root@local.com", "email:test@sub.local.com"],
  },
  {
    rule: "an email rule is @domain, without what is below",
    x509: { allow: { email: ["@example.com"] } },
    passes: ["email:test@example.com"],
    refused: ["email:test@sub.example.com", "email:test@local.com"],
  },
  {
    rule: "an email rule is a domain, which is the same",
    x509: { allow: { email: ["example.com"] }, deny: { email: ["local"] } },
    passes: ["email:test@example.com"],
    refused: ["email:test@sub.example.com", "email:mail@local"],
  },
  {
    rule: "before the @ an allow rule is small letters, and so is what it allows",
    x509: { allow: { email: ["Anna@lab.example"] } },
    passes: ["email:anna@lab.example"],
    refused: ["email:Anna@lab.example"],
  },
  {
    rule: "stricter: a deny rule denies an address in capitals too",
    x509: { deny: { email: ["Anna@lab.example"] } },
    passes: ["email:annabel@lab.example"],
    refused: ["email:anna@lab.example", "email:Anna@lab.example", "email:ANNA@LAB.example"],
  },
  {
    rule: "a uri rule is the host alone: neither scheme nor path nor port count",
    x509: { allow: { uri: ["www.example.com"] } },
    passes: [
      "uri:https://www.example.com/",
      "uri:spiffe://www.example.com/x",
      "uri:lab://www.example.com:8080/y?z",
    ],
    refused: ["uri:https://example.com/", "uri:https://a.www.example.com/", "uri:https://www.example.org/"],
  },
  {
    rule: "a uri rule may begin with *., exactly one label",
    x509: { allow: { uri: ["*.example.local"] } },
    passes: ["uri:https://www.example.local:8080/"],
    refused: ["uri:https://example.local/", "uri:https://www.sub.example.local/"],
  },
  {
    rule: "a host that is an IP address is refused where there are uri rules, also deny rules alone",
    x509: { deny: { uri: ["bad.example"] } },
    passes: ["uri:https://good.example/"],
    refused: ["uri:https://10.0.0.1/", "uri:https://[2001:db8::1]/", "uri:https://10.0.0.1:8443/"],
  },
  {
    rule: "a commonName that a cn rule allows passes, whatever the other rules",
    x509: {
      allow: { cn: ["This name", "www.bad.local"], dns: ["*.local"] },
      deny: { dns: ["www.bad.local"] },
    },
    passes: ["cn:This name", "cn:THIS NAME", "cn:www.bad.local"],
    refused: ["cn:Another name", "dns:www.bad.local"],
  },
  {
    rule: "any other commonName is judged as what it looks like: a DNS name",
    x509: { allow: { cn: ["printer"], dns: ["*.local"] }, deny: { dns: ["bad.local"] } },
    passes: ["cn:printer", "cn:good.local", "cn:GOOD.local"],
    refused: ["cn:bad.local", "cn:example.notlocal", "cn:*.local", "cn:name with space.local", "cn:local"],
  },
  {
    rule: "... a DNS name in letters beyond ASCII",
    x509: { allow: { dns: ["*.\u4f8b.jp"] }, allowWildcardNames: true },
    passes: ["cn:JP\u7d0d\u8c46.\u4f8b.jp", "cn:*.\u4f8b.jp"],
    refused: ["cn:JP\u7d0d\u8c46.jp"],
  },
  {
    rule: "... an IP address",
    x509: { allow: { ip: ["127.0.0.1/24"] } },
    passes: ["cn:127.0.0.20"],
    refused: ["cn:10.10.10.10", "cn:2002:db8::1", "cn:example.local"],
  },
  {
    rule: "... a mail address",
    x509: { allow: { email: ["@example.local"] } },
    passes: ["cn:mail@example.local"],
    refused: ["cn:mail@example.com", "cn:a b@example.local"],
  },
  {
    rule: "... a URI",
    x509: { allow: { uri: ["*.example.com"] } },
    passes: ["cn:https://www.example.com"],
    refused: ["cn:https://www.google.com", "cn:https://10.0.0.1/", "cn:localhost:8080"],
  },
  {
    rule: "... and where its kind is open, it passes",
    x509: { deny: { dns: ["*.local"] } },
    passes: ["cn:127.0.0.1", "cn:mail@example.com", "cn:urn:lab:1", "cn:localhost:8080", "cn:a.lab"],
    refused: ["cn:a.local"],
  },
  {
    rule: "... but a DNS name or mail address that cannot be read is refused as soon as there is any rule",
    x509: { deny: { ip: ["10.0.0.0/8"] } },
    passes: ["cn:good.example", "cn:a@good.example"],
    refused: ["cn:Two Words", "cn:a b@good.example"],
  },
  {
    rule: "a cn rule that denies merely sends the name to the other rules",
    x509: { allow: { dns: ["*.local"] }, deny: { cn: ["www.local", "printer"] } },
    passes: ["cn:www.local"],
    refused: ["cn:printer", "cn:PRINTER"],
  },
  {
    rule: "a cn rule that denies a name which no kind reads is a denial",
    x509: { deny: { cn: ["this name is not allowed"] } },
    passes: ["cn:some other name", "dns:a.example"],
    refused: ["cn:This name is not allowed"],
  },
  {
    rule: "with nothing but cn deny rules any other commonName passes, whatever the other rules",
    x509: { allow: { dns: ["*.local"] }, deny: { cn: ["printer"] } },
    passes: ["cn:www.example.org", "cn:Two Words"],
    refused: ["cn:printer", "dns:www.example.org"],
  },
  {
    rule: "an empty commonName is skipped",
    x509: { allow: { dns: ["*.local"] } },
    passes: ["cn:"],
  },
  {
    rule: "extension: several labels may be free, where that is asked for",
    x509: { allow: { dns: ["*.*.lab", "*.*.*.lab"], uri: ["*.*.lab"] }, allowWildcardNames: true },
    options: { multiLevelWildcards: true },
    passes: ["dns:b.a.lab", "dns:*.a.lab", "dns:c.b.a.lab", "uri:https://b.a.lab/"],
    refused: ["dns:a.lab", "dns:d.c.b.a.lab", "uri:https://a.lab/", "uri:https://c.b.a.lab/"],
  },
];

describe("stepPolicy", () => {
  test.each(rows)("$rule", ({ x509, options, passes = [], refused = [] }) => {
    const verdicts = [...passes, ...refused].map((name) => [name, decide(x509, name, options)?.verdict]);
    expect(verdicts).toEqual([
      ...passes.map((name) => [name, "allow"]),
      ...refused.map((name) => [name, "deny"]),
    ]);
  });

  test("says which rule decided, and what would be allowed", () => {
    const x509 = { allow: { dns: ["*.lab", "host.example"], cn: ["printer"] }, deny: { dns: ["Bad.lab"] } };
    const said = (name: string): unknown => {
      const { identifier: _, attribute: __, ...rest } = decide(x509, name) ?? {};
      return rest;
    };
    expect(said("dns:a.lab")).toEqual({ verdict: "allow", reason: "allowed by dns rule *.lab" });
    expect(said("dns:bad.lab")).toEqual({ verdict: "deny", reason: "denied by dns rule Bad.lab" });
    expect(said("dns:a.example")).toEqual({
      verdict: "deny",
      reason: "matches none of the dns rules *.lab, host.example",
      limit: "*.lab, host.example",
      asked: "a.example",
    });
    expect(said("ip:10.0.0.1")).toEqual({
      verdict: "deny",
      reason: "there are no ip rules, only rules that allow other kinds of name",
    });
    expect(said("dns:*.lab")).toEqual({ verdict: "deny", reason: "wildcard names need allowWildcardNames" });
    expect(said("cn:printer")).toEqual({ verdict: "allow", reason: "allowed by cn rule printer" });
    expect(said("cn:A.lab")).toEqual({ verdict: "allow", reason: "as dns:a.lab: allowed by dns rule *.lab" });
    expect(said("cn:Two Words")).toEqual({
      verdict: "deny",
      reason: "is taken for a name of kind dns, and is none",
    });
    expect(said("cn:urn:x")).toEqual({
      verdict: "deny",
      reason: "is taken for a name of kind uri, and is none",
    });
  });

  const grants = async (
    x509: StepNamePolicy,
    identifiers: PolicyInput["identifiers"],
    ...subject: readonly SubjectAttribute[]
  ): Promise<boolean> => {
    const plan = policyInput({ identifiers, subject });
    return (
      (await evaluateLevels([{ name: "authority", policies: [stepPolicy(x509)] }], plan)).verdict === "allow"
    );
  };
  const x509 = { allow: { dns: ["*.local"], cn: ["printer"] } };
  const www = names("dns:www.local");

  test("needs no other policy beside it: what it lets pass is granted", async () => {
    expect(await grants(x509, www)).toBe(true);
    expect(await grants({}, names("dns:*.anything", "ip:10.0.0.1"))).toBe(true);
    expect(await grants(x509, [])).toBe(true);
    expect(await grants(x509, [], attribute("commonName", "printer"))).toBe(true);
    expect(stepPolicy(x509)).toMatchObject({ name: "step policy", canAllow: true });
  });

  test("refuses a request for one bad name among good ones", async () => {
    expect(await grants(x509, [...www, ...names("dns:www.example.org")])).toBe(false);
    expect(await grants(x509, www, attribute("commonName", "www.example.org"))).toBe(false);
  });

  test("looks at a commonName whoever wanted it, and at each of several", async () => {
    expect(await grants(x509, www, attribute("commonName", "www.local", "identifier"))).toBe(true);
    expect(await grants(x509, www, attribute("commonName", "Lab CA", "profile"))).toBe(false);
    const good = attribute("commonName", "printer");
    expect(await grants(x509, www, good, attribute("commonName", "scanner"))).toBe(false);
    expect(await grants(x509, www, attribute("commonName", "scanner"), good)).toBe(false);
  });

  test("lets every other attribute pass", async () => {
    expect(await grants(x509, www, attribute("organization", "Lab"), attribute("country", "DE"))).toBe(true);
  });
});

describe("stepPolicy refuses to be made", () => {
  const malformed: readonly { why: string; x509: unknown; options?: StepPolicyOptions; says: string }[] = [
    { why: "with two stars", x509: { allow: { dns: ["**.local"] } }, says: 'allow.dns rule "**.local"' },
    {
      why: "with an empty label",
      x509: { deny: { dns: ["a", "..local"] } },
      says: 'deny.dns rule "..local"',
    },
    { why: "with a leading dot", x509: { allow: { dns: [".local"] } }, says: 'allow.dns rule ".local"' },
    { why: "with a trailing dot", x509: { allow: { dns: ["local."] } }, says: 'allow.dns rule "local."' },
    { why: "with a dot alone", x509: { allow: { dns: ["."] } }, says: 'allow.dns rule "."' },
    { why: "with a star alone", x509: { allow: { dns: ["*"] } }, says: 'allow.dns rule "*"' },
    {
      why: "with an inner star",
      x509: { allow: { dns: ["a.*.local"] } },
      says: 'allow.dns rule "a.*.local"',
    },
    {
      why: "with a star in a label",
      x509: { allow: { dns: ["*a.local"] } },
      says: 'allow.dns rule "*a.local"',
    },
    { why: "with a star behind", x509: { allow: { dns: ["a*.local"] } }, says: 'allow.dns rule "a*.local"' },
    { why: "with nothing", x509: { allow: { dns: ["  "] } }, says: 'allow.dns rule "  "' },
    { why: "with a space", x509: { allow: { dns: ["a b.local"] } }, says: 'allow.dns rule "a b.local"' },
    { why: "with letters of no name", x509: { allow: { dns: ["\u2603/.example"] } }, says: "allow.dns rule" },
    { why: "with a bad A-label", x509: { allow: { dns: ["xn--99999999.lab"] } }, says: "allow.dns rule" },
    {
      why: "with two free labels",
      x509: { allow: { dns: ["*.*.local"] } },
      says: 'allow.dns rule "*.*.local"',
    },
    {
      why: "with ** where several labels may be free",
      x509: { allow: { dns: ["**.local"] } },
      options: { multiLevelWildcards: true },
      says: 'allow.dns rule "**.local"',
    },
    {
      why: "with an inner star where several labels may be free",
      x509: { allow: { dns: ["*.a.*.local"] } },
      options: { multiLevelWildcards: true },
      says: 'allow.dns rule "*.a.*.local"',
    },
    { why: "with no address", x509: { allow: { ip: ["local"] } }, says: 'allow.ip rule "local"' },
    {
      why: "with two prefixes",
      x509: { deny: { ip: ["127.0.0.1//24"] } },
      says: 'deny.ip rule "127.0.0.1//24"',
    },
    { why: "with a prefix too long", x509: { deny: { ip: ["127.0.0.1/33"] } }, says: "deny.ip rule" },
    { why: "with a mapped address", x509: { deny: { ip: ["::ffff:10.0.0.1"] } }, says: "write them as IPv4" },
    {
      why: "with a mail wildcard",
      x509: { allow: { email: ["*.local"] } },
      says: 'allow.email rule "*.local"',
    },
    {
      why: "with a mail wildcard in front",
      x509: { allow: { email: ["*@local"] } },
      says: "allow.email rule",
    },
    {
      why: "with a mail domain with a dot",
      x509: { allow: { email: [".local"] } },
      says: "allow.email rule",
    },
    { why: "with @ and a dot", x509: { allow: { email: ["@.local"] } }, says: 'allow.email rule "@.local"' },
    { why: "with two @", x509: { allow: { email: ["@local@example.com"] } }, says: "allow.email rule" },
    { why: "with @ alone", x509: { allow: { email: ["@"] } }, says: 'allow.email rule "@"' },
    { why: "with no domain", x509: { allow: { email: ["mail@"] } }, says: 'allow.email rule "mail@"' },
    { why: "with a NUL", x509: { allow: { email: ["mail@example.com\0"] } }, says: "allow.email rule" },
    { why: "with a scheme", x509: { allow: { uri: ["https://a.local"] } }, says: "it has a scheme" },
    { why: "with a port", x509: { allow: { uri: ["a.local:8080"] } }, says: 'allow.uri rule "a.local:8080"' },
    { why: "with an IPv4 host", x509: { allow: { uri: ["127.0.0.1"] } }, says: 'allow.uri rule "127.0.0.1"' },
    { why: "with an IPv6 host", x509: { allow: { uri: ["[::1]"] } }, says: 'allow.uri rule "[::1]"' },
    { why: "with brackets", x509: { allow: { uri: ["[a.local]"] } }, says: 'allow.uri rule "[a.local]"' },
    { why: "with a path", x509: { allow: { uri: ["a.local/x"] } }, says: 'allow.uri rule "a.local/x"' },
    { why: "with two stars for hosts", x509: { deny: { uri: ["**.local"] } }, says: "deny.uri rule" },
    { why: "with a leading dot for hosts", x509: { deny: { uri: [".local"] } }, says: "deny.uri rule" },
    { why: "with an empty cn", x509: { allow: { cn: [" "] } }, says: 'allow.cn rule " "' },
    { why: "with * for cn", x509: { allow: { cn: ["*"] } }, says: 'allow.cn rule "*"' },
    { why: "E-100: with an unknown kind", x509: { deny: { dnss: ["a.local"] } }, says: 'a field "dnss"' },
    { why: "E-100: with an unknown field", x509: { denied: { dns: ["a.local"] } }, says: 'a field "denied"' },
    { why: "with a rule that is no text", x509: { allow: { dns: [1] } }, says: "allow.dns is not a list" },
    { why: "with text for a list", x509: { allow: { dns: "*.local" } }, says: "allow.dns is not a list" },
    { why: "with text for a switch", x509: { allowWildcardNames: "false" }, says: "allowWildcardNames" },
  ];

  test.each(malformed)("$why", ({ x509, options, says }) => {
    expect(() => stepPolicy(x509 as StepNamePolicy, options)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.stringContaining(says) }),
    );
  });

  test("is made from what step-ca's configuration leaves out as null", () => {
    const x509 = { allow: { dns: ["*.local"], ip: null }, deny: null } as unknown as StepNamePolicy;
    expect(decide(x509, "dns:a.local")?.verdict).toBe("allow");
  });
});

/** The rules of step-ca once more, in the plainest way, for names and rules that need no conversion. */
const model = {
  passes(x509: StepNamePolicy, name: string): boolean {
    const rulesOf = (side: "allow" | "deny"): readonly string[] => Object.values(x509[side] ?? {}).flat();
    if (rulesOf("allow").length + rulesOf("deny").length === 0) return true;
    const [kind, value] = [name.slice(0, name.indexOf(":")), name.slice(name.indexOf(":") + 1)];
    if (kind === "cn")
      return value === "" || model.passesByCn(x509, value) || model.passes(x509, model.kindOf(value));
    const allowed = x509.allow?.[kind as "dns"] ?? [];
    const denied = x509.deny?.[kind as "dns"] ?? [];
    if (kind === "none") return false;
    if (allowed.length === 0 && denied.length === 0) {
      if (rulesOf("allow").length > 0) return false;
    } else if (kind === "uri" && /^https?:\/\/[0-9.]+\//.test(value)) return false;
    if (kind === "dns" && value.includes("*") && x509.allowWildcardNames !== true) return false;
    if (denied.some((rule) => model.matches(kind, rule, value, true))) return false;
    return allowed.length === 0 || allowed.some((rule) => model.matches(kind, rule, value, false));
  },
  passesByCn({ allow, deny }: StepNamePolicy, value: string): boolean {
    const is = (rule: string): boolean => rule.toLowerCase() === value.toLowerCase();
    const [allowed, denied] = [allow?.cn ?? [], deny?.cn ?? []];
    if (allowed.length + denied.length === 0) return false;
    return !denied.some(is) && (allowed.length === 0 || allowed.some(is));
  },
  kindOf(value: string): string {
    if (/^[0-9.]+$/.test(value)) return `ip:${value}`;
    if (value.includes("://")) return `uri:${value.toLowerCase()}`;
    if (value.includes(" ")) return "none:";
    return value.includes("@") ? `email:${value}` : `dns:${value.toLowerCase()}`;
  },
  matches(kind: string, rule: string, value: string, foldsLocal: boolean): boolean {
    switch (kind) {
      case "dns":
        return model.inDomain(rule.toLowerCase(), value);
      case "uri":
        return model.inDomain(rule.toLowerCase(), new URL(value.replace(/^[a-z]+:/, "http:")).hostname);
      case "email": {
        const [domain, local] = rule.toLowerCase().split("@").reverse();
        const [itsDomain, itsLocal = ""] = value.split("@").reverse();
        if (domain !== itsDomain) return false;
        return (
          local === undefined || local === "" || local === (foldsLocal ? itsLocal.toLowerCase() : itsLocal)
        );
      }
      default: {
        const [base = "", length = "32"] = rule.split("/");
        const size = 2 ** (32 - Number(length));
        return Math.floor(model.number(base) / size) === Math.floor(model.number(value) / size);
      }
    }
  },
  inDomain(rule: string, value: string): boolean {
    const [wanted, found] = [rule.split("."), value.split(".")];
    return (
      wanted.length === found.length &&
      wanted.every((label, index) => label === found[index] || (label === "*" && index === 0))
    );
  },
  number(address: string): number {
    return address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  },
};

describe("any policy", () => {
  const some = (...texts: readonly string[]) => fc.subarray([...texts], { maxLength: 2 });
  const rules = fc.record(
    {
      cn: some("a.x", "Printer", "two words", "Anna@x", "10.1.2.3"),
      dns: some("x", "a.x", "*.x", "*.a.x", "B.X"),
      ip: some("10.0.0.0/8", "10.1.2.3/16", "10.1.2.3", "0.0.0.0/0"),
      email: some("@x", "x", "a.x", "Anna@x", "bernd@a.x"),
      uri: some("x", "*.x", "A.X"),
    },
    { requiredKeys: [] },
  );
  const policies = fc.record(
    { allow: rules, deny: rules, allowWildcardNames: fc.boolean() },
    { requiredKeys: [] },
  );
  const name = fc.constantFrom(
    ...["x", "a.x", "b.x", "*.x", "b.a.x", "*.a.x", "y"].map((value) => `dns:${value}`),
    ...["10.0.0.1", "10.1.2.3", "10.1.9.9", "11.0.0.1"].map((value) => `ip:${value}`),
    ...["anna@x", "Anna@x", "bernd@a.x", "BERND@a.x", "anna@b.a.x"].map((value) => `email:${value}`),
    ...["https://x/", "lab://a.x/p", "https://b.a.x:8443/", "https://10.0.0.1/"].map(
      (value) => `uri:${value}`,
    ),
    ...["", "a.x", "A.X", "*.x", "PRINTER", "Two Words", "anna@x", "Anna@x", "10.1.2.3", "https://a.x/"].map(
      (value) => `cn:${value}`,
    ),
  );

  test("judges every name as the rules of step-ca say", () => {
    fc.assert(
      fc.property(policies, name, (x509, one) => {
        const expected = model.passes(x509, one) ? "allow" : "deny";
        expect([one, decide(x509, one)?.verdict]).toEqual([one, expected]);
      }),
      { numRuns: 5000 },
    );
  });

  test("a deny rule more never lets more pass, unless it is the first rule of a kind that was closed", () => {
    fc.assert(
      fc.property(policies, name, fc.constantFrom("dns", "ip", "email", "uri"), (x509, one, kind) => {
        const more = { dns: "*.x", ip: "10.0.0.0/8", email: "@x", uri: "*.x" }[kind];
        const deny = { ...x509.deny, [kind]: [...(x509.deny?.[kind] ?? []), more] };
        const isRuled = (x509.allow?.[kind]?.length ?? 0) + (x509.deny?.[kind]?.length ?? 0) > 0;
        // Its first deny rule opens a kind that was closed because it had none.
        fc.pre(isRuled || Object.values(x509.allow ?? {}).flat().length === 0);
        if (decide(x509, one)?.verdict === "deny")
          expect(decide({ ...x509, deny }, one)?.verdict).toBe("deny");
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    { why: "labels", value: "a.".repeat(32 * 1024) },
    { why: "at signs", value: "@".repeat(64 * 1024) },
    { why: "colons", value: `a:${"/:".repeat(32 * 1024)}` },
    { why: "letters beyond ASCII", value: "\u00fc.".repeat(32 * 1024) },
    { why: "digits", value: "1.".repeat(32 * 1024) },
  ])("E-023: a commonName of 64 KiB of $why is refused", ({ value }) => {
    const x509 = { allow: { dns: ["*.x"], email: ["@x"], uri: ["*.x"], ip: ["10.0.0.0/8"] } };
    expect(decide(x509, `cn:${value}`)?.verdict).toBe("deny");
  });
});
