import { cryptoProvider } from "#crypto";
import { extKeyUsageOids } from "./asn1/oids.ts";
import { type ParsedCertificate, parseCertificate, permitsPurpose } from "./certificate/parse.ts";
import type { AuthorityHealth, CertificateAuthority } from "./certificate-authority.ts";
import { encodeHex } from "./encoding/hex.ts";
import { ConfigurationError } from "./errors.ts";
import type { IssuanceContext } from "./issuance/context.ts";
import {
  canSign,
  explainIssuance,
  explainNames,
  issueCertificate,
  signReservation,
} from "./issuance/issue.ts";
import { toIssuedCertificate } from "./issuance/issued-certificate.ts";
import type { Issuer } from "./issuer/issuer.ts";
import type { Policy } from "./policy/policy.ts";
import { tlsServer } from "./profile/presets.ts";
import type { Profile } from "./profile/profile.ts";
import { revokeCertificate } from "./revocation/revoke.ts";
import type { CertificateRecord, CertificateStore } from "./store/certificate-store.ts";

/** Input of {@link createCertificateAuthority}. */
export interface CertificateAuthorityOptions {
  readonly issuer: Issuer;
  readonly store: CertificateStore;
  /** At least one that can allow: what no policy allows is refused. */
  readonly policies: readonly Policy[];
  /** The first is the default; default: `tlsServer()` alone. */
  readonly profiles?: readonly Profile[];
  /** Default: the system's clock. */
  readonly clock?: () => Date;
  /** Source of random octets; default: the platform's generator. */
  readonly random?: (length: number) => Uint8Array;
}

/**
 * Creates a certificate authority, or refuses to.
 *
 * Nothing is read from or written to the store yet; call `recover` once at start.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no policy that can allow, no profile, two profiles with one name;
 * `ERR_ISSUER_UNFIT`: a certificate of the issuer's chain forbids what a profile is for; `ERR_ISSUER_EXPIRED`.
 */
export async function createCertificateAuthority(
  options: CertificateAuthorityOptions,
): Promise<CertificateAuthority> {
  const {
    issuer,
    store,
    policies,
    profiles = [tlsServer()],
    clock = () => new Date(),
    random = cryptoProvider.randomBytes,
  } = options;
  assertPolicies(policies);
  const chain = [...issuer.chain, issuer.trustAnchor].map(parseCertificate);
  assertProfiles(profiles, issuer, chain);
  const context: IssuanceContext = {
    issuer,
    authorityKeys: chain.map(({ publicKey }) => publicKey.der),
    store,
    policies: [...policies],
    profiles: [...profiles],
    now: () => clock().getTime(),
    random,
  };
  assertCurrent(issuer, context.now());
  const present = (record: CertificateRecord) => toIssuedCertificate(record, issuer);

  return Object.freeze<CertificateAuthority>({
    issue: async (request) => present(await issueCertificate(context, request)),
    explain: (request) => explainIssuance(context, request),
    explainNames: (request) => explainNames(context, request),
    revoke: async (request) => present(await revokeCertificate(store, request, context.now())),
    async find(key) {
      const record = await store.find(
        "certificate" in key ? { fingerprint: await fingerprintOf(key.certificate) } : key,
      );
      return record && present(record);
    },
    list: async (query) => (await store.list(query)).map(present),
    recover: ({ olderThan = 60_000 } = {}) => completeReservations(context, context.now() - olderThan),
    profiles: Object.freeze(profiles.map(({ name }) => name)),
    issuer,
    trustAnchors: Object.freeze([issuer.trustAnchor]),
    health: () => healthOf(context),
  });
}

async function fingerprintOf(certificate: Uint8Array): Promise<string> {
  return encodeHex(await cryptoProvider.digest("sha-256", certificate));
}

function assertPolicies(policies: readonly Policy[]): void {
  if (policies.some(({ canAllow }) => canAllow)) return;
  throw new ConfigurationError(
    "ERR_OPTION_INVALID",
    "policies has no policy that can allow anything, so every request would be refused",
  );
}

function assertProfiles(
  profiles: readonly Profile[],
  issuer: Issuer,
  chain: readonly ParsedCertificate[],
): void {
  if (profiles.length === 0) throw new ConfigurationError("ERR_OPTION_INVALID", "profiles is empty");
  const names = new Set<string>();
  for (const { name, extKeyUsage } of profiles) {
    if (names.has(name)) throw new ConfigurationError("ERR_OPTION_INVALID", `profiles has two named ${name}`);
    names.add(name);
    const forbidden = extKeyUsage.find((purpose) =>
      chain.some((certificate) => !permitsPurpose(certificate, extKeyUsageOids[purpose])),
    );
    if (forbidden === undefined) continue;
    throw new ConfigurationError(
      "ERR_ISSUER_UNFIT",
      `issuer "${issuer.subject}" may not issue for ${forbidden}, which profile ${name} is for`,
    );
  }
}

function assertCurrent({ subject, validity: { notBefore, notAfter } }: Issuer, now: number): void {
  if (now >= notBefore && now <= notAfter) return;
  const range = `${new Date(notBefore).toISOString()} to ${new Date(notAfter).toISOString()}`;
  throw new ConfigurationError(
    "ERR_ISSUER_EXPIRED",
    `issuer "${subject}" can issue from ${range}, it is ${new Date(now).toISOString()}`,
  );
}

async function completeReservations(context: IssuanceContext, reservedBefore: number): Promise<number> {
  const batch = 100;
  let completed = 0;
  let left = 0;
  for (;;) {
    // What has to stay (another issuer's, or expired) stands first in every answer: ask for as much more.
    const limit = left + batch;
    const reservations = await context.store.listReservations({ reservedBefore, limit });
    const alive = reservations.filter(
      (reservation) => canSign(context.issuer, reservation) && reservation.notAfter > context.now(),
    );
    for (const reservation of alive) await signReservation(context, reservation);
    completed += alive.length;
    left = reservations.length - alive.length;
    if (reservations.length < limit) return completed;
  }
}

function healthOf({ issuer, profiles, now }: IssuanceContext): AuthorityHealth {
  const { notBefore, notAfter } = issuer.validity;
  const at = now();
  // notAfter is the last second that counts.
  const left = notAfter - at + 1000;
  const shortest = Math.min(...profiles.map(({ claims }) => claims.minimumValidity));
  return Object.freeze({
    ok: at >= notBefore && left >= shortest,
    issuer: Object.freeze({
      subject: issuer.subject,
      notAfter: new Date(notAfter),
      daysLeft: Math.floor(left / 86_400_000),
    }),
    warnings: Object.freeze(issuerWarnings({ issuer, profiles, at, left, shortest })),
  });
}

function issuerWarnings({
  issuer: { subject, validity },
  profiles,
  at,
  left,
  shortest,
}: {
  issuer: Issuer;
  profiles: readonly Profile[];
  at: number;
  left: number;
  shortest: number;
}): string[] {
  if (at < validity.notBefore)
    return [`issuer "${subject}" is not valid before ${dateOf(validity.notBefore)} and issues nothing`];
  if (left <= 0) return [`issuer "${subject}" has expired and issues nothing`];
  if (left < shortest) return [`issuer "${subject}" is too near its end to issue anything`];
  const longest = Math.max(...profiles.map(({ claims }) => claims.maximumValidity));
  if (left >= longest) return [];
  const since = dateOf(validity.notAfter - longest);
  return [`since ${since} certificates are cut short by the end of issuer "${subject}"`];
}

function dateOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
