import { createHash } from "node:crypto";
import type { SignatureAlgorithm } from "@chancery/core";

/**
 * What goes over the wire, HTTP/1.1 inside mutually authenticated TLS:
 *
 * - `GET /key` answers the {@link KeyDescription} as JSON.
 * - `POST /keys/<id>/sign` takes octets and answers their signature, both as `application/octet-stream`. The id is the
 *   SHA-256 of the SubjectPublicKeyInfo: a service that has come to hold another key answers 404.
 * - Every other answer is a status from 400 on and a line of text.
 */
export const paths = {
  key: "/key",
  sign: (keyId: string): string => `/keys/${keyId}/sign`,
} as const;

/** The key of a signing service. */
export interface KeyDescription {
  readonly algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
}

/** Most octets that are signed at once: a TBSCertificate has one or two thousand, a large CRL needs a limit of its own. */
export const largestMessage = 65_536;

/** Most octets of any answer: the longest signature, of ML-DSA-87, has 4627, the description of its key some 3600. */
export const largestAnswer = 8_192;

/** Names a key, in lower-case hexadecimal. */
export function keyIdOf(publicKey: Uint8Array): string {
  return createHash("sha256").update(publicKey).digest("hex");
}

/** Writes the answer to `GET /key`. */
export function formatKeyDescription({ algorithm, publicKey }: KeyDescription): string {
  return JSON.stringify({ algorithm, publicKey: Buffer.from(publicKey).toString("base64") });
}

/** Reads the answer to `GET /key`; undefined when it is not one. */
export function parseKeyDescription(json: string): KeyDescription | undefined {
  const { algorithm, publicKey, ...others } = readObject(json);
  const known = algorithms.find((one) => one === algorithm);
  if (known === undefined || typeof publicKey !== "string" || Object.keys(others).length > 0)
    return undefined;
  const octets = new Uint8Array(Buffer.from(publicKey, "base64"));
  return Buffer.from(octets).toString("base64") === publicKey && octets.length > 0
    ? { algorithm: known, publicKey: octets }
    : undefined;
}

const algorithms: readonly SignatureAlgorithm[] = [
  "ecdsa-sha256",
  "ecdsa-sha384",
  "ecdsa-sha512",
  "ed25519",
  "ml-dsa-44",
  "ml-dsa-65",
  "ml-dsa-87",
  "rsa-pkcs1-sha256",
  "rsa-pkcs1-sha384",
  "rsa-pkcs1-sha512",
  "rsa-pss-sha256",
  "rsa-pss-sha384",
  "rsa-pss-sha512",
];

function readObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}
