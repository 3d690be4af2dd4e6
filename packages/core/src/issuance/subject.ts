import { cryptoProvider } from "#crypto";
import type { IssueRequest } from "../certificate-authority.ts";
import { isVerifiedRequest, parseCertificationRequest } from "../csr/certification-request.ts";
import { encodeHex } from "../encoding/hex.ts";
import { CsrError, RequestError } from "../errors.ts";
import { formatIdentifier, type Identifier, parseIdentifier } from "../identifier/identifier.ts";
import { acceptPublicKey } from "../key/public-key.ts";
import type { SubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";

/** Whom to certify: a key that was found strong, and the names to bind to it. */
export interface Subject {
  readonly publicKey: SubjectPublicKeyInfo;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal. */
  readonly publicKeyHash: string;
  /** Canonical, distinct, at least one. */
  readonly identifiers: readonly Identifier[];
}

/**
 * Step 1 of an issuance: reads and verifies what was sent.
 *
 * @throws {CsrError} `ERR_CSR_*`, `ERR_KEY_*`
 * @throws {RequestError} `ERR_KEY_*`, `ERR_IDENTIFIER_MALFORMED`, for a request without a CSR.
 */
export async function readSubject(request: IssueRequest): Promise<Subject> {
  const { publicKey, identifiers } = await readKeyAndNames(request);
  return {
    publicKey,
    publicKeyHash: encodeHex(await cryptoProvider.digest("sha-256", publicKey.der)),
    identifiers,
  };
}

async function readKeyAndNames(request: IssueRequest): Promise<Omit<Subject, "publicKeyHash">> {
  if (!("csr" in request)) {
    return {
      publicKey: await acceptPublicKey(request.publicKey),
      identifiers: readIdentifiers(request.identifiers),
    };
  }
  const csr = isVerifiedRequest(request.csr)
    ? request.csr
    : await parseCertificationRequest(unverified(request.csr));
  const { commonName, identifiers, publicKey } = csr;
  if (identifiers.length === 0)
    throw new CsrError(
      "ERR_CSR_MALFORMED",
      "the certification request names nothing: it has no subjectAltName",
    );
  if (commonName !== undefined && !identifiers.some(({ value }) => value === commonName.toLowerCase())) {
    throw new CsrError(
      "ERR_CSR_MALFORMED",
      "the commonName of the certification request is not one of its names",
    );
  }
  return { publicKey, identifiers };
}

/** Brings identifiers that a caller spelled out into their canonical form. */
export function readIdentifiers(identifiers: readonly Identifier[]): readonly Identifier[] {
  if (identifiers.length === 0)
    throw new RequestError("ERR_IDENTIFIER_MALFORMED", "the request names nothing");
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
