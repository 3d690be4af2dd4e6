import { ConfigurationError } from "@chancery/core";
import type { SessionObject } from "graphene-pk11";
import { readFlag } from "./attributes.ts";
import type { FoundToken } from "./token.ts";

/** How a key is protected, as its token tells it: for the record that a CA keeps of its keys. */
export interface Pkcs11KeyProtection {
  readonly tokenLabel: string;
  readonly tokenManufacturer: string;
  readonly tokenModel: string;
  readonly tokenSerialNumber: string;
  /** CKA_SENSITIVE: the key cannot be read in plain text. */
  readonly sensitive: boolean;
  /** CKA_ALWAYS_SENSITIVE: and never could. */
  readonly alwaysSensitive: boolean;
  /** CKA_EXTRACTABLE: the key can be taken out encrypted under another. */
  readonly extractable: boolean;
  /** CKA_NEVER_EXTRACTABLE: and never could. */
  readonly neverExtractable: boolean;
  /** CKA_LOCAL: the key was generated on the token. */
  readonly local: boolean;
}

/** Reads how a private key is protected. What the token does not tell counts as not protected. */
export function readKeyProtection(key: SessionObject, { token }: FoundToken): Pkcs11KeyProtection {
  return Object.freeze({
    tokenLabel: token.label,
    tokenManufacturer: token.manufacturerID,
    tokenModel: token.model,
    tokenSerialNumber: token.serialNumber,
    sensitive: readFlag(key, "sensitive") ?? false,
    alwaysSensitive: readFlag(key, "alwaysSensitive") ?? false,
    extractable: readFlag(key, "extractable") ?? true,
    neverExtractable: readFlag(key, "neverExtractable") ?? false,
    local: readFlag(key, "local") ?? false,
  });
}

/**
 * Refuses a private key that can leave its token, or could once.
 *
 * @param name - The key, for the message.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the message names every attribute that is wrong.
 */
export function assertProtected(
  { sensitive, extractable, neverExtractable }: Pkcs11KeyProtection,
  name: string,
): void {
  const faults = [
    sensitive ? [] : ["CKA_SENSITIVE is false"],
    extractable ? ["CKA_EXTRACTABLE is true"] : [],
    neverExtractable ? [] : ["CKA_NEVER_EXTRACTABLE is false (the key was imported, or could be taken out)"],
  ].flat();
  if (faults.length === 0) return;
  throw new ConfigurationError(
    "ERR_OPTION_INVALID",
    `${name} is not bound to its token: ${faults.join(", ")}; generate a new key there, or set allowExtractable`,
  );
}
