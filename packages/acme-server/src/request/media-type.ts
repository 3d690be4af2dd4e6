import { AcmeProblem } from "../problem.ts";

/**
 * Checks that a body says it is a JWS, and nothing has been done to it on the way.
 *
 * Parameters are tolerated. Two Content-Type header fields arrive joined by a comma and are not.
 *
 * @throws {AcmeProblem} `malformed` with status 415.
 * @see RFC 8555 section 6.2
 */
export function checkMediaType(headers: Headers): void {
  if (!/^application\/jose\+json *(?:;[^,]*)?$/i.test(headers.get("content-type") ?? "")) {
    throw new AcmeProblem("malformed", "Content-Type is not application/jose+json", { status: 415 });
  }
  const encoding = headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") {
    throw new AcmeProblem("malformed", "Content-Encoding has to be absent: a JWS is not compressed", {
      status: 415,
    });
  }
}
