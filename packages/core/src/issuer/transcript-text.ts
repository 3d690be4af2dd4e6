import { assertHonestText } from "../certificate/name.ts";
import { CaError, DerError } from "../errors.ts";
import { printable } from "../text.ts";
import { invalid } from "./invalid.ts";

/** What happened at a key ceremony. Texts have 1 to 255 characters, none of them a control character, no space at either end. */
export interface CeremonyTranscript {
  /** For example `Root of the lab`. */
  readonly title: string;
  readonly time: Date;
  /** What the keys and certificates were made with. */
  readonly tool: { readonly name: string; readonly version: string };
  /** Names of those who were there, at least one. */
  readonly witnesses: readonly string[];
  /** How each CA key is kept, for example `PKCS#11 token 4711, sensitive, never extractable`. */
  readonly keys: readonly { readonly publicKeyHash: string; readonly protection: string }[];
  /** What came out: certificates, requests, CRLs, logs. Names are distinct; hashes are SHA-256, lower-case hexadecimal. */
  readonly artefacts: readonly { readonly name: string; readonly hash: string }[];
}

const heading = "Chancery key ceremony, version 1";

/**
 * Writes a transcript: one fact in a line, always the same text for the same facts.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function formatTranscript(transcript: CeremonyTranscript): string {
  assertFacts(transcript);
  const { title, time, tool, witnesses, keys, artefacts } = transcript;
  const lines = [
    heading,
    `title: ${title}`,
    `time: ${time.toISOString()}`,
    `tool: ${tool.name}`,
    `version: ${tool.version}`,
    ...witnesses.map((name) => `witness: ${name}`),
    ...keys.map(({ publicKeyHash, protection }) => `key: ${publicKeyHash} ${protection}`),
    ...artefacts.map(({ hash, name }) => `artefact: ${hash} ${name}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** Reads what {@link formatTranscript} wrote; undefined for anything else: the same text must come out again. */
export function parseTranscript(text: string): CeremonyTranscript | undefined {
  const facts = text.split("\n").map((line) => /^([a-z]+): (.*)$/.exec(line));
  const all = (label: string): string[] =>
    facts.flatMap((fact) => (fact?.[1] === label ? [fact[2] ?? ""] : []));
  const one = (label: string): string => all(label)[0] ?? "";
  const hashed = (label: string): { hash: string; rest: string }[] =>
    all(label).map((value) => ({ hash: value.slice(0, 64), rest: value.slice(65) }));
  const transcript: CeremonyTranscript = {
    title: one("title"),
    time: new Date(one("time")),
    tool: { name: one("tool"), version: one("version") },
    witnesses: all("witness"),
    keys: hashed("key").map(({ hash, rest }) => ({ publicKeyHash: hash, protection: rest })),
    artefacts: hashed("artefact").map(({ hash, rest }) => ({ name: rest, hash })),
  };
  try {
    return formatTranscript(transcript) === text ? transcript : undefined;
  } catch (cause) {
    if (cause instanceof CaError) return undefined;
    throw cause;
  }
}

function assertFacts({ title, time, tool, witnesses, keys, artefacts }: CeremonyTranscript): void {
  if (Number.isNaN(time.getTime())) throw invalid("the time of the transcript is not a date");
  if (witnesses.length === 0) throw invalid("witnesses is empty: a ceremony that nobody saw proves nothing");
  if (artefacts.length === 0) throw invalid("artefacts is empty: a transcript is about what came out");
  const lines = {
    title: [title],
    tool: [tool.name, tool.version],
    witnesses,
    keys: keys.map(({ protection }) => protection),
    artefacts: artefacts.map(({ name }) => name),
  };
  for (const [field, texts] of Object.entries(lines)) for (const text of texts) assertLine(field, text);
  const hashes = [...keys.map(({ publicKeyHash }) => publicKeyHash), ...artefacts.map(({ hash }) => hash)];
  if (hashes.some((hash) => !/^[0-9a-f]{64}$/.test(hash)))
    throw invalid("a hash is not a SHA-256 in lower-case hexadecimal");
  const twice = artefacts.find(
    ({ name }, index) => artefacts.findIndex((one) => one.name === name) !== index,
  );
  if (twice !== undefined) throw invalid(`artefacts has "${printable(twice.name)}" twice`);
}

function assertLine(field: string, text: string): void {
  try {
    assertHonestText(text, field);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw invalid(`${field}: ${cause.message}`, cause);
  }
  if (text.length === 0 || text.length > 255 || text.trim() !== text)
    throw invalid(
      `${field} has "${printable(text)}", which is not 1 to 255 characters without spaces around them`,
    );
}
