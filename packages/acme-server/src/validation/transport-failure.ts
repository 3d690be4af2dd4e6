import type { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { AttemptFailure } from "./attempt.ts";
import { DeadlineExceeded } from "./deadline.ts";

/** What a stream is destroyed with when its peer sends more than a validator will ever read. */
export class ReceivedTooMuch extends Error {
  constructor(maximum: number) {
    super(`sent more than ${maximum} octets`);
    this.name = "ReceivedTooMuch";
  }
}

/**
 * Says in words what went wrong on a connection. The words come from a list: messages of Node and OpenSSL may quote the peer.
 *
 * @param stream - The connection, if there is one yet: the reason for which it was destroyed counts more than what that led to.
 * @param where - Who was asked, which begins the sentence.
 * @param phase - Problem type of what is not particular to one: `tls` during a handshake.
 * @returns An {@link AttemptFailure}; an error that the network cannot have caused comes back as it is.
 */
export function transportFailure(
  error: unknown,
  stream: Duplex | undefined,
  where: string,
  phase: "connection" | "tls",
): unknown {
  if (error instanceof AttemptFailure) return error;
  const cause = stream?.errored ?? error;
  const verdict = verdictOn(cause);
  if (verdict === undefined) return cause;
  const { outcome, problemType = phase, words } = verdict;
  return new AttemptFailure(outcome, problemType, `${where} ${words}`);
}

interface Verdict {
  readonly outcome: "invalid" | "retry";
  readonly problemType?: "connection" | "tls";
  readonly words: string;
}

function verdictOn(error: unknown): Verdict | undefined {
  if (error instanceof ReceivedTooMuch) return { outcome: "invalid", words: error.message };
  if (error instanceof DeadlineExceeded) return { outcome: "retry", words: "did not answer in time" };
  if (!(error instanceof Error && "code" in error && typeof error.code === "string")) return undefined;
  const words = transportWords[error.code];
  return words === undefined ? verdictOnProtocol(error.code) : { outcome: "retry", words };
}

/** Codes of the HTTP parser and of OpenSSL: the peer has answered, and would answer the same again. */
function verdictOnProtocol(code: string): Verdict | undefined {
  if (code.startsWith("ERR_SSL_")) {
    return { outcome: "invalid", problemType: "tls", words: tlsWords[code] ?? "broke off the TLS handshake" };
  }
  if (!code.startsWith("HPE_")) return undefined;
  const tooLong = code === "HPE_HEADER_OVERFLOW";
  const words = tooLong
    ? "sent a response head that is too long"
    : "answered with something other than HTTP/1.1";
  return { outcome: "invalid", problemType: "connection", words };
}

/**
 * Waits for an event of a stream or request; rejects when it fails or closes first.
 *
 * The listener for errors stays, so that a late error of something already given up never goes unhandled.
 */
export function eventOf<T>(emitter: EventEmitter, event: string): Promise<T> {
  return new Promise((resolve, reject) => {
    emitter.once(event, resolve);
    emitter.on("error", reject);
    emitter.once("close", () => reject(Object.assign(new Error("closed"), { code: "ECONNRESET" })));
  });
}

const transportWords: Readonly<Record<string, string>> = {
  EACCES: "cannot be reached",
  EADDRNOTAVAIL: "cannot be reached",
  ECONNABORTED: "closed the connection before it had answered",
  ECONNREFUSED: "refused the connection",
  ECONNRESET: "closed the connection before it had answered",
  EHOSTDOWN: "cannot be reached",
  EHOSTUNREACH: "cannot be reached",
  ENETDOWN: "cannot be reached",
  ENETUNREACH: "cannot be reached",
  EPERM: "cannot be reached",
  EPIPE: "closed the connection before it had answered",
  ERR_STREAM_DESTROYED: "closed the connection before it had answered",
  ERR_STREAM_PREMATURE_CLOSE: "closed the connection before it had answered",
  ETIMEDOUT: "did not answer in time",
};

const tlsWords: Readonly<Record<string, string>> = {
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: "does not speak the ALPN protocol that was offered",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "does not speak TLS 1.2 or later",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "does not speak TLS 1.2 or later",
  ERR_SSL_WRONG_VERSION_NUMBER: "does not speak TLS",
};
