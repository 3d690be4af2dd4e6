import { describe, expect, test } from "vitest";
import { policyInput } from "../../test/support/policy-input.ts";
import { extKeyUsageOids } from "../asn1/oids.ts";
import { limitUsages, type UsageLimits } from "./usage-rules.ts";

const within = [{ verdict: "abstain", reason: "within the limits" }];

describe("limitUsages", () => {
  test("says nothing against usages within the limits, nor against fewer", () => {
    const policy = limitUsages({
      keyUsage: ["digitalSignature", "keyEncipherment"],
      extKeyUsage: ["serverAuth"],
    });
    expect(policy.evaluate(policyInput())).toEqual(within);
    expect(policy.evaluate(policyInput({ keyUsage: [] }))).toEqual(within);
    expect(policy).toMatchObject({ name: "limit usages", canAllow: false });
  });

  test("denies usages beyond them, of either kind", () => {
    const policy = limitUsages({ keyUsage: ["digitalSignature"], extKeyUsage: ["serverAuth"] });
    const input = policyInput({
      keyUsage: ["digitalSignature", "keyEncipherment", "keyAgreement"],
      extKeyUsage: ["serverAuth", "clientAuth"],
    });
    expect(policy.evaluate(input)).toEqual([
      {
        verdict: "deny",
        reason: "keyUsage keyEncipherment, keyAgreement is beyond digitalSignature",
        limit: "digitalSignature",
        asked: "digitalSignature, keyEncipherment, keyAgreement",
      },
      {
        verdict: "deny",
        reason: "extKeyUsage clientAuth is beyond serverAuth",
        limit: "serverAuth",
        asked: "serverAuth, clientAuth",
      },
    ]);
  });

  test("limits only what it was told to", () => {
    const everything = policyInput({ keyUsage: ["keyAgreement"], extKeyUsage: ["codeSigning"] });
    expect(limitUsages({ extKeyUsage: ["codeSigning"] }).evaluate(everything)).toEqual(within);
    expect(limitUsages({ keyUsage: ["keyAgreement"] }).evaluate(everything)).toEqual(within);
    expect(limitUsages({ keyUsage: [] }).evaluate(everything)).toMatchObject([
      { verdict: "deny", reason: "keyUsage keyAgreement is beyond none", limit: "none" },
    ]);
  });

  const smartCardLogon = "1.3.6.1.4.1.311.20.2.2";

  test("denies purposes that have no name, unless their OIDs are listed", () => {
    const input = policyInput({ purposes: [extKeyUsageOids.serverAuth, smartCardLogon] });
    expect(limitUsages({ extKeyUsage: ["serverAuth"] }).evaluate(input)).toEqual([
      {
        verdict: "deny",
        reason: `extKeyUsage ${smartCardLogon} is beyond serverAuth`,
        limit: "serverAuth",
        asked: `serverAuth, ${smartCardLogon}`,
      },
    ]);
    const both = limitUsages({ extKeyUsage: ["serverAuth"], furtherPurposes: [smartCardLogon] });
    expect(both.evaluate(input)).toEqual(within);
    expect(limitUsages({ furtherPurposes: [smartCardLogon] }).evaluate(input)).toMatchObject([
      { verdict: "deny", reason: `extKeyUsage serverAuth is beyond ${smartCardLogon}` },
    ]);
  });

  test("denies certificates that would serve every purpose", () => {
    const every = { verdict: "deny", limit: "serverAuth", asked: "every purpose" };
    const policy = limitUsages({ extKeyUsage: ["serverAuth"] });
    expect(policy.evaluate(policyInput({ extKeyUsage: [] }))).toMatchObject([every]);
    const any = policyInput({ purposes: [extKeyUsageOids.serverAuth, extKeyUsageOids.any] });
    expect(policy.evaluate(any)).toMatchObject([{ verdict: "deny", asked: "serverAuth, 2.5.29.37.0" }]);
    expect(
      limitUsages({ keyUsage: ["digitalSignature"] }).evaluate(policyInput({ extKeyUsage: [] })),
    ).toEqual(within);
  });

  test.each([
    { why: "no limit", limits: {} },
    { why: "a limit to no purpose", limits: { extKeyUsage: [] } },
    { why: "a further purpose that is no OID", limits: { furtherPurposes: ["smartCardLogon"] } },
    { why: "a further purpose that has a name", limits: { furtherPurposes: [extKeyUsageOids.clientAuth] } },
    { why: "any purpose by its OID", limits: { furtherPurposes: [extKeyUsageOids.any] } },
    { why: "E-100: an unknown usage", limits: { keyUsage: ["signing"] } },
    { why: "E-100: an unknown purpose", limits: { extKeyUsage: ["serverAuth", "tls"] } },
    { why: "any purpose", limits: { extKeyUsage: ["any"] } },
  ] as { why: string; limits: UsageLimits }[])("refuses $why", ({ limits }) => {
    expect(() => limitUsages(limits)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });
});
