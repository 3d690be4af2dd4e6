import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DerError } from "../errors.ts";
import {
  assertDer,
  compareEncoded,
  type DerElement,
  expectTag,
  readBitStringOctets,
  readBoolean,
  readChildren,
  readDer,
  readEnumerated,
  readInteger,
  readNamedBits,
  readNull,
  readOctetString,
  readOid,
  readSequence,
  readSet,
  readSmallInteger,
  readUnsignedInteger,
} from "./der-reader.ts";
import { encodeDer } from "./der-writer.ts";

const malformed = { code: "ERR_DER_MALFORMED" };
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
const element = (text: string): DerElement => readDer(hex(text));

describe("readDer", () => {
  test.each([
    { why: "no octets at all", bytes: "" },
    { why: "an identifier octet without a length", bytes: "30" },
    { why: "an indefinite length", bytes: "30 80 00 00" },
    { why: "a long form for a length below 128", bytes: "04 81 01 00" },
    { why: "a length of two octets for one below 256", bytes: `04 82 00 80 ${"00".repeat(128)}` },
    { why: "a length of three octets for one below 65536", bytes: `04 83 00 01 00 ${"00".repeat(256)}` },
    { why: "a length that begins with a zero octet", bytes: "04 84 00 00 00 01 00" },
    { why: "a length that is cut off", bytes: "04 82 01" },
    { why: "a length of five octets", bytes: "04 85 01 00 00 00 00" },
    { why: "a length of 127 octets", bytes: `04 ff ${"01".repeat(127)}` },
    { why: "contents that are cut off", bytes: "04 02 00" },
    { why: "a length of 2^31 in eight octets (E-022)", bytes: "04 84 80 00 00 00 00 00" },
    { why: "a length of 2^32 - 1 in eight octets (E-022)", bytes: "04 84 ff ff ff ff 00 00" },
    { why: "an octet after the value", bytes: "05 00 00" },
    { why: "a tag number above 30", bytes: "1f 1f 00" },
    { why: "a constructed tag number above 30", bytes: "bf 81 01 00" },
  ])("B-002: refuses $why", ({ bytes }) => {
    expect(() => readDer(hex(bytes))).toThrow(expect.objectContaining(malformed));
  });

  test.each([
    { why: "an empty value", bytes: "04 00", content: 0 },
    { why: "the longest short form", bytes: `04 7f ${"00".repeat(127)}`, content: 127 },
    { why: "the shortest long form", bytes: `04 81 80 ${"00".repeat(128)}`, content: 128 },
    { why: "the shortest form of two octets", bytes: `04 82 01 00 ${"00".repeat(256)}`, content: 256 },
  ])("B-002: reads $why", ({ bytes, content }) => {
    const read = readDer(hex(bytes));
    expect(read.tag).toBe(0x04);
    expect(read.content).toHaveLength(content);
    expect(read.encoded).toEqual(hex(bytes));
  });

  test("copies nothing: contents are a view of the input", () => {
    const bytes = hex("04 02 01 02");
    const { content } = readDer(bytes);
    expect(content.buffer).toBe(bytes.buffer);
    expect(content.byteOffset).toBe(2);
  });

  test("reads a view whose memory begins elsewhere", () => {
    const memory = hex("ff ff 02 01 05 ff");
    expect(readSmallInteger(readDer(memory.subarray(2, 5)), "value")).toBe(5);
  });
});

describe("readChildren", () => {
  test("reads values in order and none from an empty one", () => {
    expect(readChildren(element("30 06 02 01 01 02 01 02")).map(({ content }) => content[0])).toEqual([1, 2]);
    expect(readChildren(element("30 00"))).toEqual([]);
  });

  test("refuses a child that reaches past its parent", () => {
    expect(() => readChildren(readDer(hex("30 03 04 02 00")))).toThrow(DerError);
  });

  test("E-022: stops at 10 000 values", () => {
    const most = encodeDer(
      0x30,
      new Uint8Array(20_000).map((_, index) => (index % 2 === 0 ? 5 : 0)),
    );
    const tooMany = encodeDer(
      0x30,
      new Uint8Array(20_002).map((_, index) => (index % 2 === 0 ? 5 : 0)),
    );
    expect(readChildren(readDer(most))).toHaveLength(10_000);
    expect(() => readChildren(readDer(tooMany))).toThrow("more than 10000 values");
  });
});

