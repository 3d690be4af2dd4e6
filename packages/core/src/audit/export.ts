import type { AuditEntry, CertificateStore } from "../store/certificate-store.ts";
import { chainedEntries, unchainedEntries } from "./verify.ts";

/**
 * Writes the audit trail as JSON Lines: one object for each entry, in the order of the hash chain, then those that have no
 * place in it yet. A reader can recompute the chain from the lines alone.
 *
 * @returns Lines with their line end. Entries appended while it runs may or may not be among them.
 */
export async function* exportAudit(store: CertificateStore): AsyncGenerator<string, void> {
  for await (const entry of chainedEntries(store)) yield lineOf(entry);
  for await (const entry of unchainedEntries(store)) yield lineOf(entry);
}

function lineOf({ sequence, at, type, actor, subject, details, link }: AuditEntry): string {
  return `${JSON.stringify({
    ...(link !== undefined && { position: link.position }),
    sequence,
    at: new Date(at).toISOString(),
    type,
    actor,
    subject,
    details,
    ...(link !== undefined && { hash: link.hash }),
  })}\n`;
}
