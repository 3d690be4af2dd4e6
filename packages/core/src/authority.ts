import { cryptoProvider } from "#crypto";
import { exportAudit } from "./audit/export.ts";
import { extendAuditChain } from "./audit/extend.ts";
import { verifyAuditChain } from "./audit/verify.ts";
import type { CertificateAuthorityOptions } from "./authority-options.ts";
import { type ParsedCertificate, parseCertificate } from "./certificate/parse.ts";
import type { CertificateAuthority } from "./certificate-authority.ts";
import { createCrlPublisher } from "./crl/publish.ts";
import { createRandomPool } from "./crypto/random-pool.ts";
import { equalBytes } from "./encoding/bytes.ts";
import { encodeHex } from "./encoding/hex.ts";
import { ConfigurationError } from "./errors.ts";
import { createEmitter } from "./events/emit.ts";
import { healthOf } from "./health.ts";
import { readInventoryConditions, readInventoryQuery } from "./inventory/conditions.ts";
import { allCertificates } from "./inventory/pages.ts";
import type { IssuanceContext } from "./issuance/context.ts";
import { explainIssuance, explainNames, issueCertificate } from "./issuance/issue.ts";
import { toIssuedCertificate } from "./issuance/issued-certificate.ts";
import { findProfile } from "./issuance/plan.ts";
import { completeReservations } from "./issuance/recover.ts";
import { rekeyCertificate, renewCertificate } from "./issuance/renew.ts";
import { replayPolicies } from "./issuance/replay.ts";
import { createToBeSignedEncoder } from "./issuance/to-be-signed.ts";
import type { Issuer } from "./issuer/issuer.ts";
import { createRoster } from "./issuer/roster.ts";
import type { Policy } from "./policy/policy.ts";
import { readPolicyTimeout } from "./policy/policy-timeout.ts";
import { assertDistribution, parseDistribution } from "./profile/distribution.ts";
import { tlsServer } from "./profile/presets.ts";
import type { Profile } from "./profile/profile.ts";
import { blockKey } from "./revocation/block-key.ts";
import { holdCertificate, releaseCertificate } from "./revocation/hold.ts";
import { revokeCertificate } from "./revocation/revoke.ts";
import type { CertificateRecord } from "./store/certificate-store.ts";

/**
 * Creates a certificate authority, or refuses to.
 *
 * Nothing is read from or written to the store yet; call `recover` once at start.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no policy that can allow, no profile, two profiles with one name,
 * a profile that no issuer serves, an issuer twice, a URL or duration that is none; `ERR_ISSUER_UNFIT`: a certificate of
 * an issuer's chain forbids what a profile is for, or the issuer may not sign CRLs; `ERR_ISSUER_EXPIRED`: no issuer can issue now.
 */
export async function createCertificateAuthority(
  options: CertificateAuthorityOptions,
): Promise<CertificateAuthority> {
  const context = createContext(options);
  const { store, roster, profiles, now, emit } = context;
  assertCurrent(context);
  const present = (record: CertificateRecord) => toIssuedCertificate(record, roster, now());
  const publisher = createCrlPublisher({
    issuers: () => roster.issuers,
    store,
    distribution: context.distribution,
    clock: () => new Date(now()),
    isActive: (issuer) => profiles.some(({ name }) => roster.activeFor(name, now()) === issuer),
    actor: "authority:crl",
    onPublished: (crl) => emit(() => ({ type: "crl.published", crl })),
    ...(options.crl !== undefined && { options: options.crl }),
  });

  return Object.freeze<CertificateAuthority>({
    issue: async (request) => present(await issueCertificate(context, request)),
    explain: (request) => explainIssuance(context, request),
    explainNames: (request) => explainNames(context, request),
    renew: async (request) => present(await renewCertificate(context, request)),
    rekey: async (request) => present(await rekeyCertificate(context, request)),
    async revoke(request) {
      const certificate = present(await revokeCertificate(store, request, now()));
      emit(() => ({ type: "certificate.revoked", certificate, requester: request.requester }));
      return certificate;
    },
    async hold(request) {
      const certificate = present(await holdCertificate(store, request, now()));
      emit(() => ({ type: "certificate.held", certificate, requester: request.requester }));
      return certificate;
    },
    async release(request) {
      const certificate = present(await releaseCertificate(store, request, now()));
      emit(() => ({ type: "certificate.released", certificate, requester: request.requester }));
      return certificate;
    },
    async blockKey(request) {
      const { block, isNew } = await blockKey(store, request, now());
      if (isNew) emit(() => ({ type: "key.blocked", block, requester: request.requester }));
      return block;
    },
    async find(key) {
      const record = await store.find(
        "certificate" in key ? { fingerprint: await fingerprintOf(key.certificate) } : key,
      );
      return record && present(record);
    },
    list: async (query) => (await store.list(readInventoryQuery(query, now()))).map(present),
    async *export(conditions = {}) {
      const query = readInventoryConditions(conditions, now());
      for await (const record of allCertificates(store, query)) yield present(record);
    },
    replay: (policies, replayOptions) => replayPolicies(context, policies, replayOptions),
    recover: ({ olderThan = 60_000 } = {}) => completeReservations(context, now() - olderThan),
    crls: publisher,
    audit: Object.freeze({
      extend: () => extendAuditChain(store),
      verify: (verifyOptions = {}) => verifyAuditChain(store, verifyOptions),
      export: () => exportAudit(store),
    }),
    profiles: Object.freeze(profiles.map(({ name }) => name)),
    issuers: roster.issuers,
    activeIssuer: (profile) => roster.activeFor(findProfile(profiles, profile).name, now()),
    trustAnchors: Object.freeze(
      distinct(roster.issuers.map(({ trustAnchor }) => new Uint8Array(trustAnchor))),
    ),
    health: () => healthOf(context),
  });
}

