import { generateKeyPairSync, sign } from "node:crypto";
import {
  contextConstructed,
  contextPrimitive,
  encodeBitString,
  encodeDer,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeSmallInteger,
} from "@chancery/core/asn1";

/** A PKCS#10 request on P-256 and its parts, for callers that measure the parts. */
export interface SigningRequest {
  readonly der: Uint8Array;
  /** What the signature covers. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  readonly publicKeyPem: string;
}

/** Makes a request for one DNS name under a new key. */
export function createSigningRequest(name: string): SigningRequest {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const signed = encodeSequence(
    encodeSmallInteger(0),
    encodeSequence(),
    publicKey.export({ type: "spki", format: "der" }),
    encodeDer(contextConstructed(0), extensionRequest(name)),
  );
  const signature = sign("sha256", signed, privateKey);
  const der = encodeSequence(
    signed,
    encodeSequence(encodeOid("1.2.840.10045.4.3.2")),
    encodeBitString(signature),
  );
  return {
    der,
    signed,
    signature,
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

function extensionRequest(name: string): Uint8Array {
  const subjectAltName = encodeSequence(encodeDer(contextPrimitive(2), new TextEncoder().encode(name)));
  const extension = encodeSequence(encodeOid("2.5.29.17"), encodeOctetString(subjectAltName));
  return encodeSequence(encodeOid("1.2.840.113549.1.9.14"), encodeSet(encodeSequence(extension)));
}
