import { ConfigurationError } from "@chancery/core";
import { encodeHex } from "@chancery/core/crypto";
import type { PrivateKey, Session } from "graphene-pk11";
import type { Graphene } from "./library.ts";
import { describeToken, type Pkcs11TokenSelector } from "./token.ts";

/** Which private key of a token: the one with this CKA_LABEL, with this CKA_ID, or with both. */
export type Pkcs11KeySelector =
  | { readonly keyLabel: string; readonly keyId?: Uint8Array }
  | { readonly keyLabel?: string; readonly keyId: Uint8Array };

/**
 * Finds the one private key that is meant. The session must be the user's: others do not see private keys.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: none or several.
 */
export function findPrivateKey(
  session: Session,
  graphene: Graphene,
  options: Pkcs11KeySelector & Pkcs11TokenSelector,
): PrivateKey {
  const keys = findPrivateKeys(session, graphene, options);
  const [found, ...others] = keys;
  const where = `token ${describeToken(options)}`;
  if (found === undefined) throw invalid(`${where} has no private ${describeKey(options)}`);
  if (others.length > 0) {
    throw invalid(
      `${where} has ${keys.length} private keys that are ${describeKey(options)}: choose one by keyId`,
    );
  }
  return found;
}

/** All private keys of that label, id or both. @throws {ConfigurationError} `ERR_OPTION_INVALID`: neither is given. */
export function findPrivateKeys(
  session: Session,
  { ObjectClass }: Graphene,
  { keyLabel, keyId }: Pkcs11KeySelector,
): readonly PrivateKey[] {
  if (keyLabel === undefined && keyId === undefined) throw invalid("expected keyLabel, keyId or both");
  const found = session.find({
    class: ObjectClass.PRIVATE_KEY,
    ...(keyLabel !== undefined && { label: keyLabel }),
    ...(keyId !== undefined && { id: Buffer.from(keyId) }),
  });
  return Array.from({ length: found.length }, (_, index) => found.items(index).toType<PrivateKey>());
}

/** The key that options mean, for messages. */
export function describeKey({ keyLabel, keyId }: Pkcs11KeySelector): string {
  const label = keyLabel === undefined ? "" : ` "${keyLabel}"`;
  return `key${label}${keyId === undefined ? "" : ` with id ${encodeHex(keyId)}`}`;
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message);
}
