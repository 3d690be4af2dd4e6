import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { constraintsDer, nameConstraintCases } from "../../test/support/name-constraint-cases.ts";
import { readDer } from "../asn1/der-reader.ts";
import {
  encodeDer,
  encodeOid,
  encodePrintableString,
  encodeSequence,
  encodeSet,
  encodeSmallInteger,
  encodeUtf8String,
} from "../asn1/der-writer.ts";
import { attributeTypeOids } from "../asn1/oids.ts";
import { contextConstructed, contextPrimitive } from "../asn1/tags.ts";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { type Identifier, parseIdentifier } from "../identifier/identifier.ts";
import { generalNameTags } from "./general-name.ts";
import { encodeName, readName } from "./name.ts";
import {
  encodeNameConstraints,
  generalNameViolation,
  nameConstraintViolation,
  parseNameConstraints,
  permitsSubtree,
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
  const nameOf = (organization: string, encode = encodePrintableString): Uint8Array =>
    encodeSequence(
      encodeSet(encodeSequence(encodeOid(attributeTypeOids.organization), encode(organization))),
    );
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
    {
      why: "beneath the excluded name in capitals",
      constraints: excludesLab,
      subject: nameOf("LAB"),
      refused: true,
    },
    {
      why: "beneath the excluded name with more spaces, in UTF8String",
      constraints: excludesLab,
      subject: nameOf(" lab ", encodeUtf8String),
      refused: true,
    },
    { why: "the permitted name in capitals", constraints: permitsLab, subject: nameOf("LAB"), refused: true },
  ])("B-035: a subject $why", ({ constraints, subject, refused }) => {
    const violation = subjectConstraintViolation(constraints, readName(readDer(subject), "subject"));
    expect(violation !== undefined).toBe(refused);
  });
});

