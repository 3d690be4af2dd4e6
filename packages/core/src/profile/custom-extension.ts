import { assertDer } from "../asn1/der-reader.ts";
import { extensionOids, ocspOids } from "../asn1/oids.ts";
import { DerError } from "../errors.ts";
import { printable } from "../text.ts";
import { invalid } from "./invalid.ts";
import { isObjectIdentifier } from "./object-identifier.ts";

/** An extension that a profile writes as it is given. */
export interface CustomExtension {
  /** Dotted decimal. */
  readonly oid: string;
  /** Default: false. What is critical and not understood makes relying parties refuse the certificate. */
  readonly critical?: boolean;
  /** What extnValue contains: exactly one DER value. */
  readonly value: Uint8Array;
}

/**
 * Checks the custom extensions of a profile.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: an OID that is none, appears twice, or is for Chancery or a certificate
 * authority alone to write; a value that is not exactly one DER value.
 */
export function parseCustomExtensions(
  profile: string,
  extensions: readonly CustomExtension[] = [],
): readonly Required<CustomExtension>[] {
  const seen = new Set<string>();
  return Object.freeze(
    extensions.map(({ oid, critical = false, value }) => {
      if (!isObjectIdentifier(oid))
        throw invalid(profile, "extensions", `has "${printable(oid)}", which is no object identifier`);
      if (reserved.has(oid))
        throw invalid(
          profile,
          "extensions",
          `has ${oid}, which follows from other options or is for authorities`,
        );
      if (seen.has(oid)) throw invalid(profile, "extensions", `has ${oid} twice`);
      seen.add(oid);
      assertValue(profile, oid, value);
      return Object.freeze({ oid, critical, value });
    }),
  );
}

/** Also policyMappings, policyConstraints, inhibitAnyPolicy and freshestCRL, which end entity certificates of ours never carry. */
const reserved: ReadonlySet<string> = new Set([
  ...Object.values(extensionOids),
  ocspOids.noCheck,
  "2.5.29.33",
  "2.5.29.36",
  "2.5.29.46",
  "2.5.29.54",
]);

function assertValue(profile: string, oid: string, value: Uint8Array): void {
  try {
    assertDer(value);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw invalid(
      profile,
      "extensions",
      `${oid} has a value that is not one DER value: ${cause.message}`,
      cause,
    );
  }
}
