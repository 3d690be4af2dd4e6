import { decodeBase64Url } from "@chancery/core/crypto";
import { AcmeProblem } from "../problem.ts";
import { requireBase64Url, requireString } from "./members.ts";
import { isJsonObject, type JsonObject, parseStrictJsonObject } from "./strict-json.ts";

/**
 * A flattened JSON JWS, read but not yet believed.
 *
 * @see RFC 7515 section 7.2.2, RFC 8555 section 6.2
 */
export interface Jws {
  readonly header: JwsHeader;
  /** Decoded, and to be read only once the signature is known to be good. */
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** What was signed: the ASCII octets of both base64url parts and the full stop between them. */
  readonly signingInput: Uint8Array;
}

/** The protected header, known members only. */
export interface JwsHeader {
  readonly alg: string;
  /** As received; undefined where it is missing, which is a bad nonce and not a malformed request. */
  readonly nonce: string | undefined;
  readonly url: string;
  /** A JWS names its key in exactly one way. */
  readonly key: { readonly jwk: JsonObject } | { readonly kid: string };
}

/**
 * Reads the body of a POST.
 *
 * @throws {AcmeProblem} `malformed`: anything but an object of exactly `protected`, `payload` and `signature` in
 * canonical base64url, whose protected header is as RFC 8555 section 6.2 wants it.
 */
export function parseJws(body: Uint8Array): Jws {
  const outer = parseStrictJsonObject(body, "request body");
  const unknown = Object.keys(outer).find((name) => !jwsMembers.has(name));
  if (unknown !== undefined) {
    throw new AcmeProblem(
      "malformed",
      "the request is not a flattened JWS of protected, payload and signature only",
    );
  }
  return {
    header: parseHeader(requireBase64Url(outer, "protected")),
    payload: requireBase64Url(outer, "payload"),
    signature: requireBase64Url(outer, "signature"),
    signingInput: ascii.encode(`${requireString(outer, "protected")}.${requireString(outer, "payload")}`),
  };
}

const jwsMembers: ReadonlySet<string> = new Set(["payload", "protected", "signature"]);

const ascii = new TextEncoder();

function parseHeader(bytes: Uint8Array): JwsHeader {
  const header = parseStrictJsonObject(bytes, "protected header");
  // An extension that we do not know must not be ignored (RFC 7515 section 4.1.11); ACME has none.
  for (const name of ["crit", "b64"]) {
    if (name in header) throw new AcmeProblem("malformed", `protected header has "${name}"`);
  }
  return {
    alg: requireString(header, "alg"),
    nonce: readNonce(header),
    url: requireString(header, "url"),
    key: readKey(header),
  };
}

function readNonce(header: JsonObject): string | undefined {
  const nonce = header["nonce"];
  if (nonce === undefined || nonce === "") return undefined;
  if (typeof nonce === "string" && nonce.length <= maximumNonce && decodeBase64Url(nonce) !== undefined)
    return nonce;
  throw new AcmeProblem(
    "malformed",
    `nonce is not base64url without padding of at most ${maximumNonce} characters`,
  );
}

/** Twice as long as those of this server. */
const maximumNonce = 128;

function readKey({ jwk, kid }: JsonObject): JwsHeader["key"] {
  if ((jwk === undefined) === (kid === undefined)) {
    throw new AcmeProblem("malformed", "protected header has to have exactly one of jwk and kid");
  }
  if (isJsonObject(jwk)) return { jwk };
  if (typeof kid === "string" && kid !== "") return { kid };
  throw new AcmeProblem("malformed", jwk === undefined ? "kid is not a URL" : "jwk is not a JSON object");
}
