import { RequestError } from "../errors.ts";
import { printable } from "../text.ts";
import { parseDnsName } from "./dns-name.ts";
import { parseIpAddress, readIpAddress } from "./ip-address.ts";

/**
 * Reads an absolute URI with an authority, as uniformResourceIdentifier carries it; scheme and host in lower case.
 *
 * The host is a DNS name without a wildcard or an IP address, IPv6 in brackets. A `spiffe:` URI is a SPIFFE ID: a trust
 * domain and a path of plain segments, nothing else.
 *
 * @throws {RequestError} `ERR_IDENTIFIER_MALFORMED`: relative, without a host, with user information or a fragment, with a
 * character outside RFC 3986, longer than 2048 characters, spelled so that a parser would change it, or with percent-encoding
 * where software disagrees about what it means: of a letter, digit, `-`, `.`, `_` or `~`, of a slash or a backslash.
 * @see RFC 5280 section 4.2.1.6, RFC 3986 sections 3 and 6.2.2.2; SPIFFE-ID section 2, which the length is from too
 */
export function parseUri(text: string): string {
  if (text.length > 2048) throw malformed(text, "has more than 2048 characters");
  const [, scheme, host, port = "", rest = ""] = grammar.exec(text) ?? [];
  if (scheme === undefined || host === undefined)
    throw malformed(
      text,
      "is not absolute with a host, or has user information, a fragment or a character too many",
    );
  if (ambiguousEncoding.test(rest))
    throw malformed(text, "has percent-encoding of a slash, a backslash, or a character that needs none");
  const authority = `${scheme}://${host}${port}`.toLowerCase();
  if (authority.startsWith("spiffe:")) assertSpiffeId(text, port, rest);
  else assertHost(text, host.toLowerCase());
  const uri = authority + rest;
  if (!isUnchangedByParser(uri)) throw malformed(text, "is not spelled as a parser would write it");
  return uri;
}

/** Scheme, host, port, and path with query: RFC 3986 section 3, less user information and fragment. */
const grammar =
  /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?([/?](?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$/;

/** Who decodes these before looking at the path sees another one: `%61`, `%2e%2e%2f`. */
const ambiguousEncoding = /%(?:2[DEF]|3[0-9]|4[1-9A-F]|5[0-9ACF]|6[1-9A-F]|7[0-9AE])/i;

/** A path segment of a SPIFFE ID has no percent-encoding; the trust domain is no DNS name and may hold underscores. */
function assertSpiffeId(text: string, port: string, path: string): void {
  if (port !== "" || !/^(?:\/[A-Za-z0-9._-]+)+$/.test(path))
    throw malformed(text, "is not a SPIFFE ID: a trust domain and a path of plain segments");
}

function assertHost(text: string, host: string): void {
  const address = host.startsWith("[") ? host.slice(1, -1) : host;
  try {
    if (host.startsWith("[") || readIpAddress(host) !== undefined) parseIpAddress(address);
    else parseDnsName(host);
  } catch (cause) {
    throw malformed(text, "has a host that is neither a DNS name nor an IP address", cause);
  }
}

/** Dot segments, plain or percent-encoded, a scheme's own port and odd spellings of addresses do not survive parsing. */
function isUnchangedByParser(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { href } = new URL(uri);
  return href === uri || href === `${uri}/`;
}

function malformed(text: string, fault: string, cause?: unknown): RequestError {
  return new RequestError("ERR_IDENTIFIER_MALFORMED", `uri "${printable(text)}" ${fault}`, { cause });
}
