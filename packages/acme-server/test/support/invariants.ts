import { expect } from "vitest";

/** Error types that IANA lists for ACME and that this server may use: RFC 8555 section 6.7, and no other. */
const registeredTypes = new Set(
  [
    "accountDoesNotExist alreadyRevoked badCSR badNonce badPublicKey badRevocationReason badSignatureAlgorithm caa",
    "compound connection dns externalAccountRequired incorrectResponse invalidContact invalidProfile malformed",
    "orderNotReady rateLimited rejectedIdentifier serverInternal tls unauthorized unsupportedContact",
    "unsupportedIdentifier userActionRequired",
  ].flatMap((line) => line.split(" ").map((token) => `urn:ietf:params:acme:error:${token}`)),
);

/** A response, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; empty when it is something else. */
  readonly json: Document;
}

/** Whatever a test may find in the documents of ACME. */
export interface Document {
  readonly type?: string;
  readonly detail?: string;
  readonly status?: number | string;
  readonly subproblems?: readonly (Document & { readonly identifier: Identifier })[];
  readonly algorithms?: readonly string[];
  readonly instance?: string;
  readonly contact?: readonly string[];
  readonly orders?: string | readonly string[];
  readonly identifier?: Identifier;
  readonly identifiers?: readonly Identifier[];
  readonly authorizations?: readonly string[];
  readonly challenges?: readonly Document[];
  readonly url?: string;
  readonly token?: string;
  readonly validated?: string;
  readonly wildcard?: boolean;
  readonly error?: Document;
  readonly expires?: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly finalize?: string;
  readonly certificate?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

interface Identifier {
  readonly type: string;
  readonly value: string;
}

/** What every response of the server has to be, whatever was asked; each answer that a test looks at passes through here. */
export async function readAnswer(
  response: Response,
  { method, url }: Request,
  baseUrl: string,
): Promise<Answer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  const answer: Answer = {
    status: response.status,
    headers: response.headers,
    text,
    json: (isJson && text !== "" ? JSON.parse(text) : {}) as Document,
  };
  if (method === "OPTIONS") return answer;
  expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  expect(answer.headers.get("access-control-expose-headers")).toBe(
    "Link, Location, Replay-Nonce, Retry-After",
  );
  expect(answer.headers.get("cache-control")).toBe("no-store");
  if (method === "POST" || answer.status >= 400)
    expect(answer.headers.get("replay-nonce")).toMatch(/^[A-Za-z0-9_-]{22,}$/);
  const index = `<${baseUrl}/directory>;rel="index"`;
  const links = answer.headers.get("link") ?? "";
  expect(links.includes(index)).toBe(!new URL(url).pathname.endsWith("/directory"));
  if (answer.status >= 400 && method !== "HEAD") checkProblem(answer);
  checkUrls(answer, baseUrl);
  return answer;
}

function checkProblem({ status, headers, json }: Answer): void {
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(headers.get("content-language")).toBe("en");
  expect(registeredTypes).toContain(json.type);
  expect(json.status).toBe(status);
  expect(json.detail).toMatch(/^[\x20-\x7e]+$/);
  // RFC 8555 section 6.7.1: an identifier stands in a subproblem or nowhere.
  expect(json).not.toHaveProperty("identifier");
  for (const subproblem of json.subproblems ?? []) {
    expect(registeredTypes).toContain(subproblem.type);
    expect(subproblem.identifier).toEqual({
      type: expect.any(String) as string,
      value: expect.any(String) as string,
    });
  }
}

/** Terms and websites belong to somebody else; every other URL is ours and begins with the configured one. */
function checkUrls({ headers, text }: Answer, baseUrl: string): void {
  const emitted = `${text} ${headers.get("link") ?? ""} ${headers.get("location") ?? ""}`;
  for (const url of emitted.match(/https?:[^"\s>]+/g) ?? []) {
    expect(url.startsWith(`${baseUrl}/`) || url.startsWith("https://elsewhere.test/")).toBe(true);
  }
}
