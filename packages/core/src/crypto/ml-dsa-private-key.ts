import { type DerElement, readDer, readOctetString, readSequence } from "../asn1/der-reader.ts";
import { encodeDer, encodeOctetString, encodeSequence, encodeSmallInteger } from "../asn1/der-writer.ts";
import { contextPrimitive, tags } from "../asn1/tags.ts";
import { DerError } from "../errors.ts";
import { mlDsaParameterSets } from "./algorithms.ts";
import { encodeKeyKind } from "./key-kind.ts";
import { readPrivateKeyInfo } from "./pkcs8-algorithm.ts";
import type { MlDsaParameterSet } from "./provider.ts";

/** An ML-DSA private key whose form has been read; whether its parts agree is for the platform to find out. */
export interface MlDsaPrivateKey {
  /** Which of the three forms it came in. */
  readonly form: "seed" | "expandedKey" | "both";
  /** PKCS#8 DER in the form that it came in, without attributes and public key. */
  readonly der: Uint8Array;
  /** PKCS#8 DER of the seed alone where there is one, as RFC 9881 section 6 recommends; otherwise `der`. */
  readonly recommended: Uint8Array;
}

/**
 * Reads PKCS#8 with an ML-DSA private key. The tag tells the form: `[0]` a seed, OCTET STRING an expanded key, SEQUENCE both.
 *
 * Older drafts put the octets of seed or expanded key there without a tag; those are refused.
 *
 * @throws {ConfigurationError} `ERR_KEY_MALFORMED`
 * @see RFC 9881 section 6
 */
export function readMlDsaPrivateKey(pkcs8: Uint8Array, parameterSet: MlDsaParameterSet): MlDsaPrivateKey {
  return readPrivateKeyInfo(pkcs8, (_identifier, privateKey) => {
    const choice = readDer(privateKey);
    const { form, seed } = readChoice(choice, parameterSet);
    const der = encode(parameterSet, choice.encoded);
    const recommended = seed === undefined ? der : encodeMlDsaSeed(parameterSet, seed);
    return { form, der, recommended };
  });
}

/** Writes PKCS#8 with the seed alone, DER. */
export function encodeMlDsaSeed(parameterSet: MlDsaParameterSet, seed: Uint8Array): Uint8Array {
  return encode(parameterSet, encodeDer(seedTag, seed));
}

const seedTag = contextPrimitive(0);

function readChoice(
  choice: DerElement,
  parameterSet: MlDsaParameterSet,
): { form: MlDsaPrivateKey["form"]; seed?: Uint8Array } {
  const { expandedKeyLength } = mlDsaParameterSets[parameterSet];
  switch (choice.tag) {
    case seedTag:
      return { form: "seed", seed: ofLength(choice.content, seedLength, "seed") };
    case tags.octetString:
      ofLength(choice.content, expandedKeyLength, "expanded key");
      return { form: "expandedKey" };
    case tags.sequence: {
      const [seed, expandedKey, ...rest] = readSequence(choice, "ML-DSA private key");
      if (rest.length > 0)
        throw new DerError("the ML-DSA private key has more than a seed and an expanded key");
      ofLength(readOctetString(expandedKey, "expanded key"), expandedKeyLength, "expanded key");
      return { form: "both", seed: ofLength(readOctetString(seed, "seed"), seedLength, "seed") };
    }
    default:
      throw new DerError("the ML-DSA private key is neither a seed nor an expanded key nor both");
  }
}

/** Octets of the seed, xi in FIPS 204 section 5.1. */
const seedLength = 32;

function ofLength(octets: Uint8Array, length: number, what: string): Uint8Array {
  if (octets.length === length) return octets;
  throw new DerError(`the ${what} has ${octets.length} octets, expected ${length}`);
}

function encode(parameterSet: MlDsaParameterSet, choice: Uint8Array): Uint8Array {
  return encodeSequence(
    encodeSmallInteger(0),
    encodeKeyKind({ type: "ml-dsa", parameterSet }),
    encodeOctetString(choice),
  );
}
