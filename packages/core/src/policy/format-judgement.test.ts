import { describe, expect, test } from "vitest";
import { attribute, names, policyInput } from "../../test/support/policy-input.ts";
import { evaluateLevels } from "./evaluate.ts";
import { formatJudgement } from "./format-judgement.ts";
import { definePolicy } from "./policy.ts";
import {
  allowDns,
  allowSubject,
  denyDns,
  limitValidity,
  named,
  requireKey,
  requireProfile,
  requireSubject,
} from "./rules.ts";

describe("formatJudgement", () => {
  test("shows a request that is granted", async () => {
    const judgement = await evaluateLevels(
      [
        {
          name: "authority",
          policies: [
            named("web servers", allowDns("*.lab.example", "lab.example")),
            requireKey({ types: ["ec", "ed25519"] }),
          ],
        },
        { name: "provisioner acme", policies: [allowDns("**.example")] },
      ],
      policyInput({ identifiers: names("dns:lab.example", "dns:a.lab.example") }),
    );
    expect(formatJudgement(judgement)).toMatchInlineSnapshot(`
      "granted
        level authority: granted
          policy web servers: allow
            allow dns:lab.example: matches lab.example
            allow dns:a.lab.example: matches *.lab.example
          policy require key: abstain
            abstain request: the key is as required
        level provisioner acme: granted
          policy allow dns: allow
            allow dns:lab.example: matches **.example
            allow dns:a.lab.example: matches **.example
      "
    `);
  });

  test("shows everything that refuses, with limits and asks", async () => {
    const judgement = await evaluateLevels(
      [
        {
          name: "authority",
          policies: [
            allowDns("*.lab.example"),
            denyDns("secret.lab.example"),
            allowSubject({ organization: "Lab" }),
            requireSubject({ organization: "Lab", country: ["DE", "FR"] }),
            requireKey({ types: ["ec"], minimumRsaBits: 3072 }),
            limitValidity("P30D"),
          ],
        },
        {
          name: "account 7",
          policies: [
            definePolicy("inventory", () => Promise.reject(new Error("password hunter2 refused"))),
            requireProfile("tlsClient"),
            definePolicy("silent", () => []),
          ],
        },
      ],
      policyInput({
        identifiers: names("dns:a.lab.example", "dns:secret.lab.example", "ip:192.0.2.1"),
        subject: [attribute("organization", "B\u0430nk")],
        key: { type: "rsa", bits: 2048 },
        notAfter: new Date("2030-03-31T23:59:59Z"),
      }),
    );
    expect(formatJudgement(judgement)).toMatchInlineSnapshot(`
      "refused
        level built in: refused
          policy single script: deny
            deny subject.organization:B?nk: the value mixes scripts that are not written together
        level authority: refused
          policy allow dns: allow
            allow dns:a.lab.example: matches *.lab.example
            allow dns:secret.lab.example: matches *.lab.example
          policy deny dns: deny
            abstain dns:a.lab.example: matches none of secret.lab.example
            deny dns:secret.lab.example: denied by secret.lab.example
          policy allow subject: abstain
            abstain subject.organization:B?nk: matches none of Lab
          policy require subject: deny
            deny subject.organization:B?nk: organization is "B?nk", it must be Lab (limit Lab; asked B?nk)
            deny request: the subject has no country, it must be one of DE, FR (limit DE, FR; asked none)
          policy require key: deny
            deny request: key type rsa is not ec (limit ec; asked rsa)
            deny request: RSA key of 2048 bits is below 3072 bits (limit 3072 bits; asked 2048 bits)
          policy limit validity: deny
            deny request: validity of P90D is above P30D (limit P30D; asked P90D)
        level account 7: refused
          policy inventory: deny
            deny request: the policy could not be evaluated
          policy require profile: deny
            deny request: profile tlsServer is not tlsClient (limit tlsClient; asked tlsServer)
          policy silent: abstain
        because of built in, single script: subject.organization:B?nk: the value mixes scripts that are not written together
        because of authority, deny dns: dns:secret.lab.example: denied by secret.lab.example
        because of authority, require subject: subject.organization:B?nk: organization is "B?nk", it must be Lab (limit Lab; asked B?nk)
        because of authority, require subject: request: the subject has no country, it must be one of DE, FR (limit DE, FR; asked none)
        because of authority, require key: request: key type rsa is not ec (limit ec; asked rsa)
        because of authority, require key: request: RSA key of 2048 bits is below 3072 bits (limit 3072 bits; asked 2048 bits)
        because of authority, limit validity: request: validity of P90D is above P30D (limit P30D; asked P90D)
        because of authority, default: ip:192.0.2.1: no policy allows this name
        because of account 7, inventory: request: the policy could not be evaluated
        because of account 7, require profile: request: profile tlsServer is not tlsClient (limit tlsClient; asked tlsServer)
        because of account 7, default: dns:a.lab.example: no policy allows this name
        because of account 7, default: dns:secret.lab.example: no policy allows this name
        because of account 7, default: ip:192.0.2.1: no policy allows this name
        because of account 7, default: subject.organization:B?nk: no policy allows this subject attribute
      "
    `);
  });

  test("shows that there is no level", async () => {
    const judgement = await evaluateLevels([], policyInput());
    expect(formatJudgement(judgement)).toMatchInlineSnapshot(`
      "refused
        because of default: request: no policy allows this request
      "
    `);
  });

  test("is one line for each thing, whatever policies say", async () => {
    const judgement = await evaluateLevels(
      [
        {
          name: "a\nlevel",
          policies: [
            {
              name: "a\r\npolicy",
              canAllow: true,
              evaluate: () => [
                { verdict: "deny", reason: "no\ngranted\n", limit: "\u001b[2K", asked: "\u2029" },
              ],
            },
          ],
        },
      ],
      policyInput({ identifiers: names("dns:a.example") }),
    );
    expect(formatJudgement(judgement)).toMatchInlineSnapshot(`
      "refused
        level a?level: refused
          policy a??policy: deny
            deny request: no?granted? (limit ?[2K; asked ?)
        because of a?level, a??policy: request: no?granted? (limit ?[2K; asked ?)
        because of a?level, default: dns:a.example: no policy allows this name
      "
    `);
  });
});
