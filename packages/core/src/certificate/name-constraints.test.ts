import { describe, expect, test } from "vitest";
import { constraintsDer, nameConstraintCases } from "../../test/support/name-constraint-cases.ts";
import { readDer } from "../asn1/der-reader.ts";
import { encodeDer, encodeSequence, encodeSmallInteger } from "../asn1/der-writer.ts";
import { contextConstructed, contextPrimitive } from "../asn1/tags.ts";
import { encodeHex } from "../encoding/hex.ts";
import { type Identifier, parseIdentifier } from "../identifier/identifier.ts";
import { generalNameTags } from "./general-name.ts";
import { encodeName, readName } from "./name.ts";
import {
  encodePermittedDns,
  nameConstraintViolation,
  parseNameConstraints,
  subjectConstraintViolation,
} from "./name-constraints.ts";

describe("nameConstraintViolation", () => {
  test.each(nameConstraintCases)("B-035: $why", (row) => {
    const { granted = [], refused = [] } = row;
    const constraints = parseNameConstraints(constraintsDer(row));
    for (const name of granted) {
      expect(nameConstraintViolation(constraints, read(name)), name).toBeUndefined();
    }
    for (const name of refused) {
      expect(nameConstraintViolation(constraints, read(name)), name).toMatch(
        /name constraints|permitted names/,
      );
    }
  });
});

describe("subjectConstraintViolation", () => {
  const lab = encodeName([["organization", "Lab"]]);
  const inLab = encodeName([
    ["organization", "Lab"],
    ["commonName", "x"],
  ]);
  const elsewhere = encodeName([["commonName", "x"]]);
  const permitsLab = parseNameConstraints(
    encodeSequence(encodeDer(contextConstructed(0), encodeSequence(encodeDer(contextConstructed(4), lab)))),
  );
  const excludesLab = parseNameConstraints(
    encodeSequence(encodeDer(contextConstructed(1), encodeSequence(encodeDer(contextConstructed(4), lab)))),
  );

  test.each([
    { why: "beneath the permitted name", constraints: permitsLab, subject: inLab, refused: false },
    { why: "the permitted name itself", constraints: permitsLab, subject: lab, refused: false },
    { why: "outside the permitted name", constraints: permitsLab, subject: elsewhere, refused: true },
    { why: "empty, which is no name", constraints: permitsLab, subject: encodeName([]), refused: false },
    { why: "beneath the excluded name", constraints: excludesLab, subject: inLab, refused: true },
    { why: "outside the excluded name", constraints: excludesLab, subject: elsewhere, refused: false },
  ])("B-035: a subject $why", ({ constraints, subject, refused }) => {
    const violation = subjectConstraintViolation(constraints, readName(readDer(subject), "subject"));
    expect(violation !== undefined).toBe(refused);
  });
});

describe("parseNameConstraints", () => {
  const dns = encodeSequence(encodeDer(generalNameTags.dns, new TextEncoder().encode("lab.example")));
  const list = (number: number, ...subtrees: Uint8Array[]): Uint8Array =>
    encodeDer(contextConstructed(number), ...subtrees);

  const refused: readonly { why: string; value: Uint8Array }[] = [
    { why: "nothing", value: new Uint8Array() },
    { why: "an empty extension", value: encodeSequence() },
    { why: "an empty list", value: encodeSequence(list(0)) },
    { why: "the permitted list twice", value: encodeSequence(list(0, dns), list(0, dns)) },
    { why: "the excluded list twice", value: encodeSequence(list(1, dns), list(1, dns)) },
    { why: "the lists in the wrong order", value: encodeSequence(list(1, dns), list(0, dns)) },
    { why: "a third list", value: encodeSequence(list(0, dns), list(1, dns), list(2, dns)) },
    { why: "a list that is neither", value: encodeSequence(list(2, dns)) },
    {
      why: "a minimum",
      value: encodeSequence(
        list(
          0,
          encodeSequence(encodeDer(generalNameTags.dns), encodeDer(contextPrimitive(0), Uint8Array.of(1))),
        ),
      ),
    },
    {
      why: "a network of five octets",
      value: encodeSequence(list(1, encodeSequence(encodeDer(generalNameTags.ip, new Uint8Array(5))))),
    },
    {
      why: "a DNS name outside ASCII",
      value: encodeSequence(
        list(1, encodeSequence(encodeDer(generalNameTags.dns, Uint8Array.of(0xc3, 0xbc)))),
      ),
    },
    {
      why: "a directory name that is none",
      value: encodeSequence(list(1, encodeSequence(encodeDer(contextConstructed(4), encodeSmallInteger(1))))),
    },
  ];

  test.each(refused)("B-035: refuses $why", ({ value }) => {
    expect(() => parseNameConstraints(value)).toThrow(expect.objectContaining({ code: "ERR_DER_MALFORMED" }));
  });

  test("carries kinds of name that it does not know", () => {
    const registeredId = encodeSequence(encodeDer(contextPrimitive(8), Uint8Array.of(0x2a)));
    const constraints = parseNameConstraints(encodeSequence(list(1, registeredId)));
    expect(constraints.excluded).toHaveLength(1);
    expect(nameConstraintViolation(constraints, read("dns:lab.example"))).toBeUndefined();
  });
});

test("B-035: permitted DNS names are written critical, without a leading dot, minimum or maximum", () => {
  expect(encodeHex(encodePermittedDns(["lab.example"]))).toBe(
    "301d 0603551d1e 0101ff 0413 3011 a00f 300d 820b6c61622e6578616d706c65".replaceAll(" ", ""),
  );
});

function read(text: string): Identifier {
  const colon = text.indexOf(":");
  return parseIdentifier(text.slice(0, colon), text.slice(colon + 1));
}
