import { elementEnd } from "./element-end.ts";

/** A place in a list of encoded entries whose serial numbers ascend as octets. */
export interface EntryCursor {
  /**
   * Goes on to the entry with the serial number of the entry that stands at `start` in `octets`, or past where it would be.
   *
   * @returns Whether there is one; it stays the one that was found last until the next call.
   */
  seek(octets: Uint8Array, start: number): boolean;
  /** Goes on to the end. */
  finish(): void;
  /** Whether the entry that was found last has the octets from `start` to `end`. */
  isSame(octets: Uint8Array, start: number, end: number): boolean;
  /** The encoded entry that was found last. */
  readonly entry: Uint8Array;
}

/**
 * Creates a cursor before the first of encoded entries.
 *
 * In a list that does not ascend some entries are passed over without being found.
 *
 * @param passed - Hears of the octets of each entry that was passed over and never found.
 */
export function createEntryCursor(
  entries: Uint8Array,
  passed: (start: number, end: number) => void,
): EntryCursor {
  let start = 0;
  let end = 0;
  let wasFound = false;
  const step = (): void => {
    if (!wasFound && end > start) passed(start, end);
    wasFound = false;
    start = end;
    if (start < entries.length) end = elementEnd(entries, start);
  };
  step();
  return Object.freeze<EntryCursor>({
    seek(octets, other) {
      while (start < entries.length) {
        const order = compareSerialNumbers(entries, start, octets, other);
        if (order === 0) wasFound = true;
        if (order >= 0) return order === 0;
        step();
      }
      return false;
    },
    finish() {
      while (start < entries.length) step();
    },
    isSame(octets, from, to) {
      if (to - from !== end - start) return false;
      for (let index = 0; index < to - from; index += 1)
        if (octets[from + index] !== entries[start + index]) return false;
      return true;
    },
    get entry() {
      return entries.subarray(start, end);
    },
  });
}

/** Order of the serial numbers of two encoded entries as the store has it: octet by octet, the shorter first. */
function compareSerialNumbers(
  left: Uint8Array,
  leftEntry: number,
  right: Uint8Array,
  rightEntry: number,
): number {
  let leftAt = magnitudeStart(left, leftEntry);
  let rightAt = magnitudeStart(right, rightEntry);
  const leftEnd = integerEnd(left, leftEntry);
  const rightEnd = integerEnd(right, rightEntry);
  for (; leftAt < leftEnd && rightAt < rightEnd; leftAt += 1, rightAt += 1) {
    const difference = (left[leftAt] ?? 0) - (right[rightAt] ?? 0);
    if (difference !== 0) return difference;
  }
  return leftEnd - leftAt - (rightEnd - rightAt);
}

/** Where the serial number of an entry begins, its sign octet left out. */
function magnitudeStart(octets: Uint8Array, entry: number): number {
  const content = integerStart(octets, entry) + 2;
  return octets[content] === 0 && integerEnd(octets, entry) > content + 1 ? content + 1 : content;
}

function integerEnd(octets: Uint8Array, entry: number): number {
  const start = integerStart(octets, entry);
  return start + 2 + (octets[start + 1] ?? 0);
}

/** The first value of the SEQUENCE; a length of more than one octet is that of an entry with foreign extensions. */
function integerStart(octets: Uint8Array, entry: number): number {
  const length = octets[entry + 1] ?? 0;
  return entry + 2 + (length < 0x80 ? 0 : length & 0x7f);
}
