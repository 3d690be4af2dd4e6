import { cryptoProvider } from "#crypto";
import { nameOfKey } from "../crypto/algorithms.ts";
import type { PublicKey } from "../crypto/provider.ts";
import { CaError, ConfigurationError } from "../errors.ts";
import { keyFitsSignature, signatureAlgorithmIdentifiers } from "../key/signature-algorithm.ts";
import { parseSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { signWith } from "./sign.ts";
import type { Signer } from "./signer.ts";

/**
 * Asks a signer for one signature and verifies it, so that a wrong slot, key or algorithm shows when a signer is taken into
 * service and not in the first certificate.
 *
 * What is signed is text and begins with a letter. A TBSCertificate, and whatever else of X.509 is signed, is a DER
 * SEQUENCE and begins with 0x30, so the signature is good for nothing but this.
 *
 * @param subject - The issuer, for messages.
 * @throws {SignerError} `ERR_SIGNER_FAILED`: the signer threw, or answered something that is no signature.
 * @throws {ConfigurationError} `ERR_ISSUER_UNFIT`: the public key of the signer cannot be read, its algorithm does not fit that
 * key, or the signature does not verify under it.
 */
export async function probeSigner(signer: Signer, subject = "not named yet"): Promise<void> {
  const key = await importOwnKey(signer, subject);
  const signature = await signWith(signer, subject, message);
  if (await key.verify(signer.algorithm, message, signature)) return;
  throw unfit(
    `the signer of issuer "${subject}" answered a signature that does not verify under its public key as ${signer.algorithm}`,
  );
}

const message = new TextEncoder().encode("Chancery signer probe: this is text and certifies nothing.\n");

async function importOwnKey({ algorithm, publicKey }: Signer, subject: string): Promise<PublicKey> {
  try {
    const info = parseSubjectPublicKeyInfo(publicKey);
    const fits =
      Object.hasOwn(signatureAlgorithmIdentifiers, algorithm) && keyFitsSignature(info.algorithm, algorithm);
    if (!fits)
      throw unfit(
        `the signer of issuer "${subject}" signs with ${algorithm}, its key is of kind ${nameOfKey(info.algorithm)}`,
      );
    return await cryptoProvider.importPublicKey(info.der, info.algorithm);
  } catch (cause) {
    if (cause instanceof ConfigurationError || !(cause instanceof CaError)) throw cause;
    throw unfit(
      `the public key of the signer of issuer "${subject}" cannot be read: ${cause.message}`,
      cause,
    );
  }
}

function unfit(message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError("ERR_ISSUER_UNFIT", message, { cause });
}
