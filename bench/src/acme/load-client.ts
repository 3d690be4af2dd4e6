import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { Agent, request } from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import { createSigningRequest } from "../signing-request.ts";

/** An ACME account that places orders as fast as its server answers: one of the load generator's workers. */
export interface LoadClient {
  /** Runs one order to its certificate: newOrder, authorization, challenge, polls, finalize, download. */
  order(name: string): Promise<string>;
  close(): void;
}

/** Where the generator answers http-01: key authorizations by token. */
export type KeyAuthorizations = Map<string, string>;

/** Pause before the first poll and between polls; part of every latency, not of any server's CPU. */
const pollPause = 25;

/** Polls of one object before the run is given up. */
const pollLimit = 400;

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Registers an account with a new P-256 key. @param ca - PEM that the server's TLS certificate chains to. */
export async function createLoadClient(
  directoryUrl: string,
  ca: string,
  keyAuthorizations: KeyAuthorizations,
): Promise<LoadClient> {
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 1 });
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = publicJwk(privateKey);
  const thumbprint = createHash("sha256").update(JSON.stringify(jwk)).digest("base64url");
  const directory = JSON.parse((await exchange(agent, "GET", directoryUrl)).text) as Record<string, string>;
  const url = (name: string): string => required(directory[name], name);
  const nonces: string[] = [];

  const post = async (target: string, payload: unknown, kid: string | undefined): Promise<Reply> => {
    const nonce = nonces.pop() ?? header(await exchange(agent, "HEAD", url("newNonce")), "replay-nonce");
    const identity = kid === undefined ? { jwk } : { kid };
    const body = signJws(privateKey, { alg: "ES256", nonce, url: target, ...identity }, payload);
    const reply = await exchange(agent, "POST", target, body);
    nonces.push(header(reply, "replay-nonce"));
    if (reply.status >= 400) throw new Error(`${target}: ${reply.status} ${reply.text}`);
    return reply;
  };
  const kid = header(await post(url("newAccount"), { termsOfServiceAgreed: true }, undefined), "location");

  const poll = async (
    target: string,
    done: (status: unknown) => boolean,
  ): Promise<Record<string, unknown>> => {
    for (let attempt = 0; attempt < pollLimit; attempt += 1) {
      await wait(pollPause);
      const object = JSON.parse((await post(target, undefined, kid)).text) as Record<string, unknown>;
      if (done(object["status"])) return object;
    }
    throw new Error(`${target}: no end after ${pollLimit} polls`);
  };

  return {
    async order(name) {
      const created = await post(url("newOrder"), { identifiers: [{ type: "dns", value: name }] }, kid);
      const orderUrl = header(created, "location");
      const order = JSON.parse(created.text) as { authorizations: string[]; finalize: string };
      const authorizationUrl = required(order.authorizations[0], "authorization");
      const authorization = JSON.parse((await post(authorizationUrl, undefined, kid)).text) as {
        challenges: { type: string; url: string; token: string }[];
      };
      const challenge = required(
        authorization.challenges.find(({ type }) => type === "http-01"),
        "http-01",
      );
      keyAuthorizations.set(challenge.token, `${challenge.token}.${thumbprint}`);
      await post(challenge.url, {}, kid);
      await poll(authorizationUrl, (status) => expectStatus(status, "valid", ["pending"]));
      keyAuthorizations.delete(challenge.token);
      const csr = Buffer.from(createSigningRequest(name).der).toString("base64url");
      await post(order.finalize, { csr }, kid);
      const final = await poll(orderUrl, (status) => expectStatus(status, "valid", ["ready", "processing"]));
      return (await post(required(final["certificate"] as string | undefined, "certificate"), undefined, kid))
        .text;
    },
    close: () => agent.destroy(),
  };
}

function expectStatus(status: unknown, wanted: string, waiting: readonly string[]): boolean {
  if (status === wanted) return true;
  if (waiting.includes(String(status))) return false;
  throw new Error(`status ${String(status)}, expected ${wanted}`);
}

function publicJwk(privateKey: KeyObject): Record<string, string> {
  const { crv, kty, x, y } = createPublicKey(privateKey).export({ format: "jwk" });
  return { crv: required(crv, "crv"), kty: required(kty, "kty"), x: required(x, "x"), y: required(y, "y") };
}

function signJws(key: KeyObject, protectedHeader: object, payload: unknown): string {
  const encoded = Buffer.from(JSON.stringify(protectedHeader)).toString("base64url");
  const body = payload === undefined ? "" : Buffer.from(JSON.stringify(payload)).toString("base64url");
  const signature = sign("sha256", Buffer.from(`${encoded}.${body}`), { key, dsaEncoding: "ieee-p1363" });
  return JSON.stringify({ protected: encoded, payload: body, signature: signature.toString("base64url") });
}

function exchange(agent: Agent, method: string, url: string, body?: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined
        ? {}
        : { "content-type": "application/jose+json", "content-length": Buffer.byteLength(body) };
    const outgoing = request(url, { agent, method, headers }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => {
        text += chunk;
      });
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
      );
      incoming.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function header(reply: Reply, name: string): string {
  const value = reply.headers[name];
  return required(typeof value === "string" ? value : undefined, name);
}

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the server's answer has no ${what}`);
  return value;
}
