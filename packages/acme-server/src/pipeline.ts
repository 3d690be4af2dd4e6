import type { Answer } from "./answer.ts";
import type { Context } from "./context.ts";
import { AcmeProblem } from "./problem.ts";
import { type Jws, parseJws } from "./request/jws.ts";
import { checkMediaType } from "./request/media-type.ts";
import { readBody } from "./request/read-body.ts";
import { requireAlgorithm, verifySignature } from "./request/signature.ts";
import {
  type AccountSigner,
  assertValid,
  byAccount,
  byEither,
  byNewKey,
  type FindSigner,
  type SignedRequest,
} from "./request/signer.ts";
import { type JsonObject, parseStrictJsonObject } from "./request/strict-json.ts";
import { answerAccount } from "./resources/account.ts";
import { answerAuthorization } from "./resources/authorization.ts";
import { answerCertificate } from "./resources/certificate.ts";
import { answerChallenge } from "./resources/challenge.ts";
import { answerDirectory } from "./resources/directory.ts";
import { answerFinalize } from "./resources/finalize.ts";
import { answerNewAccount } from "./resources/new-account.ts";
import { answerNewNonce } from "./resources/new-nonce.ts";
import { answerNewOrder } from "./resources/new-order.ts";
import { answerOrder } from "./resources/order.ts";
import { answerOrders } from "./resources/orders.ts";
import { answerRevokeCert } from "./resources/revoke-cert.ts";
import type { ResourceName, ResourceOf } from "./routes.ts";

/**
 * Every resource, with what it demands of a request that is signed.
 *
 * byAccount: `kid`; byNewKey: `jwk` of an acceptable key; byEither: `kid`, or `jwk` of a certificate's key (RFC 8555
 * section 6.2). noPayload: POST-as-GET; anObject: a JSON object; anyPayload: either of the two (section 6.3).
 */
// biome-ignore format: a matrix, read by column
const resources: { readonly [Name in ResourceName]: Row<Name> } = {
  //             GET and HEAD        POST    signed     payload     answered by
  directory:     readable(answerDirectory, signed(byAccount, noPayload,  answerDirectory)),
  newNonce:      readable(answerNewNonce,  signed(byAccount, noPayload,  answerNewNonce)),
  newAccount:                              signed(byNewKey,  anObject,   answerNewAccount),
  account:                                 signed(byAccount, anyPayload, answerAccount),
  orders:                                  signed(byAccount, noPayload,  answerOrders),
  newOrder:                                signed(byAccount, anObject,   answerNewOrder),
  order:                                   signed(byAccount, noPayload,  answerOrder),
  finalize:                                signed(byAccount, anObject,   answerFinalize),
  authorization:                           signed(byAccount, anyPayload, answerAuthorization),
  challenge:                               signed(byAccount, anyPayload, answerChallenge),
  certificate:                             signed(byAccount, noPayload,  answerCertificate),
  revokeCert:                              signed(byEither,  anObject,   answerRevokeCert),
};

/** A request to be answered, and the resource that its URL names. */
export interface Arrival<Name extends ResourceName> {
  readonly request: Request;
  readonly resource: ResourceOf<Name>;
  /** What the JWS must have signed as its `url`. */
  readonly signedUrl: string;
}

/**
 * Puts a request through every check and has its resource answer it.
 *
 * A request that a check refuses has changed nothing. One that is forged does not even use up the nonce it carries,
 * because a nonce is consumed only once its signature is known to be good.
 *
 * @throws {AcmeProblem} The first check that fails.
 */
export async function answerRequest<Name extends ResourceName>(
  context: Context,
  arrival: Arrival<Name>,
): Promise<Answer> {
  const row: Row<Name> = resources[arrival.resource.name];
  const { method } = arrival.request;
  if (method === "POST") return row.post(context, arrival);
  if (row.get !== undefined && (method === "GET" || method === "HEAD")) return row.get(context, method);
  throw new AcmeProblem("malformed", "the resource does not have this method", {
    status: 405,
    headers: { Allow: methodsOf(arrival.resource.name) },
  });
}

/** The methods of a resource, as `Allow` lists them. */
export function methodsOf(name: ResourceName): string {
  return resources[name].get === undefined ? "POST" : "GET, HEAD, POST";
}

/** The checks of a signed request after the one of its method, in their order. */
async function authenticate<Signer extends object, Payload>(
  context: Context,
  { request, signedUrl }: Arrival<ResourceName>,
  findSigner: FindSigner<Signer>,
  readPayload: (payload: Uint8Array) => Payload,
): Promise<{ readonly signer: Signer; readonly payload: Payload }> {
  // biome-ignore format: a list, read with its right-hand column
  {
    checkMediaType(request.headers);                                           // 415 malformed
    const body = await readBody(request, context.limits.bodyOctets);           // 413 malformed
    const jws = parseJws(body);                                                // malformed: strict JSON, then JWS shape
    const alg = requireAlgorithm(jws.header.alg);                              // badSignatureAlgorithm
    const nonce = await context.nonces.check(jws.header.nonce);                // badNonce: tag and age, no storage
    checkUrl(jws, signedUrl);                                                  // unauthorized
    const { signer, publicKey } = await findSigner(context, jws.header, alg);  // badPublicKey, accountDoesNotExist, malformed
    await verifySignature(jws, alg, publicKey);                                // unauthorized
    await context.nonces.consume(nonce);                                       // badNonce: the first write
    const payload = readPayload(jws.payload);                                  // malformed
    assertMayAct(signer);                                                      // 401 unauthorized; ownership: each resource
    return { signer, payload };
  }
}

function checkUrl({ header }: Jws, signedUrl: string): void {
  if (header.url !== signedUrl) throw new AcmeProblem("unauthorized", "url is not the URL of the request");
}

/** RFC 8555 section 7.3.6: 401, and not the 403 of what is merely not allowed. */
function assertMayAct(signer: object): void {
  if ("account" in signer) assertValid((signer as AccountSigner).account);
}

interface Row<Name extends ResourceName> {
  readonly get?: (context: Context, method: string) => Answer;
  post(context: Context, arrival: Arrival<Name>): Promise<Answer>;
}

function readable<Name extends ResourceName>(
  get: (context: Context, method: string) => Answer,
  row: Row<Name>,
): Row<Name> {
  return { ...row, get };
}

function signed<Name extends ResourceName, Signer extends object, Payload>(
  findSigner: FindSigner<Signer>,
  readPayload: (payload: Uint8Array) => Payload,
  answer: (context: Context, request: SignedRequest<Name, Signer, Payload>) => Answer | Promise<Answer>,
): Row<Name> {
  return {
    async post(context: Context, arrival: Arrival<Name>): Promise<Answer> {
      const { signer, payload } = await authenticate(context, arrival, findSigner, readPayload);
      const { resource, request } = arrival;
      return answer(context, { ...signer, resource, payload, headers: request.headers });
    },
  };
}

function noPayload(payload: Uint8Array): void {
  if (payload.length > 0) throw new AcmeProblem("malformed", "the payload of a POST-as-GET has to be empty");
}

function anObject(payload: Uint8Array): JsonObject {
  return parseStrictJsonObject(payload, "payload");
}

function anyPayload(payload: Uint8Array): JsonObject | undefined {
  return payload.length === 0 ? undefined : anObject(payload);
}
