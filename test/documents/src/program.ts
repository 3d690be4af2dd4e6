import { type Block, readSections } from "./markdown.ts";

/** A section that can be run: its ts blocks are one module, its sh blocks run where they stand between them. */
export interface Program {
  /** For people: the document and the section. */
  readonly title: string;
  /** Written into the directory before the first step. */
  readonly files: readonly { readonly name: string; readonly contents: string }[];
  readonly steps: readonly Step[];
}

/** A block that is run. */
export interface Step {
  readonly language: "sh" | "ts";
  readonly code: string;
  /** Line of its opening fence in the document. */
  readonly line: number;
  /** What it has to print, from the `text` block behind it; undefined: that is not said. */
  readonly expected: string | undefined;
}

/** Which blocks of a document are run: all of them, or only its TypeScript, as in a README that also shows other things. */
export type Reading = "everything" | "typescript";

/**
 * Makes programs of a document, one of each section that has something to run.
 *
 * A block with a file name is that file. A `text` block is what the block before it has to print.
 *
 * @param name - File name of the document, for messages.
 * @throws {Error} There is nothing to run; or, where everything is run, a block of another language without a file name or a `text`
 * block with nothing before it that could have printed it.
 */
export function readPrograms(name: string, markdown: string, reading: Reading): readonly Program[] {
  const programs = readSections(markdown).map(({ title, blocks }) => ({
    title: `${name}, ${title || "beginning"}`,
    ...sortBlocks(name, blocks, reading),
  }));
  if (programs.every(({ steps }) => steps.length === 0)) throw new Error(`${name}: there is no block to run`);
  return programs.filter(({ steps, files }) => steps.length + files.length > 0);
}

function sortBlocks(
  name: string,
  blocks: readonly Block[],
  reading: Reading,
): Pick<Program, "files" | "steps"> {
  const files: Program["files"][number][] = [];
  const steps: Step[] = [];
  let before: Step | undefined;
  for (const { language, file, code, line } of blocks) {
    const printer = before;
    before = undefined;
    if (file !== undefined) files.push({ name: file, contents: code });
    else if (language === "text" && printer !== undefined)
      steps.splice(-1, 1, { ...printer, expected: code });
    else if (language === "ts" || (language === "sh" && reading === "everything")) {
      before = { language, code, line, expected: undefined };
      steps.push(before);
    } else if (reading === "everything")
      throw new Error(`${name}, line ${line}: this block is not run, is no file, and nothing prints it`);
  }
  return { files, steps };
}
