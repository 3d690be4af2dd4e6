import { parseDuration } from "../claims/duration.ts";
import { ConfigurationError } from "../errors.ts";
import { maximumCrlPartitions } from "./partition.ts";

/** How an authority publishes its CRLs. */
export interface CrlOptions {
  /**
   * How long a full CRL is valid, a duration of at least `PT1M`; default `P7D`. It is replaced when half of that is over, so
   * relying parties survive an outage as long as the other half.
   */
  readonly validity?: string;
  /**
   * How many CRLs the certificates of an issuer are spread over, 1 to 1024; default 1. With more than one, certificates have to
   * say which is theirs, so a distribution URL is required. May change: certificates stay where they were put.
   */
  readonly partitions?: number;
  /**
   * Delta CRLs: revocations are published in a small list beside the full one, which is then replaced at half of its life only.
   * Default: none, every revocation brings a full CRL.
   */
  readonly delta?: {
    /** How long a delta CRL is valid; at most as long as a full one. It is replaced when half of that is over. */
    readonly validity: string;
  };
}

/** {@link CrlOptions}, read; durations in milliseconds. */
export interface CrlSettings {
  readonly validity: number;
  readonly partitions: number;
  /** Undefined: no delta CRLs. */
  readonly deltaValidity: number | undefined;
}

/**
 * Reads the options of CRLs.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function readCrlOptions(options: CrlOptions): CrlSettings {
  const { validity: text = "P7D", partitions = 1, delta } = options;
  const validity = readValidity("crl.validity", text);
  const deltaValidity = delta && readValidity("crl.delta.validity", delta.validity);
  if (deltaValidity !== undefined && deltaValidity > validity)
    throw invalid(`crl.delta.validity ${delta?.validity} is longer than crl.validity ${text}`);
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > maximumCrlPartitions)
    throw invalid(`crl.partitions ${partitions} is not an integer from 1 to ${maximumCrlPartitions}`);
  return Object.freeze({ validity, partitions, deltaValidity });
}

/** Times in CRLs are whole seconds, and signing and fetching take some: what is shorter is over before it is of use. */
const shortestValidity = 60_000;

/** Ten years: nobody means a longer one, and the year 9999 stays out of reach. */
const longestValidity = 3660 * 86_400_000;

function readValidity(field: string, text: string): number {
  const validity = parseDuration(text);
  if (validity >= shortestValidity && validity <= longestValidity) return validity;
  throw invalid(`${field} ${text} is not between PT1M and P3660D`);
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message);
}
