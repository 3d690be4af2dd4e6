import { parseUri } from "../identifier/uri.ts";
import { configured, unreadable } from "./configured.ts";
import { type DnsPattern, parseDnsPattern } from "./dns-pattern.ts";

/** A set of URIs: those at and below a path on some hosts. */
export interface UriPattern {
  /** As written. */
  readonly text: string;
  /** Whether a URI is in the set, as spelled. */
  covers(uri: string): boolean;
  /**
   * Whether a URI is in the set for software that is lenient: on any port if the pattern has none, hexadecimal digits of
   * either case, empty segments and parameters of segments passed over.
   */
  touches(uri: string): boolean;
}

/**
 * Reads a pattern: scheme, host, optionally a port and a path, no query: `https://api.example/v1` is that path and
 * what is below it. The host may be a pattern of names (`https://*.lab.example`) as in {@link parseDnsPattern}, but
 * for `spiffe:`.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 * @see RFC 3986 sections 3 and 6.2.2
 */
export function parseUriPattern(text: string): UriPattern {
  const { scheme, host, port, path } = readPattern(text);
  const lenient = readLeniently(path);
  return {
    text,
    covers(uri) {
      const parts = splitUri(uri);
      return (
        parts.scheme === scheme && parts.port === port && host.covers(parts.host) && isBelow(parts.path, path)
      );
    },
    touches(uri) {
      const parts = splitUri(uri);
      return (
        parts.scheme === scheme &&
        (port === "" || parts.port === port) &&
        host.touches(parts.host) &&
        isBelow(readLeniently(parts.path), lenient)
      );
    },
  };
}

interface UriParts<Host> {
  /** Lower case. */
  readonly scheme: string;
  readonly host: Host;
  /** With its colon, or empty. */
  readonly port: string;
  /** Without the query. */
  readonly path: string;
}

/** @param uri - In its canonical form, as identifiers have it. */
export function splitUri(uri: string): UriParts<string> {
  const [, scheme = "", host = "", port = "", path = ""] =
    /^([^:]*):\/\/(\[[^\]]*\]|[^:/?]*)(:[0-9]*)?([^?]*)/.exec(uri) ?? [];
  return { scheme, host, port, path };
}

type HostPattern = Pick<DnsPattern, "covers" | "touches">;

function readPattern(text: string): UriParts<HostPattern> {
  const { scheme, host } = splitUri(text);
  if (host === "" || text.includes("?"))
    throw unreadable("uri pattern", text, new Error("it has no host, or a query"));
  const isPattern = host.startsWith("*") && scheme.toLowerCase() !== "spiffe";
  // Read by way of a URI below it, with the part of the host that is a name: a pattern alone may be none.
  const name = isPattern ? text.replace(/:\/\/[*.]*/, "://") : text;
  const example = configured("uri pattern", text, () => parseUri(`${name.replace(/\/$/, "")}/x`));
  const parts = splitUri(example);
  return {
    ...parts,
    host: isPattern ? configured("uri pattern", text, () => parseDnsPattern(host)) : exactly(parts.host),
    path: parts.path.slice(0, -"/x".length),
  };
}

function exactly(name: string): HostPattern {
  const isName = (host: string): boolean => host === name;
  return { covers: isName, touches: isName };
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** What needs no percent-encoding has none in an identifier, so only its case is left (RFC 3986 sections 3.3 and 6.2.2.1). */
function readLeniently(path: string): string {
  return path
    .replace(/;[^/]*/g, "")
    .replace(/\/{2,}/g, "/")
    .replace(/%[0-9a-f]{2}/gi, (encoded) => encoded.toUpperCase());
}
