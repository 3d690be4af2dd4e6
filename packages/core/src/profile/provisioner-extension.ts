import {
  type DerElement,
  readDer,
  readOctetString,
  readSequence,
  readSmallInteger,
} from "../asn1/der-reader.ts";
import { encodeOctetString, encodeSequence, encodeSmallInteger } from "../asn1/der-writer.ts";
import { extensionOids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import { encodeExtension } from "../certificate/extensions.ts";
import { encodePrintableOrUtf8, readText } from "../certificate/name.ts";
import type { ParsedExtension } from "../certificate/parse.ts";
import { ConfigurationError, DerError } from "../errors.ts";

/** Which of step-ca's provisioners let a certificate be issued; renewals through step-ca's API go by it. */
export interface ProvisionerExtension {
  /** step-ca's number for the kind of provisioner: 1 is JWK, 6 is ACME; 0 to 2^31 - 1. */
  readonly type: number;
  readonly name: string;
  /** Key id of a JWK provisioner, client id of an OIDC provisioner, otherwise empty. */
  readonly credentialId: string;
  /** Keys and values in turn. */
  readonly keyValuePairs?: readonly string[];
}

/** Longest name, id, key or value; whatever is longer is no name of a provisioner and makes certificates too large. */
const maximumText = 1024;

/**
 * step-ca's provisioner extension, not critical: SEQUENCE { type INTEGER, name OCTET STRING, credentialID OCTET STRING,
 * keyValuePairs SEQUENCE OF DirectoryString OPTIONAL }.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a type that is no such number, or text of more than 1024 characters, with
 * control characters or lone surrogates.
 */
export function encodeProvisionerExtension(extension: ProvisionerExtension): Uint8Array {
  const { type, name, credentialId, keyValuePairs = [] } = extension;
  assertEncodable(extension);
  const value = encodeSequence(
    encodeSmallInteger(type),
    encodeOctetString(utf8.encode(name)),
    encodeOctetString(utf8.encode(credentialId)),
    ...(keyValuePairs.length === 0 ? [] : [encodeSequence(...keyValuePairs.map(encodePrintableOrUtf8))]),
  );
  return encodeExtension(extensionOids.stepProvisioner, false, value);
}

/** Finds and reads the provisioner extension of a certificate. @throws {DerError} */
export function readProvisionerExtension(
  extensions: ReadonlyMap<string, ParsedExtension>,
): ProvisionerExtension | undefined {
  const extension = extensions.get(extensionOids.stepProvisioner);
  return extension && parseProvisionerExtension(extension.value);
}

/** Reads the value of a provisioner extension. @throws {DerError} */
export function parseProvisionerExtension(value: Uint8Array): ProvisionerExtension {
  const [type, name, credentialId, pairs, ...rest] = readSequence(readDer(value), "provisioner extension");
  if (rest.length > 0) throw new DerError("provisioner extension has more than four fields");
  return {
    type: readSmallInteger(type, "provisioner type"),
    name: readUtf8(name, "provisioner name"),
    credentialId: readUtf8(credentialId, "provisioner credentialID"),
    ...(pairs !== undefined && {
      keyValuePairs: readSequence(pairs, "provisioner keyValuePairs").map((pair) =>
        readText(pair, "provisioner keyValuePairs"),
      ),
    }),
  };
}

function assertEncodable({ type, name, credentialId, keyValuePairs = [] }: ProvisionerExtension): void {
  if (!Number.isInteger(type) || type < 0 || type > 0x7fffffff)
    throw invalid(`has type ${type}, which is not a number from 0 to 2147483647`);
  for (const text of [name, credentialId, ...keyValuePairs]) {
    if (text.length > maximumText)
      throw invalid(`has text of ${text.length} characters, allowed are ${maximumText}`);
    if (/[\p{Cc}\p{Cs}]/u.test(text)) throw invalid("has text with control characters or lone surrogates");
  }
}

function invalid(fault: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", `provisionerExtension ${fault}`);
}

function readUtf8(element: DerElement | undefined, what: string): string {
  const content = readOctetString(element, what);
  return readText({ tag: tags.utf8String, content, encoded: content }, what);
}

const utf8 = new TextEncoder();
