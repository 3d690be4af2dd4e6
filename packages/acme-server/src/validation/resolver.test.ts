import type { Answer } from "dns-packet";
import { afterEach, describe, expect, test } from "vitest";
import {
  type DnsServer,
  type ReceivedQuestion,
  type ScriptedReply,
  startDnsServer,
  zoneScript,
} from "../../test/validation-lab/dns-server.ts";
import { createLaboratory } from "../../test/validation-lab/laboratory.ts";
import { neverAborted } from "../../test/validation-lab/signal.ts";
import { createResolver, type Resolver } from "./resolver.ts";

const laboratory = createLaboratory();
afterEach(() => laboratory.close());

/** For servers that stay silent; a server that answers gets the default time, however busy the machine is. */
const impatient = { tryTimeout: "60ms", tries: 1 };

describe("resolveTxt", () => {
  test("A-145: joins the character-strings of each record and keeps records apart", async () => {
    const { resolver, dns } = await resolverFor([txt("a.test", "first, ", "second"), txt("a.test", "other")]);
    expect(await txtOf(resolver, "a.test")).toEqual({
      outcome: "found",
      values: ["first, second", "other"],
      explanation: `${dns.server} answered with 2 TXT records`,
    });
  });

  test("A-147: asks anew each time, also after a denial with a long time to live", async () => {
    const records: Answer[] = [];
    const { resolver } = await resolverFor(records);
    expect(await txtOf(resolver, "a.test")).toMatchObject({ outcome: "nonexistent" });
    records.push(txt("a.test", "one"));
    expect(await txtOf(resolver, "a.test")).toMatchObject({ values: ["one"] });
    records[0] = txt("a.test", "two");
    expect(await txtOf(resolver, "a.test")).toMatchObject({ values: ["two"] });
  });

  test("names compare without case and without the dot of the root", async () => {
    const { resolver } = await resolverFor([txt("a.test", "value")]);
    expect(await txtOf(resolver, "A.Test.")).toMatchObject({ values: ["value"] });
  });

  test.each<{
    why: string;
    script: (question: ReceivedQuestion) => ScriptedReply | undefined;
    outcome: string;
    words: string;
  }>([
    { why: "NXDOMAIN", script: () => ({ rcode: 3 }), outcome: "nonexistent", words: "answered NXDOMAIN" },
    {
      why: "no record of the type",
      script: () => ({}),
      outcome: "noData",
      words: "answered without a TXT record",
    },
    { why: "SERVFAIL", script: () => ({ rcode: 2 }), outcome: "failed", words: "answered SERVFAIL" },
    { why: "REFUSED", script: () => ({ rcode: 5 }), outcome: "failed", words: "answered REFUSED" },
    { why: "silence", script: () => undefined, outcome: "failed", words: "did not answer in time" },
    {
      why: "a wrong message id",
      script: () => ({ wrongId: true, answers: [txt("a.test", "forged")] }),
      outcome: "failed",
      words: "did not answer in time",
    },
    {
      why: "a wrong question",
      script: () => ({ wrongQuestion: true, answers: [txt("a.test", "forged")] }),
      outcome: "failed",
      words: "did not answer in time",
    },
    {
      why: "500 TXT records",
      script: ({ transport }) =>
        transport === "udp"
          ? { truncated: true }
          : { answers: Array.from({ length: 500 }, (_, index) => txt("a.test", `value ${index}`)) },
      outcome: "failed",
      words: "answered with 500 TXT records, more than the 100 that are looked at",
    },
    {
      why: "truncation, and silence over TCP",
      script: ({ transport }) => (transport === "udp" ? { truncated: true } : undefined),
      outcome: "failed",
      words: "did not answer in time",
    },
  ])("case 102: $why", async ({ script, outcome, words }) => {
    const dns = await laboratory.open(startDnsServer(script));
    const patience = words === "did not answer in time" ? impatient : {};
    const resolver = createResolver({ ...patience, servers: [dns.server] });
    expect(await txtOf(resolver, "a.test")).toEqual({ outcome, explanation: `${dns.server} ${words}` });
  });

  test("case 102, A-146: a truncated answer is asked for again over TCP", async () => {
    const script = ({ transport }: ReceivedQuestion) =>
      transport === "udp"
        ? { truncated: true }
        : { answers: [txt("a.test", "v".repeat(200), "w".repeat(200), "x".repeat(200))] };
    const dns = await laboratory.open(startDnsServer(script));
    const resolution = await txtOf(createResolver({ servers: [dns.server] }), "a.test");
    expect(resolution).toMatchObject({ values: ["v".repeat(200) + "w".repeat(200) + "x".repeat(200)] });
    expect(dns.questions.map(({ transport }) => transport)).toEqual(["udp", "tcp"]);
  });

  test("a server that is not there refuses", async () => {
    const dns = await startDnsServer(() => ({}));
    await dns.close();
    expect(await txtOf(createResolver({ servers: [dns.server] }), "a.test")).toEqual({
      outcome: "failed",
      explanation: `${dns.server} refused the connection`,
    });
  });

  test("tries the next server when one fails, and takes the first answer as final", async () => {
    const broken = await laboratory.open(startDnsServer(() => ({ rcode: 2 })));
    const denying = await laboratory.open(startDnsServer(() => ({ rcode: 3 })));
    const unasked = await laboratory.open(startDnsServer(zoneScript([txt("a.test", "value")])));
    const resolver = createResolver({ servers: [broken.server, denying.server, unasked.server] });
    expect(await txtOf(resolver, "a.test")).toEqual({
      outcome: "nonexistent",
      explanation: `${denying.server} answered NXDOMAIN`,
    });
    expect(unasked.questions).toEqual([]);
  });

  test("names every server when all have failed", async () => {
    const broken = await laboratory.open(startDnsServer(() => ({ rcode: 2 })));
    const silent = await laboratory.open(startDnsServer(() => undefined));
    const resolver = createResolver({
      tryTimeout: "500ms",
      tries: 1,
      servers: [broken.server, silent.server],
    });
    expect(await txtOf(resolver, "a.test")).toEqual({
      outcome: "failed",
      explanation: `${broken.server} answered SERVFAIL, ${silent.server} did not answer in time`,
    });
  });

  test("a lost packet costs a try and not the answer", async () => {
    const script = ({ repetition }: ReceivedQuestion) =>
      repetition === 0 ? undefined : { answers: [txt("a.test", "value")] };
    const dns = await laboratory.open(startDnsServer(script));
    const resolver = createResolver({ servers: [dns.server], tryTimeout: "200ms", tries: 5 });
    expect(await txtOf(resolver, "a.test")).toMatchObject({ values: ["value"] });
  });
});

