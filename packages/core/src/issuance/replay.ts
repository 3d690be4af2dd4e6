import { extKeyUsageOids } from "../asn1/oids.ts";
import type { NameAttribute, SubjectAttribute } from "../certificate/name.ts";
import { type ParsedCertificate, parseCertificate } from "../certificate/parse.ts";
import type { ExtKeyUsage } from "../certificate/usages.ts";
import type { CertificateAuthority, IssuedCertificate } from "../certificate-authority.ts";
import { timeOrderedId } from "../encoding/bytes.ts";
import { encodeHex } from "../encoding/hex.ts";
import { ConfigurationError, type Denial, isCaError } from "../errors.ts";
import type { Identifier } from "../identifier/identifier.ts";
import { allCertificates } from "../inventory/pages.ts";
import { evaluateLevels } from "../policy/evaluate.ts";
import type { PolicyInput } from "../policy/policy.ts";
import type { Profile } from "../profile/profile.ts";
import type { CertificateRecord } from "../store/certificate-store.ts";
import type { IssuanceContext } from "./context.ts";
import { toIssuedCertificate } from "./issued-certificate.ts";

type Refused = { readonly certificate: IssuedCertificate; readonly denials: readonly Denial[] };

/** Judges past issuances by other policies; see {@link CertificateAuthority.replay}. */
export async function* replayPolicies(
  context: IssuanceContext,
  ...[policies, { since }]: Parameters<CertificateAuthority["replay"]>
): AsyncGenerator<Refused, void> {
  if (Number.isNaN(since.getTime()))
    throw new ConfigurationError("ERR_OPTION_INVALID", "since is not a date");
  for await (const record of allCertificates(context.store, { after: firstAt(since) })) {
    if (record.revocation !== undefined || record.issuedAt < since.getTime()) continue;
    const refusal = await refusalOf(context, policies, record);
    if (refusal !== undefined) yield refusal;
  }
}

/** Serial numbers begin with the time at which they were reserved, which is before the certificate was issued: allow a day. */
function firstAt(since: Date): { readonly serialNumber: string; readonly issuerId: string } {
  const day = 86_400_000;
  const serialNumber = timeOrderedId(Math.max(0, since.getTime() - day), (length) => new Uint8Array(length));
  return { serialNumber: encodeHex(serialNumber), issuerId: "" };
}

async function refusalOf(
  { roster, policyTimeout, profiles, now }: IssuanceContext,
  policies: Parameters<CertificateAuthority["replay"]>[0],
  record: CertificateRecord,
): Promise<Refused | undefined> {
  const profile = profiles.find(({ name }) => name === record.profile);
  const levels = [{ name: "replay", policies }];
  const { denials } = await evaluateLevels(levels, inputOf(record, profile), { timeout: policyTimeout });
  if (denials.length === 0) return undefined;
  return Object.freeze({ certificate: toIssuedCertificate(record, roster, now()), denials });
}

/** What policies would have been asked, read off the certificate itself. */
function inputOf(record: CertificateRecord, profile: Profile | undefined): Omit<PolicyInput, "signal"> {
  const parsed = parseCertificate(record.certificate);
  return {
    operation: "issue",
    requester: record.requester,
    profile: record.profile,
    identifiers: record.identifiers,
    subject: subjectOf(record, parsed, profile),
    key: parsed.publicKey.algorithm,
    keyUsage: [...(parsed.keyUsage ?? [])],
    extKeyUsage: (parsed.extKeyUsage ?? []).flatMap((oid) => namedPurposes.get(oid) ?? []),
    purposes: parsed.extKeyUsage ?? [],
    notBefore: new Date(record.notBefore),
    notAfter: new Date(record.notAfter),
  };
}

/** What the profile writes today counts as the operator's, the rest as asked for. */
function subjectOf(
  { identifiers }: CertificateRecord,
  { subject: { attributes } }: ParsedCertificate,
  profile: Profile | undefined,
): readonly SubjectAttribute[] {
  const planned = planToday(profile, identifiers, attributes);
  return attributes.map(({ type, value }) => {
    const known = planned.find((one) => one.type === type && one.value === value);
    return known ?? { type, value, source: "request" };
  });
}

/** A profile that has changed may refuse what it once wrote: then nothing counts as the operator's. */
function planToday(
  profile: Profile | undefined,
  identifiers: readonly Identifier[],
  attributes: readonly NameAttribute[],
): readonly SubjectAttribute[] {
  try {
    return profile?.planSubject(identifiers, attributes) ?? [];
  } catch (error) {
    if (isCaError(error)) return [];
    throw error;
  }
}

const namedPurposes: ReadonlyMap<string, ExtKeyUsage> = new Map(
  Object.entries(extKeyUsageOids).flatMap(([purpose, oid]): [string, ExtKeyUsage][] =>
    purpose === "any" ? [] : [[oid, purpose as ExtKeyUsage]],
  ),
);
