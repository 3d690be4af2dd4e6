import { createHash } from "node:crypto";
import type { ChallengeToValidate } from "./challenge-validator.ts";

/**
 * Builds the key authorization of a challenge: token, full stop, thumbprint.
 *
 * @param token - base64url of at least 128 random bits, at most 128 characters.
 * @param thumbprint - SHA-256 thumbprint of the account key (RFC 7638), base64url.
 * @throws {TypeError} Either one is not such a text. Both are made by the server, so this is a fault of the server.
 * @see RFC 8555 section 8.1
 */
export function keyAuthorization(token: string, thumbprint: string): string {
  const text = `${token}.${thumbprint}`;
  assertChallenge({ token, keyAuthorization: text });
  return text;
}

/**
 * Checks the alphabet and shape of token and key authorization, so that neither can carry a line break, a path or a label
 * into a request, a file name or a DNS name.
 *
 * @throws {TypeError} They are not as {@link keyAuthorization} makes them; the message repeats neither.
 */
export function assertChallenge(challenge: Pick<ChallengeToValidate, "keyAuthorization" | "token">): void {
  if (!tokenPattern.test(challenge.token)) {
    throw new TypeError(`token is not 22 to 128 base64url characters, it has ${challenge.token.length}`);
  }
  const [token, thumbprint = "", ...rest] = challenge.keyAuthorization.split(".");
  if (token !== challenge.token || !thumbprintPattern.test(thumbprint) || rest.length > 0) {
    throw new TypeError("key authorization is not the token, a full stop and 43 base64url characters");
  }
}

/** The value that a TXT record for dns-01 must hold: base64url of SHA-256 (RFC 8555 section 8.4). */
export function dnsRecordValue(keyAuthorization: string): string {
  return digest(keyAuthorization).toString("base64url");
}

/** The value of the acmeIdentifier extension: DER of an OCTET STRING with SHA-256 (RFC 8737 section 3). */
export function acmeIdentifierValue(keyAuthorization: string): Uint8Array {
  return Uint8Array.of(0x04, 0x20, ...digest(keyAuthorization));
}

/** 22 characters carry 128 bits (RFC 8555 section 8.3). */
const tokenPattern = /^[A-Za-z0-9_-]{22,128}$/;

const thumbprintPattern = /^[A-Za-z0-9_-]{43}$/;

function digest(text: string): Buffer {
  return createHash("sha256").update(text, "ascii").digest();
}
