import { ConfigurationError } from "../errors.ts";

/**
 * Reads the body of a request as it comes in, and stops at the limit. The octets of the stream are counted: `Content-Length` may be
 * absent or a lie.
 *
 * @param maximum - In octets.
 * @returns The octets, `tooLarge` beyond the limit, `brokenOff` when the client went away.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: something in front of the responder has read the body already.
 */
export async function readBody(
  request: Request,
  maximum: number,
): Promise<Uint8Array | "brokenOff" | "tooLarge"> {
  if (request.bodyUsed)
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      "the request body was read before the OCSP responder got it: mount the responder in front of body parsers",
    );
  if (Number(request.headers.get("content-length")) > maximum) return "tooLarge";
  const body = new Uint8Array(maximum);
  let length = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const chunk = await reader?.read().catch(() => "brokenOff" as const);
    if (chunk === "brokenOff") return "brokenOff";
    if (chunk === undefined || chunk.done) return body.subarray(0, length);
    if (length + chunk.value.length > maximum) {
      await reader?.cancel().catch(() => undefined);
      return "tooLarge";
    }
    body.set(chunk.value, length);
    length += chunk.value.length;
  }
}
