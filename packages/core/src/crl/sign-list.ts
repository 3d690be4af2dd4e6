import { SignerError } from "../errors.ts";
import { signWith } from "../signer/sign.ts";
import { encodeCertificateList, encodeTbsCertList } from "./encode.ts";
import { nextTurn } from "./next-turn.ts";
import { type CertificateRevocationList, parseCertificateRevocationList } from "./parse.ts";
import type { CrlScope } from "./scope.ts";
import { verifyCertificateRevocationList } from "./verify.ts";

/** What a CRL says beside its entries. */
export interface ListFacts {
  readonly number: number | bigint;
  /** Present exactly for a delta. */
  readonly base: CertificateRevocationList | undefined;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
}

/**
 * Signs a CRL, and verifies what was signed. Hashing megabytes takes milliseconds each time: others get their turn in between.
 *
 * @throws {SignerError} `ERR_SIGNER_FAILED`
 */
export async function signList(
  { issuer, distributionPoint, freshestCrl }: Pick<CrlScope, "distributionPoint" | "freshestCrl" | "issuer">,
  { number, base, thisUpdate, nextUpdate }: ListFacts,
  encodedEntries: Uint8Array,
): Promise<Uint8Array> {
  const { signer, subject, parsed, keyIdentifier } = issuer;
  const tbs = encodeTbsCertList({
    signatureAlgorithm: signer.algorithm,
    issuer: parsed.subject.der,
    thisUpdate,
    nextUpdate,
    encodedEntries,
    authorityKeyIdentifier: keyIdentifier,
    crlNumber: BigInt(number),
    ...(base !== undefined && { baseCrlNumber: base.crlNumber }),
    ...(distributionPoint !== undefined && { distributionPoint }),
    ...(base === undefined && freshestCrl !== undefined && { freshestCrl }),
  });
  await yieldFor(tbs);
  const signature = await signWith(signer, subject, tbs);
  await yieldFor(tbs);
  const crl = encodeCertificateList(tbs, signer.algorithm, signature);
  // It is about to take the place of one that relying parties accept.
  if (await verifyCertificateRevocationList(parseCertificateRevocationList(crl), parsed)) return crl;
  throw new SignerError(`the signer of issuer "${subject}" answered a signature that does not verify`);
}

/** Lets others have a turn after octets that are many. */
export async function yieldFor({ length }: Uint8Array): Promise<void> {
  if (length > 64 * 1024) await nextTurn();
}

/** Times in CRLs are whole seconds. */
export function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}
