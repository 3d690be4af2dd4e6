import { cryptoProvider } from "#crypto";
import { readDer, readSequence } from "../asn1/der-reader.ts";
import { encodeCertificate } from "../certificate/tbs-certificate.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { encodeHex } from "../encoding/hex.ts";
import { isCaError, SignerError } from "../errors.ts";
import { formatIdentifier } from "../identifier/identifier.ts";
import type { Issuer } from "../issuer/issuer.ts";
import { signatureAlgorithmIdentifiers } from "../key/signature-algorithm.ts";
import type { PolicyInput } from "../policy/policy.ts";
import { formatRequester } from "../requester.ts";
import { signsInMemory } from "../signer/local-signer.ts";
import { signWith } from "../signer/sign.ts";
import { signVerified } from "../signer/sign-verified.ts";
import type { CertificateRecord, Completion, Reservation } from "../store/certificate-store.ts";
import { keyBlocked } from "./blocked-key.ts";
import type { IssuanceContext } from "./context.ts";
import { toIssuedCertificate } from "./issued-certificate.ts";

/**
 * Steps 5 and 6: signs exactly what was reserved, and completes it. The only place where an end entity certificate is signed.
 * A signature that comes from elsewhere than this process is verified before it gets into a certificate.
 *
 * Safe to repeat, also in two processes at once: the first completion wins, and the other signature never leaves this
 * function.
 *
 * @param operation - Absent when that is not known any more, after a crash.
 */
export async function signReservation(
  context: IssuanceContext,
  reservation: Reservation,
  operation?: PolicyInput["operation"],
): Promise<CertificateRecord> {
  const { signer, subject } = issuerOf(context, reservation);
  const sign = signsInMemory(signer) ? signWith : signVerified;
  const signature = await sign(signer, subject, reservation.tbsCertificate);
  const certificate = encodeCertificate(reservation.tbsCertificate, signer.algorithm, signature);
  const fingerprint = encodeHex(await cryptoProvider.digest("sha-256", certificate));
  const issuedAt = context.now();
  const record = await complete(context, reservation, {
    issuerId: reservation.issuerId,
    serialNumber: reservation.serialNumber,
    certificate,
    fingerprint,
    issuedAt,
    audit: {
      at: issuedAt,
      type: "certificate.issued",
      actor: formatRequester(reservation.requester),
      subject: reservation.serialNumber,
      details: {
        ...(operation !== undefined && { operation }),
        profile: reservation.profile,
        identifiers: reservation.identifiers.map(formatIdentifier).join(" "),
        fingerprint,
      },
    },
  });
  if (record.fingerprint === fingerprint)
    context.emit(() => ({
      type: "certificate.issued",
      // A copy: what a listener does to it must not reach the caller.
      certificate: toIssuedCertificate(
        { ...record, certificate: new Uint8Array(certificate) },
        context.roster,
        context.now(),
      ),
      ...(operation !== undefined && { operation }),
    }));
  return record;
}

/** A key that was blocked since the reservation is the requester's matter, not the operator's. */
async function complete(
  { store }: IssuanceContext,
  { publicKeyHash }: Reservation,
  completion: Completion,
): Promise<CertificateRecord> {
  try {
    return await store.complete(completion);
  } catch (error) {
    const block =
      isCaError(error) && error.code === "ERR_STORE_STALE"
        ? await store.findBlockedKey(publicKeyHash)
        : undefined;
    throw block === undefined ? error : keyBlocked(block);
  }
}

/** Whether one of the issuers can complete a reservation. */
export function canSign({ roster }: Pick<IssuanceContext, "roster">, reservation: Reservation): boolean {
  const issuer = roster.find(reservation.issuerId);
  return issuer !== undefined && signsAs(issuer, reservation);
}

/** @throws {SignerError} `ERR_SIGNER_FAILED`: the issuer is not there, or signs with another algorithm now. */
export function issuerOf({ roster }: IssuanceContext, reservation: Reservation): Issuer {
  const issuer = roster.find(reservation.issuerId);
  if (issuer !== undefined && signsAs(issuer, reservation)) return issuer;
  throw new SignerError(
    `serial number ${reservation.serialNumber} was reserved for issuer ${reservation.issuerId}, which is not there or signs with another algorithm now`,
  );
}

/** Whether the reserved bytes name the algorithm that the issuer signs with (RFC 5280 section 4.1.1.2). */
function signsAs({ signer }: Issuer, { tbsCertificate }: Reservation): boolean {
  const [, , algorithm] = readSequence(readDer(tbsCertificate), "tbsCertificate");
  return (
    algorithm !== undefined && equalBytes(algorithm.encoded, signatureAlgorithmIdentifiers[signer.algorithm])
  );
}
