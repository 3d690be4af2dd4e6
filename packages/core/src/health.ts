import type { AuthorityHealth, IssuerHealth } from "./certificate-authority.ts";
import type { IssuanceContext } from "./issuance/context.ts";
import type { Issuer } from "./issuer/issuer.ts";
import type { Profile } from "./profile/profile.ts";

/** State of an authority at this instant; see `CertificateAuthority.health`. */
export function healthOf({ roster, profiles, now }: IssuanceContext): AuthorityHealth {
  const at = now();
  const serving = profiles.map((profile) => ({ profile, issuer: roster.activeFor(profile.name, at) }));
  const warnings = [
    ...roster.warnings(at),
    ...serving.flatMap(({ profile, issuer }) => profileWarning(profile, issuer, at)),
  ];
  return Object.freeze({
    ok: serving.every(({ profile, issuer }) => issuer !== undefined && canIssue(profile, issuer, at)),
    issuers: Object.freeze(
      roster.issuers
        .filter(({ validity }) => timeLeft(validity.notAfter, at) > 0)
        .map((issuer) => issuerHealth(issuer, serving, at)),
    ),
    warnings: Object.freeze([...new Set(warnings)]),
  });
}

function issuerHealth(
  issuer: Issuer,
  serving: readonly { readonly profile: Profile; readonly issuer: Issuer | undefined }[],
  at: number,
): IssuerHealth {
  const { id, subject, validity } = issuer;
  return Object.freeze({
    issuerId: id,
    subject,
    notAfter: new Date(validity.notAfter),
    daysLeft: Math.floor(timeLeft(validity.notAfter, at) / 86_400_000),
    activeFor: Object.freeze(
      serving.filter((one) => one.issuer === issuer).map(({ profile }) => profile.name),
    ),
  });
}

function profileWarning({ name, claims }: Profile, issuer: Issuer | undefined, at: number): string[] {
  if (issuer === undefined) return [`no issuer can sign for profile ${name}`];
  const { subject, validity } = issuer;
  const left = timeLeft(validity.notAfter, at);
  if (left < claims.minimumValidity)
    return [`issuer "${subject}" is too near its end to issue anything for profile ${name}`];
  if (left >= claims.maximumValidity) return [];
  const since = dateOf(validity.notAfter - claims.maximumValidity);
  return [`since ${since} certificates are cut short by the end of issuer "${subject}"`];
}

function canIssue({ claims }: Profile, { validity }: Issuer, at: number): boolean {
  return timeLeft(validity.notAfter, at) >= claims.minimumValidity;
}

/** notAfter is the last second that counts. */
function timeLeft(notAfter: number, at: number): number {
  return notAfter - at + 1000;
}

function dateOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
