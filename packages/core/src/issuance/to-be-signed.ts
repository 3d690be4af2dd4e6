import { encodeAuthorityInfoAccess } from "../certificate/authority-info-access.ts";
import { encodeCrlDistributionPoint } from "../certificate/distribution-points.ts";
import {
  encodeAuthorityKeyIdentifier,
  encodeSubjectAltName,
  encodeSubjectKeyIdentifier,
} from "../certificate/extensions.ts";
import { keyIdentifier } from "../certificate/key-identifier.ts";
import type { DistinguishedName } from "../certificate/name.ts";
import { encodeTbsCertificate } from "../certificate/tbs-certificate.ts";
import type { Validity } from "../claims/claims.ts";
import { concatBytes } from "../encoding/bytes.ts";
import type { Identifier, IdentifierType } from "../identifier/identifier.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { SubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import type { DistributionUrls } from "../profile/distribution.ts";
import type { Profile } from "../profile/profile.ts";
import { encodeProvisionerExtension, type ProvisionerExtension } from "../profile/provisioner-extension.ts";

/** An end entity certificate, decided in every part. */
export interface ToBeSigned {
  readonly profile: Profile;
  readonly issuer: Issuer;
  /** Big-endian magnitude, positive. */
  readonly serialNumber: Uint8Array;
  readonly validity: Validity;
  readonly subject: DistinguishedName;
  /** Canonical and distinct; empty for certificates that their subject alone names. */
  readonly identifiers: readonly Identifier[];
  readonly publicKey: Pick<SubjectPublicKeyInfo, "algorithm" | "der" | "subjectPublicKey">;
  /** Written as far as the profile names them. */
  readonly distribution: DistributionUrls;
  /** Written if the profile has `provisionerExtension`. */
  readonly provisionerExtension?: ProvisionerExtension;
}

/**
 * Writes a certificate as the TBSCertificate DER that will be signed.
 *
 * @throws {RequestError} `ERR_KEY_UNSUPPORTED`: a kind of key that the profile does not certify.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a provisioner extension that cannot be written.
 */
export type ToBeSignedEncoder = (certificate: ToBeSigned) => Promise<Uint8Array>;

/**
 * Creates the encoder of an authority. It keeps what is the same in many certificates: the extensions that follow from
 * profile, kind of key, issuer and URLs are encoded once.
 *
 * The extensions stand in the order of Go's crypto/x509: keyUsage, extKeyUsage, basicConstraints, subjectKeyIdentifier,
 * authorityKeyIdentifier, authorityInfoAccess, subjectAltName, certificatePolicies, cRLDistributionPoints, then the others.
 *
 * @see RFC 5280 section 4.1
 */
export function createToBeSignedEncoder(): ToBeSignedEncoder {
  const fixedParts = createFixedParts();
  return async (certificate) => {
    const { profile, issuer, validity, subject, publicKey, provisionerExtension } = certificate;
    const { leading, middle, trailing } = fixedParts(certificate);
    const identifier = await keyIdentifier(publicKey.subjectPublicKey, profile.subjectKeyIdentifier);
    const extensions = [
      leading,
      encodeSubjectKeyIdentifier(identifier),
      middle,
      subjectAltName(certificate),
      trailing,
    ];
    if (profile.provisionerExtension && provisionerExtension !== undefined)
      extensions.push(encodeProvisionerExtension(provisionerExtension));
    return encodeTbsCertificate({
      serialNumber: certificate.serialNumber,
      signatureAlgorithm: issuer.signer.algorithm,
      issuer: issuer.parsed.subject.der,
      notBefore: validity.notBefore,
      notAfter: validity.notAfter,
      subject: subject.der,
      subjectPublicKeyInfo: publicKey.der,
      extensions,
    });
  };
}

/** Encoded extensions, one after the other: what stands before, between and after those of the single certificate. */
interface FixedParts {
  /** keyUsage, extKeyUsage, basicConstraints. */
  readonly leading: Uint8Array;
  /** authorityKeyIdentifier, authorityInfoAccess. */
  readonly middle: Uint8Array;
  /** certificatePolicies, cRLDistributionPoints, and the rest of the profile's. */
  readonly trailing: Uint8Array;
}

/**
 * Keyed by the objects themselves: two issuers of one key may differ in their key identifier, and what is no longer in use is
 * collected with its owner. URLs repeat, because there are as many as CRL partitions.
 */
function createFixedParts(): (certificate: ToBeSigned) => FixedParts {
  const cache = new WeakMap<Issuer, WeakMap<Profile, Map<string, FixedParts>>>();
  const partsOf = (issuer: Issuer, profile: Profile): Map<string, FixedParts> => {
    const known = cache.get(issuer)?.get(profile);
    if (known !== undefined) return known;
    const ofProfile = new Map<string, FixedParts>();
    const ofIssuer = cache.get(issuer) ?? new WeakMap<Profile, Map<string, FixedParts>>();
    cache.set(issuer, ofIssuer.set(profile, ofProfile));
    return ofProfile;
  };
  return (certificate) => {
    const { issuer, profile, publicKey, distribution } = certificate;
    const ofProfile = partsOf(issuer, profile);
    const key = `${publicKey.algorithm.type} ${distribution.crl} ${distribution.ocsp} ${distribution.issuer}`;
    const known = ofProfile.get(key);
    if (known !== undefined) return known;
    const parts = encodeFixedParts(certificate);
    if (ofProfile.size < maximumFixedParts) ofProfile.set(key, parts);
    return parts;
  };
}

/** Room for a thousand CRL partitions and every kind of key; about half a kilobyte each. */
const maximumFixedParts = 4096;

function encodeFixedParts(certificate: ToBeSigned): FixedParts {
  const { issuer, profile, publicKey, distribution: urls } = certificate;
  const { distribution, fixedExtensions, noRevAvail } = profile;
  profile.assertKey(publicKey.algorithm);
  const named = distribution === "none" ? {} : urls;
  // RFC 9608 section 3: where noRevAvail is, nothing says where revocation could be looked up.
  const ocsp = noRevAvail || named.ocsp === undefined ? [] : [named.ocsp];
  const crl = noRevAvail || named.crl === undefined ? [] : [encodeCrlDistributionPoint(named.crl)];
  const caIssuers = named.issuer === undefined ? [] : [named.issuer];
  return {
    leading: fixedExtensions.leading.get(publicKey.algorithm.type) ?? new Uint8Array(),
    middle: concatBytes(
      encodeAuthorityKeyIdentifier(issuer.keyIdentifier),
      ...(ocsp.length + caIssuers.length === 0 ? [] : [encodeAuthorityInfoAccess({ ocsp, caIssuers })]),
    ),
    trailing: concatBytes(fixedExtensions.policies, ...crl, fixedExtensions.trailing),
  };
}

function subjectAltName({ identifiers, profile, subject }: ToBeSigned): Uint8Array {
  if (identifiers.length === 0) return new Uint8Array();
  const ordered =
    profile.subjectAltNameOrder === "request"
      ? identifiers
      : identifiers.toSorted((left, right) => kindOrder[left.type] - kindOrder[right.type]);
  return encodeSubjectAltName(ordered, subject.attributes.length === 0);
}

const kindOrder: Readonly<Record<IdentifierType, number>> = { dns: 0, email: 1, ip: 2, uri: 3 };
