import type { Identifier } from "@chancery/core";

/**
 * Problem types of ACME: the last segment of `urn:ietf:params:acme:error:…`.
 *
 * @see RFC 8555 section 6.7
 */
export const problemTypes = [
  "accountDoesNotExist",
  "alreadyRevoked",
  "badCSR",
  "badNonce",
  "badPublicKey",
  "badRevocationReason",
  "badSignatureAlgorithm",
  "caa",
  "compound",
  "connection",
  "dns",
  "externalAccountRequired",
  "incorrectResponse",
  "invalidContact",
  "invalidProfile",
  "malformed",
  "orderNotReady",
  "rateLimited",
  "rejectedIdentifier",
  "serverInternal",
  "tls",
  "unauthorized",
  "unsupportedContact",
  "unsupportedIdentifier",
  "userActionRequired",
] as const;

/** One of {@link problemTypes}. */
export type ProblemType = (typeof problemTypes)[number];

/** A problem as orders and challenges keep it (RFC 8555 section 6.7, RFC 9457). */
export interface StoredProblem {
  readonly type: ProblemType;
  /** One sentence for a person; never holds bytes fetched from elsewhere. */
  readonly detail: string;
  readonly status: number;
  /** Problems of single identifiers (RFC 8555 section 6.7.1). */
  readonly subproblems?: readonly (StoredProblem & { readonly identifier: Identifier })[];
}

/** A problem of one identifier of a request, which may not be a well-formed identifier at all. */
export interface Subproblem {
  readonly type: ProblemType;
  readonly detail: string;
  readonly identifier: { readonly type: string; readonly value: string };
}

/** What a problem carries beside its type and its sentence. */
export interface AcmeProblemOptions extends ErrorOptions {
  /** Default: {@link problemStatus} of the type. */
  readonly status?: number;
  readonly subproblems?: readonly Subproblem[];
  /** Accepted signature algorithms, for `badSignatureAlgorithm` (RFC 8555 section 6.2). */
  readonly algorithms?: readonly string[];
  /** URL that a person has to visit, for `userActionRequired` (RFC 8555 section 7.3.3). */
  readonly instance?: string;
  /** Seconds until the request may be repeated. */
  readonly retryAfter?: number;
  /** Link header values beside the one to the directory (RFC 8288 section 3). */
  readonly links?: readonly string[];
  /** Further header fields of the response, for example `Allow`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A refusal that becomes a problem document, and the only error whose text a client sees.
 *
 * @see RFC 8555 section 6.7, RFC 9457 section 3
 */
export class AcmeProblem extends Error {
  readonly type: ProblemType;
  readonly status: number;
  readonly extras: AcmeProblemOptions;

  /** @param detail - One sentence for a person; never a secret, never bytes fetched from elsewhere. */
  constructor(type: ProblemType, detail: string, options: AcmeProblemOptions = {}) {
    super(detail, options);
    this.name = "AcmeProblem";
    this.type = type;
    this.status = options.status ?? problemStatus[type];
    this.extras = options;
  }
}

/** HTTP status of each problem type where the case at hand does not fix another one. */
export const problemStatus: Readonly<Record<ProblemType, number>> = {
  accountDoesNotExist: 400,
  alreadyRevoked: 400,
  badCSR: 400,
  badNonce: 400,
  badPublicKey: 400,
  badRevocationReason: 400,
  badSignatureAlgorithm: 400,
  caa: 403,
  compound: 400,
  connection: 400,
  dns: 400,
  externalAccountRequired: 403,
  incorrectResponse: 400,
  invalidContact: 400,
  invalidProfile: 400,
  malformed: 400,
  orderNotReady: 403,
  rateLimited: 429,
  rejectedIdentifier: 403,
  serverInternal: 500,
  tls: 400,
  unauthorized: 403,
  unsupportedContact: 400,
  unsupportedIdentifier: 400,
  userActionRequired: 403,
};

/**
 * Collects problems of single identifiers under their common type, or under `compound` (RFC 8555 section 6.7.1).
 *
 * The detail names every identifier, those with the same reason together: not every client shows those of subproblems.
 */
export function problemOfIdentifiers(subproblems: readonly [Subproblem, ...Subproblem[]]): AcmeProblem {
  const [first] = subproblems;
  const type = subproblems.every((other) => other.type === first.type) ? first.type : "compound";
  const reasons = Map.groupBy(subproblems, ({ detail }) => detail);
  const sentences = Array.from(reasons, ([reason, affected]) => `${listNames(affected)}: ${reason}`);
  return new AcmeProblem(type, sentences.join("; "), { subproblems });
}

/** The problem document of a refusal, ready for `JSON.stringify`. */
export function problemDocument({ type, message, status, extras }: AcmeProblem): object {
  return {
    type: problemUrn(type),
    detail: message,
    status,
    subproblems: extras.subproblems?.map(subproblemDocument),
    algorithms: extras.algorithms,
    instance: extras.instance,
  };
}

/** The problem document inside an order or a challenge. */
export function storedProblemDocument({ type, detail, status, subproblems }: StoredProblem): object {
  return { type: problemUrn(type), detail, status, subproblems: subproblems?.map(subproblemDocument) };
}

/** What an order keeps of a refusal. */
export function storedProblem({ type, message, status }: AcmeProblem): StoredProblem {
  return { type, detail: message, status };
}

function subproblemDocument({ type, detail, identifier }: Subproblem): object {
  return { type: problemUrn(type), detail, identifier: { type: identifier.type, value: identifier.value } };
}

function listNames(subproblems: readonly Subproblem[]): string {
  return subproblems.map(({ identifier: { type, value } }) => `${type}:${value}`).join(", ");
}

function problemUrn(type: ProblemType): string {
  return `urn:ietf:params:acme:error:${type}`;
}
