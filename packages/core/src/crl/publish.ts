import { ConfigurationError } from "../errors.ts";
import type { Issuer } from "../issuer/issuer.ts";
import type { CertificateStore, CrlRecord } from "../store/certificate-store.ts";
import { type CrlOptions, type CrlSettings, readCrlOptions } from "./options.ts";
import { publishScope, type ScopeContext } from "./publish-scope.ts";
import { type CrlDistribution, type CrlScope, scopesOf } from "./scope.ts";

export type { CrlOptions } from "./options.ts";

/** Input of {@link createCrlPublisher}. */
export interface CrlPublisherOptions {
  /** Every issuer whose certificates may still be valid, active or not; asked in every round. */
  readonly issuers: () => readonly Issuer[];
  readonly store: CertificateStore;
  readonly options?: CrlOptions;
  /** Where the CRLs can be fetched: what certificates are given too. Default: nowhere. */
  readonly distribution?: CrlDistribution;
  /** Default: the system's clock. */
  readonly clock?: () => Date;
  /** Whether an issuer may issue at this instant: then it publishes also while it has no certificate. Default: it may not. */
  readonly isActive?: (issuer: Issuer) => boolean;
  /** Who publishes, for the audit trail: `kind:id`. */
  readonly actor: string;
  /** Hears of each CRL that this publisher has published, once it is durable. */
  readonly onPublished?: (crl: CrlRecord) => void;
}

/** Publishes the CRLs of issuers, and finds them. */
export interface CrlPublisher {
  /**
   * Publishes every CRL that is due: there is none yet, half of the life of the last one is over, something was revoked or released
   * since, or what it says about itself has changed (another URL, another algorithm).
   *
   * An issuer that is not active goes on until a full CRL was published after the end of its last certificate. Call this
   * every minute or so, in as many processes as there are: all CRLs of an issuer have distinct numbers, and the one with the
   * greatest number stands. Calls in one process follow one another.
   *
   * @param options.force - Every full CRL is due.
   * @returns Those that were due, as they stand now: published here, or by another process that was faster.
   * @throws The first error, once everything that is due was tried: {@link SignerError} `ERR_SIGNER_FAILED`, {@link StoreError},
   * {@link ConfigurationError} for an issuer or a URL that came after creation and is unfit.
   */
  publish(options?: { readonly force?: boolean }): Promise<readonly CrlRecord[]>;

  /** Finds the latest CRL of an issuer; default: partition 0, full. Undefined when none was published. */
  find(query: {
    readonly issuerId: string;
    readonly partition?: number;
    readonly kind?: CrlRecord["kind"];
  }): Promise<CrlRecord | undefined>;
}

/**
 * Creates a publisher of CRLs.
 *
 * @throws {ConfigurationError} `ERR_ISSUER_UNFIT`: an issuer whose keyUsage lacks cRLSign; `ERR_OPTION_INVALID`: an option that is out
 * of bounds, several partitions without a URL each, or two CRLs with the same URL.
 * @see RFC 5280 section 5
 */
export function createCrlPublisher(options: CrlPublisherOptions): CrlPublisher {
  const { issuers, store, clock = () => new Date(), actor } = options;
  const settings = readCrlOptions(options.options ?? {});
  const context: ScopeContext = {
    store,
    settings,
    distribution: distributionFor(options.distribution, settings),
    now: () => clock().getTime(),
    actor,
    isActive: options.isActive ?? (() => false),
    onPublished: options.onPublished ?? (() => {}),
  };
  for (const issuer of issuers()) {
    assertMaySign(issuer);
    scopesOf(issuer, numbersBelow(settings.partitions), context.distribution);
  }
  let turn: Promise<unknown> = Promise.resolve();
  return Object.freeze<CrlPublisher>({
    publish({ force = false } = {}) {
      const round = turn.then(() => publishAll(context, issuers(), force));
      turn = round.catch(() => {});
      return round;
    },
    find: ({ issuerId, partition = 0, kind = "full" }) => store.findCrl({ issuerId, partition, kind }),
  });
}

/** One failing issuer, such as a retired one whose key is out of reach, must not keep the others from publishing. */
async function publishAll(
  context: ScopeContext,
  issuers: readonly Issuer[],
  force: boolean,
): Promise<readonly CrlRecord[]> {
  const published: CrlRecord[] = [];
  const failures: unknown[] = [];
  const attempt = async <T>(step: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await step();
    } catch (error) {
      failures.push(error);
      return undefined;
    }
  };
  for (const issuer of issuers) {
    for (const scope of (await attempt(() => findScopes(context, issuer))) ?? [])
      published.push(...((await attempt(() => publishScope(context, scope, force))) ?? []));
  }
  if (failures.length > 0) throw failures[0];
  return published;
}

/** Without delta CRLs full ones must not send anybody to look for one. */
function distributionFor(
  distribution: CrlDistribution = { urlsOf: () => ({}) },
  { deltaValidity }: CrlSettings,
): CrlDistribution {
  if (deltaValidity !== undefined) return distribution;
  return {
    urlsOf(place) {
      const { deltaCrl: _, ...urls } = distribution.urlsOf(place);
      return urls;
    },
  };
}

/** Certificates stay in the partition that they were put into: those of a former, larger number go on. */
async function findScopes(
  { store, settings, distribution }: ScopeContext,
  issuer: Issuer,
): Promise<readonly CrlScope[]> {
  assertMaySign(issuer);
  const former = await store.listCrlPartitions(issuer.id);
  const partitions = new Set([...numbersBelow(settings.partitions), ...former]);
  return scopesOf(issuer, [...partitions], distribution);
}

function assertMaySign({ subject, parsed }: Issuer): void {
  if (parsed.keyUsage === undefined || parsed.keyUsage.has("cRLSign")) return;
  throw new ConfigurationError(
    "ERR_ISSUER_UNFIT",
    `issuer "${subject}" may not sign CRLs (keyUsage without cRLSign)`,
  );
}

function numbersBelow(end: number): readonly number[] {
  return Array.from({ length: end }, (_, number) => number);
}
