import { describe, expect, test } from "vitest";
import { createAuthority, requester, requestFor } from "../../test/support/authority.ts";
import type { Explanation } from "../policy/explanation.ts";
import { definePolicy, deny, type PolicyLevel } from "../policy/policy.ts";
import { PolicyError } from "../policy/policy-error.ts";
import { allowDns } from "../policy/rules.ts";
import type { Requester } from "../requester.ts";

const levelOf = ({ provisioner = "none" }: Requester): readonly PolicyLevel[] => [
  { name: `provisioner ${provisioner}`, policies: [allowDns(`*.${provisioner}.lab.example`)] },
];

describe("policy levels", () => {
  test("must all grant, for renewals too", async () => {
    const { ca } = await createAuthority({
      policies: [allowDns("**.lab.example")],
      policyLevels: levelOf,
    });
    const web = { kind: "provisioner", id: "token", provisioner: "web" } as const;
    const request = await requestFor("dns:a.web.lab.example");
    const issued = await ca.issue({ ...request, requester: web });
    await expect(ca.renew({ certificate: issued })).resolves.toBeDefined();
    const other = { ...web, provisioner: "mail" };
    for (const attempt of [
      ca.issue({ ...request, requester: other }),
      ca.renew({ certificate: issued, requester: other }),
    ]) {
      await expect(attempt).rejects.toMatchObject({
        code: "ERR_POLICY_DENIED",
        denials: [{ level: "provisioner mail", input: "dns:a.web.lab.example" }],
      });
    }
    await expect(
      ca.issue({ ...(await requestFor("dns:a.web.other.example")), requester: web }),
    ).rejects.toMatchObject({ code: "ERR_POLICY_DENIED" });
  });

  test("that do not come in time refuse the request", async () => {
    const { ca } = await createAuthority({
      policyLevels: () => new Promise(() => undefined),
      policyTimeout: "20ms",
    });
    await expect(ca.issue(await requestFor("dns:a.lab.example"))).rejects.toMatchObject({
      code: "ERR_POLICY_FAILED",
      cause: { name: "TimeoutError" },
    });
  });

  test("that cannot be had refuse the request", async () => {
    const { ca } = await createAuthority({
      policyLevels: () => Promise.reject(new Error("the directory does not answer")),
    });
    await expect(ca.issue(await requestFor("dns:a.lab.example"))).rejects.toMatchObject({
      code: "ERR_POLICY_FAILED",
      cause: new Error("the directory does not answer"),
    });
  });
});

test("a refusal carries the whole explanation", async () => {
  const { ca } = await createAuthority({
    policies: [allowDns("*.lab.example"), definePolicy("night", () => deny("closed at night"))],
  });
  const request = await requestFor("dns:a.lab.example");
  const error = await ca.issue(request).catch((thrown: unknown) => thrown);
  if (!(error instanceof PolicyError)) throw error;
  const expected: Explanation = await ca.explain(request);
  expect(error.explanation).toEqual(expected);
  expect(error.explanation.plan).toMatchObject({
    operation: "issue",
    profile: "tlsServer",
    issuer: "CN=Lab Root",
    key: { type: "ec", curve: "P-256" },
    keyUsage: ["digitalSignature"],
    extKeyUsage: ["serverAuth"],
    subject: [],
  });
});

describe("E-100: a policy that does not answer in time", () => {
  test("refuses the request, and its signal aborts", async () => {
    let signal: AbortSignal | undefined;
    const hanging = definePolicy("remote", (input) => {
      ({ signal } = input);
      return new Promise(() => undefined);
    });
    const { ca, store } = await createAuthority({
      policies: [allowDns("*.lab.example"), hanging],
      policyTimeout: "20ms",
    });
    await expect(ca.issue({ ...(await requestFor("dns:a.lab.example")), requester })).rejects.toMatchObject({
      code: "ERR_POLICY_FAILED",
    });
    expect(signal?.aborted).toBe(true);
    expect(await store.list({ limit: 10 })).toEqual([]);
  });
});
