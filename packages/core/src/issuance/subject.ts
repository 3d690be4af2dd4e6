import type { NameAttribute } from "../certificate/name.ts";
import type { IssueSubject } from "../certificate-authority.ts";
import { parseCertificationRequest, verifiedContents } from "../csr/certification-request.ts";
import { CsrError } from "../errors.ts";
import { formatIdentifier, type Identifier, parseIdentifier } from "../identifier/identifier.ts";
import { type AcceptedPublicKey, acceptPublicKey } from "../key/public-key.ts";

/** Whom to certify: a key that was found strong, the names to bind to it, and the subject that was asked for. */
export interface Subject {
  readonly publicKey: AcceptedPublicKey;
  /** Canonical, distinct. */
  readonly identifiers: readonly Identifier[];
  readonly attributes: readonly NameAttribute[];
}

/**
 * Step 1 of an issuance: reads and verifies what was sent.
 *
 * @throws {CsrError} `ERR_CSR_*`, `ERR_KEY_*`
 * @throws {RequestError} `ERR_KEY_*`, `ERR_IDENTIFIER_MALFORMED`, for a request without a CSR.
 */
export async function readSubject(request: IssueSubject): Promise<Subject> {
  if ("csr" in request) {
    const { csr } = request;
    const { identifiers, publicKey, subject } =
      verifiedContents(csr) ?? (await parseCertificationRequest(unverified(csr)));
    return { publicKey, identifiers, attributes: subject.attributes };
  }
  return {
    publicKey: await acceptPublicKey(request.publicKey),
    identifiers: readIdentifiers(request.identifiers),
    attributes: (request.subject ?? []).map(({ type, value }) => ({ type, value })),
  };
}

/** Brings identifiers that a caller spelled out into their canonical form. */
export function readIdentifiers(identifiers: readonly Identifier[]): readonly Identifier[] {
  const distinct = new Map(
    identifiers
      .map(({ type, value }) => parseIdentifier(type, value))
      .map((identifier) => [formatIdentifier(identifier), identifier]),
  );
  return [...distinct.values()];
}

function unverified(csr: unknown): Uint8Array | string {
  if (typeof csr === "string" || csr instanceof Uint8Array) return csr;
  throw new CsrError(
    "ERR_CSR_MALFORMED",
    "csr is neither DER bytes, PEM text, nor the result of parseCertificationRequest",
  );
}
