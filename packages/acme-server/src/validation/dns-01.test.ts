import type { Answer } from "dns-packet";
import { afterEach, describe, expect, test } from "vitest";
import { challengeFor } from "../../test/validation-lab/acme-challenge.ts";
import {
  type ReceivedQuestion,
  type ScriptedReply,
  startDnsServer,
  zoneScript,
} from "../../test/validation-lab/dns-server.ts";
import { createLaboratory } from "../../test/validation-lab/laboratory.ts";
import { neverAborted } from "../../test/validation-lab/signal.ts";
import { dns01 } from "./dns-01.ts";
import { createResolver, type ResolverOptions } from "./resolver.ts";

const laboratory = createLaboratory();
afterEach(() => laboratory.close());

const name = "_acme-challenge.example.test";
/** what the record must hold for the challenge of the vector. */
const expected = "lAV291d372xyXVEZRY9j2FQ8g1TYpOaJr620CiahePA";

describe("dns01", () => {
  test.each([
    { type: "dns", wildcard: false, supported: true },
    { type: "dns", wildcard: true, supported: true },
    { type: "ip", wildcard: false, supported: false },
    { type: "email", wildcard: false, supported: false },
  ] as const)("A-145, A-170: $type, wildcard $wildcard: $supported", ({ type, wildcard, supported }) => {
    const validator = dns01({ resolver: createResolver({ servers: [] }) });
    expect(validator.type).toBe("dns-01");
    expect(validator.maximumAttempts).toBeUndefined();
    expect(validator.supports({ type, value: "example.test" }, wildcard)).toBe(supported);
  });

  test.each<{ why: string; records: Answer[] }>([
    { why: "the one record", records: [txt(expected)] },
    {
      why: "case 102: split into character-strings",
      records: [txt(expected.slice(0, 10), expected.slice(10))],
    },
    { why: "A-145: any of several records", records: [txt("unrelated"), txt("A".repeat(43)), txt(expected)] },
    {
      why: "A-145: behind a CNAME",
      records: [
        { type: "CNAME", name, data: "example.challenges.test" },
        { type: "TXT", name: "example.challenges.test", data: expected },
      ],
    },
  ])("valid: $why", async ({ records }) => {
    const { result } = await validate(zoneScript(records));
    expect(result).toEqual({ outcome: "valid" });
  });

  test.each<{
    why: string;
    script: Script;
    type: string;
    words: string;
  }>([
    { why: "NXDOMAIN", script: () => ({ rcode: 3 }), type: "dns", words: "answered NXDOMAIN" },
    { why: "SERVFAIL", script: () => ({ rcode: 2 }), type: "dns", words: "answered SERVFAIL" },
    { why: "timeout", script: () => undefined, type: "dns", words: "did not answer in time" },
    {
      why: "wrong id",
      script: () => ({ wrongId: true, answers: [txt(expected)] }),
      type: "dns",
      words: "did not answer in time",
    },
    {
      why: "wrong question",
      script: () => ({ wrongQuestion: true, answers: [txt(expected)] }),
      type: "dns",
      words: "did not answer in time",
    },
    { why: "no record", script: () => ({}), type: "unauthorized", words: "answered without a TXT record" },
    {
      why: "another value",
      script: () => ({ answers: [txt("A".repeat(43))] }),
      type: "unauthorized",
      words: "answered with 1 TXT record",
    },
    {
      why: "a value in another case",
      script: () => ({ answers: [txt(expected.toLowerCase())] }),
      type: "unauthorized",
      words: "answered with 1 TXT record",
    },
    {
      why: "the value split over two records",
      script: () => ({ answers: [txt(expected.slice(0, 10)), txt(expected.slice(10))] }),
      type: "unauthorized",
      words: "answered with 2 TXT records",
    },
    {
      why: "a value in quotation marks",
      script: () => ({ answers: [txt("other"), txt(`"${expected}"`)] }),
      type: "unauthorized",
      words: "answered with 2 TXT records, one of them with quotation marks around the value",
    },
    {
      why: "500 TXT records, the right one among them",
      script: ({ transport }) =>
        transport === "udp"
          ? { truncated: true }
          : { answers: [...Array.from({ length: 499 }, () => txt("other")), txt(expected)] },
      type: "dns",
      words: "answered with 500 TXT records, more than the 100 that are looked at",
    },
    {
      why: "a CNAME loop",
      script: ({ type }) => (type === "CNAME" ? { answers: [{ type: "CNAME", name, data: name }] } : {}),
      type: "dns",
      words: "answered with 1 CNAME record that closes a loop",
    },
  ])("case 102: $why", async ({ script, type, words }) => {
    const patience = words === "did not answer in time" ? { tryTimeout: "60ms", tries: 1 } : {};
    const { result, server } = await validate(script, patience);
    expect(result).toEqual({
      outcome: "retry",
      problem: {
        type,
        status: type === "unauthorized" ? 403 : 400,
        detail: `no TXT record at ${name} holds ${expected}: ${server} ${words}`,
      },
    });
  });

  test("case 107: what a record says is not repeated", async () => {
    const hostile = "\u001b[31m<script>alert(1)</script>\r\n".repeat(6);
    const { result } = await validate(() => ({ answers: [txt(hostile)] }));
    expect(result).toMatchObject({
      outcome: "retry",
      problem: { detail: expect.stringMatching(/^[\x20-\x7e]{1,200}$/) },
    });
    expect(JSON.stringify(result)).not.toContain("script");
  });

  test("a resolver that never answers and ignores the signal is given up", async () => {
    const forever = new Promise<never>(() => undefined);
    const validator = dns01({
      resolver: { resolveTxt: () => forever, resolveAddresses: () => forever },
      timeout: "20ms",
    });
    expect(await validator.validate(challengeFor("example.test"), neverAborted())).toEqual({
      outcome: "retry",
      problem: {
        type: "dns",
        status: 400,
        detail: `no TXT record at ${name} holds ${expected}: DNS had not answered when the time for the attempt was over`,
      },
    });
  });

  test("case 105: an abort of the worker rejects, a fault of the resolver too", async () => {
    const reason = new Error("the worker stops");
    const fault = new Error("a fault of ours");
    const fail = () => Promise.reject(fault);
    const validator = dns01({ resolver: { resolveTxt: fail, resolveAddresses: fail } });
    await expect(validator.validate(challengeFor("example.test"), AbortSignal.abort(reason))).rejects.toBe(
      reason,
    );
    await expect(validator.validate(challengeFor("example.test"), neverAborted())).rejects.toBe(fault);
  });

  test("E-006: a token that could leave its place is a fault of the server", async () => {
    const validator = dns01({ resolver: createResolver({ servers: [] }) });
    const challenge = { ...challengeFor("example.test"), token: "../".repeat(10) };
    await expect(validator.validate(challenge, neverAborted())).rejects.toThrow(TypeError);
  });
});

type Script = (question: ReceivedQuestion) => ScriptedReply | undefined;

async function validate(script: Script, patience: Pick<ResolverOptions, "tries" | "tryTimeout"> = {}) {
  const { server } = await laboratory.open(startDnsServer(script));
  const validator = dns01({ resolver: createResolver({ ...patience, servers: [server] }) });
  return { server, result: await validator.validate(challengeFor("example.test"), neverAborted()) };
}

function txt(...strings: string[]): Answer {
  return { type: "TXT", name, data: strings };
}
