import { verify, X509Certificate } from "node:crypto";
import { OctetString } from "asn1js";
import { BasicOCSPResponse, type Extension, OCSPResponse, type SingleResponse } from "pkijs";

/** A successful OCSPResponse as pkijs reads it; times are ISO 8601, octets hexadecimal. */
export interface ReadResponse {
  /** Undefined when the responder is named otherwise than by its key. */
  readonly responderKeyHash: string | undefined;
  readonly producedAt: string;
  readonly responses: readonly ReadSingleResponse[];
  /** Contents of the nonce. */
  readonly nonce: string | undefined;
  /** OIDs. */
  readonly extensions: readonly string[];
  readonly certificates: readonly Uint8Array[];
  /** Whether the signature is that of a certificate's key, as Node sees it; ECDSA with SHA-256 and Ed25519 only. */
  isSignedBy(certificate: Uint8Array): boolean;
}

/** What a response says of one certificate. */
export interface ReadSingleResponse {
  readonly certId: string;
  readonly status: string;
  readonly thisUpdate: string;
  readonly nextUpdate: string | undefined;
  readonly revokedAt?: string;
  /** Number of the CRLReason. */
  readonly reason?: number | undefined;
  readonly invalidityDate?: string | undefined;
}

/** Reads the status of an OCSPResponse (RFC 6960 section 4.2.1): 0 is successful. */
export function readResponseStatus(der: Uint8Array): number {
  return OCSPResponse.fromBER(Uint8Array.from(der)).responseStatus.valueBlock.valueDec;
}

/** Reads a successful OCSPResponse. */
export function readOcspResponse(der: Uint8Array): ReadResponse {
  const { responseStatus, responseBytes } = OCSPResponse.fromBER(Uint8Array.from(der));
  if (responseStatus.valueBlock.valueDec !== 0 || responseBytes === undefined)
    throw new TypeError(`the response has status ${responseStatus.valueBlock.valueDec}`);
  const basic = BasicOCSPResponse.fromBER(Uint8Array.from(responseBytes.response.valueBlock.valueHexView));
  const { responderID, producedAt, responses, responseExtensions = [], tbsView } = basic.tbsResponseData;
  const nonce = responseExtensions.find(({ extnID }) => extnID === "1.3.6.1.5.5.7.48.1.2");
  return {
    responderKeyHash:
      responderID instanceof OctetString ? hex(responderID.valueBlock.valueHexView) : undefined,
    producedAt: producedAt.toISOString(),
    responses: responses.map(readSingleResponse),
    nonce: nonce && hex(nonce.parsedValue.valueBlock.valueHexView),
    extensions: responseExtensions.map(({ extnID }) => extnID),
    certificates: (basic.certs ?? []).map((certificate) => new Uint8Array(certificate.toSchema().toBER())),
    isSignedBy(certificate) {
      const { publicKey } = new X509Certificate(certificate);
      const digest = publicKey.asymmetricKeyType === "ed25519" ? undefined : "sha256";
      return verify(digest, tbsView, publicKey, basic.signature.valueBlock.valueHexView);
    },
  };
}

const statuses = ["good", "revoked", "unknown"];

function readSingleResponse(response: SingleResponse): ReadSingleResponse {
  const { certID, certStatus, thisUpdate, nextUpdate, singleExtensions = [] } = response;
  const [revocationTime, reason] = certStatus.valueBlock.value ?? [];
  const invalidity = singleExtensions.find(({ extnID }: Extension) => extnID === "2.5.29.24");
  return {
    certId: hex(new Uint8Array(certID.toSchema().toBER())),
    status: statuses[certStatus.idBlock.tagNumber] ?? "",
    thisUpdate: thisUpdate.toISOString(),
    nextUpdate: nextUpdate?.toISOString(),
    ...(revocationTime !== undefined && {
      revokedAt: revocationTime.toDate().toISOString(),
      reason: reason?.valueBlock.value[0].valueBlock.valueDec,
      invalidityDate: invalidity?.parsedValue.toDate().toISOString(),
    }),
  };
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}
