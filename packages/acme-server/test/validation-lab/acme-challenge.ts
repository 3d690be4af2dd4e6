import type { ChallengeToValidate } from "../../src/validation/challenge-validator.ts";

/** The token of the published vectors. */
export const token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA";

/** Thumbprint of the key in RFC 8037 appendix A.3. */
export const thumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

/** A challenge for a name or an address. */
export function challengeFor(value: string, type: "dns" | "ip" = "dns"): ChallengeToValidate {
  return { identifier: { type, value }, token, keyAuthorization: `${token}.${thumbprint}` };
}
