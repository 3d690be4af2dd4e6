import { cryptoProvider } from "#crypto";
import { encodeHex } from "../encoding/hex.ts";
import { StoreError } from "../errors.ts";
import type { AuditFact, CertificateStore, CrlPartition, CrlRecord } from "../store/certificate-store.ts";
import {
  type BuiltEntries,
  buildDeltaList,
  buildFullList,
  type EarlierLists,
  insertRemovals,
  type ListBuilder,
} from "./list-builder.ts";
import { nextTurn } from "./next-turn.ts";
import type { CertificateRevocationList } from "./parse.ts";
import type { CrlScope } from "./scope.ts";
import { signList, wholeSeconds, yieldFor } from "./sign-list.ts";

/** What publishing a CRL needs. */
export interface PublishingContext {
  readonly store: CertificateStore;
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Who publishes, for the audit trail: `kind:id`. */
  readonly actor: string;
  /** Hears of each CRL that was published, once it is durable. */
  readonly onPublished: (crl: CrlRecord) => void;
}

/** Which CRL to publish. */
export interface ListRequest {
  readonly scope: CrlScope;
  readonly kind: CrlRecord["kind"];
  /** Milliseconds. */
  readonly validity: number;
  /** For a delta the full list is its base. */
  readonly earlier: EarlierLists;
}

/**
 * Makes a CRL of what the store knows, signs it and publishes it.
 *
 * The number is taken before the entries are read and the changes are counted before that, so that whoever is faster or slower,
 * a greater number never says less, and a change that is not on the CRL is still seen as one. A number that was taken is
 * lost when something fails after it.
 *
 * @returns The CRL that stands afterwards: this one, or one with a greater number that somebody else has published meanwhile.
 * @throws {SignerError} `ERR_SIGNER_FAILED`
 * @throws {StoreError}
 */
export async function publishList(context: PublishingContext, request: ListRequest): Promise<CrlRecord> {
  const { store } = context;
  const { scope, kind, validity, earlier } = request;
  const partition: CrlPartition = { issuerId: scope.issuerId, partition: scope.partition };
  const changes = await store.countRevocationChanges(partition);
  const now = context.now();
  const number = await store.takeCrlNumber({ issuerId: scope.issuerId, at: now });
  const thisUpdate = wholeSeconds(timeOf(number, now));
  const nextUpdate = wholeSeconds(thisUpdate + validity);
  const built = await collectEntries(store, partition, request, thisUpdate);
  const base = kind === "delta" ? earlier.full : undefined;
  const crl = await signList(scope, { number, base, thisUpdate, nextUpdate }, built.encodedEntries);
  const record: CrlRecord = {
    ...partition,
    kind,
    number,
    ...(base !== undefined && { baseNumber: Number(base.crlNumber) }),
    thisUpdate,
    nextUpdate,
    changes,
    crl,
  };
  const audit = await factAbout(context, record, built.count);
  if ((await store.publishCrl({ ...record, audit })) === "superseded") return findStanding(store, record);
  context.onPublished(record);
  return record;
}

async function findStanding(
  store: CertificateStore,
  { issuerId, partition, kind }: CrlRecord,
): Promise<CrlRecord> {
  const standing = await store.findCrl({ issuerId, partition, kind });
  if (standing !== undefined) return standing;
  throw new StoreError("ERR_STORE_NOT_FOUND", `the CRL that supersedes that of issuer ${issuerId} is absent`);
}

/**
 * When a CRL is from: derived from its number, so that as little as that it goes back when the clock does. But for a number that
 * a clock has left behind which was far ahead: nobody accepts a CRL that is not valid yet.
 */
function timeOf(number: number, now: number): number {
  return number > now + clockTolerance ? now : number;
}

/** Clocks that are right differ by less. */
export const clockTolerance = 3_600_000;

/**
 * What ended before the last full CRL is on that one, which came after its end (RFC 5280 section 3.3). With room for a clock that was
 * ahead when that was made: an entry too many does no harm, one that is missing does.
 */
function endedBefore(full: CertificateRevocationList | undefined, thisUpdate: number): number {
  return full === undefined ? 0 : Math.max(0, Math.min(full.thisUpdate, thisUpdate) - clockTolerance);
}

/** Entries read and written at once: about a millisecond, so that nobody else waits long. */
const pageSize = 1000;

async function collectEntries(
  store: CertificateStore,
  partition: CrlPartition,
  { kind, earlier }: ListRequest,
  thisUpdate: number,
): Promise<Pick<BuiltEntries, "count" | "encodedEntries">> {
  const { full } = earlier;
  const builder =
    kind === "delta" && full !== undefined ? buildDeltaList({ ...earlier, full }) : buildFullList(earlier);
  await addRevoked(store, { ...partition, notAfterFrom: endedBefore(full, thisUpdate) }, builder);
  const built = builder.finish();
  const released = await findReleased(store, partition, built);
  if (released.length === 0) return built;
  const removals = released.map((entry) => ({ removedAt: thisUpdate, ...entry }));
  return { encodedEntries: insertRemovals(built, removals), count: built.count + removals.length };
}

async function addRevoked(
  store: CertificateStore,
  query: CrlPartition & { readonly notAfterFrom: number },
  builder: ListBuilder,
): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const page = await store.listRevoked({
      ...query,
      ...(after !== undefined && { after }),
      limit: pageSize,
    });
    builder.add(page);
    after = page[page.length - 1]?.serialNumber;
    if (page.length < pageSize) return;
    await nextTurn();
  }
}

/** Of what has gone from the list, what was released: the rest has expired, and needs no word. */
async function findReleased(
  store: CertificateStore,
  { issuerId }: CrlPartition,
  { gone }: BuiltEntries,
): Promise<BuiltEntries["gone"]> {
  const released: BuiltEntries["gone"][number][] = [];
  for (const entry of gone) {
    const record = await store.find({ issuerId, serialNumber: entry.serialNumber });
    if (record !== undefined && record.revocation === undefined) released.push(entry);
  }
  return released;
}

async function factAbout(
  { actor, now }: PublishingContext,
  { issuerId, partition, kind, number, baseNumber, nextUpdate, crl }: CrlRecord,
  entries: number,
): Promise<AuditFact> {
  await yieldFor(crl);
  return {
    at: now(),
    type: "crl.published",
    actor,
    subject: issuerId,
    details: {
      number: `${number}`,
      partition: `${partition}`,
      kind,
      ...(baseNumber !== undefined && { baseNumber: `${baseNumber}` }),
      entries: `${entries}`,
      nextUpdate: new Date(nextUpdate).toISOString(),
      sha256: encodeHex(await cryptoProvider.digest("sha-256", crl)),
    },
  };
}
