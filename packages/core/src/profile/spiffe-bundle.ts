import { parseCertificate } from "../certificate/parse.ts";
import { encodeBase64, encodeBase64Url } from "../encoding/base64.ts";
import { ConfigurationError } from "../errors.ts";
import type { PublicKeyNumbers } from "../key/subject-public-key-info.ts";

/** Input of {@link spiffeBundle}. */
export interface SpiffeBundleOptions {
  /** Certificate DER; those of the authority, and those that still have to be trusted while it changes. */
  readonly trustAnchors: readonly Uint8Array[];
  /** Rises whenever the bundle changes, 0 to 2^53 - 1. Default: left out. */
  readonly sequence?: number;
  /** After how many seconds consumers should look again, at least 1. Default: left out. */
  readonly refreshHint?: number;
}

/** The trust bundle of a SPIFFE trust domain: a JWK Set to be written as JSON. */
export interface SpiffeBundle {
  readonly keys: readonly SpiffeBundleKey[];
  readonly spiffe_sequence?: number;
  readonly spiffe_refresh_hint?: number;
}

/** A trust anchor as a JWK without `kid`; numbers are base64url, the certificate is base64. */
export interface SpiffeBundleKey {
  readonly use: "x509-svid";
  readonly kty: string;
  readonly x5c: readonly [string];
  readonly [member: string]: string | readonly string[];
}

/**
 * Writes trust anchors as a SPIFFE bundle, for a bundle endpoint and for federation.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no trust anchor, a sequence or a refresh hint that is no such number.
 * @throws {CaError} `ERR_CERTIFICATE_MALFORMED`
 * @see SPIFFE Trust Domain and Bundle section 4; X509-SVID section 6.1; RFC 7517 section 4.7; RFC 7518 section 6; RFC 8037 section 2;
 * RFC 9964
 */
export function spiffeBundle(options: SpiffeBundleOptions): SpiffeBundle {
  const { trustAnchors, sequence, refreshHint } = options;
  if (trustAnchors.length === 0) throw invalid("trustAnchors is empty");
  assertNumber("sequence", sequence, 0);
  assertNumber("refreshHint", refreshHint, 1);
  return Object.freeze({
    keys: Object.freeze(trustAnchors.map(toKey)),
    ...(sequence !== undefined && { spiffe_sequence: sequence }),
    ...(refreshHint !== undefined && { spiffe_refresh_hint: refreshHint }),
  });
}

function toKey(trustAnchor: Uint8Array): SpiffeBundleKey {
  const { publicKey } = parseCertificate(trustAnchor);
  return Object.freeze({
    use: "x509-svid",
    ...keyMembers(publicKey.numbers),
    x5c: Object.freeze([encodeBase64(trustAnchor)] as const),
  });
}

function keyMembers(numbers: PublicKeyNumbers): { readonly kty: string; readonly [member: string]: string } {
  switch (numbers.type) {
    case "rsa":
      return { kty: "RSA", n: encodeBase64Url(numbers.modulus), e: encodeBase64Url(numbers.exponent) };
    case "ec":
      return {
        kty: "EC",
        crv: numbers.curve,
        x: encodeBase64Url(numbers.x),
        y: encodeBase64Url(numbers.y),
      };
    case "ed25519":
      return { kty: "OKP", crv: "Ed25519", x: encodeBase64Url(numbers.x) };
    case "ml-dsa":
      return {
        kty: "AKP",
        alg: `ML-DSA-${numbers.parameterSet}`,
        pub: encodeBase64Url(numbers.encodedKey),
      };
  }
}

function assertNumber(field: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return;
  throw invalid(`${field} ${value} is not a whole number from ${least} to ${Number.MAX_SAFE_INTEGER}`);
}

function invalid(fault: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", `spiffeBundle: ${fault}`);
}
