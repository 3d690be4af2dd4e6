import fc from "fast-check";
import { expect, test } from "vitest";
import { readDer, readOid } from "../asn1/der-reader.ts";
import { encodeOid } from "../asn1/der-writer.ts";
import { isObjectIdentifier } from "./object-identifier.ts";

test.each([
  "0.9.2342.19200300.100.1.25",
  "1.2.3",
  "1.39.1",
  "2.5.29.37.0",
  "2.999.1",
  "2.100.9007199254740991",
])("takes %s", (text) => {
  expect(isObjectIdentifier(text)).toBe(true);
});

test.each([
  { text: "", why: "nothing" },
  { text: "1", why: "one arc" },
  { text: "1.2", why: "two arcs, which no extension and no policy has" },
  { text: "3.1.1", why: "a first arc above 2" },
  { text: "1.40.1", why: "a second arc above 39" },
  { text: "0.100.1", why: "a second arc above 39" },
  { text: "1.2.03", why: "a leading zero" },
  { text: "1.2..3", why: "an empty arc" },
  { text: "1.2.3.", why: "a dot at the end" },
  { text: "1.2.-3", why: "a sign" },
  { text: " 1.2.3", why: "a space" },
  { text: "1.2.9007199254740993", why: "an arc above 2^53 - 1" },
  { text: `1.2${".16384".repeat(40)}`, why: "more than 64 octets" },
])("refuses $text: $why", ({ text }) => {
  expect(isObjectIdentifier(text)).toBe(false);
});

test("what it takes is written and read as it stands", () => {
  const arcs = fc.array(fc.oneof(fc.nat(50), fc.maxSafeNat()), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(arcs, (numbers) => {
      const text = numbers.join(".");
      if (isObjectIdentifier(text)) expect(readOid(readDer(encodeOid(text)), "oid")).toBe(text);
    }),
  );
});
