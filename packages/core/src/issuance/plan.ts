import { readDer } from "../asn1/der-reader.ts";
import {
  encodeAuthorityKeyIdentifier,
  encodeSubjectAltName,
  encodeSubjectKeyIdentifier,
  endEntityBasicConstraints,
} from "../certificate/extensions.ts";
import { keyIdentifier } from "../certificate/key-identifier.ts";
import { type DistinguishedName, encodeName, readName } from "../certificate/name.ts";
import { encodeTbsCertificate } from "../certificate/tbs-certificate.ts";
import type { RequestTerms } from "../certificate-authority.ts";
import { planValidity, type Validity } from "../claims/claims.ts";
import { RequestError } from "../errors.ts";
import { formatIdentifier, type Identifier } from "../identifier/identifier.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { SubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import type { Profile } from "../profile/profile.ts";
import { type Requester, readRequester } from "../requester.ts";
import type { IssuanceContext } from "./context.ts";

/** What will be issued, but for the key: enough to judge names and validity. */
export interface NamesPlan {
  readonly requester: Requester;
  readonly profile: Profile;
  /** Frozen, each of them too: a policy that is handed them cannot change what it judges. */
  readonly identifiers: readonly Identifier[];
  readonly subject: DistinguishedName;
  readonly validity: Validity;
}

/**
 * Step 2 of an issuance: combines what was asked with the profile's claims and the issuer's limits.
 *
 * @throws {RequestError} `ERR_PROFILE_UNKNOWN`, `ERR_VALIDITY_REFUSED`, `ERR_IDENTIFIER_UNSUPPORTED`
 */
export function planNames(
  context: IssuanceContext,
  identifiers: readonly Identifier[],
  terms: RequestTerms,
): NamesPlan {
  const profile = findProfile(context.profiles, terms.profile);
  const foreign = identifiers.find(({ type }) => !profile.identifierTypes.includes(type));
  if (foreign !== undefined) {
    throw new RequestError(
      "ERR_IDENTIFIER_UNSUPPORTED",
      `profile ${profile.name} does not certify ${formatIdentifier(foreign)}`,
    );
  }
  const validity = planValidity({
    claims: profile.claims,
    issuer: context.issuer.validity,
    now: context.now(),
    ...(terms.requestedAt !== undefined && { requestedAt: readDate(terms.requestedAt, "requestedAt") }),
    ...(terms.notBefore !== undefined && { notBefore: readDate(terms.notBefore, "notBefore") }),
    ...(terms.notAfter !== undefined && { notAfter: readDate(terms.notAfter, "notAfter") }),
  });
  return {
    requester: readRequester(terms.requester),
    profile,
    identifiers: Object.freeze(identifiers.map((identifier) => Object.freeze({ ...identifier }))),
    subject: planSubject(profile, identifiers),
    validity,
  };
}

/** Writes the plan down as the TBSCertificate that will be signed. */
export async function encodePlan(
  plan: NamesPlan,
  publicKey: SubjectPublicKeyInfo,
  issuer: Issuer,
  serialNumber: Uint8Array,
): Promise<Uint8Array> {
  const { subject } = plan;
  return encodeTbsCertificate({
    serialNumber,
    signatureAlgorithm: issuer.signer.algorithm,
    issuer: issuer.parsed.subject.der,
    ...plan.validity,
    subject: subject.der,
    subjectPublicKeyInfo: publicKey.der,
    extensions: [
      ...plan.profile.fixedExtensions,
      endEntityBasicConstraints,
      encodeSubjectKeyIdentifier(await keyIdentifier(publicKey.subjectPublicKey)),
      encodeAuthorityKeyIdentifier(issuer.keyIdentifier),
      encodeSubjectAltName(plan.identifiers, subject.attributes.length === 0),
    ],
  });
}

const emptySubject: DistinguishedName = { der: encodeName([]), attributes: [] };

/**
 * The commonName is a copy of the first identifier that fits (RFC 5280 appendix A.1: 64 characters), or there is none.
 * Never a mail address: those belong into rfc822Name alone (RFC 5280 section 4.1.2.6).
 */
function planSubject({ commonName }: Profile, identifiers: readonly Identifier[]): DistinguishedName {
  if (!commonName) return emptySubject;
  const fitting = identifiers.find(({ type, value }) => type !== "email" && value.length <= 64);
  if (fitting === undefined) return emptySubject;
  return readName(readDer(encodeName([["commonName", fitting.value]])), "subject");
}

function findProfile(profiles: readonly Profile[], name: string | undefined): Profile {
  const profile = name === undefined ? profiles[0] : profiles.find((candidate) => candidate.name === name);
  if (profile !== undefined) return profile;
  throw new RequestError(
    "ERR_PROFILE_UNKNOWN",
    `profile "${name}" is not one of ${profiles.map((known) => known.name).join(", ")}`,
  );
}

function readDate(date: Date, field: string): number {
  const milliseconds = date.getTime();
  if (!Number.isNaN(milliseconds)) return milliseconds;
  throw new RequestError("ERR_VALIDITY_REFUSED", `${field} is not a date`);
}
