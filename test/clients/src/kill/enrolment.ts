import acme from "acme-client";
import {
  createSigner,
  keyAuthorizationOf,
  type Reply,
  type SignedClient,
  type Signer,
} from "./signed-client.ts";

/** One client on its way from a new account to a certificate, with everything that the server has acknowledged to it. */
export interface Enrolment {
  /** The only name of its order; nobody else orders it. */
  readonly name: string;
  readonly signer: Signer;
  /** DER; the same one however often the client has to finalize. */
  readonly csr: Buffer;
  /** Whether the client revokes its certificate in the end. */
  readonly revokes: boolean;
  order: AcknowledgedOrder | undefined;
  authorizationStatus: string | undefined;
  /** PEM, as downloaded. */
  chainPem: string | undefined;
  isRevoked: boolean;
}

/** The last that a client has seen of its order. */
export interface AcknowledgedOrder {
  readonly url: string;
  readonly status: string;
  readonly authorizations: readonly string[];
  readonly finalize: string;
  readonly certificate?: string;
}

/** Where clients publish for http-01. */
export type KeyAuthorizations = Map<string, string>;

/** Begins an enrolment; nothing is sent yet. */
export async function createEnrolment(name: string, revokes: boolean): Promise<Enrolment> {
  const [, csr] = await acme.crypto.createCsr(
    { altNames: [name] },
    await acme.crypto.createPrivateEcdsaKey(),
  );
  return {
    name,
    signer: createSigner(),
    csr: Buffer.from(acme.crypto.getPemBodyAsB64u(csr), "base64url"),
    revokes,
    order: undefined,
    authorizationStatus: undefined,
    chainPem: undefined,
    isRevoked: false,
  };
}

/** Whether the client has all it wanted. */
export function isComplete({ chainPem, revokes, isRevoked }: Enrolment): boolean {
  return chainPem !== undefined && isRevoked === revokes;
}

/**
 * Takes the next step of an enrolment, as a client would that remembers what it was told and tries anything else again.
 *
 * @throws {Interrupted} The server went away; the step can be repeated.
 * @throws {Error} The server answered what no client should see.
 */
export async function advance(
  enrolment: Enrolment,
  client: SignedClient,
  published: KeyAuthorizations,
): Promise<void> {
  if (enrolment.signer.url === undefined) return register(enrolment, client);
  if (enrolment.order === undefined) return placeOrder(enrolment, client);
  if (enrolment.authorizationStatus !== "valid")
    return authorize(enrolment, enrolment.order, client, published);
  if (enrolment.order.status === "pending") return readOrder(enrolment, enrolment.order, client);
  if (enrolment.order.status === "ready") return finalize(enrolment, enrolment.order, client);
  if (enrolment.order.status === "processing") return readOrder(enrolment, enrolment.order, client);
  if (enrolment.chainPem === undefined) return download(enrolment, enrolment.order, client);
  return revoke(enrolment, enrolment.chainPem, client);
}

async function register({ signer }: Enrolment, client: SignedClient): Promise<void> {
  const url = client.directory["newAccount"] ?? "";
  const reply = await client.post("newAccount", url, signer, { termsOfServiceAgreed: true });
  // 200: the account of an attempt whose answer was lost.
  signer.url = required(expectStatus(reply, 200, 201).location, "Location");
}

async function placeOrder(enrolment: Enrolment, client: SignedClient): Promise<void> {
  const identifiers = [{ type: "dns", value: enrolment.name }];
  const reply = await client.post("newOrder", client.directory["newOrder"] ?? "", enrolment.signer, {
    identifiers,
  });
  const url = required(expectStatus(reply, 201).location, "Location");
  acknowledgeOrder(enrolment, url, reply);
}

async function authorize(
  enrolment: Enrolment,
  order: AcknowledgedOrder,
  client: SignedClient,
  published: KeyAuthorizations,
): Promise<void> {
  const { signer } = enrolment;
  const url = required(order.authorizations[0], "authorization");
  const authorization = parse(
    expectStatus(await client.post("authorization", url, signer), 200),
  ) as Authorization;
  enrolment.authorizationStatus = authorization.status;
  const challenge = authorization.challenges.find(({ type }) => type === "http-01");
  if (authorization.status !== "pending" || challenge?.status !== "pending") return;
  published.set(challenge.token, keyAuthorizationOf(challenge.token, signer));
  expectStatus(await client.post("challenge", challenge.url, signer, {}), 200);
}

interface Authorization {
  readonly status: string;
  readonly challenges: readonly {
    readonly type: string;
    readonly status: string;
    readonly url: string;
    readonly token: string;
  }[];
}

async function readOrder(
  enrolment: Enrolment,
  { url }: AcknowledgedOrder,
  client: SignedClient,
): Promise<void> {
  acknowledgeOrder(enrolment, url, expectStatus(await client.post("order", url, enrolment.signer), 200));
}

async function finalize(enrolment: Enrolment, order: AcknowledgedOrder, client: SignedClient): Promise<void> {
  const csr = enrolment.csr.toString("base64url");
  const reply = await client.post("finalize", order.finalize, enrolment.signer, { csr });
  acknowledgeOrder(enrolment, order.url, expectStatus(reply, 200));
}

async function download(enrolment: Enrolment, order: AcknowledgedOrder, client: SignedClient): Promise<void> {
  const url = required(order.certificate, "certificate");
  enrolment.chainPem = expectStatus(await client.post("certificate", url, enrolment.signer), 200).body;
}

async function revoke(enrolment: Enrolment, chainPem: string, client: SignedClient): Promise<void> {
  const certificate = acme.crypto.getPemBodyAsB64u(chainPem);
  const url = client.directory["revokeCert"] ?? "";
  const reply = await client.post("revokeCert", url, enrolment.signer, { certificate, reason: 4 });
  const isRepeated = reply.status === 400 && reply.body.includes(":alreadyRevoked");
  if (!isRepeated) expectStatus(reply, 200);
  enrolment.isRevoked = true;
}

function acknowledgeOrder(enrolment: Enrolment, url: string, reply: Reply): void {
  const order = { ...(parse(reply) as Omit<AcknowledgedOrder, "url">), url };
  assertForward(enrolment.order, order);
  enrolment.order = order;
}

/** The states of an order in the only direction in which it may go through them; it never becomes invalid here. */
const orderStates = ["pending", "ready", "processing", "valid"];

/** What a client has been told stays true: an order does not go back, and keeps its certificate. */
export function assertForward(before: AcknowledgedOrder | undefined, now: AcknowledgedOrder): void {
  const place = orderStates.indexOf(now.status);
  if (place === -1) throw new Error(`order ${now.url} is ${now.status}`);
  if (before === undefined) return;
  if (place < orderStates.indexOf(before.status)) {
    throw new Error(`order ${now.url} was ${before.status} and is ${now.status}`);
  }
  if (before.certificate !== undefined && before.certificate !== now.certificate) {
    throw new Error(`order ${now.url} had certificate ${before.certificate} and has ${now.certificate}`);
  }
}

/** Answers the reply. @throws {Error} Its status is another one. */
export function expectStatus(reply: Reply, ...statuses: readonly number[]): Reply {
  if (statuses.includes(reply.status)) return reply;
  throw new Error(`expected status ${statuses.join(" or ")} and got ${reply.status}: ${reply.body}`);
}

/** Reads the JSON object of a reply. */
export function parse({ body }: Reply): unknown {
  return JSON.parse(body);
}

function required(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`the answer has no ${what}`);
  return value;
}
