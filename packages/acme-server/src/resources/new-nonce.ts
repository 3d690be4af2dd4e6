// newNonce: RFC 8555 section 7.2.
import type { Answer } from "../answer.ts";

/** Answers nothing but the nonce that goes along: 200 to HEAD, 204 to everything else. */
export function answerNewNonce(_context: unknown, method: unknown): Answer {
  return { status: method === "HEAD" ? 200 : 204 };
}
