import { decodeBase64, encodeBase64 } from "../encoding/base64.ts";
import { DerError } from "../errors.ts";
import { printable } from "../text.ts";

/**
 * Writes one PEM block: 64 columns, LF line ends, a final newline.
 *
 * @see RFC 7468 section 3
 */
export function encodePem(label: string, der: Uint8Array): string {
  const base64 = encodeBase64(der);
  let lines = "";
  for (let start = 0; start < base64.length; start += 64) lines += `${base64.slice(start, start + 64)}\n`;
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`;
}

/**
 * Reads every PEM block with the given label; text between blocks and CRLF are tolerated (RFC 7468 section 2).
 *
 * @returns DER of each block, in order; empty when there is none.
 * @throws {DerError} A block with another label, one that is not closed, or contents that are not base64.
 */
export function decodePem(text: string, label: string): Uint8Array[] {
  return readPemBlocks(text).map((block) => {
    if (block.label !== label) {
      throw new DerError(`PEM block is labelled "${printable(block.label)}", expected "${label}"`);
    }
    return decodePemBlock(block);
  });
}

/** A PEM block whose contents are not decoded yet. */
export interface PemBlock {
  readonly label: string;
  /** Text between the two boundary lines. */
  readonly body: string;
}

/** Splits text into PEM blocks. @throws {DerError} A block that is not closed by its own label. */
export function readPemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { label: string; body: string[] } | undefined;
  for (const line of text.split(/\r\n|\n|\r/)) {
    const boundary = /^-----(BEGIN|END) ([A-Z0-9 ]{1,64})-----\s*$/.exec(line);
    if (boundary === null) {
      open?.body.push(line);
      continue;
    }
    const [, kind, label = ""] = boundary;
    if (kind === "BEGIN" && open === undefined) open = { label, body: [] };
    else if (kind === "END" && open?.label === label) {
      blocks.push({ label, body: open.body.join("\n") });
      open = undefined;
    } else throw new DerError(`PEM boundary "${kind} ${label}" is out of place`);
  }
  if (open !== undefined) throw new DerError(`PEM block "${open.label}" is not closed`);
  return blocks;
}

/** Decodes the contents of one block. @throws {DerError} Nothing, or text that is not base64. */
export function decodePemBlock({ label, body }: PemBlock): Uint8Array {
  const der = decodeBase64(body.replace(/[ \t\n]/g, ""));
  if (der === undefined || der.length === 0) throw new DerError(`PEM block "${label}" is not base64`);
  return der;
}
