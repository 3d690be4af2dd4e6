import { type Identifier, parseDuration } from "@chancery/core";
import { AttemptFailure, makeAttempt } from "./attempt.ts";
import type { ChallengeToValidate, ChallengeValidator } from "./challenge-validator.ts";
import { exchange, type HttpAnswer } from "./http-exchange.ts";
import { followRedirect, hostOf, isRedirect, portOf } from "./http-redirect.ts";
import { assertChallenge } from "./key-authorization.ts";
import type { OutboundNetwork } from "./outbound-network.ts";
import { checkPort } from "./port.ts";

/** Options of {@link http01}. */
export interface Http01Options {
  readonly network: OutboundNetwork;
  /** TCP port of the first request; default 80. */
  readonly port?: number;
  /** Time of one attempt with all its redirects, as a duration; default `10s`. */
  readonly timeout?: string;
}

/**
 * Creates the validator for http-01: the key authorization is served below `/.well-known/acme-challenge/`.
 *
 * Follows at most 10 redirects to http and https on ports 80, 443 and `port`; each is resolved and checked anew, and the
 * certificate of an https server is not judged. White space at the end of the body is ignored, nothing else is.
 *
 * Worth another attempt: a name that does not resolve yet, a target that cannot be reached or does not answer in time, and the
 * statuses 404, 408, 425, 429 and 5xx. Final: an address or redirect that is refused, any other status, a wrong body.
 *
 * Three attempts at most, the last some 15 s after the first with the worker's defaults: room for a file that is deployed
 * a little late, and a wrong web root is known soon. `{ ...http01(options), maximumAttempts: 5 }` is more patient.
 *
 * Problems: `dns`, `connection`, `tls`, `unauthorized` when nothing is offered as proof or it is another account's, and
 * `incorrectResponse` when something else is.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the port is not one, or the timeout is not a duration.
 * @see RFC 8555 section 8.3, RFC 8738 section 4
 */
export function http01({ network, port = 80, timeout = "10s" }: Http01Options): ChallengeValidator {
  checkPort(port);
  const milliseconds = parseDuration(timeout);
  return Object.freeze<ChallengeValidator>({
    type: "http-01",
    maximumAttempts: 3,
    supports: ({ type }, wildcard) => (type === "dns" || type === "ip") && !wildcard,
    async validate(challenge, signal) {
      assertChallenge(challenge);
      const url = proofUrl(challenge.identifier, challenge.token, port);
      return makeAttempt(`GET ${url.href}`, milliseconds, signal, async (limited) => {
        judge(await fetchProof(network, url, challenge.identifier.value, limited), challenge);
      });
    },
  });
}

interface Proof {
  readonly answer: HttpAnswer;
  /** Who answered, for messages. */
  readonly subject: string;
}

/** A body holds a token, a full stop and 43 characters; the rest is room for white space. */
const maximumBody = 1024;

function proofUrl({ type, value }: Identifier, token: string, port: number): URL {
  const host = type === "ip" && value.includes(":") ? `[${value}]` : value;
  return new URL(`http://${host}:${port}/.well-known/acme-challenge/${token}`);
}

async function fetchProof(
  network: OutboundNetwork,
  start: URL,
  name: string,
  signal: AbortSignal,
): Promise<Proof> {
  const ports = new Set([80, 443, portOf(start)]);
  const visited = [start];
  for (let url = start; ; visited.push(url)) {
    const redirect = visited.length - 1;
    const label = redirect === 0 ? name : `redirect ${redirect} of ${name}`;
    const connection = await network.connect({ host: hostOf(url), port: portOf(url), label }, signal);
    const answer = await exchange(connection, url, maximumBody, label);
    const subject = `${redirect === 0 ? url.href : label} at ${connection.peer}`;
    if (!isRedirect(answer.status)) return { answer, subject };
    url = followRedirect(answer.location, visited, { ports, label: subject });
  }
}

function judge({ answer, subject }: Proof, { token, keyAuthorization }: ChallengeToValidate): void {
  const expected = `expected status 200 and the key authorization ${keyAuthorization}`;
  if (answer.status !== 200) {
    const outcome = passingStatuses.has(answer.status) || answer.status >= 500 ? "retry" : "invalid";
    throw new AttemptFailure(
      outcome,
      "unauthorized",
      `${subject} answered with status ${answer.status}; ${expected}`,
    );
  }
  const text = Buffer.from(answer.body)
    .toString("latin1")
    .replace(/[\t\n\r ]+$/, "");
  if (!answer.truncated && text === keyAuthorization) return;
  const another = text.startsWith(`${token}.`) && text.length === keyAuthorization.length;
  const problemType = another && !answer.truncated ? "unauthorized" : "incorrectResponse";
  throw new AttemptFailure(
    "invalid",
    problemType,
    `${subject} answered with ${wordsFor(answer, text, another)}; ${expected}`,
  );
}

/** Kinds of wrong body that people meet, in fixed words: the body itself is never repeated. */
function wordsFor({ body, truncated }: HttpAnswer, text: string, another: boolean): string {
  if (truncated) return `more than ${maximumBody} octets`;
  if (text === "") return "an empty body";
  if (another) return "the right token but the thumbprint of another account key";
  if (/^(?:\xef\xbb\xbf|\xfe\xff|\xff\xfe)/.test(text)) return "a byte order mark before its text";
  if (text.startsWith("\x1f\x8b")) return "a compressed body";
  if (/^\s*<(?:!doctype|html)/i.test(text)) return "an HTML page";
  return `${body.length} octets of something else`;
}

/** Statuses of a server that may not be ready yet. */
const passingStatuses: ReadonlySet<number> = new Set([404, 408, 425, 429]);
