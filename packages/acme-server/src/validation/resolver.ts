import { isIP } from "node:net";
import { ConfigurationError, parseDuration } from "@chancery/core";
import { abortable, DeadlineExceeded, withDeadline } from "./deadline.ts";
import { type DnsAnswer, queryServers, type RecordType } from "./dns-query.ts";
import { parseAddress } from "./ip-address.ts";

/**
 * Resolves names for validation. A fresh question each time: an answer kept from before the client acted would fail it.
 *
 * Both methods may be called concurrently, never throw for what a server does, and reject with the reason of `signal` soon after
 * it aborts.
 */
export interface Resolver {
  /** The TXT records of a name, each with its character-strings joined (RFC 7208 section 3.3 reads them the same way). */
  resolveTxt(name: string, signal: AbortSignal): Promise<Resolution>;
  /** The IPv6 and IPv4 addresses of a name, in no particular order. */
  resolveAddresses(name: string, signal: AbortSignal): Promise<Resolution>;
}

/**
 * What a resolver found out. `explanation` goes on a sentence about the name: which server was asked and what it answered. It
 * never holds what a record says, for records are bytes from elsewhere; their number is fine.
 */
export type Resolution =
  | { readonly outcome: "found"; readonly values: readonly string[]; readonly explanation: string }
  | { readonly outcome: "failed" | "noData" | "nonexistent"; readonly explanation: string };

/** Options of {@link createResolver}. */
export interface ResolverOptions {
  /**
   * Recursive servers, asked in turn: `ip`, `ip:port` or `[ip]:port`. There is no default, and the system's are never used. With
   * an empty list only `zones` and `hosts` are resolved.
   */
  readonly servers: readonly string[];
  /** Servers for a zone and everything below it, recursive or authoritative; the longest matching zone wins. */
  readonly zones?: Readonly<Record<string, readonly string[]>>;
  /** Addresses of single names, taken instead of an answer from DNS. */
  readonly hosts?: Readonly<Record<string, readonly string[]>>;
  /** Time of one try at one server, as a duration; default `2s`. */
  readonly tryTimeout?: string;
  /** Tries at each server; default 2. */
  readonly tries?: number;
  /** Time of one resolution with all its servers, tries and aliases, as a duration; default `8s`. */
  readonly timeout?: string;
}

/**
 * Creates a resolver that asks exactly the servers it is given.
 *
 * Aliases are followed, at most 8 in a row, also where a server answers with the CNAME alone; each alias is asked for at the
 * servers of its own zone.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a server, an address of `hosts`, or the number of tries makes no sense.
 * @see RFC 1034 section 3.6.2
 */
export function createResolver(options: ResolverOptions): Resolver {
  const hosts = new Map(
    Object.entries(options.hosts ?? {}).map(([name, addresses]) => [
      fold(name),
      addresses.map(canonicalHost),
    ]),
  );
  const zones = new Map(
    Object.entries(options.zones ?? {}).map(([zone, servers]) => [fold(zone), servers.map(serverAddress)]),
  );
  const servers = options.servers.map(serverAddress);
  const timeout = parseDuration(options.timeout ?? "8s");
  const limits = {
    tryTimeout: parseDuration(options.tryTimeout ?? "2s"),
    tries: positive("tries", options.tries ?? 2),
  };

  const ask: Ask = (type, name, signal) => {
    const asked = serversOf(zones, name) ?? servers;
    return asked.length === 0 ? Promise.resolve(nobody) : queryServers(asked, type, name, limits, signal);
  };
  const resolve = (types: readonly RecordType[], name: string, signal: AbortSignal) =>
    withTimeout(timeout, signal, (limited) => follow(ask, types, fold(name), limited));

  return Object.freeze<Resolver>({
    resolveTxt: (name, signal) => resolve(["TXT"], name, signal),
    async resolveAddresses(name, signal) {
      const values = hosts.get(fold(name));
      if (values === undefined) return resolve(["AAAA", "A"], name, signal);
      return { outcome: "found", values, explanation: "the table of hosts was used" };
    },
  });
}

/**
 * Waits for a resolver, which may be one of the user's own: where it goes on past the time of the attempt, that is a failure to
 * answer.
 *
 * @throws The reason of `signal` when it aborts for another cause than time.
 */
