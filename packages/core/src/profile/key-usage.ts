import {
  type ExtKeyUsage,
  type KeyType,
  type KeyUsage,
  usagesForPurposes,
  usagesOfKeys,
} from "../certificate/usages.ts";
import type { KeyAlgorithm } from "../crypto/provider.ts";
import { RequestError } from "../errors.ts";
import { invalid } from "./invalid.ts";

/** Which keys a profile certifies, and for what use. */
export interface KeyOptions {
  /** Default: every kind that can be read. */
  readonly keyTypes?: readonly KeyType[];
  /**
   * Default: digitalSignature alone, for every kind of key. TLS 1.3 and TLS 1.2 with forward secrecy need nothing else; RSA keys
   * want keyEncipherment only for TLS 1.2 clients that know no other key exchange.
   */
  readonly keyUsage?: Readonly<Partial<Record<KeyType, readonly KeyUsage[]>>>;
}

/** {@link KeyOptions}, checked: the usages of every kind of key that is certified. */
export type KeyPlan = ReadonlyMap<KeyType, readonly KeyUsage[]>;

/**
 * Checks what keys are to be used for.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no kind of key or an unknown one; a usage that such a key cannot have
 * or that makes a certificate authority; usages and purposes that leave nothing the certificate could serve for.
 * @see RFC 5280 sections 4.2.1.3 and 4.2.1.12
 */
export function parseKeyUsage(
  profile: string,
  { keyTypes = allTypes, keyUsage = {} }: KeyOptions,
  purposes: readonly ExtKeyUsage[],
): KeyPlan {
  assertTypes(profile, "keyTypes", keyTypes, allTypes);
  if (keyTypes.length === 0) throw invalid(profile, "keyTypes", "is empty");
  assertTypes(profile, "keyUsage", Object.keys(keyUsage), keyTypes);
  return new Map(
    keyTypes.map((type) => {
      const usages = keyUsage[type] ?? ["digitalSignature"];
      assertUsages(profile, type, usages);
      assertAgreement(profile, type, usages, purposes);
      return [type, Object.freeze([...usages])];
    }),
  );
}

/** @throws {RequestError} `ERR_KEY_UNSUPPORTED` */
export function assertKey(profile: string, plan: KeyPlan, key: KeyAlgorithm): void {
  if (plan.has(key.type)) return;
  throw new RequestError(
    "ERR_KEY_UNSUPPORTED",
    `profile ${profile} does not certify keys of type ${key.type}, it certifies ${[...plan.keys()].join(", ")}`,
  );
}

/** The usages of a key; those that every kind of key has, when there is no key yet. */
export function usagesOf(plan: KeyPlan, key: KeyAlgorithm | undefined): readonly KeyUsage[] {
  if (key !== undefined) return plan.get(key.type) ?? [];
  const [first = [], ...others] = plan.values();
  return first.filter((usage) => others.every((usages) => usages.includes(usage)));
}

const allTypes = Object.keys(usagesOfKeys) as KeyType[];

function assertTypes(
  profile: string,
  field: string,
  types: readonly string[],
  allowed: readonly string[],
): void {
  const unknown = types.find((type) => !allowed.includes(type));
  if (unknown !== undefined)
    throw invalid(profile, field, `has ${unknown}, which is not one of ${allowed.join(", ")}`);
  if (new Set(types).size !== types.length)
    throw invalid(profile, field, `has a kind twice: ${types.join(", ")}`);
}

function assertUsages(profile: string, type: KeyType, usages: readonly KeyUsage[]): void {
  const allowed: readonly KeyUsage[] = usagesOfKeys[type].filter(
    (usage) => usage !== "keyCertSign" && usage !== "cRLSign",
  );
  if (usages.length === 0) throw invalid(profile, `keyUsage.${type}`, "is empty");
  const foreign = usages.find((usage) => !allowed.includes(usage));
  if (foreign !== undefined)
    throw invalid(profile, `keyUsage.${type}`, `has ${foreign}, which is not one of ${allowed.join(", ")}`);
  if (new Set(usages).size !== usages.length)
    throw invalid(profile, `keyUsage.${type}`, `has a usage twice: ${usages.join(", ")}`);
}

function assertAgreement(
  profile: string,
  type: KeyType,
  usages: readonly KeyUsage[],
  purposes: readonly ExtKeyUsage[],
): void {
  for (const purpose of purposes) {
    const wanted = usagesForPurposes[purpose];
    if (usages.some((usage) => wanted.includes(usage))) continue;
    throw invalid(
      profile,
      `keyUsage.${type}`,
      `is ${usages.join(", ")}, extKeyUsage ${purpose} wants one of ${wanted.join(", ")}`,
    );
  }
}
