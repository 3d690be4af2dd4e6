import type {
  AuditEntry,
  AuditLink,
  CertificateStore,
  ChainedAuditEntry,
} from "../store/certificate-store.ts";
import { linkOf } from "./chain.ts";

/** What {@link verifyAuditChain} found. */
export interface AuditVerification {
  /** Whether every entry of the chain is as it was chained, none is missing, and every given link is among them. */
  readonly intact: boolean;
  /** Entries whose place in the chain was checked. */
  readonly chained: number;
  /** Entries that are appended and have no place yet, so nothing vouches for them. */
  readonly unchained: number;
  /** The last link, to be kept elsewhere: with it, a later verification finds a chain that was cut short or written anew. */
  readonly head?: AuditLink;
  /** Present when the chain is broken: the first place where it is, and how. */
  readonly fault?: { readonly position: number; readonly message: string };
}

const page = 1000;

/**
 * Recomputes the hash chain of the audit trail from its beginning.
 *
 * An entry that was altered, removed, inserted or moved breaks every link from there on. A chain that was cut at its end, or computed
 * anew as a whole by someone who can write to the database, is consistent in itself: give the heads of earlier
 * verifications, kept outside that database, to find it.
 *
 * @param known - Links of earlier verifications.
 */
export async function verifyAuditChain(
  store: CertificateStore,
  { known = [] }: { readonly known?: readonly AuditLink[] } = {},
): Promise<AuditVerification> {
  const witnesses = known.toSorted((left, right) => left.position - right.position);
  let head: AuditLink | undefined;
  for await (const entry of chainedEntries(store)) {
    const expected = await linkOf(entry, head);
    const there = witnesses.filter(({ position }) => position === expected.position);
    const message = faultOf(entry.link, expected, there);
    if (message !== undefined) return report(store, head, { position: expected.position, message });
    head = expected;
  }
  const end = head?.position ?? 0;
  const lost = witnesses.find(({ position }) => !(position >= 1 && position <= end));
  if (lost === undefined) return report(store, head);
  return report(store, head, {
    position: lost.position,
    message: `the chain ends at position ${end}, position ${lost.position} was there before`,
  });
}

function faultOf(
  actual: AuditLink,
  expected: AuditLink,
  witnesses: readonly AuditLink[],
): string | undefined {
  if (actual.position !== expected.position) {
    return `position ${expected.position} is missing, the next entry has position ${actual.position}`;
  }
  if (actual.hash !== expected.hash) return `hash is ${actual.hash}, the entries give ${expected.hash}`;
  const other = witnesses.find(({ hash }) => hash.toLowerCase() !== expected.hash);
  return other && `hash is ${expected.hash}, it was ${other.hash} before`;
}

async function report(
  store: CertificateStore,
  head: AuditLink | undefined,
  fault?: AuditVerification["fault"],
): Promise<AuditVerification> {
  return Object.freeze({
    intact: fault === undefined,
    chained: head?.position ?? 0,
    unchained: await countUnchained(store),
    ...(head !== undefined && { head }),
    ...(fault !== undefined && { fault }),
  });
}

async function countUnchained(store: CertificateStore): Promise<number> {
  let count = 0;
  for await (const _ of unchainedEntries(store)) count += 1;
  return count;
}

/** Every chained entry in the order of the chain, read page by page. */
export async function* chainedEntries(store: CertificateStore): AsyncGenerator<ChainedAuditEntry, void> {
  let after = 0;
  for (;;) {
    const entries = await store.listAuditChain({ after, limit: page });
    yield* entries;
    const last = entries.at(-1);
    if (last === undefined || entries.length < page) return;
    after = last.link.position;
  }
}

/** Every entry without a place in the chain, those appended first first, read page by page. */
export async function* unchainedEntries(store: CertificateStore): AsyncGenerator<AuditEntry, void> {
  let after = 0;
  for (;;) {
    const entries = await store.listUnchainedAudit({ after, limit: page });
    yield* entries;
    const last = entries.at(-1);
    if (last === undefined || entries.length < page) return;
    after = last.sequence;
  }
}
