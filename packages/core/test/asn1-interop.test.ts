import {
  assertDer,
  encodeBitString,
  encodeBoolean,
  encodeDer,
  encodedNull,
  encodeNamedBits,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeSmallInteger,
  encodeTime,
  encodeUnsignedInteger,
  readBitStringOctets,
  readBoolean,
  readDer,
  readInteger,
  readNamedBits,
  readOctetString,
  readOid,
  readSequence,
  readSmallInteger,
  readTime,
  readUnsignedInteger,
} from "@chancery/core/asn1";
import * as asn1js from "asn1js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createWorkshop, isInstalled } from "./support/workshop.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const foreign = (value: asn1js.BaseBlock): Uint8Array => new Uint8Array(value.toBER());
const parse = (der: Uint8Array): asn1js.AsnType => {
  const { offset, result } = asn1js.fromBER(der);
  if (offset !== der.length)
    throw new Error(`asn1js read ${offset} of ${der.length} octets: ${result.error}`);
  return result;
};
/** Signed, minimal octets of a BigInt. */
const twosComplement = (value: bigint): Uint8Array => {
  let length = 1;
  while (BigInt.asIntN(8 * length, value) !== value) length += 1;
  const digits = BigInt.asUintN(8 * length, value)
    .toString(16)
    .padStart(2 * length, "0");
  return new Uint8Array(Buffer.from(digits, "hex"));
};

const arc = fc.oneof(fc.nat(200), fc.nat());
const oid = fc
  .oneof(
    fc.tuple(fc.constantFrom(0, 1), fc.nat(39), fc.array(arc, { maxLength: 6 })),
    fc.tuple(fc.constant(2), fc.nat(100_000), fc.array(arc, { maxLength: 6 })),
  )
  .map(([first, second, rest]) => [first, second, ...rest].join("."));
const octets = fc.uint8Array({ maxLength: 300 });

