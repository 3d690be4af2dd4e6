import { base64url } from "jose";
import type { AcmeServer } from "../../src/index.ts";
import { type Answer, readAnswer } from "./invariants.ts";
import { generateSigningKey, type SigningKey, signOctets } from "./keys.ts";

/** A JWS before it is signed; every part can be replaced by what no client should send. */
export interface Draft {
  readonly header: Readonly<Record<string, unknown>> | string;
  /** A string is sent as it is; `""` makes POST-as-GET. */
  readonly payload: object | string;
}

/** Changes to a request on its way. */
export interface Changes {
  /** Merged over the protected header; undefined takes a member away. */
  readonly header?: Readonly<Record<string, unknown>>;
  /** Where the request goes, when that is not what was signed. */
  readonly to?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Signs instead of the client's own key. */
  readonly key?: SigningKey;
}

/** An ACME client that signs with WebCrypto and holds every answer against the invariants. */
export interface TestClient {
  readonly key: SigningKey;
  /** Account URL, once there is an account. */
  kid: string | undefined;
  /** Fetches a fresh nonce. */
  nonce(): Promise<string>;
  /** Signs and posts; with `kid` if there is an account, else with `jwk`. */
  post(url: string, payload: object | string, changes?: Changes): Promise<Answer>;
  /** Posts a body as it is. */
  postBody(url: string, body: BodyInit, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Sends any request. */
  send(url: string, init?: RequestInit): Promise<Answer>;
  /** POST-as-GET. */
  read(url: string, changes?: Changes): Promise<Answer>;
  /** Signs a draft with a key and answers the body of the request. */
  sign(draft: Draft, key?: SigningKey): Promise<string>;
  /** Creates an account and remembers its URL. */
  register(payload?: object): Promise<Answer>;
}

/** Creates a client of a server. */
export async function createClient(server: AcmeServer, key?: SigningKey): Promise<TestClient> {
  const baseUrl = server.directoryUrl.replace(/\/directory$/, "");
  const own = key ?? (await generateSigningKey());

  const send = async (url: string, init: RequestInit = {}): Promise<Answer> => {
    const request = new Request(url, { ...init, ...(init.body ? { duplex: "half" } : {}) });
    return readAnswer(await server.fetch(request), request, baseUrl);
  };
  const postBody: TestClient["postBody"] = (url, body, headers = {}) =>
    send(url, { method: "POST", body, headers: { "content-type": "application/jose+json", ...headers } });

  const client: TestClient = {
    key: own,
    kid: undefined,
    send,
    postBody,
    async nonce() {
      const answer = await send(`${baseUrl}/new-nonce`, { method: "HEAD" });
      return answer.headers.get("replay-nonce") ?? "";
    },
    async sign({ header, payload }, signingKey = own) {
      const encodedHeader = base64url.encode(typeof header === "string" ? header : JSON.stringify(header));
      const encodedPayload = base64url.encode(
        typeof payload === "string" ? payload : JSON.stringify(payload),
      );
      const input = new TextEncoder().encode(`${encodedHeader}.${encodedPayload}`);
      const signature = base64url.encode(await signOctets(signingKey, input));
      return JSON.stringify({ protected: encodedHeader, payload: encodedPayload, signature });
    },
    async post(url, payload, { header = {}, to = url, headers, key: signingKey = own } = {}) {
      const identity = client.kid === undefined ? { jwk: own.jwk } : { kid: client.kid };
      const nonce = "nonce" in header ? undefined : await client.nonce();
      const draft = { header: { alg: signingKey.alg, nonce, url, ...identity, ...header }, payload };
      return postBody(to, await client.sign(draft, signingKey), headers);
    },
    read: (url, changes) => client.post(url, "", changes),
    async register(payload = { termsOfServiceAgreed: true }) {
      const answer = await client.post(`${baseUrl}/new-account`, payload);
      client.kid = answer.headers.get("location") ?? undefined;
      return answer;
    },
  };
  return client;
}
