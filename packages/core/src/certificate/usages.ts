import type { extKeyUsageOids } from "../asn1/oids.ts";

/** Bits of KeyUsage by name (RFC 5280 section 4.2.1.3). */
export const keyUsageBits = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
} as const;

/** One use of a key (RFC 5280 section 4.2.1.3). */
export type KeyUsage = keyof typeof keyUsageBits;

/** One purpose of a certificate (RFC 5280 section 4.2.1.12). `any` can be read but is never written. */
export type ExtKeyUsage = Exclude<keyof typeof extKeyUsageOids, "any">;
