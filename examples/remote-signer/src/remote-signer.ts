import { Agent } from "node:https";
import { type Signer, SignerError } from "@chancery/core";
import { type Answer, exchange, type Question } from "./exchange.ts";
import { type KeyDescription, keyIdOf, parseKeyDescription, paths } from "./protocol.ts";

/** Options of {@link connectRemoteSigner}. */
export interface RemoteSignerOptions {
  /** Of the service: `https://` and its authority. */
  readonly url: string;
  /** PEM: the authority that certifies the service, and the client's own certificate and key. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Milliseconds from the call of `sign` to its answer, waiting in line included; default 5000. */
  readonly timeout?: number;
  /** Connections, each with one signature at a time; default 4. */
  readonly connections?: number;
}

/** A signer whose key is in another process. */
export interface RemoteSigner extends Signer {
  sign(data: Uint8Array): Promise<Uint8Array>;
  /** Ends all connections; signatures that are on their way fail. */
  close(): void;
}

/**
 * Connects to a signing service and asks which key it has.
 *
 * `sign` may be called concurrently: `connections` calls are on their way at a time, the others wait. It fails when the
 * service cannot be reached, refuses, takes too long, answers nonsense, or has come to hold another key; the next call
 * tries afresh. What is signed is the same in every attempt, so repeating is safe.
 *
 * @throws {SignerError} `ERR_SIGNER_FAILED`: as `sign` does.
 */
export async function connectRemoteSigner(options: RemoteSignerOptions): Promise<RemoteSigner> {
  const { url, tls, timeout = 5000, connections = 4 } = options;
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: connections, minVersion: "TLSv1.3" });

  let isClosed = false;

  async function ask(question: Question): Promise<Answer> {
    if (isClosed) throw new SignerError(`the connection to the signing service ${url} is closed`);
    const signal = AbortSignal.timeout(timeout);
    try {
      return await exchange(new URL(question.path, url), question, agent, signal);
    } catch (cause) {
      const why = signal.aborted ? `did not answer within ${timeout} ms` : "cannot be reached";
      throw new SignerError(`the signing service ${url} ${why}`, { cause });
    }
  }

  async function describeKey(): Promise<KeyDescription> {
    const answer = await ask({ method: "GET", path: paths.key });
    const description = parseKeyDescription(textOf(expectOk(answer, "application/json", url)));
    if (description === undefined) throw new SignerError(`the signing service ${url} describes no key`);
    return description;
  }

  try {
    const { algorithm, publicKey } = await describeKey();
    const path = paths.sign(keyIdOf(publicKey));
    return Object.freeze<RemoteSigner>({
      algorithm,
      publicKey,
      async sign(data) {
        const answer = await ask({ method: "POST", path, body: Uint8Array.from(data) });
        return expectOk(answer, "application/octet-stream", url);
      },
      close,
    });
  } catch (error) {
    close();
    throw error;
  }

  function close(): void {
    isClosed = true;
    agent.destroy();
  }
}

function expectOk({ status, contentType, body }: Answer, expected: string, url: string): Uint8Array {
  if (status !== 200) {
    const [reason = ""] = textOf(body.subarray(0, 200)).split("\n");
    throw new SignerError(`the signing service ${url} answers ${status}: ${reason}`);
  }
  if (contentType !== expected) {
    throw new SignerError(`the signing service ${url} answers ${contentType}, expected ${expected}`);
  }
  return body;
}

function textOf(octets: Uint8Array): string {
  return new TextDecoder().decode(octets);
}