describe("B-001, B-002: asn1js and Chancery write the same octets and read each other's", () => {
  test("INTEGER", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (value) => {
        const der = foreign(asn1js.Integer.fromBigInt(value));
        expect(readInteger(readDer(der), "value")).toEqual(twosComplement(value));
        if (value < 0n) {
          expect(() => readUnsignedInteger(readDer(der), "value")).toThrow("negative");
          return;
        }
        expect(encodeUnsignedInteger(twosComplement(value))).toEqual(der);
        expect(BigInt(`0x${hex(readUnsignedInteger(readDer(der), "value"))}`)).toBe(value);
      }),
    );
  });

  test("INTEGER of a small number", () => {
    fc.assert(
      fc.property(fc.nat(0x7fffffff), (value) => {
        const der = foreign(asn1js.Integer.fromBigInt(BigInt(value)));
        expect(encodeSmallInteger(value)).toEqual(der);
        expect(readSmallInteger(readDer(der), "value")).toBe(value);
      }),
    );
  });

  test("OBJECT IDENTIFIER", () => {
    fc.assert(
      fc.property(oid, (dotted) => {
        const der = foreign(new asn1js.ObjectIdentifier({ value: dotted }));
        expect(encodeOid(dotted)).toEqual(der);
        expect(readOid(readDer(der), "oid")).toBe(dotted);
        expect((parse(encodeOid(dotted)) as asn1js.ObjectIdentifier).getValue()).toBe(dotted);
      }),
    );
  });

  test("OCTET STRING and BIT STRING", () => {
    fc.assert(
      fc.property(octets, (value) => {
        const string = foreign(new asn1js.OctetString({ valueHex: value }));
        expect(encodeOctetString(value)).toEqual(string);
        expect(readOctetString(readDer(string), "value")).toEqual(value);
        const bits = foreign(new asn1js.BitString({ valueHex: value }));
        expect(encodeBitString(value)).toEqual(bits);
        expect(readBitStringOctets(readDer(bits), "value")).toEqual(value);
      }),
    );
  });

  test("a named bit list", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(30), { minLength: 1 }), (numbers) => {
        const highest = Math.max(...numbers);
        const value = new Uint8Array(Math.floor(highest / 8) + 1);
        for (const bit of numbers) value[bit >> 3] = (value[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
        const der = foreign(new asn1js.BitString({ valueHex: value, unusedBits: 7 - (highest % 8) }));
        expect(encodeNamedBits(numbers)).toEqual(der);
        expect(readNamedBits(readDer(der), "bits")).toEqual(new Set(numbers));
      }),
    );
  });

  test("BOOLEAN and NULL", () => {
    for (const value of [true, false]) {
      const der = foreign(new asn1js.Boolean({ value }));
      expect(encodeBoolean(value)).toEqual(der);
      expect(readBoolean(readDer(der), "value")).toBe(value);
    }
    expect(encodedNull).toEqual(foreign(new asn1js.Null()));
  });

  test("UTCTime and GeneralizedTime", () => {
    const seconds = fc.integer({ min: Date.UTC(1950, 0, 1) / 1000, max: Date.UTC(9999, 11, 31) / 1000 });
    fc.assert(
      fc.property(seconds, (second) => {
        const valueDate = new Date(second * 1000);
        const isUtc = valueDate.getUTCFullYear() < 2050;
        const der = foreign(
          isUtc ? new asn1js.UTCTime({ valueDate }) : new asn1js.GeneralizedTime({ valueDate }),
        );
        expect(encodeTime(second * 1000)).toEqual(der);
        expect(readTime(readDer(der), "time")).toBe(second * 1000);
      }),
    );
  });

  test("SEQUENCE, read back with the same values", () => {
    fc.assert(
      fc.property(fc.array(octets, { maxLength: 8 }), (values) => {
        const der = foreign(
          new asn1js.Sequence({ value: values.map((valueHex) => new asn1js.OctetString({ valueHex })) }),
        );
        expect(encodeSequence(...values.map(encodeOctetString))).toEqual(der);
        expect(readSequence(readDer(der), "values").map(({ content }) => content)).toEqual(values);
      }),
    );
  });

  test("a SET of ours is in the order that asn1js reads", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 6 }), (values) => {
        const set = parse(encodeSet(...values.map(encodeOctetString))) as asn1js.Set;
        const read = set.valueBlock.value.map((value) => hex(new Uint8Array(value.toBER())));
        expect(read).toEqual(read.toSorted());
        expect(read).toHaveLength(values.length);
      }),
    );
  });

  test("whatever assertDer accepts of BER, asn1js accepts too and reads to its end", () => {
    const tree = fc.letrec<{ value: Uint8Array }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc
          .tuple(fc.constantFrom(0x02, 0x04, 0x05, 0x80, 0x86), fc.uint8Array({ maxLength: 6 }))
          .map(([tag, content]) => encodeDer(tag, content)),
        fc.array(tie("value"), { maxLength: 4 }).map((values) => encodeSequence(...values)),
      ),
    })).value;
    fc.assert(
      fc.property(tree, (der) => {
        let isAccepted = true;
        try {
          assertDer(der);
        } catch {
          isAccepted = false;
        }
        if (isAccepted) expect(hex(new Uint8Array(parse(der).toBER()))).toBe(hex(der));
      }),
    );
  });
});

test.skipIf(!isInstalled("openssl"))(
  "B-001: openssl reads every type that is written",
  ({ onTestFinished }) => {
    const workshop = createWorkshop();
    onTestFinished(workshop.dispose);
    const der = encodeSequence(
      encodeBoolean(true),
      encodeSmallInteger(128),
      encodedNull,
      encodeOid("1.2.840.113549.1.1.11"),
      encodeOctetString(Uint8Array.of(0xab)),
      encodeNamedBits([5, 6]),
      encodeTime(Date.UTC(2049, 11, 31, 23, 59, 59)),
      encodeTime(Date.UTC(2050, 0, 1)),
      encodeSet(encodeSmallInteger(2), encodeSmallInteger(1)),
    );
    const { ok, output } = workshop.run("openssl", [
      "asn1parse",
      "-inform",
      "DER",
      "-in",
      workshop.write("a.der", der),
    ]);
    expect(ok).toBe(true);
    const lines = output.split("\n").map((line) =>
      line
        .replace(/^.*(?:prim|cons): /, "")
        .replaceAll(/\s+/g, " ")
        .trim(),
    );
    expect(lines.filter((line) => line !== "")).toEqual([
      "SEQUENCE",
      "BOOLEAN :255",
      "INTEGER :80",
      "NULL",
      "OBJECT :sha256WithRSAEncryption",
      "OCTET STRING [HEX DUMP]:AB",
      "BIT STRING",
      "UTCTIME :491231235959Z",
      "GENERALIZEDTIME :20500101000000Z",
      "SET",
      "INTEGER :01",
      "INTEGER :02",
    ]);
  },
);
