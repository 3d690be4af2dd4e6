import type { PolicyInput } from "./policy.ts";

/** What every policy is told about a plan. */
export type Facts = Omit<PolicyInput, "signal">;

/**
 * Copies and freezes a plan for policies, so that none can change what the next one judges.
 *
 * @returns Makes the input of one policy. Nothing freezes a Date, so each input has its own.
 */
export function freezeFacts(facts: Facts): (signal: AbortSignal) => PolicyInput {
  const { key } = facts;
  const notBefore = facts.notBefore.getTime();
  const notAfter = facts.notAfter.getTime();
  const shared = {
    ...facts,
    requester: Object.freeze({ ...facts.requester }),
    identifiers: freezeAll(facts.identifiers),
    subject: freezeAll(facts.subject),
    ...(key !== undefined && { key: Object.freeze({ ...key }) }),
    keyUsage: Object.freeze([...facts.keyUsage]),
    extKeyUsage: Object.freeze([...facts.extKeyUsage]),
    purposes: Object.freeze([...facts.purposes]),
  };
  return (signal) =>
    Object.freeze({ ...shared, notBefore: new Date(notBefore), notAfter: new Date(notAfter), signal });
}

function freezeAll<T extends object>(values: readonly T[]): readonly T[] {
  return Object.freeze(values.map((value) => Object.freeze({ ...value })));
}
