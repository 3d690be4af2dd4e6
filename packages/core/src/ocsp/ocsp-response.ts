import {
  encodeBitString,
  encodeDer,
  encodedNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
} from "../asn1/der-writer.ts";
import { crlEntryExtensionOids, ocspOids } from "../asn1/oids.ts";
import { contextConstructed, contextPrimitive, tags } from "../asn1/tags.ts";
import { encodeExtension } from "../certificate/extensions.ts";
import { revocationReasons } from "../certificate/revocation-reasons.ts";
import { signatureAlgorithmIdentifiers } from "../key/signature-algorithm.ts";
import { signWith } from "../signer/sign.ts";
import type { Signer } from "../signer/signer.ts";
import type { RevocationFacts } from "../store/certificate-store.ts";
import { encodeGeneralizedTime } from "./generalized-time.ts";

/** What a responder says of one certificate. */
export type CertificateStatus =
  | { readonly status: "good" }
  | ({ readonly status: "revoked" } & RevocationFacts)
  | { readonly status: "unknown" };

/** Why a responder says nothing: an OCSPResponseStatus that goes without a signature (RFC 6960 section 4.2.1). */
export type OcspErrorStatus = "internalError" | "malformedRequest" | "tryLater" | "unauthorized";

/** The fields of a ResponseData. Times are milliseconds since 1970 UTC and are cut to whole seconds. */
export interface ResponseData {
  /** SHA-1 of the contents of the responder's subjectPublicKey: what readers find its certificate by. */
  readonly responderKeyHash: Uint8Array;
  readonly producedAt: number;
  readonly responses: readonly {
    /** CertID DER. */
    readonly certificateId: Uint8Array;
    readonly status: CertificateStatus;
  }[];
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  readonly nonce: Uint8Array | undefined;
  /** Says that certificates which were never issued count as revoked (RFC 6960 section 4.4.8). */
  readonly extendedRevoke: boolean;
}

/** What {@link signOcspResponse} signs with. */
export interface ResponseSigner {
  readonly signer: Signer;
  /** Whose signer it is, for messages. */
  readonly subject: string;
  /** DER of the certificates that readers need to verify the signature and do not have. */
  readonly certificates: readonly Uint8Array[];
}

/**
 * Encodes and signs a successful OCSPResponse with a BasicOCSPResponse in it.
 *
 * Written with our own DER writer, as everything is that `core` signs; pkijs and others read it in the tests.
 *
 * @throws {SignerError} `ERR_SIGNER_FAILED`
 * @see RFC 6960 section 4.2.1, RFC 9919 section 3.2
 */
export async function signOcspResponse(
  data: ResponseData,
  { signer, subject, certificates }: ResponseSigner,
): Promise<Uint8Array> {
  const tbsResponseData = encodeResponseData(data);
  const signature = await signWith(signer, subject, tbsResponseData);
  const basicResponse = encodeSequence(
    tbsResponseData,
    signatureAlgorithmIdentifiers[signer.algorithm],
    encodeBitString(signature),
    certificates.length === 0 ? nothing : explicit(0, encodeSequence(...certificates)),
  );
  const responseBytes = encodeSequence(encodeOid(ocspOids.basic), encodeOctetString(basicResponse));
  return encodeSequence(encodeStatus(statusNumbers.successful), explicit(0, responseBytes));
}

/** Encodes an OCSPResponse that is nothing but an error (RFC 6960 section 2.3). */
export function encodeOcspError(status: OcspErrorStatus): Uint8Array {
  return encodeSequence(encodeStatus(statusNumbers[status]));
}

/** RFC 6960 section 4.2.1; 4 is not used, and 5 demands a signed request, which we do not. */
const statusNumbers = {
  successful: 0,
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  unauthorized: 6,
} as const;

function encodeResponseData(data: ResponseData): Uint8Array {
  const { nonce, extendedRevoke } = data;
  const extensions = [
    ...(nonce === undefined ? [] : [encodeExtension(ocspOids.nonce, false, encodeOctetString(nonce))]),
    ...(extendedRevoke ? [encodeExtension(ocspOids.extendedRevoke, false, encodedNull)] : []),
  ];
  return encodeSequence(
    explicit(2, encodeOctetString(data.responderKeyHash)), // responderID: byKey
    encodeGeneralizedTime(data.producedAt),
    encodeSequence(...data.responses.map((response) => encodeSingleResponse(response, data))),
    encodeExtensions(1, extensions),
  );
}

function encodeSingleResponse(
  { certificateId, status }: ResponseData["responses"][number],
  { thisUpdate, nextUpdate }: ResponseData,
): Uint8Array {
  const invalidityDate = status.status === "revoked" ? status.invalidityDate : undefined;
  return encodeSequence(
    certificateId,
    encodeCertificateStatus(status),
    encodeGeneralizedTime(thisUpdate),
    explicit(0, encodeGeneralizedTime(nextUpdate)),
    encodeExtensions(1, invalidityDate === undefined ? [] : [encodeInvalidityDate(invalidityDate)]),
  );
}

function encodeCertificateStatus(status: CertificateStatus): Uint8Array {
  if (status.status === "good") return encodeDer(contextPrimitive(0));
  if (status.status === "unknown") return encodeDer(contextPrimitive(2));
  const { revokedAt, reason } = status;
  // RFC 5280 section 5.3.1 has the reason left out where it would be unspecified.
  const stated = reason === undefined || reason === "unspecified" ? undefined : revocationReasons[reason];
  return encodeDer(
    contextConstructed(1),
    encodeGeneralizedTime(revokedAt),
    stated === undefined ? nothing : explicit(0, encodeStatus(stated)),
  );
}

/** RFC 6960 section 4.4.5 lets extensions of CRL entries stand beside the status (RFC 5280 section 5.3.2). */
function encodeInvalidityDate(invalidityDate: number): Uint8Array {
  return encodeExtension(crlEntryExtensionOids.invalidityDate, false, encodeGeneralizedTime(invalidityDate));
}

function encodeExtensions(number: number, extensions: readonly Uint8Array[]): Uint8Array {
  return extensions.length === 0 ? nothing : explicit(number, encodeSequence(...extensions));
}

function encodeStatus(number: number): Uint8Array {
  return encodeDer(tags.enumerated, Uint8Array.of(number));
}

function explicit(number: number, value: Uint8Array): Uint8Array {
  return encodeDer(contextConstructed(number), value);
}

const nothing = new Uint8Array();
