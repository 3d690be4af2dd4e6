// Revocation: RFC 8555 section 7.6.
import {
  type IssuedCertificate,
  parseCertificate,
  type Requester,
  type RevocationReason,
  revocationReasonFromNumber,
} from "@chancery/core";
import type { Answer } from "../answer.ts";
import type { Context } from "../context.ts";
import type { Account } from "../model/account.ts";
import { AcmeProblem } from "../problem.ts";
import { type Jwk, thumbprintOfKey } from "../request/jwk.ts";
import { requireBase64Url } from "../request/members.ts";
import type { AccountSigner, KeySigner, SignedRequest } from "../request/signer.ts";
import type { JsonObject } from "../request/strict-json.ts";
import { requesterOf } from "../requester.ts";

/**
 * Revokes a certificate for the account that it was issued to, for whoever holds its key, or for an account that holds
 * valid authorizations for all of its names.
 */
export async function answerRevokeCert(
  context: Context,
  { payload, ...signer }: SignedRequest<"revokeCert", AccountSigner | KeySigner, JsonObject>,
): Promise<Answer> {
  const certificate = requireBase64Url(payload, "certificate");
  const reason = readReason(payload);
  const issued = await context.ca.find({ certificate });
  if (issued === undefined) {
    throw new AcmeProblem("malformed", "this server has not issued such a certificate", { status: 404 });
  }
  const right =
    "jwk" in signer
      ? await rightOfKey(signer.jwk, issued)
      : await rightOfAccount(context, signer.account, issued);
  if (right === undefined)
    throw new AcmeProblem("unauthorized", "the signer may not revoke this certificate");
  if (reason === "keyCompromise" && !right.knowsTheKey) {
    throw new AcmeProblem(
      "badRevocationReason",
      "reason 1 is for the holder of the certificate or of its key",
    );
  }
  if (issued.notAfter.getTime() < context.now()) {
    throw new AcmeProblem("malformed", `the certificate expired on ${issued.notAfter.toISOString()}`);
  }
  const { issuerId, serialNumber } = issued;
  await context.ca.revoke({
    certificate: { issuerId, serialNumber },
    requester: right.requester,
    ...(reason !== undefined && { reason }),
  });
  return { status: 200 };
}

/** Why somebody may revoke, and as whom the audit trail knows them. */
interface Right {
  readonly requester: Requester;
  /** Whether the signer can know what became of the private key. */
  readonly knowsTheKey: boolean;
}

async function rightOfKey(
  { thumbprint }: Jwk,
  { certificate }: IssuedCertificate,
): Promise<Right | undefined> {
  const certified = await thumbprintOfKey(parseCertificate(certificate).publicKey.numbers);
  if (certified !== thumbprint) return undefined;
  return { requester: { kind: "acme", id: `key:${thumbprint}` }, knowsTheKey: true };
}

async function rightOfAccount(
  context: Context,
  account: Account,
  { requester: { kind, id: requesterId }, identifiers }: IssuedCertificate,
): Promise<Right | undefined> {
  const { id, directoryId } = account;
  const requester = requesterOf({ accountId: id, directoryId });
  if (kind === "acme" && requesterId === id) return { requester, knowsTheKey: true };
  const authorized = await context.store.findValidAuthorizations({
    directoryId: context.directoryId,
    accountId: id,
    identifiers,
    now: context.now(),
  });
  // A certificate without names is not everybody's.
  const holdsAll = identifiers.length > 0 && authorized.length === identifiers.length;
  return holdsAll ? { requester, knowsTheKey: false } : undefined;
}

/** Reasons that a client may give (RFC 5280 section 5.3.1): not those about CAs, holds and delta CRLs. */
const clientReasons: readonly number[] = [0, 1, 3, 4, 5, 9];

function readReason({ reason }: JsonObject): RevocationReason | undefined {
  if (reason === undefined) return undefined;
  const name =
    typeof reason === "number" && clientReasons.includes(reason)
      ? revocationReasonFromNumber(reason)
      : undefined;
  if (name === undefined) {
    throw new AcmeProblem("badRevocationReason", `reason is not one of ${clientReasons.join(", ")}`);
  }
  return name;
}
