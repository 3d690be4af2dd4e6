export {
  type GeneratedPkcs11Key,
  type GeneratePkcs11KeyOptions,
  generatePkcs11Key,
} from "./generate-key.ts";
export type { Pkcs11KeySpecification } from "./key-pair.ts";
export type { Pkcs11KeyProtection } from "./key-protection.ts";
export type { Pkcs11KeySelector } from "./private-key.ts";
export { openPkcs11Signer, type Pkcs11Signer, type Pkcs11SignerOptions } from "./signer.ts";
export type { Pkcs11Pin, Pkcs11TokenOptions, Pkcs11TokenSelector } from "./token.ts";
