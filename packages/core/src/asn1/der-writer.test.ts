import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDer, readInteger, readNamedBits, readOid, readSet, readUnsignedInteger } from "./der-reader.ts";
import {
  encodeBitString,
  encodeBoolean,
  encodeDer,
  encodedNull,
  encodeIa5String,
  encodeNamedBits,
  encodeOctetString,
  encodeOid,
  encodePrintableString,
  encodeSequence,
  encodeSet,
  encodeSmallInteger,
  encodeUnsignedInteger,
  encodeUtf8String,
  type MeasuredDer,
  measureDer,
  writeDer,
} from "./der-writer.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

describe("B-001: output is DER", () => {
  test.each([
    { why: "TRUE is FF", der: encodeBoolean(true), expected: "0101ff" },
    { why: "FALSE is 00", der: encodeBoolean(false), expected: "010100" },
    { why: "NULL is empty", der: encodedNull, expected: "0500" },
    { why: "zero has one octet", der: encodeSmallInteger(0), expected: "020100" },
    { why: "127 needs no sign octet", der: encodeSmallInteger(127), expected: "02017f" },
    { why: "128 needs a sign octet", der: encodeSmallInteger(128), expected: "02020080" },
    { why: "256 has two octets", der: encodeSmallInteger(256), expected: "02020100" },
    { why: "2^31 - 1 has four octets", der: encodeSmallInteger(0x7fffffff), expected: "02047fffffff" },
    { why: "leading zero octets go", der: encodeUnsignedInteger(bytes("00000001")), expected: "020101" },
    { why: "a magnitude of zeros is zero", der: encodeUnsignedInteger(bytes("0000")), expected: "020100" },
    { why: "no magnitude is zero", der: encodeUnsignedInteger(bytes("")), expected: "020100" },
    { why: "whole octets have no unused bits", der: encodeBitString(bytes("01")), expected: "03020001" },
    { why: "no bits are an empty BIT STRING", der: encodeNamedBits([]), expected: "030100" },
    { why: "digitalSignature alone", der: encodeNamedBits([0]), expected: "03020780" },
    { why: "keyCertSign and cRLSign", der: encodeNamedBits([6, 5]), expected: "03020106" },
    { why: "bit 7 ends its octet", der: encodeNamedBits([7]), expected: "03020001" },
    { why: "decipherOnly takes a second octet", der: encodeNamedBits([8]), expected: "0303070080" },
    { why: "a repeated bit counts once", der: encodeNamedBits([0, 0]), expected: "03020780" },
    { why: "an OCTET STRING is as it is", der: encodeOctetString(bytes("ff")), expected: "0401ff" },
    { why: "text in UTF-8", der: encodeUtf8String("\u00e4"), expected: "0c02c3a4" },
    { why: "printable text", der: encodePrintableString("FI"), expected: "13024649" },
    { why: "ASCII text", der: encodeIa5String("a@b"), expected: "1603614062" },
    {
      why: "a SET OF is sorted",
      der: encodeSet(bytes("020102"), bytes("020101")),
      expected: "3106020101020102",
    },
    {
      why: "a SEQUENCE is not",
      der: encodeSequence(bytes("020102"), bytes("020101")),
      expected: "3006020102020101",
    },
    { why: "the first two arcs share an octet", der: encodeOid("1.2.3"), expected: "06022a03" },
    { why: "the second arc below 2 may be large", der: encodeOid("2.999"), expected: "06028837" },
    { why: "RSA's arc", der: encodeOid("1.2.840.113549"), expected: "06062a864886f70d" },
  ])("$why", ({ der, expected }) => {
    expect(hex(der)).toBe(expected);
  });

  test.each([
    { length: 0, header: "0400" },
    { length: 127, header: "047f" },
    { length: 128, header: "048180" },
    { length: 255, header: "0481ff" },
    { length: 256, header: "04820100" },
    { length: 65_535, header: "0482ffff" },
    { length: 65_536, header: "0483010000" },
    { length: 16_777_216, header: "048401000000" },
  ])("a length of $length is minimal", ({ length, header }) => {
    const der = encodeDer(0x04, new Uint8Array(length));
    expect(hex(der.subarray(0, header.length / 2))).toBe(header);
    expect(der).toHaveLength(header.length / 2 + length);
  });

  test("the parts of a SET are left as they were given", () => {
    const parts = [bytes("020102"), bytes("020101")];
    encodeSet(...parts);
    expect(parts.map(hex)).toEqual(["020102", "020101"]);
  });
});

describe("what is written is read back", () => {
  test("integers, as their shortest magnitude", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 600n }), fc.nat(3), (value, zeros) => {
        const digits = value.toString(16);
        const magnitude = bytes(`${"00".repeat(zeros)}${digits.length % 2 === 0 ? "" : "0"}${digits}`);
        const element = readDer(encodeUnsignedInteger(magnitude));
        expect(BigInt(`0x${hex(readUnsignedInteger(element, "value"))}`)).toBe(value);
        expect(BigInt(`0x${hex(readInteger(element, "value"))}`)).toBe(value);
      }),
    );
  });

  test("object identifiers", () => {
    const arc = fc.oneof(fc.nat(200), fc.maxSafeNat());
    const anyOid = fc.oneof(
      fc.tuple(fc.constantFrom(0, 1), fc.nat(39), fc.array(arc, { maxLength: 6 })),
      fc.tuple(fc.constant(2), fc.nat(1_000_000), fc.array(arc, { maxLength: 6 })),
    );
    fc.assert(
      fc.property(anyOid, ([first, second, rest]) => {
        const dotted = [first, second, ...rest].join(".");
        expect(readOid(readDer(encodeOid(dotted)), "oid")).toBe(dotted);
      }),
    );
  });

  test("named bits", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(40)), (bits) => {
        expect(readNamedBits(readDer(encodeNamedBits(bits)), "bits")).toEqual(new Set(bits));
      }),
    );
  });

  test("the elements of a SET, whatever their order", () => {
    const anyElements = fc.array(fc.uint8Array({ maxLength: 4 }).map((content) => encodeDer(0x04, content)));
    fc.assert(
      fc.property(anyElements, (elements) => {
        const read = readSet(readDer(encodeSet(...elements)), "set").map(({ encoded }) => hex(encoded));
        expect(read.toSorted()).toEqual(elements.map(hex).toSorted());
      }),
    );
  });
});

describe("writeDer", () => {
  type Tree = { readonly tag: number; readonly parts: readonly (Tree | Uint8Array)[] };
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.record({
      tag: fc.constantFrom(0x30, 0x31, 0xa0, 0xa3),
      parts: fc.array(fc.oneof({ maxDepth: 4 }, fc.uint8Array({ maxLength: 300 }), tie("tree")), {
        maxLength: 4,
      }),
    }),
  }));
  const measure = ({ tag, parts }: Tree): MeasuredDer =>
    measureDer(
      tag,
      parts.map((part) => (part instanceof Uint8Array ? part : measure(part))),
    );
  const encode = ({ tag, parts }: Tree): Uint8Array =>
    encodeDer(tag, ...parts.map((part) => (part instanceof Uint8Array ? part : encode(part))));

  test("B-001: writes nested values as if each had been encoded by itself", () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(writeDer(measure(value))).toEqual(encode(value));
      }),
    );
  });

  test.each([0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0x1000000])(
    "B-001: writes a nested value of %i octets",
    (length) => {
      const inner = measureDer(0x04, [new Uint8Array(length)]);
      const outer = readDer(writeDer(measureDer(0x30, [inner])));
      expect(readDer(outer.content).content).toHaveLength(length);
    },
  );
});
