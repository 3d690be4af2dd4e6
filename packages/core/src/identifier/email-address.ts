import { RequestError } from "../errors.ts";
import { printable } from "../text.ts";
import { parseDnsName } from "./dns-name.ts";

/**
 * Reads a mailbox `local@domain` as rfc822Name carries it: ASCII, the local part as given, the domain in lower-case A-labels.
 *
 * Only the unquoted form (a dot-atom) is accepted; quoted local parts are legal mail but a trap for every comparison.
 *
 * @throws {RequestError} `ERR_IDENTIFIER_MALFORMED`
 * @see RFC 5280 section 4.2.1.6, RFC 5321 section 4.1.2, RFC 9598 section 3
 */
export function parseEmailAddress(text: string): string {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, Math.max(at, 0));
  if (
    at < 1 ||
    local.length > 64 ||
    !/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(local)
  ) {
    throw new RequestError(
      "ERR_IDENTIFIER_MALFORMED",
      `email address "${printable(text)}" is not of the form local@domain in ASCII`,
    );
  }
  const domain = text.slice(at + 1);
  if (domain.startsWith("*")) {
    throw new RequestError(
      "ERR_IDENTIFIER_MALFORMED",
      `email address "${printable(text)}" has a wildcard domain`,
    );
  }
  return `${local}@${parseDnsName(domain)}`;
}