describe("aliases", () => {
  test("A-145: an answer that a recursive server has followed is taken as it is", async () => {
    const answers = [cname("a.test", "b.test"), txt("b.test", "value")];
    const dns = await laboratory.open(startDnsServer(() => ({ answers })));
    expect(await txtOf(createResolver({ servers: [dns.server] }), "a.test")).toMatchObject({
      values: ["value"],
    });
    expect(dns.questions).toHaveLength(1);
  });

  test("A-145: a CNAME alone is followed by ourselves, at the servers of its own zone", async () => {
    const own = await laboratory.open(
      startDnsServer(zoneScript([cname("_acme-challenge.a.test", "a.delegated.test")])),
    );
    const delegated = await laboratory.open(startDnsServer(zoneScript([txt("a.delegated.test", "value")])));
    const resolver = createResolver({
      servers: [own.server],
      zones: { "delegated.test": [delegated.server] },
    });
    expect(await txtOf(resolver, "_acme-challenge.a.test")).toEqual({
      outcome: "found",
      values: ["value"],
      explanation: `${delegated.server} answered with 1 TXT record after 1 CNAME record`,
    });
  });

  test("A-147: 8 in a row are followed", async () => {
    const chain = Array.from({ length: 8 }, (_, index) => cname(`n${index}.test`, `n${index + 1}.test`));
    const { resolver } = await resolverFor([...chain, txt("n8.test", "value")]);
    expect(await txtOf(resolver, "n0.test")).toMatchObject({ values: ["value"] });
  });

  test.each([
    {
      why: "A-147: a ninth",
      records: Array.from({ length: 9 }, (_, index) => cname(`n${index}.test`, `n${index + 1}.test`)),
      words: "is one more than the 8 that are followed",
    },
    {
      why: "case 102: a loop of two",
      records: [cname("n0.test", "n1.test"), cname("n1.test", "n0.test")],
      words: "closes a loop",
    },
    { why: "case 102: a loop of one", records: [cname("n0.test", "N0.test")], words: "closes a loop" },
    {
      why: "E-006: a name with a space",
      records: [cname("n0.test", "evil name.test")],
      words: "does not hold a host name",
    },
    {
      why: "E-006: a control character",
      records: [cname("n0.test", "\u001b[31m.test")],
      words: "does not hold a host name",
    },
  ])("$why is refused without repeating it", async ({ records, words }) => {
    const { resolver, dns } = await resolverFor(records);
    expect(await txtOf(resolver, "n0.test")).toEqual({
      outcome: "failed",
      explanation: `${dns.server} answered with 1 CNAME record that ${words}`,
    });
  });
});

