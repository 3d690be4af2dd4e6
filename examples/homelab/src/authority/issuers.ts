import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  createIntermediate,
  createLocalSigner,
  createRoot,
  decodePrivateKeyPem,
  encodePem,
  encryptPrivateKeyPem,
  type Issuer,
  importIssuer,
  isCaError,
  type PrivateKey,
} from "@chancery/core";
import type { AuthorityConfiguration } from "../configuration/configuration.ts";
import { createDirectoryDurably, groupAndOthers, readGuarded, writers } from "../data-directory/files.ts";
import { StartRefusal } from "../start-refusal.ts";
import { type Passphrase, readPassphrase } from "./passphrase.ts";

/** What {@link openIssuer} works with. */
export interface IssuerOptions {
  readonly authority: AuthorityConfiguration;
  readonly dataDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: () => Date;
}

/** The intermediate that issues, and whether it is new. */
export interface OpenedIssuer {
  readonly issuer: Issuer;
  readonly isNew: boolean;
}

/**
 * Loads the issuer from the directory `authority` of the data directory, or creates it there: a root, an intermediate below
 * it, and their private keys, each encrypted with the passphrase.
 *
 * The root's private key is not needed again and may be taken away.
 *
 * @throws {StartRefusal} A file is missing or open to others, the passphrase is wrong, the issuer is unfit or expired, or there is
 * none and none may be created.
 */
export async function openIssuer(options: IssuerOptions): Promise<OpenedIssuer> {
  const directory = join(options.dataDirectory, "authority");
  const isNew = !existsSync(directory);
  if (isNew && !options.authority.createIfMissing) {
    throw new StartRefusal(
      `there is no authority in ${options.dataDirectory}: set authority.createIfMissing to true to have one made, or check dataDirectory`,
    );
  }
  const passphrase = await readPassphrase({ ...options, mayGenerate: isNew });
  const issuer = isNew
    ? await createIssuer(directory, passphrase, options)
    : await loadIssuer(directory, passphrase, options);
  return { issuer, isNew };
}

const files = {
  root: "root.pem",
  rootKey: "root.key.pem",
  intermediate: "intermediate.pem",
  intermediateKey: "intermediate.key.pem",
} as const;

async function createIssuer(
  directory: string,
  passphrase: Passphrase,
  { authority: { organization, permittedDns, ...authority }, clock }: IssuerOptions,
): Promise<Issuer> {
  const shared = { ...(organization !== undefined && { organization }), clock };
  const root = await createRoot({ ...authority.root, ...shared, permittedDns });
  const intermediate = await createIntermediate({
    ...authority.intermediate,
    ...shared,
    issuer: root.issuer,
  });
  const encrypt = (key: PrivateKey) => encryptPrivateKeyPem(key, passphrase.text);
  const [rootKey, intermediateKey] = await Promise.all([
    encrypt(root.privateKey),
    encrypt(intermediate.privateKey),
  ]);
  await createDirectoryDurably(directory, {
    [files.root]: encodePem("CERTIFICATE", root.issuer.certificate),
    [files.rootKey]: rootKey,
    [files.intermediate]: encodePem("CERTIFICATE", intermediate.issuer.certificate),
    [files.intermediateKey]: intermediateKey,
  });
  return intermediate.issuer;
}

async function loadIssuer(
  directory: string,
  passphrase: Passphrase,
  { clock }: IssuerOptions,
): Promise<Issuer> {
  const chainPem = readRequired(join(directory, files.intermediate), writers);
  const trustAnchorPem = readRequired(join(directory, files.root), writers);
  const keyPem = readRequired(join(directory, files.intermediateKey), groupAndOthers);
  // Not needed, but if it is here it has to be as safe.
  readGuarded(join(directory, files.rootKey), groupAndOthers);
  const privateKey = await openPrivateKey(join(directory, files.intermediateKey), keyPem, passphrase);
  try {
    return await importIssuer({ chainPem, trustAnchorPem, signer: createLocalSigner(privateKey), clock });
  } catch (cause) {
    if (!isCaError(cause)) throw cause;
    throw new StartRefusal(`the issuer in ${directory} cannot be used: ${cause.message}`, { cause });
  }
}

async function openPrivateKey(path: string, pem: string, passphrase: Passphrase): Promise<PrivateKey> {
  try {
    return await decodePrivateKeyPem(pem, passphrase.text);
  } catch (cause) {
    if (!isCaError(cause)) throw cause;
    const sentence =
      cause.code === "ERR_PASSPHRASE_WRONG"
        ? `the passphrase in ${passphrase.source} does not open ${path}`
        : `the private key ${path} cannot be used: ${cause.message}`;
    throw new StartRefusal(sentence, { cause });
  }
}

function readRequired(path: string, refusedMode: number): string {
  const content = readGuarded(path, refusedMode);
  if (content !== undefined) return content;
  throw new StartRefusal(`${path} is missing: put it back from a backup of the data directory`);
}
