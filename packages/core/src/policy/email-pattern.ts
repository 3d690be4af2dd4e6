import { parseEmailAddress } from "../identifier/email-address.ts";
import { configured } from "./configured.ts";
import { parseDnsPattern } from "./dns-pattern.ts";

/** A set of mail addresses: one, or all at some domains. */
export interface EmailPattern {
  /** As written. */
  readonly text: string;
  /** Whether an address is in the set, exactly. */
  covers(address: string): boolean;
  /** Whether an address is in the set for mail systems, hardly any of which tells capitals from small letters. */
  touches(address: string): boolean;
}

/**
 * Reads a pattern: an address (`anna@lab.example`), or `@` and the domain of all addresses that are meant:
 * `@lab.example`, or a pattern of domains (`@*.lab.example`, `@**.lab.example`) as in {@link parseDnsPattern}.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function parseEmailPattern(text: string): EmailPattern {
  if (text.startsWith("@")) {
    const domain = configured("email pattern", text, () => parseDnsPattern(text.slice(1)));
    const isAt = (address: string): boolean => domain.covers(address.slice(address.lastIndexOf("@") + 1));
    return { text, covers: isAt, touches: isAt };
  }
  const one = configured("email pattern", text, parseEmailAddress);
  const folded = one.toLowerCase();
  return {
    text,
    covers: (address) => address === one,
    touches: (address) => address.toLowerCase() === folded,
  };
}
