import { decodePem } from "../asn1/pem.ts";
import { type ParsedCertificate, parseCertificate } from "../certificate/parse.ts";
import type { Validity } from "../claims/claims.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { CaError } from "../errors.ts";
import { unfit } from "./unfit.ts";

/**
 * Reads the certificates of a PEM text in their order, each once.
 *
 * @param what - What the text is, for messages.
 * @returns At least one.
 * @throws {ConfigurationError} `ERR_ISSUER_UNFIT`
 */
export function readChain(pem: string, what: string): readonly ParsedCertificate[] {
  const certificates = readCertificates(pem, what);
  if (certificates.length === 0) throw unfit(`the PEM text of ${what} holds no certificate`);
  return certificates.filter(
    ({ der }, index) => certificates.findIndex((other) => equalBytes(other.der, der)) === index,
  );
}

/** A chain as clients need it. */
export interface SplitChain {
  /** DER, lowest first, without the trust anchor; empty when the first certificate is the trust anchor. */
  readonly chain: readonly Uint8Array[];
  readonly trustAnchor: Uint8Array;
}

/** The certificates of a chain, the lowest first and the trust anchor last. */
export function certificatesOf({ chain, trustAnchor }: SplitChain): readonly ParsedCertificate[] {
  return [...chain, trustAnchor].map(parseCertificate);
}

/** Takes a chain apart as clients need it, and says when all of it is valid. */
export function splitChain(
  certificates: readonly ParsedCertificate[],
): SplitChain & { readonly validity: Validity } {
  const ders = certificates.map(({ der }) => der);
  return {
    chain: Object.freeze(ders.slice(0, -1)),
    trustAnchor: ders[ders.length - 1] ?? new Uint8Array(),
    validity: Object.freeze({
      notBefore: Math.max(...certificates.map(({ notBefore }) => notBefore)),
      notAfter: Math.min(...certificates.map(({ notAfter }) => notAfter)),
    }),
  };
}

function readCertificates(pem: string, what: string): readonly ParsedCertificate[] {
  try {
    return decodePem(pem, "CERTIFICATE").map(parseCertificate);
  } catch (cause) {
    if (!(cause instanceof CaError)) throw cause;
    throw unfit(`a certificate of ${what} cannot be read: ${cause.message}`, cause);
  }
}
