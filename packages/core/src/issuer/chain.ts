import { readDer, readSequence } from "../asn1/der-reader.ts";
import { extensionOids, extKeyUsageOids } from "../asn1/oids.ts";
import { formatName } from "../certificate/name.ts";
import {
  generalNameViolation,
  type NameConstraints,
  subjectConstraintViolation,
} from "../certificate/name-constraints.ts";
import { type ParsedCertificate, permitsPurpose } from "../certificate/parse.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { CaError, ConfigurationError } from "../errors.ts";
import { type AcceptedPublicKey, importAccepted } from "../key/public-key.ts";
import { keyFitsSignature, readSignatureAlgorithm } from "../key/signature-algorithm.ts";
import { assertPathLengths, isSelfIssued } from "./path-length.ts";
import { unfit } from "./unfit.ts";

/**
 * Checks a chain of CA certificates, the lowest first and a self-signed one last.
 *
 * @param now - Milliseconds since 1970 UTC.
 * @throws {ConfigurationError} `ERR_ISSUER_UNFIT`, `ERR_ISSUER_EXPIRED`
 * @see RFC 5280 section 6.1
 */
export async function assertChain(certificates: readonly ParsedCertificate[], now: number): Promise<void> {
  for (const [index, certificate] of certificates.entries()) {
    assertAuthority(certificate);
    assertCurrent(certificate, now);
    await acceptKey(certificate);
    await assertSigned(certificate, certificates[index + 1] ?? certificate);
    assertWithinConstraints(certificate, certificates.slice(index + 1));
  }
  assertPathLengths(certificates);
}

/**
 * Checks that certificates below a chain can serve purposes.
 *
 * ocspSigning is left out: a CA delegates it by what it writes into the responder's certificate, and a CA certificate that had it
 * could answer for its own issuer (RFC 6960 section 4.2.2.2).
 *
 * @param oids - The purposes.
 * @param why - Ends the sentence, for example `which was requested`.
 * @throws {ConfigurationError} `ERR_ISSUER_UNFIT`
 */
export function assertPurposes(
  chain: readonly ParsedCertificate[],
  oids: readonly string[],
  why: string,
): void {
  for (const oid of oids) {
    const forbidder = chain.find((certificate) => !permitsPurpose(certificate, oid));
    if (forbidder === undefined || oid === extKeyUsageOids.ocspSigning) continue;
    throw unfit(
      `issuer "${formatName(forbidder.subject)}" may not issue for ${purposeNames.get(oid) ?? oid}, ${why}`,
    );
  }
}

const purposeNames: ReadonlyMap<string, string> = new Map(
  Object.entries(extKeyUsageOids).map(([name, oid]) => [oid, name]),
);

async function acceptKey({ publicKey, subject }: ParsedCertificate): Promise<AcceptedPublicKey> {
  try {
    return await importAccepted(publicKey);
  } catch (cause) {
    if (!(cause instanceof CaError)) throw cause;
    const name = formatName(subject);
    throw unfit(`the key of "${name}" is not accepted: ${cause.message}`, cause);
  }
}

/** Self-issued certificates are left out: RFC 5280 section 6.1.3 (b). */
function assertWithinConstraints(
  certificate: ParsedCertificate,
  issuers: readonly ParsedCertificate[],
): void {
  if (isSelfIssued(certificate)) return;
  for (const { nameConstraints, subject: issuer } of issuers) {
    if (nameConstraints === undefined || !violates(nameConstraints, certificate)) continue;
    throw unfit(
      `"${formatName(certificate.subject)}" is outside the name constraints of "${formatName(issuer)}"`,
    );
  }
}

function violates(constraints: NameConstraints, { subject, extensions }: ParsedCertificate): boolean {
  const names = extensions.get(extensionOids.subjectAltName);
  return (
    subjectConstraintViolation(constraints, subject) !== undefined ||
    (names !== undefined &&
      readSequence(readDer(names.value), "subjectAltName").some(
        (name) => generalNameViolation(constraints, name) !== undefined,
      ))
  );
}

function assertAuthority({ basicConstraints, keyUsage, subject, extensions }: ParsedCertificate): void {
  const name = formatName(subject);
  if (subject.attributes.length === 0)
    throw unfit("a certificate of the issuer's chain has an empty subject");
  if (basicConstraints?.ca !== true)
    throw unfit(`"${name}" is not a certificate authority (basicConstraints)`);
  if (keyUsage !== undefined && !keyUsage.has("keyCertSign"))
    throw unfit(`"${name}" may not sign certificates (keyUsage without keyCertSign)`);
  const unknown = [...extensions].find(([oid, { critical }]) => critical && !understoodCritical.has(oid));
  if (unknown !== undefined)
    throw unfit(`"${name}" has the critical extension ${unknown[0]}, which is not understood`);
}

const understoodCritical: ReadonlySet<string> = new Set([
  extensionOids.basicConstraints,
  extensionOids.keyUsage,
  extensionOids.nameConstraints,
  extensionOids.extKeyUsage,
  extensionOids.certificatePolicies,
]);

function assertCurrent({ subject, notBefore, notAfter }: ParsedCertificate, now: number): void {
  const name = formatName(subject);
  if (now < notBefore)
    throw new ConfigurationError(
      "ERR_ISSUER_EXPIRED",
      `"${name}" is not valid before ${iso(notBefore)}, it is ${iso(now)}`,
    );
  // notAfter is the last second that counts.
  if (now >= notAfter + 1000)
    throw new ConfigurationError(
      "ERR_ISSUER_EXPIRED",
      `"${name}" expired on ${iso(notAfter)}, it is ${iso(now)}`,
    );
}

async function assertSigned(certificate: ParsedCertificate, issuer: ParsedCertificate): Promise<void> {
  const name = formatName(certificate.subject);
  if (!equalBytes(certificate.issuer.der, issuer.subject.der)) {
    throw unfit(
      certificate === issuer
        ? `the chain of the issuer ends at "${name}", which is not self-signed: the trust anchor is missing`
        : `"${name}" was issued by "${formatName(certificate.issuer)}", the next certificate is "${formatName(issuer.subject)}"`,
    );
  }
  const { authorityKeyIdentifier: named, signatureAlgorithm, tbsCertificate, signature } = certificate;
  const { subjectKeyIdentifier: own } = issuer;
  if (named !== undefined && own !== undefined && !equalBytes(named, own))
    throw unfit(`"${name}" names another issuer key than that of "${formatName(issuer.subject)}"`);
  if (signatureAlgorithm === undefined)
    throw unfit(`"${name}" is signed with ${algorithmOf(certificate)}, which is not accepted`);
  const { key, algorithm } = await acceptKey(issuer);
  if (
    !keyFitsSignature(algorithm, signatureAlgorithm) ||
    !(await key.verify(signatureAlgorithm, tbsCertificate, signature))
  ) {
    throw unfit(
      `the signature of "${name}" does not verify under the key of "${formatName(issuer.subject)}"`,
    );
  }
}

function algorithmOf({ der }: ParsedCertificate): string {
  const [, algorithm] = readSequence(readDer(der), "Certificate");
  const { oid } = readSignatureAlgorithm(algorithm, "signatureAlgorithm");
  return refusedAlgorithms.get(oid) ?? `the algorithm ${oid}`;
}

/** RFC 3279 section 2.2. */
const refusedAlgorithms: ReadonlyMap<string, string> = new Map([
  ["1.2.840.113549.1.1.4", "MD5 with RSA"],
  ["1.2.840.113549.1.1.5", "SHA-1 with RSA"],
  ["1.2.840.10045.4.1", "SHA-1 with ECDSA"],
]);

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
