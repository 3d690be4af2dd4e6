import type { OcspErrorStatus } from "./ocsp-response.ts";

/** A successful response, or one that is nothing but an error. */
export type OcspAnswer =
  | {
      readonly status: "successful";
      /** OCSPResponse DER. */
      readonly response: Uint8Array;
      /** Whether the response may serve others too: it answers no nonce. */
      readonly cacheable: boolean;
      readonly thisUpdate: Date;
      readonly nextUpdate: Date;
      /** From when on the responder gives out a newer one; caches should not keep it for longer. */
      readonly refreshAt: Date;
    }
  | {
      readonly status: OcspErrorStatus;
      readonly response: Uint8Array;
      readonly cacheable: false;
    };
