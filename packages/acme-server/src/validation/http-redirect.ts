import { AttemptFailure } from "./attempt.ts";

/** Where a redirect may lead to. */
export interface RedirectRules {
  readonly ports: ReadonlySet<number>;
  /** What messages call the target; a redirect's own URL is never repeated. */
  readonly label: string;
}

/** Whether a status asks to go elsewhere with the same method (RFC 9110 section 15.4). */
export function isRedirect(status: number): boolean {
  return redirectStatuses.has(status);
}

/**
 * Reads where a redirect leads to and checks everything but the address, which is checked when it is dialled.
 *
 * @param visited - URLs asked so far, the current one last.
 * @throws {AttemptFailure} The redirect is one that validation does not follow.
 */
export function followRedirect(
  location: string | undefined,
  visited: readonly URL[],
  { ports, label }: RedirectRules,
): URL {
  const refuse = (why: string) => {
    throw new AttemptFailure(
      "invalid",
      "connection",
      `${label} answered with a redirect that is not followed: ${why}`,
    );
  };
  if (visited.length > maximumRedirects) return refuse(`it is one more than ${maximumRedirects}`);
  if (location === undefined) return refuse("it has no Location");
  if (location.length > maximumLocation)
    return refuse(`its Location has ${location.length} characters, more than ${maximumLocation}`);
  const base = visited[visited.length - 1];
  if (!URL.canParse(location, base?.href)) return refuse("its Location is not a URL");
  const url = new URL(location, base?.href);
  url.hash = "";
  const fault =
    faultOf(url, ports) ?? (visited.some(({ href }) => href === url.href) ? "it closes a loop" : undefined);
  return fault === undefined ? url : refuse(fault);
}

/** The host of a URL as an outbound target takes it: an address without brackets, a name without the dot of the root. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$|\.$/g, "");
}

/** The port of a URL, the scheme's own if it names none. */
export function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "https:" ? 443 : 80;
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const maximumRedirects = 10;

const maximumLocation = 2048;

function faultOf(url: URL, ports: ReadonlySet<number>): string | undefined {
  if (url.protocol !== "http:" && url.protocol !== "https:") return "its scheme is neither http nor https";
  if (url.username !== "" || url.password !== "") return "its URL holds user information";
  if (!ports.has(portOf(url))) return `its port is ${portOf(url)}, allowed are ${[...ports].join(", ")}`;
  return hostPattern.test(hostOf(url)) ? undefined : "its host is neither a host name nor an IP address";
}

/** A host name of at most 253 characters, or an IPv6 address; the URL parser has turned odd forms of IPv4 into dotted quads. */
const hostPattern = /^(?=.{1,253}$)(?:[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*|[0-9a-f:]+)$/;
