import type { AuditLink, CertificateStore } from "../store/certificate-store.ts";
import { linkOf } from "./chain.ts";

/** Entries chained in one transition: about a millisecond of hashing. */
const batch = 256;

/**
 * Gives every audit entry that has no place in the hash chain its place, in batches.
 *
 * Facts are appended in the transitions that they belong to, and chained afterwards: a chain inside every transition would
 * make all replicas wait for one row. May be called in every replica, at any time: of those that extend the chain at once one wins, and
 * the others go on from where it came to.
 *
 * @returns How many entries this call has chained.
 */
export async function extendAuditChain(store: CertificateStore): Promise<number> {
  let chained = 0;
  for (;;) {
    const head = await store.findAuditHead();
    const links = await nextLinks(store, head);
    if (links.length === 0) return chained;
    const outcome = await store.chainAudit({ ...(head !== undefined && { head }), links });
    if (outcome === "chained") chained += links.length;
  }
}

async function nextLinks(
  store: CertificateStore,
  head: AuditLink | undefined,
): Promise<readonly (AuditLink & { readonly sequence: number })[]> {
  const links: (AuditLink & { readonly sequence: number })[] = [];
  let previous = head;
  for (const entry of await store.listUnchainedAudit({ limit: batch })) {
    previous = await linkOf(entry, previous);
    links.push({ ...previous, sequence: entry.sequence });
  }
  return links;
}
