import { Resolver as DnsResolver } from "node:dns/promises";

/** Record types that validation asks for. */
export type RecordType = "A" | "AAAA" | "CNAME" | "TXT";

/** What became of a question; `explanation` names the server and what it answered, never what a record holds. */
export interface DnsAnswer {
  readonly outcome: "failed" | "found" | "noData" | "nonexistent";
  /** Empty unless `found`; the character-strings of a TXT record are joined. */
  readonly values: readonly string[];
  readonly explanation: string;
}

/** Time of one try in milliseconds, and how many tries a server gets. */
export interface QueryLimits {
  readonly tryTimeout: number;
  readonly tries: number;
}

/**
 * Most records that an answer may hold. Far above any real name; it keeps an answer over TCP, which may have 64 KiB, from
 * becoming thousands of addresses to check.
 */
const maximumRecords = 100;

/**
 * Asks servers in turn until one answers; an answer that a name does not exist or has no such record is final too.
 *
 * Queries go over UDP, and over TCP when the answer is truncated. Nothing is cached, hosts files and search lists of the system
 * are not looked at.
 *
 * @param servers - As `ip`, `ip:port` or `[ip]:port`.
 * @throws The reason of `signal` when it aborts.
 */
export async function queryServers(
  servers: readonly string[],
  type: RecordType,
  name: string,
  limits: QueryLimits,
  signal: AbortSignal,
): Promise<DnsAnswer> {
  const failures: string[] = [];
  for (const server of servers) {
    const answer = await query(server, type, name, limits, signal);
    if (answer.outcome !== "failed") return answer;
    failures.push(answer.explanation);
  }
  return { outcome: "failed", values: [], explanation: failures.join(", ") };
}

async function query(
  server: string,
  type: RecordType,
  name: string,
  { tryTimeout, tries }: QueryLimits,
  signal: AbortSignal,
): Promise<DnsAnswer> {
  signal.throwIfAborted();
  // One for each question: cancel() stops everything that a resolver is doing, and a new one has no memory.
  const resolver = new DnsResolver({ timeout: tryTimeout, tries, maxTimeout: tryTimeout });
  resolver.setServers([server]);
  const cancel = () => resolver.cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return answerOf(server, type, await lookups[type](resolver, name));
  } catch (error) {
    signal.throwIfAborted();
    return failureOf(server, type, error);
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

const lookups: Readonly<Record<RecordType, (resolver: DnsResolver, name: string) => Promise<string[]>>> = {
  A: (resolver, name) => resolver.resolve4(name),
  AAAA: (resolver, name) => resolver.resolve6(name),
  CNAME: (resolver, name) => resolver.resolveCname(name),
  TXT: async (resolver, name) => (await resolver.resolveTxt(name)).map((strings) => strings.join("")),
};

function answerOf(server: string, type: RecordType, values: readonly string[]): DnsAnswer {
  const count = `${server} answered with ${values.length} ${type} record${values.length === 1 ? "" : "s"}`;
  if (values.length > maximumRecords) {
    return {
      outcome: "failed",
      values: [],
      explanation: `${count}, more than the ${maximumRecords} that are looked at`,
    };
  }
  return values.length === 0 ? noData(server, type) : { outcome: "found", values, explanation: count };
}

function failureOf(server: string, type: RecordType, error: unknown): DnsAnswer {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENODATA") return noData(server, type);
  if (code === "ENOTFOUND")
    return { outcome: "nonexistent", values: [], explanation: `${server} answered NXDOMAIN` };
  const words = failureWords[code];
  if (words === undefined) throw error;
  return { outcome: "failed", values: [], explanation: `${server} ${words}` };
}

function noData(server: string, type: RecordType): DnsAnswer {
  return { outcome: "noData", values: [], explanation: `${server} answered without a ${type} record` };
}

/** Codes of node:dns, which are those of c-ares. */
const failureWords: Readonly<Record<string, string>> = {
  EBADNAME: "cannot be asked for a name like this",
  EBADRESP: "answered with something malformed",
  ECONNREFUSED: "refused the connection",
  EFORMERR: "answered FORMERR",
  ENOTIMP: "answered NOTIMP",
  EREFUSED: "answered REFUSED",
  ESERVFAIL: "answered SERVFAIL",
  ETIMEOUT: "did not answer in time",
};