describe("typed readers", () => {
  test.each([
    { why: "a BOOLEAN of 01", read: readBoolean, bytes: "01 01 01" },
    { why: "a BOOLEAN of two octets", read: readBoolean, bytes: "01 02 ff ff" },
    { why: "a BOOLEAN without contents", read: readBoolean, bytes: "01 00" },
    { why: "an INTEGER where a BOOLEAN belongs", read: readBoolean, bytes: "02 01 00" },
    { why: "an INTEGER without contents", read: readInteger, bytes: "02 00" },
    { why: "an INTEGER with a needless 00", read: readInteger, bytes: "02 02 00 7f" },
    { why: "an INTEGER with a needless FF", read: readInteger, bytes: "02 02 ff 80" },
    { why: "a negative INTEGER", read: readUnsignedInteger, bytes: "02 01 ff" },
    { why: "a small INTEGER of 2^31", read: readSmallInteger, bytes: "02 05 00 80 00 00 00" },
    { why: "a small INTEGER of 64 bits", read: readSmallInteger, bytes: "02 08 01 00 00 00 00 00 00 00" },
    { why: "a small INTEGER below zero", read: readSmallInteger, bytes: "02 01 80" },
    { why: "an ENUMERATED below zero", read: readEnumerated, bytes: "0a 01 ff" },
    { why: "an ENUMERATED that is not minimal", read: readEnumerated, bytes: "0a 02 00 01" },
    { why: "an ENUMERATED above 2^31 - 1", read: readEnumerated, bytes: "0a 05 00 80 00 00 00" },
    { why: "a NULL with contents", read: readNull, bytes: "05 01 00" },
    {
      why: "a BIT STRING with unused bits where whole octets belong",
      read: readBitStringOctets,
      bytes: "03 02 01 80",
    },
    { why: "a BIT STRING without contents", read: readBitStringOctets, bytes: "03 00" },
    { why: "an OCTET STRING in constructed form", read: readOctetString, bytes: "24 03 04 01 00" },
    { why: "a SEQUENCE where a SET belongs", read: readSet, bytes: "30 00" },
    { why: "a SET where a SEQUENCE belongs", read: readSequence, bytes: "31 00" },
    { why: "a SET OF out of order", read: readSet, bytes: "31 06 02 01 02 02 01 01" },
    { why: "an OID without contents", read: readOid, bytes: "06 00" },
    { why: "an OID that ends inside an arc", read: readOid, bytes: "06 02 2a 86" },
    { why: "an OID whose first arc begins with 80", read: readOid, bytes: "06 02 80 01" },
    { why: "an OID whose later arc begins with 80", read: readOid, bytes: "06 03 2a 80 01" },
    { why: "an OID with an arc of 2^53", read: readOid, bytes: "06 09 2a 90 80 80 80 80 80 80 00" },
    { why: "an OID with an arc of 2^70", read: readOid, bytes: "06 0c 2a 81 80 80 80 80 80 80 80 80 80 00" },
    { why: "an OID of 65 octets (E-022)", read: readOid, bytes: `06 41 2a ${"01".repeat(64)}` },
    { why: "named bits with trailing zero bits", read: readNamedBits, bytes: "03 02 00 80" },
    { why: "named bits with an unused bit that is set", read: readNamedBits, bytes: "03 02 05 30" },
    { why: "named bits with 8 unused bits", read: readNamedBits, bytes: "03 02 08 80" },
    { why: "named bits with unused bits of no octet (E-022)", read: readNamedBits, bytes: "03 01 07" },
    { why: "named bits with an empty last octet", read: readNamedBits, bytes: "03 03 07 80 00" },
    { why: "named bits without contents", read: readNamedBits, bytes: "03 00" },
  ])("B-002: refuse $why", ({ read, bytes }) => {
    expect(() => read(element(bytes), "value")).toThrow(expect.objectContaining(malformed));
  });

  test.each([
    readBoolean,
    readInteger,
    readUnsignedInteger,
    readSmallInteger,
    readEnumerated,
    readNull,
    readBitStringOctets,
    readNamedBits,
    readOctetString,
    readOid,
    readSequence,
    readSet,
  ])("%o says what is missing", (read) => {
    expect(() => read(undefined, "the field")).toThrow(new DerError("the field is missing"));
  });

  test.each([
    { bytes: "01 01 ff", read: readBoolean, value: true },
    { bytes: "01 01 00", read: readBoolean, value: false },
    { bytes: "02 01 80", read: readInteger, value: Uint8Array.of(0x80) },
    { bytes: "02 02 00 80", read: readInteger, value: Uint8Array.of(0, 0x80) },
    { bytes: "02 02 00 80", read: readUnsignedInteger, value: Uint8Array.of(0x80) },
    { bytes: "02 01 00", read: readUnsignedInteger, value: Uint8Array.of(0) },
    { bytes: "02 04 7f ff ff ff", read: readSmallInteger, value: 0x7fffffff },
    { bytes: "0a 02 00 80", read: readEnumerated, value: 128 },
    { bytes: "03 03 00 01 02", read: readBitStringOctets, value: Uint8Array.of(1, 2) },
    { bytes: "03 01 00", read: readBitStringOctets, value: new Uint8Array() },
    { bytes: "03 02 07 80", read: readNamedBits, value: new Set([0]) },
    { bytes: "03 03 07 06 80", read: readNamedBits, value: new Set([5, 6, 8]) },
    { bytes: "03 01 00", read: readNamedBits, value: new Set() },
    { bytes: "06 03 2a 03 04", read: readOid, value: "1.2.3.4" },
    { bytes: "06 01 00", read: readOid, value: "0.0" },
    { bytes: "06 01 27", read: readOid, value: "0.39" },
    { bytes: "06 01 28", read: readOid, value: "1.0" },
    { bytes: "06 01 50", read: readOid, value: "2.0" },
    { bytes: "06 02 88 37", read: readOid, value: "2.999" },
    { bytes: "06 09 2a 8f ff ff ff ff ff ff 7f", read: readOid, value: "1.2.9007199254740991" },
  ])("$read.name reads $bytes", ({ bytes, read, value }) => {
    expect(read(element(bytes), "value")).toEqual(value);
  });

  test("expectTag shows both tags", () => {
    expect(() => expectTag(element("02 01 00"), 0x04, "salt")).toThrow("salt has tag 0x2, expected 0x4");
  });

  test("compareEncoded puts the shorter of two values with one beginning first", () => {
    expect(compareEncoded(hex("01"), hex("01 00"))).toBeLessThan(0);
    expect(compareEncoded(hex("02"), hex("01 00"))).toBeGreaterThan(0);
    expect(compareEncoded(hex("01 00"), hex("01 00"))).toBe(0);
  });
});

