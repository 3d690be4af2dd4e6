import { equalBytes } from "../encoding/bytes.ts";
import { DerError } from "../errors.ts";
import { directoryNameMatcher } from "./subtree-matchers.ts";

/**
 * Whether relying parties could take two names for one: without case, spaces and string types, which is looser than
 * RFC 5280 section 7.1.
 *
 * @param left - Name DER; what is none resembles nothing but itself.
 */
export function resemblesName(left: Uint8Array, right: Uint8Array): boolean {
  if (equalBytes(left, right)) return true;
  try {
    // Each begins with the other.
    return directoryNameMatcher.touches(left, right) && directoryNameMatcher.touches(right, left);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return false;
  }
}
