import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { Agent, request } from "node:https";
import type { Activity } from "./plan.ts";

/** An account key and, once the server has told it, the account's URL. */
export interface Signer {
  readonly privateKey: KeyObject;
  readonly jwk: Readonly<Record<string, string>>;
  url: string | undefined;
}

/** An answer that has arrived as a whole. */
export interface Reply {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

/** The connection ended before the answer was there: whether the server has acted, nobody knows. */
export class Interrupted extends Error {}

/** Hears of a request on its way; what it returns is called when the answer is there. */
export type OnRequest = (activity: Activity) => (arrived: boolean) => void;

/** Sends signed requests to one run of the server, each exactly once but for a nonce that is refused. */
export interface SignedClient {
  /** URLs of the directory, by name. */
  readonly directory: Readonly<Record<string, string>>;
  /** Posts a payload; without one, POST-as-GET. @throws {Interrupted} */
  post(activity: Activity, url: string, signer: Signer, payload?: object): Promise<Reply>;
  close(): void;
}

/** Makes an account key. */
export function createSigner(): Signer {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { crv = "", kty = "", x = "", y = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  return { privateKey, jwk: { crv, kty, x, y }, url: undefined };
}

/** RFC 8555 section 8.1. */
export function keyAuthorizationOf(token: string, { jwk }: Signer): string {
  // RFC 7638: members in alphabetical order, no white space.
  return `${token}.${createHash("sha256").update(JSON.stringify(jwk)).digest("base64url")}`;
}

/** Connects to a server that has started. @param ca - PEM of the only root that is trusted. */
export async function connectSignedClient(
  directoryUrl: string,
  ca: string,
  onRequest: OnRequest,
): Promise<SignedClient> {
  const agent = new Agent({ ca, keepAlive: true });
  const nonces: string[] = [];
  const exchange: Exchange = (method, url, body) => send(agent, nonces, method, url, body);
  const directory = JSON.parse((await exchange("GET", directoryUrl)).body) as Record<string, string>;

  async function attempt(url: string, signer: Signer, payload: object | undefined): Promise<Reply> {
    if (nonces.length === 0) await exchange("HEAD", directory["newNonce"] ?? "");
    const identity = signer.url === undefined ? { jwk: signer.jwk } : { kid: signer.url };
    const header = { alg: "ES256", nonce: nonces.pop(), url, ...identity };
    return exchange("POST", url, signJws(signer.privateKey, header, payload));
  }

  return Object.freeze<SignedClient>({
    directory,
    async post(activity, url, signer, payload) {
      const finish = onRequest(activity);
      try {
        const reply = await attempt(url, signer, payload);
        finish(true);
        return reply;
      } catch (error) {
        finish(false);
        throw error;
      }
    },
    close: () => agent.destroy(),
  });
}

type Exchange = (method: string, url: string, body?: string) => Promise<Reply>;

function send(agent: Agent, nonces: string[], method: string, url: string, body?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/jose+json" };
    const interrupt = (error: Error): void => reject(new Interrupted(error.message));
    const outgoing = request(url, { agent, method, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", interrupt);
      incoming.on("end", () => {
        const nonce = incoming.headers["replay-nonce"];
        if (typeof nonce === "string") nonces.push(nonce);
        const { statusCode: status = 0, headers } = incoming;
        resolve({ status, location: headers.location, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on("error", interrupt);
    outgoing.end(body);
  });
}

function signJws(privateKey: KeyObject, protectedHeader: object, payload: object | undefined): string {
  const encodedHeader = encode(JSON.stringify(protectedHeader));
  const encodedPayload = payload === undefined ? "" : encode(JSON.stringify(payload));
  const input = Buffer.from(`${encodedHeader}.${encodedPayload}`);
  const signature = sign("sha256", input, { key: privateKey, dsaEncoding: "ieee-p1363" });
  return JSON.stringify({
    protected: encodedHeader,
    payload: encodedPayload,
    signature: signature.toString("base64url"),
  });
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64url");
}