describe("generalNameViolation", () => {
  const text = (octets: string): Uint8Array => new TextEncoder().encode(octets);
  const permitted = [
    { tag: 0x82, content: text("lab.example") },
    { tag: 0x81, content: text("lab.example") },
    { tag: 0x86, content: text("lab.example") },
    { tag: 0x87, content: Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0) },
    { tag: 0xa4, content: encodeName([["organization", "Lab"]]) },
  ];
  const directory = (organization: string): Uint8Array => encodeName([["organization", organization]]);

  test.each<{ why: string; tag: number; inside: Uint8Array; outside: Uint8Array }>([
    {
      why: "a DNS name in any case",
      tag: 0x82,
      inside: text("WWW.Lab.example"),
      outside: text("other.example"),
    },
    {
      why: "a mailbox, its host in any case",
      tag: 0x81,
      inside: text("A@LAB.example"),
      outside: text("a@x.example"),
    },
    { why: "something without an at", tag: 0x81, inside: text("LAB.example"), outside: text("x.example") },
    {
      why: "a URI, its host in any case",
      tag: 0x86,
      inside: text("HTTPS://LAB.example/X"),
      outside: text("https://x.example"),
    },
    { why: "a URI without a path", tag: 0x86, inside: text("spiffe://lab.example"), outside: text("urn:x") },
    { why: "an address", tag: 0x87, inside: Uint8Array.of(10, 1, 2, 3), outside: Uint8Array.of(11, 1, 2, 3) },
    { why: "a directory name", tag: 0xa4, inside: directory("Lab"), outside: directory("Other") },
  ])("B-035: judges $why", ({ tag, inside, outside }) => {
    expect(generalNameViolation({ permitted, excluded: [] }, { tag, content: inside })).toBeUndefined();
    expect(generalNameViolation({ permitted, excluded: [] }, { tag, content: outside })).toBeDefined();
    const excluded = permitted;
    expect(generalNameViolation({ permitted: [], excluded }, { tag, content: inside })).toBeDefined();
  });

  test("B-035: a kind that cannot be judged breaks any constraint on it, and none on others", () => {
    const name = { tag: 0x88, content: Uint8Array.of(0x2a) };
    expect(generalNameViolation({ permitted, excluded: permitted }, name)).toBeUndefined();
    expect(generalNameViolation({ permitted: [name], excluded: [] }, name)).toMatch(/kind \[8\]/);
    expect(generalNameViolation({ permitted: [], excluded: [name] }, name)).toMatch(/kind \[8\]/);
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

test("B-035: constraints are written critical, without a minimum or maximum, permitted subtrees first", () => {
  const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
  const permitted = [{ tag: generalNameTags.dns, content: ascii("lab.example") }];
  const excluded = [{ tag: generalNameTags.ip, content: Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0) }];
  expect(encodeHex(encodeNameConstraints({ permitted, excluded: [] }))).toBe(
    "301d 0603551d1e 0101ff 0413 3011 a00f 300d 820b6c61622e6578616d706c65".replaceAll(" ", ""),
  );
  expect(encodeHex(encodeNameConstraints({ permitted, excluded }))).toBe(
    "302b 0603551d1e 0101ff 0421 301f a00f 300d 820b6c61622e6578616d706c65 a10c 300a 87080a000000ff000000".replaceAll(
      " ",
      "",
    ),
  );
  expect(encodeHex(encodeNameConstraints({ permitted: [], excluded }))).toBe(
    "301a 0603551d1e 0101ff 0410 300e a10c 300a 87080a000000ff000000".replaceAll(" ", ""),
  );
});

describe("permitsSubtree", () => {
  const bases = (kind: string, ...texts: readonly string[]): { tag: number; content: Uint8Array }[] =>
    texts.map((text) => subtree(kind, text));

  test.each<{ kind: string; outer: string; granted: readonly string[]; refused: readonly string[] }>([
    {
      kind: "dns",
      outer: "lab.example",
      granted: ["lab.example", "a.lab.example", ".lab.example", "LAB.example"],
      refused: ["example", "xlab.example", ""],
    },
    {
      kind: "dns",
      outer: ".lab.example",
      granted: ["a.lab.example", ".lab.example"],
      refused: ["lab.example"],
    },
    { kind: "dns", outer: "", granted: ["", "lab.example"], refused: [] },
    {
      kind: "email",
      outer: "lab.example",
      granted: ["lab.example", "a@lab.example", "a@LAB.example"],
      refused: [".lab.example", "a.lab.example", "a@x.lab.example"],
    },
    {
      kind: "email",
      outer: ".lab.example",
      granted: [".lab.example", ".a.lab.example", "a.lab.example", "x@a.lab.example"],
      refused: ["lab.example", "x@lab.example", ".example"],
    },
    {
      kind: "email",
      outer: "a@lab.example",
      granted: ["a@lab.example"],
      refused: ["lab.example", "A@lab.example"],
    },
    {
      kind: "uri",
      outer: ".lab.example",
      granted: [".lab.example", "a.lab.example", ".a.lab.example"],
      refused: ["lab.example", ".example"],
    },
    {
      kind: "uri",
      outer: "lab.example",
      granted: ["lab.example"],
      refused: [".lab.example", "a.lab.example"],
    },
    {
      kind: "ip",
      outer: "0a000000ff000000",
      granted: ["0a000000ff000000", "0a010000ffff0000", "0a010203ffffffff"],
      refused: ["0b000000ff000000", "0a00000080000000", "0000000000000000", "00".repeat(32)],
    },
  ])("B-035: what lies within $kind $outer", ({ kind, outer, granted, refused }) => {
    const permitting = { permitted: bases(kind, outer), excluded: [] };
    const excluding = { permitted: [], excluded: bases(kind, outer) };
    for (const text of granted) {
      expect(permitsSubtree(permitting, subtree(kind, text)), text).toBe(true);
      expect(permitsSubtree(excluding, subtree(kind, text)), text).toBe(false);
    }
    for (const text of refused) {
      expect(permitsSubtree(permitting, subtree(kind, text)), text).toBe(false);
      expect(permitsSubtree(excluding, subtree(kind, text)), text).toBe(true);
    }
  });

  test("B-035: constraints on one kind say nothing about another", () => {
    const constraints = { permitted: bases("dns", "lab.example"), excluded: bases("ip", "0a000000ff000000") };
    expect(permitsSubtree(constraints, subtree("uri", "other.example"))).toBe(true);
    expect(permitsSubtree(constraints, subtree("email", "other.example"))).toBe(true);
    expect(permitsSubtree(constraints, { tag: 0x88, content: Uint8Array.of(0x2a) })).toBe(true);
  });

  test("B-035: kinds that are not understood must be the same, octet by octet", () => {
    const registered = (octet: number): { tag: number; content: Uint8Array } => ({
      tag: 0x88,
      content: Uint8Array.of(octet),
    });
    const constraints = { permitted: [registered(0x2a)], excluded: [] };
    expect(permitsSubtree(constraints, registered(0x2a))).toBe(true);
    expect(permitsSubtree(constraints, registered(0x2b))).toBe(false);
  });

  test("B-035: an empty mail host or URI host excludes all of its kind", () => {
    for (const kind of ["email", "uri"])
      expect(permitsSubtree({ permitted: [], excluded: bases(kind, "") }, subtree(kind, "lab.example"))).toBe(
        false,
      );
  });

  test("B-035: a directory name lies within one that it begins with", () => {
    const lab = { tag: contextConstructed(4), content: encodeName([["organization", "Lab"]]) };
    const unit = {
      tag: contextConstructed(4),
      content: encodeName([
        ["organization", "Lab"],
        ["organizationalUnit", "x"],
      ]),
    };
    expect(permitsSubtree({ permitted: [lab], excluded: [] }, unit)).toBe(true);
    expect(permitsSubtree({ permitted: [unit], excluded: [] }, lab)).toBe(false);
    expect(permitsSubtree({ permitted: [], excluded: [lab] }, unit)).toBe(false);
  });

  test("B-035: what is within a nested DNS subtree is within the outer one", () => {
    const label = fc.constantFrom("a", "b", "lab", "example");
    const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
    const base = fc.tuple(fc.constantFrom("", "."), host).map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.constantFrom("dns", "uri", "email"), base, base, host, (kind, inner, outer, name) => {
        fc.pre(permitsSubtree({ permitted: bases(kind, outer), excluded: [] }, subtree(kind, inner)));
        const value = { dns: name, uri: `https://${name}/`, email: `x@${name}` }[kind] ?? "";
        const permitted = (text: string): boolean =>
          nameConstraintViolation(
            { permitted: bases(kind, text), excluded: [] },
            read(`${kind}:${value}`),
          ) === undefined;
        expect(!permitted(inner) || permitted(outer)).toBe(true);
      }),
    );
  });
});

function subtree(kind: string, text: string): { tag: number; content: Uint8Array } {
  const content = kind === "ip" ? decodeHex(text) : new TextEncoder().encode(text);
  return { tag: generalNameTags[kind as keyof typeof generalNameTags], content: content ?? new Uint8Array() };
}

function read(text: string): Identifier {
  const colon = text.indexOf(":");
  return parseIdentifier(text.slice(0, colon), text.slice(colon + 1));
}
