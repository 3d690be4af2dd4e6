import type { KeySpecification, PrivateKey } from "../crypto/provider.ts";
import { generatePrivateKey } from "../key/private-key.ts";
import { parseSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { createLocalSigner } from "../signer/local-signer.ts";
import { type AuthorityName, type AuthorityOptions, encodeSubject } from "./certificate-options.ts";
import { signIntermediate } from "./certify-intermediate.ts";
import { certifyRoot } from "./certify-root.ts";
import type { IntermediateOptions } from "./intermediate-options.ts";
import { assembleIssuer, type Issuer } from "./issuer.ts";

/** What a new CA is called and what its certificate says. */
export interface CreateIssuerOptions extends AuthorityName, AuthorityOptions {
  /** Default: EC on P-256. */
  readonly key?: KeySpecification;
}

/** A new issuer and its private key, for the caller to keep. */
export interface CreatedIssuer {
  readonly issuer: Issuer;
  readonly privateKey: PrivateKey;
}

/**
 * Creates a root: a new key and a self-signed CA certificate. For a key that exists already, see `certifyRoot`.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 * @see RFC 5280 sections 4.1 and 4.2
 */
export async function createRoot(options: CreateIssuerOptions): Promise<CreatedIssuer> {
  const privateKey = await generatePrivateKey(options.key);
  const issuer = await certifyRoot({ ...options, signer: createLocalSigner(privateKey) });
  return Object.freeze({ issuer, privateKey });
}

/**
 * Creates an intermediate beneath an issuer: a new key and a CA certificate. For a key that exists elsewhere, see
 * `certifyIntermediate`; for an issuer that is offline, `createIntermediateRequest`.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`; `ERR_ISSUER_UNFIT`: path length, name constraints or purposes of the chain
 * above do not allow it; `ERR_ISSUER_EXPIRED`: the issuer is not valid now.
 * @throws {SignerError} `ERR_SIGNER_FAILED`: the issuer's signer failed, or its signature does not verify.
 * @see RFC 5280 section 4.2.1.9
 */
export async function createIntermediate(
  options: CreateIssuerOptions & IntermediateOptions,
): Promise<CreatedIssuer> {
  const privateKey = await generatePrivateKey(options.key);
  const certificates = await signIntermediate(options, {
    subject: encodeSubject(options),
    publicKey: parseSubjectPublicKeyInfo(privateKey.publicKey),
  });
  const issuer = await assembleIssuer(certificates, createLocalSigner(privateKey));
  return Object.freeze({ issuer, privateKey });
}