export async function resolutionInTime(
  resolving: Promise<Resolution>,
  signal: AbortSignal,
): Promise<Resolution> {
  try {
    return await abortable(resolving, signal);
  } catch (error) {
    if (!(error instanceof DeadlineExceeded)) throw error;
    return { outcome: "failed", explanation: "DNS had not answered when the time for the attempt was over" };
  }
}

type Ask = (type: RecordType, name: string, signal: AbortSignal) => Promise<DnsAnswer>;

const maximumAliases = 8;

const nobody: DnsAnswer = {
  outcome: "failed",
  values: [],
  explanation: "no DNS server is configured for it",
};

async function follow(
  ask: Ask,
  types: readonly RecordType[],
  name: string,
  signal: AbortSignal,
): Promise<Resolution> {
  const seen = new Set([name]);
  let current = name;
  for (;;) {
    const answer = combine(await Promise.all(types.map((type) => ask(type, current, signal))));
    if (answer.outcome !== "noData") return told(answer, seen.size - 1);
    const alias = await ask("CNAME", current, signal);
    if (alias.outcome !== "found") return told(answer, seen.size - 1);
    const target = fold(alias.values[0] ?? "");
    const fault = faultOfAlias(target, seen);
    if (fault !== undefined) return { outcome: "failed", explanation: `${alias.explanation} that ${fault}` };
    seen.add(target);
    current = target;
  }
}

/** One answer to several questions about a name: what was found, or else the gravest reason why nothing was. */
function combine(answers: readonly DnsAnswer[]): DnsAnswer {
  const found = answers.filter(({ outcome }) => outcome === "found");
  const values = found.flatMap((answer) => answer.values);
  if (found.length > 0) return { outcome: "found", values, explanation: sentence(found) };
  const outcome = (["failed", "nonexistent"] as const).find((candidate) =>
    answers.some((answer) => answer.outcome === candidate),
  );
  const reasons = answers.filter((answer) => outcome === undefined || answer.outcome === outcome);
  return { outcome: outcome ?? "noData", values: [], explanation: sentence(reasons) };
}

function sentence(answers: readonly DnsAnswer[]): string {
  return [...new Set(answers.map(({ explanation }) => explanation))].join(" and ");
}

function told({ outcome, values, explanation }: DnsAnswer, aliases: number): Resolution {
  const text =
    aliases === 0 ? explanation : `${explanation} after ${aliases} CNAME record${aliases === 1 ? "" : "s"}`;
  return outcome === "found" ? { outcome, values, explanation: text } : { outcome, explanation: text };
}

function faultOfAlias(target: string, seen: ReadonlySet<string>): string | undefined {
  if (seen.has(target)) return "closes a loop";
  if (seen.size > maximumAliases) return `is one more than the ${maximumAliases} that are followed`;
  return aliasPattern.test(target) && target.length <= 253 ? undefined : "does not hold a host name";
}

/** Labels of letters, digits, hyphens and underscores: what a challenge may be delegated to. */
const aliasPattern = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

async function withTimeout(
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Resolution>,
): Promise<Resolution> {
  try {
    return await withDeadline(milliseconds, signal, work);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DeadlineExceeded)) throw error;
    return { outcome: "failed", explanation: `the DNS servers had not answered after ${milliseconds} ms` };
  }
}

function serversOf(
  zones: ReadonlyMap<string, readonly string[]>,
  name: string,
): readonly string[] | undefined {
  const labels = name.split(".");
  const zone = labels.map((_, index) => labels.slice(index).join(".")).find((suffix) => zones.has(suffix));
  return zone === undefined ? undefined : zones.get(zone);
}

/** Lower case and without the dot of the root, so that names can be compared. */
function fold(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

function canonicalHost(text: string): string {
  const address = parseAddress(text);
  if (address !== undefined) return address.text;
  throw new ConfigurationError("ERR_OPTION_INVALID", `hosts entry "${text}" is not an IP address`);
}

function serverAddress(text: string): string {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([0-9.]+))(?::([0-9]{1,5}))?$/.exec(text) ?? [];
  const ip = bracketed ?? plain ?? text;
  const number = Number(port ?? 53);
  if (isIP(ip) === 0 || ip.includes("%") || number < 1 || number > 65_535) {
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `DNS server "${text}" is not an IP address with an optional port`,
    );
  }
  return isIP(ip) === 6 ? `[${ip}]:${number}` : `${ip}:${number}`;
}

function positive(option: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new ConfigurationError(
    "ERR_OPTION_INVALID",
    `option ${option} is ${value}, expected a whole number above 0`,
  );
}
