import { hash } from "node:crypto";
import type { Identifier } from "@chancery/core";

/**
 * One value for one set of identifiers, in whatever order they come: the SHA-256 of their sorted list. Null for none.
 *
 * It is stored with every certificate, so that it can never be computed in another way.
 */
export function identifierSetOf(identifiers: readonly Identifier[]): Uint8Array | null {
  if (identifiers.length === 0) return null;
  const names = identifiers.map(({ type, value }) => `${type}:${value}`).sort();
  return hash("sha256", JSON.stringify(names), "buffer");
}
