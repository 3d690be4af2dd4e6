import type { BlockKeyRequest } from "../certificate-authority.ts";
import { ConfigurationError } from "../errors.ts";
import { hashPublicKey } from "../key/public-key.ts";
import { parseSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { formatRequester, isPlainText, readRequester } from "../requester.ts";
import type { BlockedKey, CertificateStore } from "../store/certificate-store.ts";

/**
 * Blocks a public key; the first block stands.
 *
 * @param now - Milliseconds since 1970 UTC.
 * @returns The block that stands, and whether this call has made it.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the requester or the reason cannot be recorded, or the hash is none.
 * @throws {RequestError} `ERR_KEY_UNSUPPORTED`; {@link DerError}: `publicKey` is no SubjectPublicKeyInfo.
 */
export async function blockKey(
  store: CertificateStore,
  request: BlockKeyRequest,
  now: number,
): Promise<{ readonly block: BlockedKey; readonly isNew: boolean }> {
  const { reason = "compromised" } = request;
  if (!isPlainText(reason))
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      "the reason is not 1 to 255 characters without control characters",
    );
  const actor = formatRequester(readRequester(request.requester));
  const block = { publicKeyHash: await hashOf(request), blockedAt: now, reason };
  const outcome = await store.blockKey({
    ...block,
    audit: { at: now, type: "key.blocked", actor, subject: block.publicKeyHash, details: { reason } },
  });
  return outcome.outcome === "blocked" ? { block, isNew: true } : { block: outcome.block, isNew: false };
}

async function hashOf(request: BlockKeyRequest): Promise<string> {
  if ("publicKey" in request) {
    const { der } = parseSubjectPublicKeyInfo(request.publicKey);
    return hashPublicKey(der);
  }
  if (/^[0-9a-f]{64}$/.test(request.publicKeyHash)) return request.publicKeyHash;
  throw new ConfigurationError(
    "ERR_OPTION_INVALID",
    "publicKeyHash is not a SHA-256 in lower-case hexadecimal",
  );
}
