import { parseDuration } from "../claims/duration.ts";
import { ConfigurationError } from "../errors.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { RevokedCertificate } from "../store/certificate-store.ts";
import { createEntryWriter } from "./entry-writer.ts";
import { signList, wholeSeconds } from "./sign-list.ts";

/** Input of {@link signCrl}. */
export interface SignCrlOptions {
  readonly issuer: Issuer;
  /** Every certificate that is revoked at present; each serial number once. */
  readonly revoked: readonly RevokedCertificate[];
  /** How long the list is valid; default `P90D`. */
  readonly validity?: string;
  /** Greater than that of every list before; default: the time in milliseconds. */
  readonly number?: number;
  /** Default: the system's clock. */
  readonly clock?: () => Date;
}

/**
 * Signs a full CRL of certificates that no store knows: what an offline root carries out of its room.
 *
 * An authority with a store publishes its lists by `ca.crls.publish()`, which also sees to their numbers.
 *
 * @returns CertificateList DER.
 * @throws {ConfigurationError} `ERR_ISSUER_UNFIT`: keyUsage without cRLSign; `ERR_OPTION_INVALID`: a serial number twice, a number that
 * is not a positive integer, a bad validity.
 * @throws {DerError} A serial number that is none.
 * @throws {SignerError} `ERR_SIGNER_FAILED`
 * @see RFC 5280 section 5
 */
export async function signCrl(options: SignCrlOptions): Promise<Uint8Array> {
  const { issuer, revoked, validity = "P90D", clock = () => new Date() } = options;
  const now = clock().getTime();
  const { number = now } = options;
  if (issuer.parsed.keyUsage?.has("cRLSign") === false)
    throw new ConfigurationError(
      "ERR_ISSUER_UNFIT",
      `issuer "${issuer.subject}" may not sign CRLs (keyUsage without cRLSign)`,
    );
  if (!Number.isSafeInteger(number) || number < 1)
    throw new ConfigurationError("ERR_OPTION_INVALID", `number ${number} is not a positive integer`);
  const thisUpdate = wholeSeconds(now);
  const nextUpdate = wholeSeconds(now + parseDuration(validity));
  const scope = { issuer, distributionPoint: undefined, freshestCrl: undefined };
  return signList(scope, { number, base: undefined, thisUpdate, nextUpdate }, encodeEntries(revoked));
}

function encodeEntries(revoked: readonly RevokedCertificate[]): Uint8Array {
  const writer = createEntryWriter();
  const written = new Set<string>();
  for (const entry of revoked) {
    const serialNumber = entry.serialNumber.toLowerCase().replace(/^(?:00)+(?=..)/, "");
    if (written.has(serialNumber))
      throw new ConfigurationError("ERR_OPTION_INVALID", `revoked has serial number ${serialNumber} twice`);
    written.add(serialNumber);
    writer.append({ ...entry, serialNumber });
  }
  return writer.octets.slice(0, writer.length);
}
