// RFC 9112 section 3.2.2: what stands before the path of an absolute-form target.
const absoluteForm = /^https?:\/\/[^/?#]*/i;

// RFC 3986 section 3.3, so that a URL parser has nothing to rewrite.
const path = /^\/(?:[\w\-.~!$&'()*+,;=:@/]|%[\da-f]{2})*$/i;

// Also where the dots are percent-encoded: URL parsers resolve both.
const dotSegment = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

// More than RFC 3986 section 3.4 allows, as browsers and HTTP clients do; not what a URL parser would rewrite.
const query = /^[!$-;=?-~]*$/;

/**
 * Builds the URL of a request from the origin that is configured and the target that the client sent.
 *
 * The path and the query stay as they were sent, percent-encoding included; the authority of an absolute-form
 * target is dropped like a `Host` header.
 *
 * @param origin - Scheme, host and port, without a final slash.
 * @returns Nothing for a target that has no path, or one that does not survive URL parsing unchanged (dot segments,
 * backslashes, stray percent signs): a filter in front of this process would have read it differently.
 * @see RFC 9112 section 3.2
 */
export function resolveRequestTarget(origin: string, target: string): string | undefined {
  const relative = target.startsWith("/") ? target : originForm(target);
  if (relative === undefined) return undefined;
  const mark = relative.indexOf("?");
  const pathPart = mark < 0 ? relative : relative.slice(0, mark);
  if (!path.test(pathPart) || dotSegment.test(pathPart)) return undefined;
  if (mark >= 0 && !query.test(relative.slice(mark + 1))) return undefined;
  return origin + relative;
}

function originForm(target: string): string | undefined {
  const prefix = absoluteForm.exec(target)?.[0];
  if (prefix === undefined) return undefined;
  const rest = target.slice(prefix.length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}
