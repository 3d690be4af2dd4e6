/** A fenced block of a Markdown text. */
export interface Block {
  /** First word after the fence; empty when there is none. */
  readonly language: string;
  /** Second word after the fence: the name of the file that the block is. */
  readonly file: string | undefined;
  /** The lines between the fences, each with its line end. */
  readonly code: string;
  /** Number of the line of the opening fence; the first line of the text is 1. */
  readonly line: number;
}

/** A heading of the second level with what follows it up to the next one; the first has no heading. */
export interface Section {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/**
 * Cuts a Markdown text into sections and finds their fenced blocks.
 *
 * Knows fences of three backticks at the beginning of a line, with up to two words behind them, and no others.
 *
 * @throws {Error} A fence in another form, or one that is not closed.
 */
export function readSections(markdown: string): readonly Section[] {
  const sections: { readonly title: string; readonly blocks: Block[] }[] = [{ title: "", blocks: [] }];
  let open: OpenBlock | undefined;
  for (const [index, text] of markdown.split("\n").entries()) {
    if (open === undefined) {
      if (text.startsWith("## ")) sections.push({ title: text.slice(3), blocks: [] });
      open = readFence(text, index + 1);
    } else if (text === "```") {
      const { lines, ...fence } = open;
      sections.at(-1)?.blocks.push({ ...fence, code: lines.join("") });
      open = undefined;
    } else open.lines.push(`${text}\n`);
  }
  if (open !== undefined) throw new Error(`line ${open.line}: the block is not closed`);
  return sections;
}

interface OpenBlock extends Omit<Block, "code"> {
  readonly lines: string[];
}

function readFence(text: string, line: number): OpenBlock | undefined {
  if (!/^\s*(?:```|~~~)/.test(text)) return undefined;
  const fence = /^```([a-z]*)(?: ([\w./-]+))?$/.exec(text);
  if (fence === null)
    throw new Error(`line ${line}: "${text}" is no fence of the form \`\`\`language [file]`);
  const [, language = "", file] = fence;
  return { language, file, line, lines: [] };
}
