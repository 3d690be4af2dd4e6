import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAuthority, identifierOf, now, requester, requestFor } from "../../test/support/authority.ts";
import { createForeignAuthority } from "../../test/support/foreign-authority.ts";
import { isCaError } from "../errors.ts";
import { createIntermediate, createRoot } from "../issuer/create.ts";
import { importIssuer } from "../issuer/issuer.ts";
import { allow, definePolicy, deny, type Policy } from "../policy/policy.ts";
import { allowDns, allowIp, denyDns, denyIp } from "../policy/rules.ts";
import { tlsClient, tlsServer } from "../profile/presets.ts";

const clock = (): Date => now;

describe("explain", () => {
  test("shows what would be issued and every decision on the way", async () => {
    const { ca } = await createAuthority({
      policies: [denyDns("secret.lab.example"), allowDns("*.lab.example"), allowIp("10.0.0.0/8")],
    });
    const explanation = await ca.explain(
      await requestFor("dns:www.lab.example", "dns:secret.lab.example", "ip:192.0.2.1"),
    );
    const { levels, ...flat } = explanation;
    expect(levels).toMatchObject([
      {
        level: "authority",
        verdict: "deny",
        policies: [
          { policy: "deny dns", verdict: "deny" },
          { policy: "allow dns", verdict: "allow" },
          { policy: "allow ip", verdict: "abstain" },
        ],
      },
    ]);
    expect(levels[0]?.policies.flatMap(({ decisions }) => decisions)).toEqual(flat.decisions);
    const level = "authority";
    expect(flat).toEqual({
      verdict: "deny",
      decisions: [
        {
          level,
          rule: "deny dns",
          input: "dns:www.lab.example",
          verdict: "abstain",
          reason: "matches none of secret.lab.example",
        },
        {
          level,
          rule: "deny dns",
          input: "dns:secret.lab.example",
          verdict: "deny",
          reason: "denied by secret.lab.example",
        },
        {
          level,
          rule: "allow dns",
          input: "dns:www.lab.example",
          verdict: "allow",
          reason: "matches *.lab.example",
        },
        {
          level,
          rule: "allow dns",
          input: "dns:secret.lab.example",
          verdict: "allow",
          reason: "matches *.lab.example",
        },
        {
          level,
          rule: "allow ip",
          input: "ip:192.0.2.1",
          verdict: "abstain",
          reason: "matches none of 10.0.0.0/8",
        },
      ],
      denials: [
        { level, rule: "deny dns", input: "dns:secret.lab.example", reason: "denied by secret.lab.example" },
        { level, rule: "default", input: "ip:192.0.2.1", reason: "no policy allows this name" },
      ],
      plan: {
        operation: "issue",
        profile: "tlsServer",
        issuer: "CN=Lab Root",
        subject: [],
        key: { type: "ec", curve: "P-256" },
        keyUsage: ["digitalSignature"],
        extKeyUsage: ["serverAuth"],
        purposes: ["1.3.6.1.5.5.7.3.1"],
        identifiers: ["dns:www.lab.example", "dns:secret.lab.example", "ip:192.0.2.1"].map(identifierOf),
        notBefore: new Date("2029-12-31T23:59:00Z"),
        notAfter: new Date("2030-03-31T23:59:59Z"),
      },
    });
    expect(Object.isFrozen(explanation)).toBe(true);
  });

  test("reserves and signs nothing", async () => {
    const { ca, store } = await createAuthority();
    expect((await ca.explain(await requestFor("dns:www.lab.example"))).verdict).toBe("allow");
    expect(await store.listReservations({ reservedBefore: Number.POSITIVE_INFINITY, limit: 10 })).toEqual([]);
    expect(await store.list({ limit: 10 })).toEqual([]);
  });

  test("explainNames judges names without a key, in any spelling", async () => {
    const { ca } = await createAuthority({ policies: [allowDns("*.lab.example")] });
    const { verdict, plan } = await ca.explainNames({
      identifiers: [{ type: "dns", value: "WWW.lab.example" }],
      requester,
    });
    expect(verdict).toBe("allow");
    expect(plan.identifiers).toEqual([identifierOf("dns:www.lab.example")]);
    const other = await ca.explainNames({ identifiers: [identifierOf("dns:b.a.lab.example")], requester });
    expect(other.denials).toEqual([
      {
        level: "authority",
        rule: "default",
        input: "dns:b.a.lab.example",
        reason: "no policy allows this name",
      },
    ]);
  });

  test("throws what issue throws for a request that cannot be judged", async () => {
    const { ca } = await createAuthority();
    const request = await requestFor("dns:www.lab.example");
    const wrong = [
      { ...request, identifiers: [] },
      { ...request, profile: "none" },
      { ...request, notAfter: new Date("2040-01-01T00:00:00Z") },
      { ...request, publicKey: Uint8Array.of(0) },
    ];
    for (const one of wrong) {
      const codes = await Promise.all([ca.explain(one), ca.issue(one)].map(codeOf));
      expect(codes[0]).toBe(codes[1]);
      expect(codes[0]).toMatch(/^ERR_/);
    }
  });

  test("says allow exactly when issue issues, and denies for the same reasons", async () => {
    const name = fc.constantFrom(
      "dns:www.lab.example",
      "dns:*.lab.example",
      "dns:b.a.lab.example",
      "dns:lab.example",
      "ip:10.0.0.1",
      "ip:192.0.2.1",
    );
    const policy = fc.constantFrom<Policy>(
      allowDns("*.lab.example"),
      allowDns("**.lab.example", "lab.example"),
      allowIp("10.0.0.0/8"),
      denyDns("www.lab.example"),
      denyIp("10.0.0.0/8"),
      definePolicy("all", () => allow),
      definePolicy("closed", () => deny("closed today")),
      definePolicy("broken", () => Promise.reject(new Error("broken"))),
    );
    const { issuer: constrained } = await createRoot({
      commonName: "Constrained",
      permittedDns: ["a.lab.example"],
      clock,
    });
    const { issuer: free } = await createRoot({ commonName: "Free", clock });
    const { publicKey } = await requestFor();
    await fc.assert(
      fc.asyncProperty(
        fc.array(name, { minLength: 1, maxLength: 3 }),
        fc.array(policy, { maxLength: 3 }),
        fc.constantFrom(constrained, free),
        async (names, rules, issuer) => {
          const policies = [...rules, allowDns("www.lab.example")];
          const { ca, store } = await createAuthority({ policies, issuer });
          const request = { publicKey, identifiers: names.map(identifierOf), requester };
          const { verdict, denials } = await ca.explain(request);
          const { publicKey: _, ...withoutKey } = request;
          expect(await ca.explainNames(withoutKey)).toMatchObject({ verdict, denials });
          const outcome = await ca.issue(request).then(
            () => [],
            (error: { denials?: unknown }) => error.denials,
          );
          expect(outcome).toEqual(denials);
          expect(verdict).toBe(denials.length === 0 ? "allow" : "deny");
          expect(await store.list({ limit: 10 })).toHaveLength(verdict === "allow" ? 1 : 0);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("B-035: the name constraints of the whole chain", () => {
  test("bind whatever policy allows, and every violation is told", async () => {
    const { issuer: top } = await createRoot({ commonName: "Top", permittedDns: ["lab.example"], clock });
    const { issuer } = await createIntermediate({
      issuer: top,
      commonName: "Below",
      permittedDns: ["a.lab.example"],
      clock,
    });
    const { ca } = await createAuthority({ issuer });
    expect((await ca.explain(await requestFor("dns:x.a.lab.example"))).verdict).toBe("allow");
    const denied = await ca.explain(await requestFor("dns:b.lab.example", "dns:other.example"));
    expect(denied.denials).toEqual([
      constraintDenial("dns:b.lab.example"),
      constraintDenial("dns:other.example"),
      constraintDenial("dns:other.example"),
    ]);
    await expect(ca.issue(await requestFor("dns:other.example"))).rejects.toMatchObject({
      code: "ERR_POLICY_DENIED",
    });
  });

  test("bind the subject too, where there is one", async () => {
    // permittedSubtrees: directoryName O=Lab
    const constraints = Buffer.from("3016a0143012a410300e310c300a060355040a0c034c6162", "hex");
    const strict = await createForeignAuthority({
      subject: "O=Lab, CN=Strict",
      extensions: [new x509.Extension("2.5.29.30", true, constraints)],
    });
    const issuer = await importIssuer({ chainPem: strict.pem, signer: strict.signer, clock });
    const profiles = [tlsServer(), tlsClient({ subject: { commonName: "identifier" } })];
    const { ca } = await createAuthority({ issuer, profiles });
    const request = await requestFor("dns:www.lab.example");
    expect((await ca.explain(request)).verdict).toBe("allow");
    expect((await ca.explain({ ...request, profile: "tlsClient" })).denials).toEqual([
      {
        level: "issuer",
        rule: "name constraints",
        input: "subject",
        reason: "the subject is outside the issuer's permitted names",
      },
    ]);
  });
});

function constraintDenial(input: string): object {
  const [, name] = input.split(":");
  return {
    level: "issuer",
    rule: "name constraints",
    input,
    reason: `${name} is outside the issuer's permitted names`,
  };
}

function codeOf(outcome: Promise<unknown>): Promise<string> {
  return outcome.then(
    () => "none",
    (error: unknown) => (isCaError(error) ? error.code : String(error)),
  );
}