describe("assertDer", () => {
  test.each([
    { why: "a SEQUENCE marked as primitive", bytes: "10 00" },
    { why: "a SET marked as primitive", bytes: "11 00" },
    { why: "an OCTET STRING in constructed form", bytes: "24 04 04 02 00 00" },
    { why: "a UTF8String in constructed form", bytes: "2c 03 0c 01 61" },
    { why: "a BOOLEAN of 01, deep inside", bytes: "30 05 a0 03 01 01 01" },
    { why: "an INTEGER that is not minimal, deep inside", bytes: "30 06 a0 04 02 02 00 01" },
    { why: "a NULL with contents, deep inside", bytes: "30 03 05 01 00" },
    { why: "an OID that is not minimal, deep inside", bytes: "30 05 06 03 2a 80 01" },
    { why: "the end-of-contents octets of BER", bytes: "30 02 00 00" },
    { why: "a BIT STRING without contents", bytes: "03 00" },
    { why: "a BIT STRING with 7 unused bits of no octet (E-022)", bytes: "03 01 07" },
    { why: "a BIT STRING with 8 unused bits", bytes: "03 02 08 00" },
    { why: "a BIT STRING with an unused bit that is set", bytes: "03 02 01 01" },
    { why: "a child that reaches past its parent", bytes: "30 03 04 02 00" },
    { why: "an indefinite length, deep inside", bytes: "30 04 30 80 00 00" },
  ])("B-002: refuses $why", ({ bytes }) => {
    expect(() => assertDer(hex(bytes))).toThrow(expect.objectContaining(malformed));
  });

  test("B-002: accepts nesting to a depth of 32 and refuses one more", () => {
    expect(() => assertDer(nested(32))).not.toThrow();
    expect(() => assertDer(nested(33))).toThrow("nested more than 32 deep");
  });

  test("E-022: refuses 100 000 nested SEQUENCEs", () => {
    expect(() => assertDer(nested(100_000))).toThrow("nested more than 32 deep");
  });

  test("E-022: refuses an OID of a million octets", () => {
    expect(() => assertDer(encodeDer(0x06, new Uint8Array(1_000_000).fill(1)))).toThrow("1000000 octets");
  });
});

