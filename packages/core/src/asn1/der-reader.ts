import { DerError } from "../errors.ts";
import { tags } from "./tags.ts";

/** One DER value; contents and encoding are views into the input, made when they are asked for. */
export interface DerElement {
  /** Identifier octet. */
  readonly tag: number;
  /** Contents octets. */
  readonly content: Uint8Array;
  /** Identifier, length and contents octets. */
  readonly encoded: Uint8Array;
}

/** Deepest nesting that {@link assertDer} accepts; certificates need about 10. */
const maximumDepth = 32;

/** Most elements that one constructed value may hold; far above any real certificate. */
const maximumChildren = 10_000;

/**
 * Reads the one DER value that fills `bytes`.
 *
 * Only this value's own identifier and length are checked; use {@link readChildren} to go on, or {@link assertDer}
 * for values that are carried without being understood.
 *
 * @throws {DerError} Trailing bytes, a length that is indefinite, not minimal or past the end, or a tag number above 30.
 */
export function readDer(bytes: Uint8Array): DerElement {
  const element = readElementAt(bytes, 0, bytes.length);
  if (element.end !== bytes.length) {
    throw new DerError(`${bytes.length - element.end} bytes follow the outermost value`);
  }
  return element;
}

/**
 * Reads the values inside a constructed one, in order.
 *
 * @throws {DerError} As {@link readDer}, for any of the values, or more than 10 000 of them.
 */
export function readChildren(element: DerElement): DerElement[] {
  const { source, contentStart, end } = placeOf(element);
  const children: DerElement[] = [];
  let offset = contentStart;
  while (offset < end) {
    if (children.length === maximumChildren) throw tooMany();
    const child = readElementAt(source, offset, end);
    children.push(child);
    offset = child.end;
  }
  return children;
}

/** Reads the values of a SEQUENCE. @throws {DerError} */
export function readSequence(element: DerElement | undefined, what: string): DerElement[] {
  return readChildren(expectTag(element, tags.sequence, what));
}

/** Reads the values of a SET. @throws {DerError} Also when they are not in DER order (X.690 section 10.3, 11.6). */
export function readSet(element: DerElement | undefined, what: string): DerElement[] {
  const children = readChildren(expectTag(element, tags.set, what));
  let previous: DerElement | undefined;
  for (const child of children) {
    if (previous !== undefined && compareEncoded(previous.encoded, child.encoded) > 0) {
      throw new DerError(`${what}: the elements of a SET OF are not in ascending order`);
    }
    previous = child;
  }
  return children;
}

/** Narrows to an element with the given identifier octet. @throws {DerError} Absent or another tag. */
export function expectTag(element: DerElement | undefined, tag: number, what: string): DerElement {
  if (element === undefined) throw new DerError(`${what} is missing`);
  if (element.tag !== tag) {
    throw new DerError(`${what} has tag 0x${element.tag.toString(16)}, expected 0x${tag.toString(16)}`);
  }
  return element;
}

/** Reads a BOOLEAN: 0xFF or 0x00 only (X.690 section 11.1). @throws {DerError} */
export function readBoolean(element: DerElement | undefined, what: string): boolean {
  const { content } = expectTag(element, tags.boolean, what);
  const octet = content[0];
  if (content.length !== 1 || (octet !== 0x00 && octet !== 0xff))
    throw new DerError(`${what} is not a DER BOOLEAN`);
  return octet === 0xff;
}

/**
 * Reads an INTEGER as its contents octets, two's complement.
 *
 * @throws {DerError} Empty or not minimal (X.690 section 8.3.2).
 */
export function readInteger(element: DerElement | undefined, what: string): Uint8Array {
  return minimalInteger(expectTag(element, tags.integer, what).content, what);
}

/** Reads a positive or zero INTEGER as its magnitude: no sign octet, at least one octet. @throws {DerError} */
export function readUnsignedInteger(element: DerElement | undefined, what: string): Uint8Array {
  return magnitudeOf(readInteger(element, what), what);
}

/** Reads a non-negative INTEGER of at most 31 bits. @throws {DerError} */
export function readSmallInteger(element: DerElement | undefined, what: string): number {
  return smallNumber(readUnsignedInteger(element, what), what);
}

/** Reads a non-negative ENUMERATED of at most 31 bits. @throws {DerError} */
export function readEnumerated(element: DerElement | undefined, what: string): number {
  const content = minimalInteger(expectTag(element, tags.enumerated, what).content, what);
  return smallNumber(magnitudeOf(content, what), what);
}

