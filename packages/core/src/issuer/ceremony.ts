import { cryptoProvider } from "#crypto";
import type { SignatureAlgorithm } from "../crypto/provider.ts";
import { encodeHex } from "../encoding/hex.ts";
import { acceptPublicKey } from "../key/public-key.ts";
import { keyFitsSignature } from "../key/signature-algorithm.ts";
import { signVerified } from "../signer/sign-verified.ts";
import type { Signer } from "../signer/signer.ts";
import { printable } from "../text.ts";
import { type CeremonyTranscript, formatTranscript, parseTranscript } from "./transcript-text.ts";

/** Input of {@link createTranscript}. */
export interface TranscriptOptions extends Pick<CeremonyTranscript, "title" | "tool" | "witnesses"> {
  /** SubjectPublicKeyInfo DER of each CA key, and how the private key is kept; default: none. */
  readonly keys?: readonly { readonly publicKey: Uint8Array; readonly protection: string }[];
  readonly artefacts: readonly Artefact[];
  /** Default: the system's clock. */
  readonly clock?: () => Date;
}

/** A file of a ceremony. */
export interface Artefact {
  readonly name: string;
  readonly content: Uint8Array;
}

/** A signature that is kept beside the text it is over. */
export interface DetachedSignature {
  readonly algorithm: SignatureAlgorithm;
  readonly signature: Uint8Array;
}

/**
 * Writes the transcript of a key ceremony as text: one fact in a line, always the same text for the same facts.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a text that cannot stand in a line, no witness, no artefact, or two of one name.
 */
export async function createTranscript(options: TranscriptOptions): Promise<string> {
  const { title, tool, witnesses, keys = [], artefacts, clock = () => new Date() } = options;
  return formatTranscript({
    title,
    time: clock(),
    tool,
    witnesses,
    keys: await Promise.all(
      keys.map(async ({ publicKey, protection }) => ({ publicKeyHash: await hashOf(publicKey), protection })),
    ),
    artefacts: await Promise.all(
      artefacts.map(async ({ name, content }) => ({ name, hash: await hashOf(content) })),
    ),
  });
}

/**
 * Signs a transcript. Several people may sign one text, each with a key of their own.
 *
 * @throws {SignerError} `ERR_SIGNER_FAILED`
 */
export async function signTranscript(text: string, signer: Signer): Promise<DetachedSignature> {
  const signature = await signVerified(signer, "transcript", utf8.encode(text));
  return Object.freeze({ algorithm: signer.algorithm, signature });
}

/** What {@link verifyTranscript} found. */
export type TranscriptVerification =
  | { readonly intact: true; readonly transcript: CeremonyTranscript }
  | { readonly intact: false; readonly fault: string };

/**
 * Reads a transcript, verifies its signature, and compares the artefacts that are there with it.
 *
 * @param options.publicKey - SubjectPublicKeyInfo DER of whoever is known to have signed.
 * @param options.artefacts - Each must be in the transcript with the same contents; default: none is compared.
 */
export async function verifyTranscript(options: {
  readonly text: string;
  readonly signature: DetachedSignature;
  readonly publicKey: Uint8Array;
  readonly artefacts?: readonly Artefact[];
}): Promise<TranscriptVerification> {
  const { text, signature, publicKey, artefacts = [] } = options;
  if (!(await isSigned(text, signature, publicKey)))
    return { intact: false, fault: "the signature does not verify under the public key" };
  const transcript = parseTranscript(text);
  if (transcript === undefined)
    return { intact: false, fault: "the text is not a transcript in its canonical form" };
  for (const { name, content } of artefacts) {
    const recorded = transcript.artefacts.find((artefact) => artefact.name === name);
    if (recorded === undefined)
      return { intact: false, fault: `"${printable(name)}" is not in the transcript` };
    if (recorded.hash !== (await hashOf(content)))
      return { intact: false, fault: `"${printable(name)}" is not the file that the transcript was made of` };
  }
  return { intact: true, transcript };
}

async function isSigned(
  text: string,
  { algorithm, signature }: DetachedSignature,
  publicKey: Uint8Array,
): Promise<boolean> {
  const { key, algorithm: kind } = await acceptPublicKey(publicKey);
  return keyFitsSignature(kind, algorithm) && key.verify(algorithm, utf8.encode(text), signature);
}

async function hashOf(content: Uint8Array): Promise<string> {
  return encodeHex(await cryptoProvider.digest("sha-256", content));
}

const utf8 = new TextEncoder();
