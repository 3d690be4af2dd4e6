import { RequestError } from "../errors.ts";
import { formatIdentifier, type Identifier, type IdentifierType } from "../identifier/identifier.ts";
import { invalid } from "./invalid.ts";
import { isSpiffeId, parseTrustDomain } from "./trust-domain.ts";

/** Which identifiers certificates of a profile carry. */
export interface IdentifierOptions {
  /** Kinds of identifier; empty for certificates that their subject alone names. Default: `dns` and `ip`. */
  readonly identifierTypes?: readonly IdentifierType[];
  /** Most identifiers in one certificate, 1 to 100; default 100. TLS libraries search them linearly at every handshake. */
  readonly maximumIdentifiers?: number;
  /** Makes certificates X509-SVIDs: their one identifier is a SPIFFE ID of this trust domain. */
  readonly spiffe?: { readonly trustDomain: string };
}

/** {@link IdentifierOptions}, checked. */
export interface IdentifierPlan {
  readonly types: readonly IdentifierType[];
  readonly maximum: number;
  readonly trustDomain: string | undefined;
}

/** Most identifiers that any certificate has. */
export const maximumIdentifiers = 100;

const allTypes: readonly IdentifierType[] = ["dns", "email", "ip", "uri"];

/**
 * Checks which identifiers a profile certifies.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: an unknown or repeated kind, a maximum outside 1 to 100, or a SPIFFE profile
 * for anything but one URI.
 */
export function parseIdentifiers(profile: string, options: IdentifierOptions): IdentifierPlan {
  const { spiffe } = options;
  const types = options.identifierTypes ?? (spiffe === undefined ? ["dns", "ip"] : ["uri"]);
  const maximum = options.maximumIdentifiers ?? (spiffe === undefined ? maximumIdentifiers : 1);
  const unknown = types.find((type) => !allTypes.includes(type));
  if (unknown !== undefined)
    throw invalid(profile, "identifierTypes", `has ${unknown}, which is not one of ${allTypes.join(", ")}`);
  if (new Set(types).size !== types.length)
    throw invalid(profile, "identifierTypes", `has a kind twice: ${types.join(", ")}`);
  if (!Number.isInteger(maximum) || maximum < 1 || maximum > maximumIdentifiers)
    throw invalid(profile, "maximumIdentifiers", `is ${maximum}, allowed are 1 to ${maximumIdentifiers}`);
  if (spiffe !== undefined && (types.join() !== "uri" || maximum !== 1))
    throw invalid(
      profile,
      "spiffe",
      `wants exactly one uri, identifierTypes is ${types.join(", ") || "empty"} and maximumIdentifiers ${maximum}`,
    );
  return Object.freeze({
    types: Object.freeze([...types]),
    maximum,
    trustDomain: spiffe && parseTrustDomain(profile, spiffe.trustDomain),
  });
}

/**
 * Refuses identifiers that certificates of a profile do not carry.
 *
 * @throws {RequestError} `ERR_IDENTIFIER_UNSUPPORTED`: a kind that is not certified, too many, a SPIFFE ID beside another URI or
 * of another trust domain; `ERR_IDENTIFIER_MALFORMED`: none at all where the profile wants one.
 * @see X509-SVID section 2
 */
export function assertIdentifiers(
  profile: string,
  { types, maximum, trustDomain }: IdentifierPlan,
  identifiers: readonly Identifier[],
): void {
  if (identifiers.length === 0 && types.length > 0)
    throw new RequestError(
      "ERR_IDENTIFIER_MALFORMED",
      `the request names nothing, profile ${profile} certifies ${types.join(", ")}`,
    );
  const foreign = identifiers.find(({ type }) => !types.includes(type));
  if (foreign !== undefined)
    throw unsupported(
      `profile ${profile} does not certify ${formatIdentifier(foreign)}, it certifies ${types.join(", ") || "no identifiers"}`,
    );
  if (identifiers.length > maximum)
    throw unsupported(
      `profile ${profile} certifies at most ${maximum} identifiers, the request has ${identifiers.length}`,
    );
  const spiffeId = identifiers.find(isSpiffeId);
  const uris = identifiers.filter(({ type }) => type === "uri");
  if (spiffeId !== undefined && uris.length > 1)
    throw unsupported(
      `${formatIdentifier(spiffeId)} is a SPIFFE ID, beside which there is no other uri; the request has ${uris.length}`,
    );
  const [only] = identifiers;
  if (trustDomain !== undefined && only?.value.startsWith(`spiffe://${trustDomain}/`) !== true)
    throw unsupported(
      `profile ${profile} certifies spiffe://${trustDomain}/ and what is below, not ${only && formatIdentifier(only)}`,
    );
}

function unsupported(message: string): RequestError {
  return new RequestError("ERR_IDENTIFIER_UNSUPPORTED", message);
}
