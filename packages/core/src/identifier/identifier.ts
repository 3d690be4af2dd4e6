import { RequestError } from "../errors.ts";
import { printable } from "../text.ts";
import { parseDnsName } from "./dns-name.ts";
import { parseEmailAddress } from "./email-address.ts";
import { parseIpAddress } from "./ip-address.ts";
import { parseUri } from "./uri.ts";

/** The kinds of name a certificate can vouch for; each is one kind of GeneralName (RFC 5280 section 4.2.1.6). */
export type IdentifierType = "dns" | "email" | "ip" | "uri";

/**
 * A name in its one canonical spelling: two identifiers are the same name exactly when type and value are equal.
 *
 * dns: lower-case A-labels, an optional leading `*.`; ip: dotted quad or RFC 5952; email: `local@domain` with a
 * lower-case domain; uri: as given, scheme and host in lower case.
 */
export interface Identifier {
  readonly type: IdentifierType;
  readonly value: string;
}

/**
 * Reads a name in the canonical spelling that certificates and policies use.
 *
 * DNS names and the host of a URI are lower-cased; IP addresses are brought into RFC 5952 form. Nothing else is repaired.
 *
 * @throws {RequestError} `ERR_IDENTIFIER_MALFORMED`: the value is not such a name; the message says why.
 * @throws {RequestError} `ERR_IDENTIFIER_UNSUPPORTED`: there is no such type.
 */
export function parseIdentifier(type: string, value: string): Identifier {
  const parse = parsers[type as IdentifierType];
  if (!Object.hasOwn(parsers, type) || parse === undefined) {
    throw new RequestError(
      "ERR_IDENTIFIER_UNSUPPORTED",
      `identifier type "${printable(type)}" is not one of dns, email, ip, uri`,
    );
  }
  if (typeof value !== "string")
    throw new RequestError("ERR_IDENTIFIER_MALFORMED", `the value of a ${type} identifier is not text`);
  return { type: type as IdentifierType, value: parse(value) };
}

/** Writes an identifier as policies, denials and logs show it: `type:value`. */
export function formatIdentifier({ type, value }: Identifier): string {
  return `${type}:${value}`;
}

/** Tells whether two identifiers name the same thing. */
export function sameIdentifier(left: Identifier, right: Identifier): boolean {
  return left.type === right.type && left.value === right.value;
}

const parsers: Readonly<Record<IdentifierType, (value: string) => string>> = {
  dns: parseDnsName,
  email: parseEmailAddress,
  ip: parseIpAddress,
  uri: parseUri,
};
