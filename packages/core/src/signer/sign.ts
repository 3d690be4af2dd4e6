import { SignerError } from "../errors.ts";
import type { Signer } from "./signer.ts";

/**
 * Asks a signer for a signature and turns whatever goes wrong into the one error that callers know.
 *
 * @param subject - The issuer, for the message.
 * @throws {SignerError} The signer threw, or answered something that is no signature.
 */
export async function signWith(signer: Signer, subject: string, data: Uint8Array): Promise<Uint8Array> {
  let signature: unknown;
  try {
    signature = await signer.sign(data);
  } catch (cause) {
    throw new SignerError(`the signer of issuer "${subject}" failed`, { cause });
  }
  // A copy, at once: a signer may use its buffer again.
  if (signature instanceof Uint8Array && signature.length > 0) return new Uint8Array(signature);
  throw new SignerError(`the signer of issuer "${subject}" answered no signature`);
}