describe("resolveAddresses", () => {
  test("asks for both families", async () => {
    const { resolver, dns } = await resolverFor([
      aaaa("a.test", "2001:db8::1"),
      a("a.test", "192.0.2.1"),
      a("a.test", "192.0.2.2"),
    ]);
    expect(await addressesOf(resolver, "a.test")).toEqual({
      outcome: "found",
      values: ["2001:db8::1", "192.0.2.1", "192.0.2.2"],
      explanation: `${dns.server} answered with 1 AAAA record and ${dns.server} answered with 2 A records`,
    });
  });

  test("one family is enough, even when the other fails", async () => {
    const script = ({ type }: ReceivedQuestion) =>
      type === "A" ? { answers: [a("a.test", "192.0.2.1")] } : { rcode: 2 };
    const dns = await laboratory.open(startDnsServer(script));
    const resolver = createResolver({ servers: [dns.server] });
    expect(await addressesOf(resolver, "a.test")).toMatchObject({ outcome: "found", values: ["192.0.2.1"] });
  });

  test("follows a CNAME alone", async () => {
    const { resolver } = await resolverFor([cname("a.test", "b.test"), a("b.test", "192.0.2.1")]);
    expect(await addressesOf(resolver, "a.test")).toMatchObject({ outcome: "found", values: ["192.0.2.1"] });
  });

  test.each<{ why: string; reply: (type: string) => ScriptedReply; outcome: string; words: string }>([
    { why: "NXDOMAIN", reply: () => ({ rcode: 3 }), outcome: "nonexistent", words: "answered NXDOMAIN" },
    {
      why: "a failure, before no data",
      reply: (type) => (type === "A" ? { rcode: 2 } : {}),
      outcome: "failed",
      words: "answered SERVFAIL",
    },
  ])("says $why once", async ({ reply, outcome, words }) => {
    const dns = await laboratory.open(startDnsServer(({ type }) => reply(type)));
    const resolver = createResolver({ servers: [dns.server] });
    expect(await addressesOf(resolver, "a.test")).toEqual({ outcome, explanation: `${dns.server} ${words}` });
  });

  test("takes a name of the table of hosts without asking anyone", async () => {
    const { dns } = await resolverFor([]);
    const hosts = { "Printer.Lab.Test": ["10.0.0.9", "FD00::9"] };
    const resolver = createResolver({ servers: [dns.server], hosts });
    expect(await addressesOf(resolver, "printer.lab.test")).toMatchObject({
      values: ["10.0.0.9", "fd00::9"],
    });
    expect(await addressesOf(resolver, "other.lab.test")).toMatchObject({ outcome: "nonexistent" });
    expect(dns.questions.every(({ name }) => name === "other.lab.test")).toBe(true);
  });
});

