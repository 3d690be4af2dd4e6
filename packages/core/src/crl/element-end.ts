import { DerError } from "../errors.ts";

/**
 * Finds where the DER value that begins at `start` ends, and looks at nothing else: for walking over many values without
 * making an object of each.
 *
 * @throws {DerError} The header or what it announces is cut off, or the length is indefinite or has more than 4 octets.
 */
export function elementEnd(octets: Uint8Array, start: number): number {
  const first = octets[start + 1];
  if (first === undefined) throw new DerError("a value ends inside its header");
  const end = first < 0x80 ? start + 2 + first : longElementEnd(octets, start, first & 0x7f);
  if (end > octets.length) throw new DerError("a value goes past the end");
  return end;
}

function longElementEnd(octets: Uint8Array, start: number, lengthOctets: number): number {
  if (lengthOctets === 0 || lengthOctets > 4) throw new DerError(`a length has ${lengthOctets} octets`);
  let length = 0;
  for (let index = 0; index < lengthOctets; index += 1)
    length = length * 256 + (octets[start + 2 + index] ?? 0);
  return start + 2 + lengthOctets + length;
}
