import type { PublicKey } from "@chancery/core/crypto";
import type { Context } from "../context.ts";
import type { Account } from "../model/account.ts";
import { AcmeProblem } from "../problem.ts";
import type { ResourceName, ResourceOf } from "../routes.ts";
import { importAnyKey, importStrongKey, type Jwk, parseJwk } from "./jwk.ts";
import type { JwsHeader } from "./jws.ts";
import { fitsKey, type JwsAlgorithm } from "./signature.ts";

/** The account that signed a request. */
export interface AccountSigner {
  readonly account: Account;
}

/** The key that signed a request for itself. */
export interface KeySigner {
  readonly jwk: Jwk;
  readonly publicKey: PublicKey;
}

/** A request that passed every check, as its resource gets it. */
export type SignedRequest<Name extends ResourceName, Signer, Payload> = Signer & {
  readonly resource: ResourceOf<Name>;
  readonly payload: Payload;
  readonly headers: Headers;
};

/** Finds out whose signature a request claims to carry, and the key to verify it with. */
export type FindSigner<Signer> = (
  context: Context,
  header: JwsHeader,
  alg: JwsAlgorithm,
) => Promise<{ readonly signer: Signer; readonly publicKey: PublicKey }>;

/**
 * Finds the account that `kid` names, whatever its status.
 *
 * @throws {AcmeProblem} `malformed`: no `kid`, or no account URL of this directory, or an `alg` that the account's key
 * does not have; `accountDoesNotExist`.
 */
export const byAccount: FindSigner<AccountSigner> = async (context, { key }, alg) => {
  if (!("kid" in key)) throw new AcmeProblem("malformed", "the request has to name its account in kid");
  const accountId = context.routes.accountIdOf(key.kid);
  if (accountId === undefined) throw new AcmeProblem("malformed", "kid is not an account URL of this server");
  const account = await context.store.findAccount(context.directoryId, accountId);
  if (account === undefined)
    throw new AcmeProblem("accountDoesNotExist", "there is no account with this kid");
  const publicKey = await context.keys.find(account);
  if (!fitsKey(alg, publicKey.algorithm)) {
    throw new AcmeProblem("malformed", `alg ${alg} does not fit the key of the account`);
  }
  return { signer: { account }, publicKey };
};

/** Takes the key that the request carries in `jwk`; it has to be strong, because it is going to stand for an account. */
export const byNewKey: FindSigner<KeySigner> = (_context, header, alg) =>
  takeEmbeddedKey(header, alg, importStrongKey);

/** Finds the account, or takes the key of a certificate: a weak one may at least revoke (RFC 8555 section 7.6). */
export const byEither: FindSigner<AccountSigner | KeySigner> = (context, header, alg) =>
  "kid" in header.key ? byAccount(context, header, alg) : takeEmbeddedKey(header, alg, importAnyKey);

async function takeEmbeddedKey(
  { key }: JwsHeader,
  alg: JwsAlgorithm,
  importKey: (jwk: Jwk) => Promise<PublicKey>,
): ReturnType<FindSigner<KeySigner>> {
  if (!("jwk" in key)) throw new AcmeProblem("malformed", "the request has to carry its key in jwk");
  const jwk = await parseJwk(key.jwk, alg);
  if (!fitsKey(alg, jwk.algorithm)) throw new AcmeProblem("badPublicKey", `alg ${alg} does not fit the jwk`);
  const publicKey = await importKey(jwk);
  return { signer: { jwk, publicKey }, publicKey };
}

/**
 * Checks that an account may still act.
 *
 * @throws {AcmeProblem} `unauthorized` with status 401: RFC 8555 section 7.3.6.
 */
export function assertValid({ status }: Account): void {
  if (status !== "valid") throw new AcmeProblem("unauthorized", `the account is ${status}`, { status: 401 });
}
