import { describe, expect, test } from "vitest";
import { policyInput } from "../../test/support/policy-input.ts";
import type { KeyAlgorithm } from "../crypto/provider.ts";
import { type KeyRequirements, type KeyType, requireKey } from "./key-rules.ts";

const accepted = [{ verdict: "abstain", reason: "the key is as required" }];

describe("requireKey", () => {
  const rows: readonly {
    why: string;
    requirements: KeyRequirements;
    key: KeyAlgorithm;
    denied?: { reason: string; limit: string; asked: string };
  }[] = [
    { why: "a type that is listed", requirements: { types: ["ec", "ed25519"] }, key: { type: "ed25519" } },
    {
      why: "a type that is not",
      requirements: { types: ["ec", "ed25519"] },
      key: { type: "rsa", bits: 4096 },
      denied: { reason: "key type rsa is not one of ec, ed25519", limit: "ec, ed25519", asked: "rsa" },
    },
    {
      why: "a type other than the only one",
      requirements: { types: ["ml-dsa"] },
      key: { type: "ed25519" },
      denied: { reason: "key type ed25519 is not ml-dsa", limit: "ml-dsa", asked: "ed25519" },
    },
    {
      why: "a curve that is listed",
      requirements: { curves: ["P-256"] },
      key: { type: "ec", curve: "P-256" },
    },
    {
      why: "a curve that is not",
      requirements: { curves: ["P-256", "P-384"] },
      key: { type: "ec", curve: "P-521" },
      denied: { reason: "curve P-521 is not one of P-256, P-384", limit: "P-256, P-384", asked: "P-521" },
    },
    {
      why: "a key without a curve where curves are listed",
      requirements: { curves: ["P-256"] },
      key: { type: "rsa", bits: 2048 },
    },
    { why: "exactly the size", requirements: { minimumRsaBits: 3072 }, key: { type: "rsa", bits: 3072 } },
    {
      why: "less than the size",
      requirements: { minimumRsaBits: 3072 },
      key: { type: "rsa", bits: 3064 },
      denied: {
        reason: "RSA key of 3064 bits is below 3072 bits",
        limit: "3072 bits",
        asked: "3064 bits",
      },
    },
    {
      why: "a key of another type where a size is required",
      requirements: { minimumRsaBits: 3072 },
      key: { type: "ed25519" },
    },
  ];

  test.each(rows)("judges $why", ({ requirements, key, denied }) => {
    expect(requireKey(requirements).evaluate(policyInput({ key }))).toEqual(
      denied === undefined ? accepted : [{ verdict: "deny", ...denied }],
    );
  });

  test("tells everything that is wrong", () => {
    const policy = requireKey({ types: ["ec"], minimumRsaBits: 3072 });
    expect(policy.evaluate(policyInput({ key: { type: "rsa", bits: 2048 } }))).toMatchObject([
      { verdict: "deny", asked: "rsa" },
      { verdict: "deny", asked: "2048 bits" },
    ]);
  });

  test("says nothing as long as there is no key, and allows nothing", () => {
    const policy = requireKey({ types: ["ec"] });
    const { key: _, ...names } = policyInput();
    expect(policy.evaluate(names)).toEqual([{ verdict: "abstain", reason: "there is no key yet" }]);
    expect(policy).toMatchObject({ name: "require key", canAllow: false });
    expect(Object.isFrozen(policy)).toBe(true);
  });

  test.each([
    { why: "no requirement", requirements: {} },
    { why: "no type", requirements: { types: [] } },
    { why: "E-100: an unknown type", requirements: { types: ["ec", "dsa"] } },
    { why: "no curve", requirements: { curves: [] } },
    { why: "E-100: an unknown curve", requirements: { curves: ["p256"] } },
    { why: "a size below what is refused anyway", requirements: { minimumRsaBits: 1024 } },
    { why: "a size that is no whole number", requirements: { minimumRsaBits: 2048.5 } },
    { why: "a size that is no number", requirements: { minimumRsaBits: Number.NaN } },
  ] as { why: string; requirements: KeyRequirements }[])("refuses $why", ({ requirements }) => {
    expect(() => requireKey(requirements)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });

  test("keeps copies: what it was given may change afterwards", () => {
    const types: KeyType[] = ["ec"];
    const policy = requireKey({ types });
    types.push("rsa");
    expect(policy.evaluate(policyInput({ key: { type: "rsa", bits: 2048 } }))).toMatchObject([
      { verdict: "deny" },
    ]);
  });
});
