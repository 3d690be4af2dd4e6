import { attributeTypeOids } from "../asn1/oids.ts";
import type { NameAttribute } from "../certificate/name.ts";
import type { RequestTerms } from "../certificate-authority.ts";
import { planValidity, type Validity } from "../claims/claims.ts";
import type { KeyAlgorithm } from "../crypto/provider.ts";
import { ConfigurationError, RequestError } from "../errors.ts";
import type { Identifier } from "../identifier/identifier.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { Roster } from "../issuer/roster.ts";
import type { PolicyInput } from "../policy/policy.ts";
import type { Profile } from "../profile/profile.ts";
import { readRequester } from "../requester.ts";
import type { IssuanceContext } from "./context.ts";

/** What will be issued, but for the key's octets: enough to judge it. Frozen where policies get to see it. */
export interface CertificatePlan extends Omit<PolicyInput, "notAfter" | "notBefore" | "profile" | "signal"> {
  readonly profile: Profile;
  readonly issuer: Issuer;
  readonly validity: Validity;
}

/** What a plan is made from. */
export interface Wish {
  readonly operation: PolicyInput["operation"];
  readonly identifiers: readonly Identifier[];
  /** Subject attributes that the requester asked for. */
  readonly subject: readonly NameAttribute[];
  readonly key?: KeyAlgorithm;
  readonly terms: RequestTerms;
  /** Default: the issuer that is active for the profile. */
  readonly issuerId?: string;
  /** Milliseconds for which an earlier certificate was valid, when this one takes its place. */
  readonly length?: number;
}

/**
 * Step 2 of an issuance: combines what was asked with the profile and its claims, and with the issuer's limits.
 *
 * @throws {RequestError} `ERR_PROFILE_UNKNOWN`, `ERR_VALIDITY_REFUSED`, `ERR_IDENTIFIER_UNSUPPORTED`, `ERR_KEY_UNSUPPORTED`
 * @throws {ConfigurationError} `ERR_ISSUER_EXPIRED`: no issuer can sign at this instant; `ERR_OPTION_INVALID`
 */
export function planCertificate(context: IssuanceContext, wish: Wish): CertificatePlan {
  const { operation, key, terms } = wish;
  const profile = findProfile(context.profiles, terms.profile);
  const identifiers = identifiersFor(profile, wish);
  profile.assertIdentifiers(identifiers);
  if (key !== undefined) profile.assertKey(key);
  const issuer = chooseIssuer(context, profile, wish.issuerId);
  const frozen = Object.freeze(identifiers.map(({ type, value }) => Object.freeze({ type, value })));
  const subject = profile.planSubject(frozen, wish.subject, issuer.parsed.subject.der);
  const plan = {
    operation,
    requester: readRequester(terms.requester),
    profile,
    issuer,
    identifiers: frozen,
    subject: Object.freeze(subject.map((one) => Object.freeze(one))),
    keyUsage: profile.keyUsage(key),
    extKeyUsage: profile.extKeyUsage,
    purposes: profile.purposes,
    validity: planValidity({
      claims: profile.claims,
      issuer: issuer.validity,
      now: context.now(),
      length: wish.length,
      requestedAt: readDate(terms.requestedAt, "requestedAt"),
      notBefore: readDate(terms.notBefore, "notBefore"),
      notAfter: readDate(terms.notAfter, "notAfter"),
    }),
  };
  return key === undefined ? plan : { ...plan, key };
}

/** Where the subject alone names the holder, a commonName such as `signer` is no wish for a DNS name. */
function identifiersFor({ identifierTypes }: Profile, { identifiers, subject }: Wish): readonly Identifier[] {
  if (identifierTypes.length > 0) return identifiers;
  const names = attributeValuesOf(subject, attributeTypeOids.commonName);
  return identifiers.filter(({ type, value }) => type !== "dns" || !names.includes(value));
}

function attributeValuesOf(subject: readonly NameAttribute[], oid: string): readonly string[] {
  return subject.filter(({ type }) => type === oid).map(({ value }) => value.toLowerCase());
}

/** Finds a profile by its name; the first is the default. @throws {RequestError} `ERR_PROFILE_UNKNOWN` */
export function findProfile(profiles: readonly Profile[], name: string | undefined): Profile {
  const profile = name === undefined ? profiles[0] : profiles.find((candidate) => candidate.name === name);
  if (profile !== undefined) return profile;
  throw new RequestError(
    "ERR_PROFILE_UNKNOWN",
    `profile "${name}" is not one of ${profiles.map((known) => known.name).join(", ")}`,
  );
}

function chooseIssuer(
  { roster, now }: IssuanceContext,
  profile: Profile,
  issuerId: string | undefined,
): Issuer {
  const at = now();
  if (issuerId !== undefined) return issuerById(roster, profile, issuerId, at);
  const issuer = roster.activeFor(profile.name, at);
  if (issuer !== undefined) return issuer;
  throw new ConfigurationError(
    "ERR_ISSUER_EXPIRED",
    `no issuer can sign for profile ${profile.name}, it is ${new Date(at).toISOString()}`,
  );
}

/** One that is no longer active may be named, one whose turn has not come may not. */
function issuerById(roster: Roster, profile: Profile, issuerId: string, at: number): Issuer {
  const issuer = roster.find(issuerId);
  if (issuer === undefined)
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `issuerId ${issuerId} is none of this authority's issuers`,
    );
  if (answersOcsp(profile) || roster.hasServed(issuerId, profile.name, at)) return issuer;
  throw new ConfigurationError(
    "ERR_OPTION_INVALID",
    `issuer "${issuer.subject}" does not serve profile ${profile.name} at ${new Date(at).toISOString()}`,
  );
}

/** Every issuer has to certify the responder that answers for it, whatever else it is for (RFC 6960 section 4.2.2.2). */
function answersOcsp({ extKeyUsage, purposes }: Profile): boolean {
  return purposes.length === 1 && extKeyUsage[0] === "ocspSigning";
}

function readDate(date: Date | undefined, field: string): number | undefined {
  if (date === undefined) return undefined;
  const milliseconds = date.getTime();
  if (!Number.isNaN(milliseconds)) return milliseconds;
  throw new RequestError("ERR_VALIDITY_REFUSED", `${field} is not a date`);
}
