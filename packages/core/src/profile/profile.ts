import { extKeyUsageOids } from "../asn1/oids.ts";
import { encodeExtKeyUsage, encodeKeyUsage } from "../certificate/extensions.ts";
import type { ExtKeyUsage } from "../certificate/usages.ts";
import { type Claims, type ClaimsOptions, parseClaims } from "../claims/claims.ts";
import { ConfigurationError } from "../errors.ts";
import type { IdentifierType } from "../identifier/identifier.ts";

/** A named set of certificate properties; see {@link defineProfile}. */
export interface Profile {
  readonly name: string;
  readonly claims: Claims;
  readonly extKeyUsage: readonly ExtKeyUsage[];
  /** Kinds of identifier that certificates of this profile may carry. */
  readonly identifierTypes: readonly IdentifierType[];
  /** Whether the first identifier is also written as commonName, for software that predates RFC 9525. */
  readonly commonName: boolean;
  /** Extensions that are the same in every certificate of the profile, encoded once. */
  readonly fixedExtensions: readonly Uint8Array[];
}

/** Input of {@link defineProfile}. */
export interface ProfileOptions {
  /** 1 to 64 letters, digits, `.`, `_`, `-`; unique within an authority. */
  readonly name: string;
  readonly extKeyUsage: readonly ExtKeyUsage[];
  readonly claims?: ClaimsOptions;
  /** Default: `dns` and `ip`. */
  readonly identifierTypes?: readonly IdentifierType[];
  /** Default: false, so the subject is empty and the subjectAltName critical. */
  readonly commonName?: boolean;
}

/**
 * Describes a kind of end entity certificate.
 *
 * Key usage is digitalSignature for every key type: TLS 1.3 and forward-secret TLS 1.2 need nothing else, and RFC 8813
 * and RFC 9295 forbid key encipherment for EC and Ed25519 keys.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a bad name, no purpose or an unknown one, no kind of identifier, or
 * bad claims.
 * @see RFC 5280 sections 4.2.1.3 and 4.2.1.12
 */
export function defineProfile(options: ProfileOptions): Profile {
  const { name, extKeyUsage, identifierTypes = ["dns", "ip"], commonName = false } = options;
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name))
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `profile name "${name}" is not 1 to 64 letters, digits, dots, hyphens`,
    );
  if (extKeyUsage.length === 0)
    throw new ConfigurationError("ERR_OPTION_INVALID", `profile ${name} has no extKeyUsage`);
  const unknown = extKeyUsage.find((purpose: string) => !purposes.has(purpose));
  if (unknown !== undefined)
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `extKeyUsage ${unknown} of profile ${name} is not one of ${[...purposes].join(", ")}`,
    );
  if (new Set(extKeyUsage).size !== extKeyUsage.length)
    throw new ConfigurationError("ERR_OPTION_INVALID", `profile ${name} has an extKeyUsage twice`);
  if (identifierTypes.length === 0)
    throw new ConfigurationError("ERR_OPTION_INVALID", `profile ${name} has no identifierTypes`);
  return Object.freeze({
    name,
    claims: parseClaims(options.claims),
    extKeyUsage: Object.freeze([...extKeyUsage]),
    identifierTypes: Object.freeze([...identifierTypes]),
    commonName,
    fixedExtensions: Object.freeze([encodeKeyUsage(["digitalSignature"]), encodeExtKeyUsage(extKeyUsage)]),
  });
}

/** All but `any`, which would let a certificate serve for whatever comes. */
const purposes: ReadonlySet<string> = new Set(Object.keys(extKeyUsageOids).filter((name) => name !== "any"));
