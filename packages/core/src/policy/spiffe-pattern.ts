import { parseUri } from "../identifier/uri.ts";
import { configured, unreadable } from "./configured.ts";

/** A set of SPIFFE IDs of one trust domain. */
export interface SpiffePattern {
  /** As a URI, with the stars. */
  readonly text: string;
  matches(uri: string): boolean;
}

/**
 * Reads a trust domain and a pattern of paths, in which `*` is exactly one segment and a last `**` one or more:
 * `/ns/prod/sa/*`, `/ns/prod/**`.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 * @see SPIFFE-ID section 2
 */
export function parseSpiffePattern(trustDomain: string, path: string): SpiffePattern {
  const text = `spiffe://${trustDomain}${path}`;
  const isDeep = path.endsWith("/**");
  const segments = (isDeep ? path.slice(0, -"/**".length) : path).split("/").slice(1);
  if (segments.some((segment) => segment.includes("*") && segment !== "*") || !path.startsWith("/"))
    throw unreadable("spiffe pattern", text);
  const example = segments.map((segment) => (segment === "*" ? "x" : segment));
  const uri = configured("spiffe pattern", text, () =>
    parseUri(`spiffe://${trustDomain}/${[...example, ...(isDeep ? ["x"] : [])].join("/")}`),
  );
  const [, domain = ""] = /^spiffe:\/\/([^/]*)/.exec(uri) ?? [];
  return {
    text: `spiffe://${domain}${path}`,
    matches(candidate) {
      const [scheme, , host, ...found] = candidate.split("/");
      return (
        scheme === "spiffe:" &&
        host === domain &&
        (isDeep ? found.length > segments.length : found.length === segments.length) &&
        segments.every((segment, index) => segment === "*" || segment === found[index])
      );
    },
  };
}