describe("servers", () => {
  test.each([
    { name: "a.test", server: "default" },
    { name: "lab.test", server: "lab" },
    { name: "a.lab.test", server: "lab" },
    { name: "a.iot.lab.test", server: "iot" },
    { name: "notlab.test", server: "default" },
  ])("$name is asked for at the server of the longest zone: $server", async ({ name, server }) => {
    const script =
      (label: string) =>
      ({ name }: ReceivedQuestion) => ({ answers: [txt(name, label)] });
    const byDefault = await laboratory.open(startDnsServer(script("default")));
    const lab = await laboratory.open(startDnsServer(script("lab")));
    const iot = await laboratory.open(startDnsServer(script("iot")));
    const zones = { "Lab.test.": [lab.server], "iot.lab.test": [iot.server] };
    const resolver = createResolver({ servers: [byDefault.server], zones });
    expect(await txtOf(resolver, name)).toMatchObject({ values: [server] });
  });

  test("without any the name is not resolved, least of all by the system", async () => {
    const resolver = createResolver({ servers: [], hosts: { "a.test": ["127.0.0.1"] } });
    const explanation = "no DNS server is configured for it";
    expect(await addressesOf(resolver, "localhost")).toEqual({ outcome: "failed", explanation });
    expect(await txtOf(resolver, "a.test")).toEqual({ outcome: "failed", explanation });
  });

  test.each([
    "dns.example.test",
    "127.0.0.1:0",
    "127.0.0.1:65536",
    "127.0.0.1:dns",
    "[127.0.0.1:53",
    "fe80::1%eth0",
    "127.1",
    "",
  ])("refuses to start with %j as a server", (server) => {
    const refusal = expect.objectContaining({
      code: "ERR_OPTION_INVALID",
      message: expect.stringContaining(`"${server}"`),
    });
    expect(() => createResolver({ servers: [server] })).toThrow(refusal);
    expect(() => createResolver({ servers: [], zones: { "a.test": [server] } })).toThrow(refusal);
  });

  test.each(["127.0.0.1", "127.0.0.1:5353", "::1", "[::1]", "[::1]:5353"])(
    "accepts %j as a server",
    (server) => {
      expect(() => createResolver({ servers: [server] })).not.toThrow();
    },
  );

  test("refuses to start with a host that is no address, or with no tries", () => {
    const refusal = expect.objectContaining({ code: "ERR_OPTION_INVALID" });
    expect(() => createResolver({ servers: [], hosts: { "a.test": ["b.test"] } })).toThrow(refusal);
    expect(() => createResolver({ servers: [], tries: 0 })).toThrow(refusal);
  });
});

describe("time", () => {
  test("a resolution ends when its time is over, however many servers are left", async () => {
    const dns = await laboratory.open(startDnsServer(() => undefined));
    const resolver = createResolver({
      servers: Array<string>(50).fill(dns.server),
      tryTimeout: "30s",
      tries: 9,
      timeout: "50ms",
    });
    expect(await txtOf(resolver, "a.test")).toEqual({
      outcome: "failed",
      explanation: "the DNS servers had not answered after 50 ms",
    });
  });

  test("an abort rejects with its reason, before and during the question", async () => {
    const controller = new AbortController();
    const reason = new Error("the worker stops");
    const script = () => {
      controller.abort(reason);
      return undefined;
    };
    const dns = await laboratory.open(startDnsServer(script));
    const resolver = createResolver({ servers: [dns.server], tryTimeout: "30s" });
    await expect(resolver.resolveTxt("a.test", controller.signal)).rejects.toBe(reason);
    await expect(resolver.resolveAddresses("a.test", controller.signal)).rejects.toBe(reason);
    expect(dns.questions).toHaveLength(1);
  });
});

async function resolverFor(records: readonly Answer[]): Promise<{ resolver: Resolver; dns: DnsServer }> {
  const dns = await laboratory.open(startDnsServer(zoneScript(records)));
  return { resolver: createResolver({ servers: [dns.server] }), dns };
}

function txtOf(resolver: Resolver, name: string) {
  return resolver.resolveTxt(name, neverAborted());
}

function addressesOf(resolver: Resolver, name: string) {
  return resolver.resolveAddresses(name, neverAborted());
}

function txt(name: string, ...strings: string[]): Answer {
  return { type: "TXT", name, ttl: 86_400, data: strings };
}

function cname(name: string, data: string): Answer {
  return { type: "CNAME", name, ttl: 86_400, data };
}

function a(name: string, data: string): Answer {
  return { type: "A", name, ttl: 86_400, data };
}

function aaaa(name: string, data: string): Answer {
  return { type: "AAAA", name, ttl: 86_400, data };
}
