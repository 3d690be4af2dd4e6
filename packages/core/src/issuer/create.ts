import { cryptoProvider } from "#crypto";
import { noExpiry } from "../asn1/time.ts";
import {
  encodeAuthorityKeyIdentifier,
  encodeCaBasicConstraints,
  encodeExtKeyUsage,
  encodeKeyUsage,
  encodeSubjectKeyIdentifier,
} from "../certificate/extensions.ts";
import { keyIdentifier } from "../certificate/key-identifier.ts";
import { type AttributeType, encodeName, formatName } from "../certificate/name.ts";
import { encodePermittedDns } from "../certificate/name-constraints.ts";
import { type ParsedCertificate, parseCertificate } from "../certificate/parse.ts";
import { encodeCertificate, encodeTbsCertificate } from "../certificate/tbs-certificate.ts";
import type { ExtKeyUsage } from "../certificate/usages.ts";
import type { Validity } from "../claims/claims.ts";
import { parseDuration } from "../claims/duration.ts";
import type { KeySpecification, PrivateKey } from "../crypto/provider.ts";
import { timeOrderedId } from "../encoding/bytes.ts";
import { CaError, ConfigurationError, DerError } from "../errors.ts";
import { parseDnsName } from "../identifier/dns-name.ts";
import { generatePrivateKey } from "../key/private-key.ts";
import { parseSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { createLocalSigner } from "../signer/local-signer.ts";
import { signWith } from "../signer/sign.ts";
import type { Signer } from "../signer/signer.ts";
import { assembleIssuer, type Issuer } from "./issuer.ts";

/** What a new CA certificate says about itself. */
export interface CreateIssuerOptions {
  /** 1 to 64 characters; what people see in their trust store. */
  readonly commonName: string;
  readonly organization?: string;
  /** Default: EC on P-256. */
  readonly key?: KeySpecification;
  /** Default: `P3650D` for a root, `P1825D` for an intermediate. An intermediate is clamped to its issuer. */
  readonly validity?: string;
  /** DNS names at and below which certificates may be issued, none of them a wildcard; default: no constraint. */
  readonly permittedDns?: readonly string[];
  /** Default: the system's clock. */
  readonly clock?: () => Date;
  /** Source of random octets for the serial number; default: the platform's. */
  readonly random?: (length: number) => Uint8Array;
}

/** A new issuer and its private key, for the caller to keep. */
export interface CreatedIssuer {
  readonly issuer: Issuer;
  readonly privateKey: PrivateKey;
}

/**
 * Creates a root: a new key and a self-signed CA certificate.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 * @see RFC 5280 sections 4.1 and 4.2
 */
export async function createRoot(options: CreateIssuerOptions): Promise<CreatedIssuer> {
  const privateKey = await generatePrivateKey(options.key);
  const signer = createLocalSigner(privateKey);
  const validity = newValidity(options, "P3650D");
  const certificate = await signAuthority({ options, subjectKey: privateKey.publicKey, validity, signer });
  return Object.freeze({ issuer: await assembleIssuer([certificate], signer), privateKey });
}

/**
 * Creates an intermediate beneath an issuer: a new key and a CA certificate with path length 0.
 *
 * @param options.extKeyUsage - Purposes that certificates below may have, at least one; default serverAuth and clientAuth.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`; `ERR_ISSUER_UNFIT`: the path length of a certificate above is used up;
 * `ERR_ISSUER_EXPIRED`: the issuer is not valid now.
 * @throws {SignerError} `ERR_SIGNER_FAILED`: the issuer's signer failed.
 * @see RFC 5280 section 4.2.1.9
 */
export async function createIntermediate(
  options: CreateIssuerOptions & { readonly issuer: Issuer; readonly extKeyUsage?: readonly ExtKeyUsage[] },
): Promise<CreatedIssuer> {
  const { issuer, extKeyUsage = ["serverAuth", "clientAuth"] } = options;
  if (extKeyUsage.length === 0) throw invalid("extKeyUsage of an intermediate is empty");
  const chain = [...issuer.chain, issuer.trustAnchor].map(parseCertificate);
  assertPathLeft(chain);
  const validity = clamp(newValidity(options, "P1825D"), issuer);
  const privateKey = await generatePrivateKey(options.key);
  const certificate = await signAuthority({
    options,
    subjectKey: privateKey.publicKey,
    validity,
    signer: issuer.signer,
    beneath: { issuer, extKeyUsage },
  });
  const created = await assembleIssuer([certificate, ...chain], createLocalSigner(privateKey));
  return Object.freeze({ issuer: created, privateKey });
}

/** @param chain - The issuer first: one more certificate authority will stand below all of these. */
function assertPathLeft(chain: readonly ParsedCertificate[]): void {
  for (const [below, { basicConstraints, subject }] of chain.entries()) {
    if ((basicConstraints?.pathLength ?? Number.POSITIVE_INFINITY) > below) continue;
    throw new ConfigurationError(
      "ERR_ISSUER_UNFIT",
      `"${formatName(subject)}" has path length ${basicConstraints?.pathLength} and allows no further certificate authority`,
    );
  }
}

interface AuthorityToSign {
  readonly options: CreateIssuerOptions;
  /** SubjectPublicKeyInfo DER. */
  readonly subjectKey: Uint8Array;
  readonly validity: Validity;
  readonly signer: Signer;
  readonly beneath?: { readonly issuer: Issuer; readonly extKeyUsage: readonly ExtKeyUsage[] };
}

async function signAuthority({
  options,
  subjectKey,
  validity,
  signer,
  beneath,
}: AuthorityToSign): Promise<ParsedCertificate> {
  const { commonName, permittedDns = [], random = cryptoProvider.randomBytes } = options;
  const subject = encodeSubject(options);
  const constraints = permittedDns.map(parseConstraint);
  const tbs = encodeTbsCertificate({
    serialNumber: timeOrderedId(validity.notBefore, random),
    signatureAlgorithm: signer.algorithm,
    issuer: beneath?.issuer.parsed.subject.der ?? subject,
    ...validity,
    subject,
    subjectPublicKeyInfo: subjectKey,
    extensions: [
      encodeCaBasicConstraints(beneath === undefined ? undefined : 0),
      encodeKeyUsage(["keyCertSign", "cRLSign"]),
      ...(beneath === undefined ? [] : [encodeExtKeyUsage(beneath.extKeyUsage)]),
      encodeSubjectKeyIdentifier(await keyIdentifier(parseSubjectPublicKeyInfo(subjectKey).subjectPublicKey)),
      ...(beneath === undefined ? [] : [encodeAuthorityKeyIdentifier(beneath.issuer.keyIdentifier)]),
      ...(constraints.length === 0 ? [] : [encodePermittedDns(constraints)]),
    ],
  });
  const signature = await signWith(signer, beneath?.issuer.subject ?? commonName, tbs);
  return parseCertificate(encodeCertificate(tbs, signer.algorithm, signature));
}

function parseConstraint(text: string): string {
  try {
    const name = parseDnsName(text);
    if (!name.startsWith("*.")) return name;
  } catch (cause) {
    if (!(cause instanceof CaError)) throw cause;
    throw invalid(`permittedDns: ${cause.message}`, cause);
  }
  throw invalid(`permittedDns "${text}" is a wildcard; a constraint holds for all below a name anyway`);
}

function encodeSubject({ commonName, organization }: CreateIssuerOptions): Uint8Array {
  const attributes: (readonly [AttributeType, string])[] = [["commonName", commonName]];
  if (organization !== undefined) attributes.unshift(["organization", organization]);
  try {
    return encodeName(attributes);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw invalid(`the subject cannot be written: ${cause.message}`, cause);
  }
}

/** A new CA certificate must count as valid for clients whose clock is behind, or nothing beneath it does. */
const authorityBackdate = 3_600_000;

function newValidity(
  { validity, clock = () => new Date() }: CreateIssuerOptions,
  defaultValidity: string,
): Validity {
  const now = Math.floor(clock().getTime() / 1000) * 1000;
  const notAfter = now + parseDuration(validity ?? defaultValidity) - 1000;
  if (notAfter > noExpiry)
    throw invalid(
      `validity ${validity} ends after ${new Date(noExpiry).toISOString()}, the last date there is`,
    );
  return { notBefore: now - authorityBackdate, notAfter };
}

function clamp({ notBefore, notAfter }: Validity, { subject, validity }: Issuer): Validity {
  const now = notBefore + authorityBackdate;
  if (now < validity.notBefore || now > validity.notAfter) {
    const [first, last] = [validity.notBefore, validity.notAfter].map((time) => new Date(time).toISOString());
    throw new ConfigurationError(
      "ERR_ISSUER_EXPIRED",
      `issuer "${subject}" can issue from ${first} to ${last}, it is ${new Date(now).toISOString()}`,
    );
  }
  return {
    notBefore: Math.max(notBefore, validity.notBefore),
    notAfter: Math.min(notAfter, validity.notAfter),
  };
}

function invalid(message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message, { cause });
}