/** Reads an OCTET STRING. @throws {DerError} */
export function readOctetString(element: DerElement | undefined, what: string): Uint8Array {
  return expectTag(element, tags.octetString, what).content;
}

/** Reads a NULL. @throws {DerError} */
export function readNull(element: DerElement | undefined, what: string): void {
  if (expectTag(element, tags.null, what).content.length !== 0)
    throw new DerError(`${what} is a NULL with contents`);
}

/** Reads a BIT STRING that holds whole octets, as keys and signatures do. @throws {DerError} */
export function readBitStringOctets(element: DerElement | undefined, what: string): Uint8Array {
  const { content } = expectTag(element, tags.bitString, what);
  if (content[0] !== 0) throw new DerError(`${what} is not a BIT STRING of whole octets`);
  return content.subarray(1);
}

/**
 * Reads a named bit list, such as KeyUsage, as the set of its bit numbers.
 *
 * @throws {DerError} Unused bits that are not zero, or trailing zero bits (X.690 section 11.2).
 */
export function readNamedBits(element: DerElement | undefined, what: string): ReadonlySet<number> {
  const { content } = expectTag(element, tags.bitString, what);
  const unused = content[0];
  const octets = content.subarray(1);
  if (unused === undefined || unused > 7 || (octets.length === 0 && unused !== 0)) {
    throw new DerError(`${what} has an impossible number of unused bits`);
  }
  const last = octets[octets.length - 1];
  if (last !== undefined && (last & ((1 << (unused + 1)) - 1)) !== 1 << unused) {
    throw new DerError(`${what} has trailing zero bits or unused bits that are set`);
  }
  const bits = new Set<number>();
  for (const [index, octet] of octets.entries()) {
    for (let bit = 0; bit < 8; bit += 1) if ((octet & (0x80 >> bit)) !== 0) bits.add(index * 8 + bit);
  }
  return bits;
}

/**
 * Reads an OBJECT IDENTIFIER as dotted decimal.
 *
 * @throws {DerError} Not minimal, cut off, longer than 64 octets, or an arc above 2^53 - 1.
 */
export function readOid(element: DerElement | undefined, what: string): string {
  const { source, contentStart, end } = placeOf(expectTag(element, tags.oid, what));
  const length = end - contentStart;
  if (length === 0 || length > 64) throw new DerError(`${what} has ${length} octets`);
  let text = "";
  let arc = 0;
  let fresh = true;
  for (let index = contentStart; index < end; index += 1) {
    const octet = source[index] ?? 0;
    if (fresh && octet === 0x80) throw new DerError(`${what} has an arc that is not minimal`);
    arc = arc * 128 + (octet & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER) throw new DerError(`${what} has an arc above 2^53 - 1`);
    fresh = (octet & 0x80) === 0;
    if (!fresh) continue;
    text += text === "" ? firstTwoArcs(arc) : `.${arc}`;
    arc = 0;
  }
  if (!fresh) throw new DerError(`${what} ends inside an arc`);
  return text;
}

/** The first two arcs share a number: X.690 section 8.19.4. */
function firstTwoArcs(number: number): string {
  const first = Math.min(Math.floor(number / 40), 2);
  return `${first}.${number - first * 40}`;
}

/**
 * Checks that bytes are one DER value all the way down: every constructed value, every primitive whose DER form can be
 * told without its schema.
 *
 * @throws {DerError} Also for nesting deeper than 32.
 */
export function assertDer(bytes: Uint8Array): void {
  assertElement(placeOf(readDer(bytes)), 0);
}

function assertElement(element: DerValue, depth: number): void {
  if (depth > maximumDepth) throw new DerError(`values are nested more than ${maximumDepth} deep`);
  if ((element.tag & 0x20) === 0) {
    assertPrimitive(element);
    return;
  }
  if (element.tag < 0x40 && element.tag !== tags.sequence && element.tag !== tags.set) {
    throw new DerError(`tag 0x${element.tag.toString(16)} is a constructed form that DER forbids`);
  }
  let children = 0;
  for (let offset = element.contentStart; offset < element.end; children += 1) {
    if (children === maximumChildren) throw tooMany();
    const child = readElementAt(element.source, offset, element.end);
    assertElement(child, depth + 1);
    offset = child.end;
  }
}

function tooMany(): DerError {
  return new DerError(`more than ${maximumChildren} values in one`);
}

