import { ConfigurationError } from "@chancery/core";
import { AcmeProblem } from "../problem.ts";

/**
 * Reads the body of a request as it comes in, and stops at the limit.
 *
 * Counts the octets of the stream itself: `Content-Length` may be absent or a lie.
 *
 * @param maximum - In octets.
 * @throws {AcmeProblem} `malformed` with status 413 beyond the limit, 400 when the client breaks off.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: something in front of the server has read the body already.
 */
export async function readBody(request: Request, maximum: number): Promise<Uint8Array> {
  if (request.bodyUsed) {
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      "the request body was read before the ACME server got it: mount the server in front of body parsers, or hand it the raw bytes",
    );
  }
  if (Number(request.headers.get("content-length")) > maximum) throw tooLarge(maximum);
  if (request.body === null) return new Uint8Array(0);
  return readStream(request.body.getReader(), maximum);
}

async function readStream(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maximum: number,
): Promise<Uint8Array> {
  let body = new Uint8Array(0);
  let length = 0;
  for (;;) {
    const { done, value } = await readChunk(reader);
    if (done) return body.subarray(0, length);
    if (length + value.length > maximum) {
      await reader.cancel().catch(() => undefined);
      throw tooLarge(maximum);
    }
    // Copied into one buffer: a body that comes octet by octet would else cost an object for each of them.
    body = withRoom(body, length + value.length, maximum);
    body.set(value, length);
    length += value.length;
  }
}

/** The same octets in a buffer that holds at least `needed`; it grows by doubling, up to `maximum`. */
function withRoom(buffer: Uint8Array<ArrayBuffer>, needed: number, maximum: number): Uint8Array<ArrayBuffer> {
  if (needed <= buffer.length) return buffer;
  const larger = new Uint8Array(Math.min(maximum, Math.max(needed, 2 * buffer.length)));
  larger.set(buffer);
  return larger;
}

async function readChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (cause) {
    throw new AcmeProblem("malformed", "the request body broke off", { cause });
  }
}

function tooLarge(maximum: number): AcmeProblem {
  return new AcmeProblem("malformed", `the request body has more than ${maximum} octets`, { status: 413 });
}
