import { once } from "node:events";
import { createServer } from "node:http";
import { Agent } from "node:https";
import type { AddressInfo } from "node:net";
import acme from "acme-client";

/** Answers http-01 challenges on a port of its own. */
export interface ChallengeResponder {
  readonly port: number;
  /** Every key authorization that was published here. */
  readonly published: readonly string[];
  publish(token: string, keyAuthorization: string): void;
  /** Changes what is answered from now on. */
  answerWith(change: (keyAuthorization: string) => string): void;
  close(): void;
}

export async function startResponder(): Promise<ChallengeResponder> {
  const published = new Map<string, string>();
  let change = (keyAuthorization: string): string => keyAuthorization;
  const server = createServer((request, response) => {
    const keyAuthorization = published.get(request.url?.split("/").at(-1) ?? "");
    response.statusCode = keyAuthorization === undefined ? 404 : 200;
    response.end(keyAuthorization === undefined ? "" : change(keyAuthorization));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    get published() {
      return [...published.values()];
    },
    publish: (token, keyAuthorization) => void published.set(token, keyAuthorization),
    answerWith(next) {
      change = next;
    },
    close: () => server.close(),
  };
}

/** A client that trusts one root, with an account key of its own. */
export async function createClient(directoryUrl: string, rootPem: string): Promise<acme.Client> {
  // acme-client takes what it trusts from its axios instance, which all clients share.
  acme.axios.defaults.httpsAgent = new Agent({ ca: rootPem });
  const accountKey = await acme.crypto.createPrivateEcdsaKey();
  return new acme.Client({ directoryUrl, accountKey, backoffMin: 100, backoffMax: 500 });
}

/** Gets a certificate through http-01. @returns PEM of the chain. */
export async function obtain(
  client: acme.Client,
  responder: ChallengeResponder,
  name: string,
): Promise<string> {
  const [, csr] = await acme.crypto.createCsr({ commonName: "", altNames: [name] });
  return client.auto({
    csr,
    termsOfServiceAgreed: true,
    skipChallengeVerification: true,
    challengePriority: ["http-01"],
    challengeCreateFn: async (_authorization, { token }, keyAuthorization) => {
      responder.publish(token, keyAuthorization);
    },
    challengeRemoveFn: async () => undefined,
  });
}
