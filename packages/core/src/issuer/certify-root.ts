import { RequestError } from "../errors.ts";
import { acceptPublicKey } from "../key/public-key.ts";
import type { SubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import type { Signer } from "../signer/signer.ts";
import {
  type AuthorityName,
  type AuthorityOptions,
  encodeSubject,
  keyUsageOf,
  optionalExtensions,
  readPathLength,
  readValidity,
} from "./certificate-options.ts";
import { assembleIssuer, type Issuer } from "./issuer.ts";
import { readNameConstraintOptions } from "./name-constraint-options.ts";
import { signAuthority } from "./sign-authority.ts";
import { unfit } from "./unfit.ts";

/** Input of {@link certifyRoot}. */
export interface CertifyRootOptions extends AuthorityName, AuthorityOptions {
  /** Holds the root's key. */
  readonly signer: Signer;
}

/**
 * Makes a root of a key that exists already, in an HSM for example: a self-signed CA certificate.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`; `ERR_ISSUER_UNFIT`: the signer's public key is not accepted.
 * @throws {SignerError} `ERR_SIGNER_FAILED`: the signer failed, or its signature does not verify.
 * @see RFC 5280 sections 4.1 and 4.2
 */
export async function certifyRoot(options: CertifyRootOptions): Promise<Issuer> {
  const { signer, validity = "P3650D", clock = () => new Date(), random } = options;
  const now = clock().getTime();
  const chain = await signAuthority({
    subject: encodeSubject(options),
    publicKey: await acceptSignerKey(signer),
    validity: readValidity(validity, now),
    pathLength: readPathLength(options.pathLength),
    keyUsage: keyUsageOf(options),
    extensions: optionalExtensions(options, readNameConstraintOptions(options)),
    by: { signer },
    now,
    ...(random !== undefined && { random }),
  });
  return assembleIssuer(chain, signer);
}

async function acceptSignerKey({ publicKey }: Signer): Promise<SubjectPublicKeyInfo> {
  try {
    return await acceptPublicKey(publicKey);
  } catch (cause) {
    if (!(cause instanceof RequestError)) throw cause;
    throw unfit(`the signer's public key is not accepted: ${cause.message}`, cause);
  }
}
