import { nameOfKey } from "../crypto/algorithms.ts";
import { SignerError } from "../errors.ts";
import { acceptPublicKey } from "../key/public-key.ts";
import { keyFitsSignature } from "../key/signature-algorithm.ts";
import { signWith } from "./sign.ts";
import type { Signer } from "./signer.ts";

/**
 * Has a signer sign, and verifies what it answers under its own public key: a token that answers for another key, or a signature
 * that was damaged on its way, must not get into a certificate.
 *
 * @param subject - Whose signer it is, for messages.
 * @throws {SignerError} The signer failed, or its signature does not verify.
 * @throws {RequestError} `ERR_KEY_*`: the signer's public key is not accepted.
 */
export async function signVerified(signer: Signer, subject: string, data: Uint8Array): Promise<Uint8Array> {
  const { key, algorithm } = await acceptPublicKey(signer.publicKey);
  if (!keyFitsSignature(algorithm, signer.algorithm))
    throw new SignerError(
      `the signer of issuer "${subject}" signs with ${signer.algorithm}, its key is of kind ${nameOfKey(algorithm)}`,
    );
  const signature = await signWith(signer, subject, data);
  if (await key.verify(signer.algorithm, data, signature)) return signature;
  throw new SignerError(
    `the signer of issuer "${subject}" answered a signature that does not verify under its public key`,
  );
}
