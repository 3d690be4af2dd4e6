import { RequestError } from "../errors.ts";
import type { BlockedKey } from "../store/certificate-store.ts";

/** The refusal of a key that is blocked. */
export function keyBlocked({ publicKeyHash, reason }: BlockedKey): RequestError {
  return new RequestError("ERR_KEY_BLOCKED", `the public key ${publicKeyHash} is blocked: ${reason}`);
}
