import { cryptoProvider } from "#crypto";
import { encodeHex } from "../encoding/hex.ts";
import type { AuditEntry, AuditLink } from "../store/certificate-store.ts";

/**
 * Computes the link of an audit entry: SHA-256 over the entry and the hash of the link before it, as canonical JSON.
 *
 * The JSON is `[previous hash, position, sequence, at, type, actor, subject, [[name, value], ...]]`: an array, details in the
 * order of their names' UTF-16 code units, so that an entry has one spelling and anyone can recompute it from an
 * export. Before the first link the hash is the empty text.
 *
 * @param previous - The link before; undefined for the first.
 */
export async function linkOf(entry: AuditEntry, previous: AuditLink | undefined): Promise<AuditLink> {
  const position = (previous?.position ?? 0) + 1;
  const text = canonicalJson(entry, position, previous?.hash ?? "");
  const hash = await cryptoProvider.digest("sha-256", new TextEncoder().encode(text));
  return { position, hash: encodeHex(hash) };
}

function canonicalJson(
  { sequence, at, type, actor, subject, details }: AuditEntry,
  position: number,
  previousHash: string,
): string {
  const sorted = Object.entries(details).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([previousHash, position, sequence, at, type, actor, subject, sorted]);
}
