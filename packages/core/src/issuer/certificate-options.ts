import { noExpiry } from "../asn1/time.ts";
import { encodeSubjectAltName } from "../certificate/extensions.ts";
import { type AttributeType, encodeName } from "../certificate/name.ts";
import { encodeNameConstraints, type NameConstraints } from "../certificate/name-constraints.ts";
import type { KeyUsage } from "../certificate/usages.ts";
import type { Validity } from "../claims/claims.ts";
import { parseDuration } from "../claims/duration.ts";
import { DerError } from "../errors.ts";
import { isTrustDomainId } from "../profile/trust-domain.ts";
import { printable } from "../text.ts";
import { invalid } from "./invalid.ts";
import type { ConstraintOptions } from "./name-constraint-options.ts";

/** The name of a CA. */
export interface AuthorityName {
  /** 1 to 64 characters; what people see in their trust store. */
  readonly commonName: string;
  readonly organization?: string;
}

/** What a CA certificate may say, root or intermediate. */
export interface AuthorityOptions extends ConstraintOptions {
  /** Default: `P3650D` for a root, `P1825D` for an intermediate. An intermediate is clamped to its issuer. */
  readonly validity?: string;
  /**
   * How many certificate authorities may stand below one another beneath this one; default: no limit for a root, 0 for an
   * intermediate, whose issuers must have more left.
   */
  readonly pathLength?: number;
  /** The SPIFFE ID of the trust domain that this CA serves, such as `spiffe://lab.example`; default: none. */
  readonly uri?: string;
  /** Whether this CA answers OCSP requests with its own key, and not by a delegated one; default: false. */
  readonly signsOcsp?: boolean;
  /** Default: the system's clock. */
  readonly clock?: () => Date;
  /** Source of random octets for the serial number; default: the platform's. */
  readonly random?: (length: number) => Uint8Array;
}

/** Writes the subject of a CA. @throws {ConfigurationError} `ERR_OPTION_INVALID` */
export function encodeSubject({ commonName, organization }: AuthorityName): Uint8Array {
  const attributes: (readonly [AttributeType, string])[] = [["commonName", commonName]];
  if (organization !== undefined) attributes.unshift(["organization", organization]);
  try {
    return encodeName(attributes);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw invalid(`the subject cannot be written: ${cause.message}`, cause);
  }
}

/** A new CA certificate must count as valid for clients whose clock is behind, or nothing beneath it does. */
const backdate = 3_600_000;

/** The notBefore of a CA certificate made at `now`. */
export function startOf(now: number): number {
  return Math.floor(now / 1000) * 1000 - backdate;
}

/** Decides the validity of a CA certificate made at `now`. @throws {ConfigurationError} `ERR_OPTION_INVALID` */
export function readValidity(duration: string, now: number): Validity {
  const notBefore = startOf(now);
  const notAfter = notBefore + backdate + parseDuration(duration) - 1000;
  if (notAfter > noExpiry)
    throw invalid(
      `validity ${duration} ends after ${new Date(noExpiry).toISOString()}, the last date there is`,
    );
  return { notBefore, notAfter };
}

/** What two validities have in common. */
export function intersect(left: Validity, right: Validity): Validity {
  return {
    notBefore: Math.max(left.notBefore, right.notBefore),
    notAfter: Math.min(left.notAfter, right.notAfter),
  };
}

/** Checks a path length. @throws {ConfigurationError} `ERR_OPTION_INVALID` */
export function readPathLength<Length extends number | undefined>(pathLength: Length): Length {
  if (pathLength === undefined || (Number.isInteger(pathLength) && pathLength >= 0 && pathLength <= 255))
    return pathLength;
  throw invalid(`pathLength ${pathLength} is not an integer from 0 to 255`);
}

/** Uses of a CA's key (RFC 5280 section 4.2.1.3; RFC 6960 section 2.6 for answers that it signs itself). */
export function keyUsageOf({ signsOcsp = false }: AuthorityOptions): readonly KeyUsage[] {
  return signsOcsp ? ["digitalSignature", "keyCertSign", "cRLSign"] : ["keyCertSign", "cRLSign"];
}

/** Extensions that roots and intermediates may have alike. @throws {ConfigurationError} `ERR_OPTION_INVALID` */
export function optionalExtensions(
  { uri }: AuthorityOptions,
  constraints: NameConstraints | undefined,
): readonly Uint8Array[] {
  return [
    ...(constraints === undefined ? [] : [encodeNameConstraints(constraints)]),
    ...(uri === undefined
      ? []
      : [encodeSubjectAltName([{ type: "uri", value: readTrustDomainId(uri) }], false)]),
  ];
}

/** A trust domain's own SPIFFE ID has no path, where one of a workload has to have one (SPIFFE-ID section 2; X509-SVID section 2). */
function readTrustDomainId(uri: string): string {
  if (isTrustDomainId(uri)) return uri;
  throw invalid(
    `uri "${printable(uri)}" is not the SPIFFE ID of a trust domain, such as spiffe://lab.example`,
  );
}
