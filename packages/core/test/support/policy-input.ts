import { attributeTypeOids, extKeyUsageOids } from "../../src/asn1/oids.ts";
import type { AttributeType, SubjectAttribute } from "../../src/certificate/name.ts";
import { type Identifier, parseIdentifier } from "../../src/identifier/identifier.ts";
import type { PolicyInput } from "../../src/policy/policy.ts";

/**
 * A plan for policies to judge: what is given, and for the rest nothing remarkable and no name. Its purposes are those that
 * have a name unless they are given too.
 */
export function policyInput(plan: Partial<PolicyInput> = {}): PolicyInput {
  const { extKeyUsage = ["serverAuth"] } = plan;
  return {
    operation: "issue",
    requester: { kind: "application", id: "tests" },
    profile: "tlsServer",
    identifiers: [],
    subject: [],
    key: { type: "ec", curve: "P-256" },
    keyUsage: ["digitalSignature"],
    extKeyUsage,
    purposes: extKeyUsage.map((purpose) => extKeyUsageOids[purpose]),
    notBefore: new Date("2030-01-01T00:00:00Z"),
    notAfter: new Date("2030-01-30T23:59:59Z"),
    signal: new AbortController().signal,
    ...plan,
  };
}

/** Identifiers as explanations write them: `dns:lab.example`. */
export function names(...texts: readonly string[]): readonly Identifier[] {
  return texts.map((text) => {
    const colon = text.indexOf(":");
    return parseIdentifier(text.slice(0, colon), text.slice(colon + 1));
  });
}

/** A subject attribute; the requester asked for it unless told otherwise. */
export function attribute(
  type: AttributeType,
  value: string,
  source: SubjectAttribute["source"] = "request",
): SubjectAttribute {
  return { type: attributeTypeOids[type], value, source };
}
