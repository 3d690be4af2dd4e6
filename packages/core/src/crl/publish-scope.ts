import type { Issuer } from "../issuer/issuer.ts";
import type { CertificateStore, CrlPartition, CrlRecord } from "../store/certificate-store.ts";
import type { CrlSettings } from "./options.ts";
import { type CertificateRevocationList, parseCertificateRevocationList } from "./parse.ts";
import { clockTolerance, type PublishingContext, publishList } from "./publish-list.ts";
import { type CrlDistribution, type CrlScope, describesScope } from "./scope.ts";

/** What publishing the CRLs of a scope needs. */
export interface ScopeContext extends PublishingContext {
  readonly settings: CrlSettings;
  readonly distribution: CrlDistribution;
  /** Whether an issuer may issue at this instant. */
  readonly isActive: (issuer: Issuer) => boolean;
}

/**
 * Publishes the CRLs of a scope that are due, the full one before the delta that builds on it.
 *
 * @param force - The full CRL is due.
 * @returns Those that were due, as they stand.
 */
export async function publishScope(
  context: ScopeContext,
  scope: CrlScope,
  force: boolean,
): Promise<CrlRecord[]> {
  const { validity, deltaValidity } = context.settings;
  const published: CrlRecord[] = [];
  let full = await findList(context.store, scope, "full");
  if (force || (await isFullDue(context, scope, full))) {
    const delta = await findDeltaAfter(context.store, scope, full);
    const earlier = { full: full?.list, delta: delta?.list };
    const record = await publishList(context, { scope, kind: "full", validity, earlier });
    published.push(record);
    full = toPublished(record);
  }
  if (deltaValidity === undefined || full === undefined || !describesScope(full.list, scope))
    return published;
  const delta = await findDeltaAfter(context.store, scope, full);
  if (await isDeltaDue(context, scope, full.record, delta?.record)) {
    const earlier = { full: full.list, delta: delta?.list };
    published.push(await publishList(context, { scope, kind: "delta", validity: deltaValidity, earlier }));
  }
  return published;
}

async function isFullDue(
  context: ScopeContext,
  scope: CrlScope,
  full: PublishedList | undefined,
): Promise<boolean> {
  if (full === undefined) return isNeeded(context, scope, context.now());
  if (!describesScope(full.list, scope)) return true;
  // Made by a clock that was far ahead: not valid yet, and not current for as long.
  if (full.record.thisUpdate > context.now() + clockTolerance) return true;
  if (context.settings.deltaValidity === undefined && (await hasChanged(context, full.record))) return true;
  return isHalfOver(full.record, context.now()) && isNeeded(context, scope, full.record.thisUpdate);
}

/** A delta stands beside every full CRL, even if it has nothing to say: relying parties are told to look for one. */
async function isDeltaDue(
  context: ScopeContext,
  scope: CrlScope,
  full: CrlRecord,
  delta: CrlRecord | undefined,
): Promise<boolean> {
  if (delta?.baseNumber !== full.number) return true;
  if (await hasChanged(context, delta)) return true;
  return isHalfOver(delta, context.now()) && isNeeded(context, scope, full.thisUpdate);
}

async function hasChanged(
  { store }: ScopeContext,
  { issuerId, partition, changes }: CrlRecord,
): Promise<boolean> {
  return (await store.countRevocationChanges({ issuerId, partition })) !== changes;
}

function isHalfOver({ thisUpdate, nextUpdate }: CrlRecord, now: number): boolean {
  return now - thisUpdate >= (nextUpdate - thisUpdate) / 2;
}

/**
 * Whether an issuer has certificates that end at an instant or later, or has never issued one and still may.
 *
 * @param since - When the last full CRL was published, so that there is one more after the end of the last certificate.
 */
async function isNeeded(
  { store, now, isActive }: ScopeContext,
  { issuer }: CrlScope,
  since: number,
): Promise<boolean> {
  const issuerId = issuer.id;
  // Its next certificate must not meet a CRL that has ended while nobody needed it.
  if (isActive(issuer) && now() <= issuer.validity.notAfter) return true;
  const [alive] = await store.list({
    issuerId,
    notAfter: { from: since },
    order: "expiry",
    limit: 1,
  });
  if (alive !== undefined) return true;
  const [any] = await store.list({ issuerId, limit: 1 });
  return any === undefined && now() <= issuer.validity.notAfter;
}

async function findList(
  store: CertificateStore,
  { issuerId, partition }: CrlPartition,
  kind: CrlRecord["kind"],
): Promise<PublishedList | undefined> {
  const record = await store.findCrl({ issuerId, partition, kind });
  return record && toPublished(record);
}

/** Finds the latest delta CRL if it is later than the full one: what it says still counts. */
async function findDeltaAfter(
  store: CertificateStore,
  scope: CrlScope,
  full: PublishedList | undefined,
): Promise<PublishedList | undefined> {
  const delta = await findList(store, scope, "delta");
  return delta !== undefined && delta.record.number > (full?.record.number ?? 0) ? delta : undefined;
}

function toPublished(record: CrlRecord): PublishedList {
  return { record, list: parseCertificateRevocationList(record.crl) };
}

/** A published CRL, and what it says. */
interface PublishedList {
  readonly record: CrlRecord;
  readonly list: CertificateRevocationList;
}
