import { extKeyUsageOids } from "../asn1/oids.ts";
import { type CertificatePolicy, encodeCertificatePolicies } from "../certificate/certificate-policies.ts";
import {
  encodeExtension,
  encodeKeyUsage,
  encodePurposes,
  endEntityBasicConstraints,
  mustStaple,
  noRevAvail,
  ocspNoCheck,
} from "../certificate/extensions.ts";
import type { KeyType } from "../certificate/usages.ts";
import { concatBytes } from "../encoding/bytes.ts";
import type { CustomExtension } from "./custom-extension.ts";
import type { KeyPlan } from "./key-usage.ts";

/**
 * Extensions that follow from a profile alone, DER, one after the other. They stand at three places, because the order is that
 * of Go's crypto/x509: what comes in between depends on key, issuer or request.
 */
export interface FixedExtensions {
  /** keyUsage, extKeyUsage and basicConstraints, by kind of key: before the key identifiers. */
  readonly leading: ReadonlyMap<KeyType, Uint8Array>;
  /** certificatePolicies: after the subjectAltName. */
  readonly policies: Uint8Array;
  /** noRevAvail, tlsFeature, ocsp-nocheck, custom ones: after cRLDistributionPoints. */
  readonly trailing: Uint8Array;
}

/** What {@link encodeFixedExtensions} writes. */
export interface FixedExtensionFields {
  readonly keys: KeyPlan;
  /** OIDs. */
  readonly purposes: readonly string[];
  readonly basicConstraints: "absent" | "critical";
  readonly certificatePolicies: readonly CertificatePolicy[];
  readonly mustStaple: boolean;
  readonly noRevAvail: boolean;
  readonly ocspNoCheck: boolean;
  readonly extensions: readonly Required<CustomExtension>[];
}

/** Encodes what is the same in every certificate of a profile. */
export function encodeFixedExtensions(fields: FixedExtensionFields): FixedExtensions {
  const { keys, purposes, basicConstraints, certificatePolicies, extensions } = fields;
  // RFC 3161 section 2.3 wants the purpose of a time stamping authority critical; every other one stays as it usually is.
  const critical = purposes.includes(extKeyUsageOids.timeStamping);
  const common = [
    ...(purposes.length === 0 ? [] : [encodePurposes(purposes, critical)]),
    ...(basicConstraints === "absent" ? [] : [endEntityBasicConstraints]),
  ];
  return Object.freeze({
    leading: new Map(
      [...keys].map(([type, usages]) => [type, concatBytes(encodeKeyUsage(usages), ...common)]),
    ),
    policies: concatBytes(
      ...(certificatePolicies.length === 0 ? [] : [encodeCertificatePolicies(certificatePolicies)]),
    ),
    trailing: concatBytes(
      ...(fields.noRevAvail ? [noRevAvail] : []),
      ...(fields.mustStaple ? [mustStaple] : []),
      ...(fields.ocspNoCheck ? [ocspNoCheck] : []),
      ...extensions.map(({ oid, critical: isCritical, value }) => encodeExtension(oid, isCritical, value)),
    ),
  });
}