function createContext(options: CertificateAuthorityOptions): IssuanceContext {
  const {
    store,
    policies,
    policyLevels,
    policyTimeout = "PT5S",
    profiles = [tlsServer()],
    distribution,
    crl,
    auditRefusals = true,
    onEvent,
    clock = () => new Date(),
    random = createRandomPool(cryptoProvider.randomBytes),
  } = options;
  assertPolicies(policies);
  assertProfiles(profiles);
  const roster = createRoster(options.issuers, profiles);
  const urls = parseDistribution(distribution);
  const { partitions = 1 } = crl ?? {};
  assertDistribution(urls, profiles, { issuerIds: roster.issuers.map(({ id }) => id), partitions });
  // Full CRLs say less where there are delta CRLs: whoever reads one has to be told where the other is.
  if (crl?.delta !== undefined && distribution?.deltaCrl === undefined)
    throw new ConfigurationError("ERR_OPTION_INVALID", "crl.delta is set and distribution.deltaCrl is not");
  const authority = Object.freeze({ name: "authority", policies: Object.freeze([...policies]) });
  return {
    roster,
    authorityKeys: distinct(roster.issuers.flatMap(certificatesOf).map(({ publicKey }) => publicKey.der)),
    store,
    profiles: Object.freeze([...profiles]),
    policyLevels:
      policyLevels === undefined
        ? () => [authority]
        : async (requester) => [authority, ...(await policyLevels(requester))],
    policyTimeout: readPolicyTimeout(policyTimeout),
    distribution: urls,
    crlPartitions: partitions,
    encodeToBeSigned: createToBeSignedEncoder(),
    auditRefusals,
    now: () => clock().getTime(),
    random,
    emit: createEmitter(onEvent),
  };
}

async function fingerprintOf(certificate: Uint8Array): Promise<string> {
  return encodeHex(await cryptoProvider.digest("sha-256", certificate));
}

function certificatesOf({ chain, trustAnchor, alternates }: Issuer): readonly ParsedCertificate[] {
  const others = alternates.flatMap((alternate) => [...alternate.chain, alternate.trustAnchor]);
  return [...chain, trustAnchor, ...others].map(parseCertificate);
}

function distinct(octets: readonly Uint8Array[]): readonly Uint8Array[] {
  return octets.filter((one, index) => octets.findIndex((other) => equalBytes(one, other)) === index);
}

function assertPolicies(policies: readonly Policy[]): void {
  if (policies.some(({ canAllow }) => canAllow)) return;
  throw new ConfigurationError(
    "ERR_OPTION_INVALID",
    "policies has no policy that can allow anything, so every request would be refused",
  );
}

function assertProfiles(profiles: readonly Profile[]): void {
  if (profiles.length === 0) throw new ConfigurationError("ERR_OPTION_INVALID", "profiles is empty");
  const names = new Set<string>();
  for (const { name } of profiles) {
    if (names.has(name)) throw new ConfigurationError("ERR_OPTION_INVALID", `profiles has two named ${name}`);
    names.add(name);
  }
}

function assertCurrent({ roster, profiles, now }: IssuanceContext): void {
  if (profiles.some(({ name }) => roster.activeFor(name, now()) !== undefined)) return;
  const ranges = roster.issuers.map(
    ({ subject, validity: { notBefore, notAfter } }) =>
      `"${subject}" from ${new Date(notBefore).toISOString()} to ${new Date(notAfter).toISOString()}`,
  );
  throw new ConfigurationError(
    "ERR_ISSUER_EXPIRED",
    `issuers can issue ${ranges.join(", ")}, it is ${new Date(now()).toISOString()}`,
  );
}
