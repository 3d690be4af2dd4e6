import { cryptoProvider } from "#crypto";
import { readDer } from "../asn1/der-reader.ts";
import {
  encodeAuthorityKeyIdentifier,
  encodeCaBasicConstraints,
  encodeKeyUsage,
  encodeSubjectKeyIdentifier,
} from "../certificate/extensions.ts";
import { keyIdentifier } from "../certificate/key-identifier.ts";
import { formatName, readName } from "../certificate/name.ts";
import { type ParsedCertificate, parseCertificate } from "../certificate/parse.ts";
import { encodeCertificate, encodeTbsCertificate } from "../certificate/tbs-certificate.ts";
import type { KeyUsage } from "../certificate/usages.ts";
import type { Validity } from "../claims/claims.ts";
import { timeOrderedId } from "../encoding/bytes.ts";
import type { SubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { assertLinted } from "../lint/lint.ts";
import type { LintContext } from "../lint/rule.ts";
import { signVerified } from "../signer/sign-verified.ts";
import type { Signer } from "../signer/signer.ts";
import { assertChain } from "./chain.ts";
import type { Issuer } from "./issuer.ts";
import { certificatesOf } from "./read-chain.ts";

/** A CA certificate of which everything is decided. */
export interface AuthorityToSign {
  /** Name DER. */
  readonly subject: Uint8Array;
  readonly publicKey: SubjectPublicKeyInfo;
  readonly validity: Validity;
  readonly pathLength: number | undefined;
  readonly keyUsage: readonly KeyUsage[];
  /** Default: derived from the public key by RFC 7093 section 2, method 1. */
  readonly subjectKeyIdentifier?: Uint8Array;
  /** Extensions besides basicConstraints, keyUsage and the key identifiers, DER. */
  readonly extensions: readonly Uint8Array[];
  /** Who signs: an issuer above, or the certificate's own key. */
  readonly by: { readonly issuer: Issuer } | { readonly signer: Signer };
  readonly now: number;
  readonly random?: (length: number) => Uint8Array;
}

/** A certificate that was signed, then those above it, the trust anchor last. */
export type SignedChain = readonly [ParsedCertificate, ...ParsedCertificate[]];

/**
 * Signs a CA certificate: the one place where that happens. What comes out was verified as an import would, together with the
 * chain above it.
 *
 * @throws {ConfigurationError} `ERR_ISSUER_UNFIT`: with the chain above, the certificate would be refused.
 * @throws {LintError} `ERR_LINT_FAILED`: a rule that the checks of the options have missed.
 * @throws {SignerError} `ERR_SIGNER_FAILED`
 * @see RFC 5280 sections 4.1 and 4.2
 */
export async function signAuthority(authority: AuthorityToSign): Promise<SignedChain> {
  const { by, now, publicKey } = authority;
  const { subjectKeyIdentifier = await keyIdentifier(publicKey.subjectPublicKey) } = authority;
  const signer = "issuer" in by ? by.issuer.signer : by.signer;
  const tbs = encodeAuthority(authority, signer, subjectKeyIdentifier);
  assertLinted(tbs, lintContextOf(authority, signer, subjectKeyIdentifier));
  const signature = await signVerified(signer, signerName(authority), tbs);
  const chain: SignedChain = [
    parseCertificate(encodeCertificate(tbs, signer.algorithm, signature)),
    ...("issuer" in by ? certificatesOf(by.issuer) : []),
  ];
  await assertChain(chain, now);
  return chain;
}

function signerName({ by, subject }: AuthorityToSign): string {
  return "issuer" in by ? by.issuer.subject : formatName(readName(readDer(subject), "subject"));
}

function encodeAuthority(
  authority: AuthorityToSign,
  signer: Signer,
  subjectKeyIdentifier: Uint8Array,
): Uint8Array {
  const { by, publicKey, subject, now, random = cryptoProvider.randomBytes } = authority;
  return encodeTbsCertificate({
    serialNumber: timeOrderedId(now, random),
    signatureAlgorithm: signer.algorithm,
    issuer: "issuer" in by ? by.issuer.parsed.subject.der : subject,
    ...authority.validity,
    subject,
    subjectPublicKeyInfo: publicKey.der,
    extensions: [
      encodeCaBasicConstraints(authority.pathLength),
      encodeKeyUsage(authority.keyUsage),
      encodeSubjectKeyIdentifier(subjectKeyIdentifier),
      ...("issuer" in by ? [encodeAuthorityKeyIdentifier(by.issuer.keyIdentifier)] : []),
      ...authority.extensions,
    ],
  });
}

function lintContextOf(authority: AuthorityToSign, signer: Signer, keyIdentifier: Uint8Array): LintContext {
  const { by, subject, validity, pathLength } = authority;
  if ("issuer" in by) return { role: "intermediate", issuer: by.issuer };
  const basicConstraints = pathLength === undefined ? {} : { pathLength };
  return {
    role: "root",
    issuer: { parsed: { subject: { der: subject }, basicConstraints }, keyIdentifier, validity, signer },
  };
}