describe("any octets", () => {
  const anyOctets = fc.uint8Array({ maxLength: 300 });
  const readers = { readDer, assertDer, readChildrenOf: (bytes: Uint8Array) => readChildren(readDer(bytes)) };

  test.each(Object.entries(readers))("%s answers with a value or a DerError", (_, read) => {
    fc.assert(fc.property(anyOctets, (bytes) => isReadOrRefused(() => read(bytes))));
  });

  test("the typed readers answer with a value or a DerError", () => {
    const typed = [readBoolean, readInteger, readUnsignedInteger, readSmallInteger, readEnumerated, readNull];
    const strings = [readBitStringOctets, readNamedBits, readOctetString, readOid, readSequence, readSet];
    const tags = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x30, 0x31];
    fc.assert(
      fc.property(
        fc.constantFrom(...typed, ...strings),
        fc.constantFrom(...tags),
        fc.uint8Array({ maxLength: 80 }),
        (read, tag, content) => isReadOrRefused(() => read(readDer(encodeDer(tag, content)), "value")),
      ),
    );
  });

  test("B-002: whatever is accepted encodes back to the same octets", () => {
    fc.assert(
      fc.property(fc.oneof(anyTree, anyOctets), (bytes) => {
        if (isAccepted(bytes)) expect(encodeAgain(readDer(bytes))).toEqual(bytes);
      }),
    );
  });

  test("every tree that the writer makes is accepted", () => {
    fc.assert(fc.property(anyTree, (bytes) => assertDer(bytes)));
  });
});

/** Trees of SEQUENCEs and context tags over OCTET STRINGs, INTEGERs and NULLs. */
const { tree: anyTree } = fc.letrec<{ tree: Uint8Array; leaf: Uint8Array }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("leaf"),
    fc
      .tuple(fc.constantFrom(0x30, 0xa0, 0xa3), fc.array(tie("tree"), { maxLength: 5 }))
      .map(([tag, children]) => encodeDer(tag, ...children)),
  ),
  leaf: fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((content) => encodeDer(0x04, content)),
    fc.uint8Array({ maxLength: 20 }).map((content) => encodeDer(0x80, content)),
    fc.integer({ min: 0, max: 127 }).map((value) => encodeDer(0x02, Uint8Array.of(value))),
    fc.constant(encodeDer(0x05)),
  ),
}));

function isReadOrRefused(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    return error instanceof DerError;
  }
}

function isAccepted(bytes: Uint8Array): boolean {
  try {
    assertDer(bytes);
    return true;
  } catch {
    return false;
  }
}

function encodeAgain(value: DerElement): Uint8Array {
  const isConstructed = (value.tag & 0x20) !== 0;
  return isConstructed
    ? encodeDer(value.tag, ...readChildren(value).map(encodeAgain))
    : encodeDer(value.tag, value.content);
}

/** `depth` SEQUENCEs around a NULL, built from the inside without copying each time. */
function nested(depth: number): Uint8Array {
  const headers: number[][] = [];
  let length = 2;
  for (let level = 0; level < depth; level += 1) {
    const digits: number[] = [];
    for (let rest = length; rest > 0; rest >>>= 8) digits.unshift(rest & 0xff);
    const header = length < 128 ? [0x30, length] : [0x30, 0x80 | digits.length, ...digits];
    headers.push(header);
    length += header.length;
  }
  return Uint8Array.from([...headers.reverse().flat(), 0x05, 0x00]);
}

describe("a value inside another", () => {
  test.each([
    {
      why: "contents that go into its neighbour",
      bytes: "30 08 30 03 04 02 61 04 01 62",
      fault: "goes past the end",
    },
    {
      why: "a length that goes into its neighbour",
      bytes: "30 07 30 03 05 00 04 04 00",
      fault: "ends inside its header",
    },
    {
      why: "a long length that goes into its neighbour",
      bytes: "30 09 30 03 04 82 01 04 02 00 00",
      fault: "ends inside its header",
    },
    { why: "contents that go past everything", bytes: "30 05 30 03 04 02 61", fault: "goes past the end" },
  ])("B-002: refuses $why", ({ bytes, fault }) => {
    const refusal = expect.objectContaining({ ...malformed, message: expect.stringContaining(fault) });
    const [inner] = readChildren(element(bytes));
    expect(() => readChildren(inner ?? element("05 00"))).toThrow(refusal);
    expect(() => assertDer(hex(bytes))).toThrow(refusal);
  });

  test("B-002: is read the same from an element that somebody else has made", () => {
    const { tag, content, encoded } = element("30 07 06 03 55 04 03 05 00");
    const [oid, nothing, ...rest] = readChildren({ tag, content, encoded });
    expect(readOid(oid, "oid")).toBe("2.5.4.3");
    expect(readOid({ tag: 0x06, content: hex("55 04 03"), encoded: hex("06 03 55 04 03") }, "oid")).toBe(
      "2.5.4.3",
    );
    expect([nothing?.tag, rest]).toEqual([0x05, []]);
  });
});