function assertPrimitive(element: DerElement): void {
  switch (element.tag) {
    case 0x00:
      throw new DerError("tag 0x00 ends an indefinite length, which DER does not have");
    case tags.boolean:
      readBoolean(element, "a BOOLEAN");
      break;
    case tags.integer:
      readInteger(element, "an INTEGER");
      break;
    case tags.null:
      readNull(element, "a NULL");
      break;
    case tags.oid:
      readOid(element, "an OBJECT IDENTIFIER");
      break;
    case tags.bitString: {
      const { content } = element;
      const unused = content[0];
      const last = content.length > 1 ? content[content.length - 1] : undefined;
      if (unused === undefined || unused > 7 || (unused > 0 && last === undefined))
        throw new DerError("a BIT STRING is malformed");
      if (last !== undefined && (last & ((1 << unused) - 1)) !== 0)
        throw new DerError("a BIT STRING has unused bits that are set");
      break;
    }
    case 0x10:
    case 0x11:
      throw new DerError("a SEQUENCE or SET is marked as primitive");
    default:
  }
}

/** Reads the value at `start`, which has to end by `limit`. */
function readElementAt(bytes: Uint8Array, start: number, limit: number): DerValue {
  const tag = bytes[start];
  const first = bytes[start + 1];
  if (start + 2 > limit || tag === undefined || first === undefined)
    throw new DerError("a value ends inside its header");
  if ((tag & 0x1f) === 0x1f) throw new DerError("a tag number above 30 is not used in X.509");
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  const contentStart = start + 2 + lengthOctets;
  const length = first < 0x80 ? first : readLongLength(bytes, start + 2, lengthOctets, limit);
  const end = contentStart + length;
  if (end > limit) throw new DerError(`a length of ${length} goes past the end`);
  return new DerValue(tag, bytes, start, contentStart, end);
}

/**
 * A class and not a literal, for its getters: most elements of a structure are only looked at for their tag or their
 * contents, and views were a sixth of all memory that an issuance allocates.
 */
class DerValue implements DerElement {
  readonly tag: number;
  readonly source: Uint8Array;
  readonly start: number;
  readonly contentStart: number;
  readonly end: number;

  constructor(tag: number, source: Uint8Array, start: number, contentStart: number, end: number) {
    this.tag = tag;
    this.source = source;
    this.start = start;
    this.contentStart = contentStart;
    this.end = end;
  }

  get content(): Uint8Array {
    return this.source.subarray(this.contentStart, this.end);
  }

  get encoded(): Uint8Array {
    return this.source.subarray(this.start, this.end);
  }
}

/** Also of an element that somebody else has made. */
function placeOf(element: DerElement): DerValue {
  if (element instanceof DerValue) return element;
  return new DerValue(element.tag, element.content, 0, 0, element.content.length);
}

/** Reads a length in its long form, which DER allows only where the short form cannot say it (X.690 section 10.1). */
function readLongLength(bytes: Uint8Array, start: number, octets: number, limit: number): number {
  if (octets === 0) throw new DerError("a length is indefinite");
  if (octets > 4) throw new DerError(`a length has ${octets} octets`);
  if (start + octets > limit) throw new DerError("a value ends inside its header");
  let length = 0;
  for (let index = start; index < start + octets; index += 1) length = length * 256 + (bytes[index] ?? 0);
  if (length < 0x80 || bytes[start] === 0)
    throw new DerError(`the length ${length} is not in its minimal form`);
  return length;
}

function minimalInteger(content: Uint8Array, what: string): Uint8Array {
  const first = content[0];
  const second = content[1];
  if (first === undefined) throw new DerError(`${what} is an INTEGER without contents`);
  if (second !== undefined && ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new DerError(`${what} is not in its minimal form`);
  }
  return content;
}

function magnitudeOf(content: Uint8Array, what: string): Uint8Array {
  if (((content[0] ?? 0) & 0x80) !== 0) throw new DerError(`${what} is negative`);
  return content.length > 1 && content[0] === 0 ? content.subarray(1) : content;
}

function smallNumber(magnitude: Uint8Array, what: string): number {
  const value = magnitude.reduce((sum, octet) => sum * 256 + octet, 0);
  if (magnitude.length > 4 || value > 0x7fffffff) throw new DerError(`${what} is above 2^31 - 1`);
  return value;
}

/** Order of the elements of a SET OF: octet by octet, the shorter first (X.690 section 11.6). */
export function compareEncoded(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
