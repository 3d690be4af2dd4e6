import { tags } from "../asn1/tags.ts";
import { revocationReasons } from "../certificate/revocation-reasons.ts";
import { concatBytes } from "../encoding/bytes.ts";
import type { RevokedCertificate } from "../store/certificate-store.ts";
import { createEntryCursor } from "./entry-cursor.ts";
import { readEntry } from "./entry-reader.ts";
import { createEntryWriter, type EntryWriter } from "./entry-writer.ts";
import type { CertificateRevocationList } from "./parse.ts";

/** The lists that were published before the one that is being built. */
export interface EarlierLists {
  /** The latest full list; for a delta list, its base. */
  readonly full: CertificateRevocationList | undefined;
  /** The latest delta list, if it was published after that full list. */
  readonly delta: CertificateRevocationList | undefined;
}

/** Turns what a store knows to be revoked into the entries of a list, page by page, so that others can run in between. */
export interface ListBuilder {
  /** Takes further revoked certificates, in ascending order of serial number as octets over all calls. */
  add(page: readonly RevokedCertificate[]): void;
  /** Answers the entries once everything has been added. */
  finish(): BuiltEntries;
}

/** Entries of a list. */
export interface BuiltEntries {
  /** DER, one after the other. */
  readonly encodedEntries: Uint8Array;
  readonly count: number;
  /**
   * Certificates that earlier lists have on hold, or away from it, and that are not revoked or have expired: for a delta list,
   * which has to say so of those that were released. Empty for a full list.
   */
  readonly gone: readonly GoneEntry[];
}

/** An entry that is on an earlier list and not among those that were added. */
export interface GoneEntry {
  readonly serialNumber: string;
  /** Where in the encoded entries its place is. */
  readonly offset: number;
  /** The date under which the earlier delta list has it away from hold. */
  readonly removedAt?: number;
}

/**
 * Builds a full list: every certificate that is added has its entry.
 *
 * An entry keeps the revocation date under which it was first published. One that is new is not dated before the lists that
 * are out already, which a clock that steps back or a late transaction would bring about.
 *
 * @see RFC 5280 section 5.3.2: the revocation date should not precede the date of issue of earlier CRLs
 */
export function buildFullList(earlier: EarlierLists): ListBuilder {
  return createBuilder(earlier, "full");
}

/**
 * Builds a delta list: what has changed since its base. An entry that stands in the base word for word is left out, unless an
 * earlier delta list has said something else about it in between.
 *
 * @see RFC 5280 section 5.2.4
 */
export function buildDeltaList(
  earlier: EarlierLists & { readonly full: CertificateRevocationList },
): ListBuilder {
  return createBuilder(earlier, "delta");
}

/** Puts the entries of released certificates into their places. */
export function insertRemovals(
  { encodedEntries }: BuiltEntries,
  removals: readonly (GoneEntry & { readonly removedAt: number })[],
): Uint8Array {
  const ascending = removals.toSorted(
    (left, right) => left.offset - right.offset || (left.serialNumber < right.serialNumber ? -1 : 1),
  );
  const parts: Uint8Array[] = [];
  let done = 0;
  for (const { serialNumber, offset, removedAt } of ascending) {
    parts.push(encodedEntries.subarray(done, offset), encodeRemoval(serialNumber, removedAt));
    done = offset;
  }
  return concatBytes(...parts, encodedEntries.subarray(done));
}

function createBuilder({ full, delta }: EarlierLists, kind: "delta" | "full"): ListBuilder {
  const writer = createEntryWriter();
  const gone = new Map<string, GoneEntry>();
  const earliest = Math.max(
    full?.thisUpdate ?? Number.NEGATIVE_INFINITY,
    delta?.thisUpdate ?? Number.NEGATIVE_INFINITY,
  );
  let offset = 0;
  let count = 0;

  const walk = (entries: Uint8Array) =>
    createEntryCursor(entries, (start, end) => {
      if (kind === "full" || !mayBeHoldOrRemoval(entries, start, end)) return;
      const { serialNumber, reason, revokedAt } = readEntry(entries.subarray(start, end), true);
      if (reason === "certificateHold") gone.set(serialNumber, { serialNumber, offset });
      if (reason === "removeFromCRL") gone.set(serialNumber, { serialNumber, offset, removedAt: revokedAt });
    });
  const inFull = walk(full?.encodedEntries ?? nothing);
  const inDelta = walk(delta?.encodedEntries ?? nothing);

  const add = (revoked: RevokedCertificate): void => {
    offset = writer.length;
    writer.append(revoked);
    const isOnFull = inFull.seek(writer.octets, offset);
    const isOnDelta = inDelta.seek(writer.octets, offset);
    const latest = isOnDelta ? inDelta : isOnFull ? inFull : undefined;
    const isSame = (): boolean => latest?.isSame(writer.octets, offset, writer.length) ?? false;
    if (!isSame()) redate(writer, offset, { revoked, latest: latest?.entry, earliest });
    if (kind === "delta" && latest === inFull && isSame()) writer.truncate(offset);
    else count += 1;
  };

  return Object.freeze<ListBuilder>({
    add: (page) => page.forEach(add),
    finish() {
      offset = writer.length;
      inFull.finish();
      inDelta.finish();
      return { encodedEntries: writer.octets.subarray(0, writer.length), count, gone: [...gone.values()] };
    },
  });
}

const nothing = new Uint8Array();

interface Publication {
  readonly revoked: RevokedCertificate;
  /** What was published last about the certificate. */
  readonly latest: Uint8Array | undefined;
  /** No entry that is new has a date before this; milliseconds. */
  readonly earliest: number;
}

/** Writes the entry at `offset` again if it has to be published under another date than that of the revocation. */
function redate(writer: EntryWriter, offset: number, { revoked, latest, earliest }: Publication): void {
  const date = wholeSeconds(revoked.revokedAt);
  const published = latest && readEntry(latest, true);
  // What was taken away in between begins anew, and so does a hold with a date after the published one: that was another.
  const isStanding =
    published !== undefined && published.reason !== "removeFromCRL" && date <= published.revokedAt;
  const revokedAt = isStanding ? published.revokedAt : Math.max(date, earliest);
  if (revokedAt === date) return;
  writer.truncate(offset);
  writer.append({ ...revoked, revokedAt });
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

function encodeRemoval(serialNumber: string, removedAt: number): Uint8Array {
  const writer = createEntryWriter();
  writer.append({ serialNumber, revokedAt: removedAt, reason: "removeFromCRL" });
  return writer.octets.subarray(0, writer.length);
}

/** Looks for an ENUMERATED of one of both reasons, which rules out most entries at no cost. */
function mayBeHoldOrRemoval(octets: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at + 2 < end; at += 1) {
    if (octets[at] !== tags.enumerated || octets[at + 1] !== 1) continue;
    const number = octets[at + 2];
    if (number === revocationReasons.certificateHold || number === revocationReasons.removeFromCRL)
      return true;
  }
  return false;
}
