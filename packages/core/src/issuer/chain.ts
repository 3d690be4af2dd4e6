import { formatName } from "../certificate/name.ts";
import { subjectConstraintViolation } from "../certificate/name-constraints.ts";
import type { ParsedCertificate } from "../certificate/parse.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { CaError, ConfigurationError } from "../errors.ts";
import { type AcceptedPublicKey, importAccepted } from "../key/public-key.ts";
import { keyFitsSignature } from "../key/signature-algorithm.ts";

/**
 * Checks a chain of CA certificates, the lowest first and a self-signed one last.
 *
 * @param now - Milliseconds since 1970 UTC.
 * @throws {ConfigurationError} `ERR_ISSUER_UNFIT`, `ERR_ISSUER_EXPIRED`
 * @see RFC 5280 section 6.1
 */
export async function assertChain(certificates: readonly ParsedCertificate[], now: number): Promise<void> {
  for (const [index, certificate] of certificates.entries()) {
    assertAuthority(certificate, index);
    assertCurrent(certificate, now);
    await acceptKey(certificate);
    await assertSigned(certificate, certificates[index + 1] ?? certificate);
    assertWithinConstraints(certificate, certificates.slice(index + 1));
  }
}

async function acceptKey({ publicKey, subject }: ParsedCertificate): Promise<AcceptedPublicKey> {
  try {
    return await importAccepted(publicKey);
  } catch (cause) {
    if (!(cause instanceof CaError)) throw cause;
    const name = formatName(subject);
    throw unfit(`the key of "${name}" is not accepted: ${cause.message}`, cause);
  }
}

function assertWithinConstraints(
  { subject }: ParsedCertificate,
  issuers: readonly ParsedCertificate[],
): void {
  for (const { nameConstraints, subject: issuer } of issuers) {
    if (nameConstraints === undefined || subjectConstraintViolation(nameConstraints, subject) === undefined)
      continue;
    throw unfit(`"${formatName(subject)}" is outside the name constraints of "${formatName(issuer)}"`);
  }
}

/** @param below - How many CA certificates the chain has beneath this one. */
function assertAuthority(
  { basicConstraints, keyUsage, subject, extensions }: ParsedCertificate,
  below: number,
): void {
  const name = formatName(subject);
  if (subject.attributes.length === 0)
    throw unfit("a certificate of the issuer's chain has an empty subject");
  if (basicConstraints?.ca !== true)
    throw unfit(`"${name}" is not a certificate authority (basicConstraints)`);
  if (keyUsage !== undefined && !keyUsage.has("keyCertSign"))
    throw unfit(`"${name}" may not sign certificates (keyUsage without keyCertSign)`);
  const { pathLength } = basicConstraints;
  if (pathLength !== undefined && pathLength < below)
    throw unfit(`"${name}" allows ${pathLength} certificate authorities below it, the chain has ${below}`);
  const unknown = [...extensions].find(([oid, { critical }]) => critical && !understoodCritical.has(oid));
  if (unknown !== undefined)
    throw unfit(`"${name}" has the critical extension ${unknown[0]}, which is not understood`);
}

/** basicConstraints, keyUsage, nameConstraints, extKeyUsage, certificatePolicies. */
const understoodCritical: ReadonlySet<string> = new Set([
  "2.5.29.19",
  "2.5.29.15",
  "2.5.29.30",
  "2.5.29.37",
  "2.5.29.32",
]);

function assertCurrent({ subject, notBefore, notAfter }: ParsedCertificate, now: number): void {
  const name = formatName(subject);
  if (now < notBefore)
    throw new ConfigurationError(
      "ERR_ISSUER_EXPIRED",
      `"${name}" is not valid before ${iso(notBefore)}, it is ${iso(now)}`,
    );
  if (now > notAfter)
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
    throw unfit(`"${name}" is signed with an algorithm that is not accepted`);
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

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

function unfit(message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError("ERR_ISSUER_UNFIT", message, { cause });
}
