import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { AuthorityConfiguration } from "../configuration/configuration.ts";
import { groupAndOthers, othersAndGroupWriters, readGuarded, writeDurably } from "../data-directory/files.ts";
import { StartRefusal } from "../start-refusal.ts";

/** Where the passphrase comes from, for messages, and what it is. */
export interface Passphrase {
  readonly source: string;
  readonly text: string;
}

/** What {@link readPassphrase} works with. */
export interface PassphraseOptions {
  readonly authority: AuthorityConfiguration;
  readonly dataDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether a passphrase may be made up, because nothing is encrypted with one yet. */
  readonly mayGenerate: boolean;
}

/**
 * Reads the passphrase for the private keys of the authority from where the configuration says: a file, an environment
 * variable, or else the file `passphrase` of the data directory, which is generated for a new authority.
 *
 * The line feed at the end of a file does not belong to the passphrase.
 *
 * @throws {StartRefusal} It is not there, is empty, or its file is open to others.
 */
export async function readPassphrase(options: PassphraseOptions): Promise<Passphrase> {
  const { passphraseFile, passphraseEnvironment } = options.authority;
  if (passphraseEnvironment !== undefined) return fromEnvironment(passphraseEnvironment, options.environment);
  if (passphraseFile !== undefined) return fromFile(passphraseFile, othersAndGroupWriters);
  const path = join(options.dataDirectory, "passphrase");
  const text = readGuarded(path, groupAndOthers);
  if (text === undefined && options.mayGenerate) return generate(path);
  return nonEmpty(`the file ${path}`, text);
}

function fromEnvironment(name: string, environment: PassphraseOptions["environment"]): Passphrase {
  const text = environment[name];
  if (text !== undefined && text !== "") return { source: `the environment variable ${name}`, text };
  throw new StartRefusal(
    `the environment variable ${name}, which authority.passphraseEnvironment names, is ${text === "" ? "empty" : "not set"}`,
    { exitCode: 78 },
  );
}

function fromFile(path: string, refusedMode: number): Passphrase {
  return nonEmpty(`the file ${path}`, readGuarded(path, refusedMode));
}

function nonEmpty(source: string, content: string | undefined): Passphrase {
  const text = content?.replace(/\r?\n$/, "");
  if (text !== undefined && text !== "") return { source, text };
  throw new StartRefusal(
    `the passphrase of the authority is expected in ${source}, which ${text === "" ? "is empty" : "does not exist"}`,
  );
}

async function generate(path: string): Promise<Passphrase> {
  // 256 bits: it need not be remembered, and the file protects it no better than it would a shorter one.
  const text = randomBytes(32).toString("base64url");
  await writeDurably(path, `${text}\n`);
  return { source: `the file ${path}`, text };
}
