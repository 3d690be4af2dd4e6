import { describe, expect, test } from "vitest";
import { readDer } from "../asn1/der-reader.ts";
import { encodeDer, encodeSequence, encodeSmallInteger } from "../asn1/der-writer.ts";
import { contextConstructed, contextPrimitive } from "../asn1/tags.ts";
import { encodeHex } from "../encoding/hex.ts";
import { type Identifier, type IdentifierType, parseIdentifier } from "../identifier/identifier.ts";
import { generalNameTags } from "./general-name.ts";
import { encodeName, readName } from "./name.ts";
import {
  encodePermittedDns,
  type NameConstraints,
  nameConstraintViolation,
  parseNameConstraints,
  subjectConstraintViolation,
} from "./name-constraints.ts";

type Base = readonly [IdentifierType, string | readonly number[]];

interface Row {
  readonly why: string;
  readonly permitted?: readonly Base[];
  readonly excluded?: readonly Base[];
  readonly granted?: readonly string[];
  readonly refused?: readonly string[];
}

const tenNet = [10, 0, 0, 0, 255, 0, 0, 0];
const documentationNet = [
  0x20,
  0x01,
  0x0d,
  0xb8,
  ...Array(12).fill(0),
  ...Array(4).fill(255),
  ...Array(12).fill(0),
];

const rows: readonly Row[] = [
  {
    why: "a DNS name permits itself and all below",
    permitted: [["dns", "lab.example"]],
    granted: [
      "dns:lab.example",
      "dns:a.lab.example",
      "dns:b.a.lab.example",
      "dns:*.lab.example",
      "dns:*.a.lab.example",
    ],
    refused: ["dns:example", "dns:xlab.example", "dns:*.example", "dns:other.example"],
  },
  {
    why: "a leading dot permits only what is below",
    permitted: [["dns", ".lab.example"]],
    granted: ["dns:a.lab.example", "dns:*.lab.example", "dns:*.a.lab.example"],
    refused: ["dns:lab.example", "dns:xlab.example"],
  },
  {
    why: "constraints have no case",
    permitted: [["dns", "LAB.Example"]],
    granted: ["dns:a.lab.example"],
    refused: ["dns:other.example"],
  },
  {
    why: "a constraint on one kind of name says nothing about another",
    permitted: [["dns", "lab.example"]],
    granted: ["ip:192.0.2.1", "email:a@b.example", "uri:https://b.example/"],
  },
  {
    why: "an empty permitted name permits every DNS name",
    permitted: [["dns", ""]],
    granted: ["dns:lab.example", "dns:*.example"],
  },
  {
    why: "several permitted names add up",
    permitted: [
      ["dns", "a.example"],
      ["dns", "b.example"],
    ],
    granted: ["dns:x.a.example", "dns:b.example"],
    refused: ["dns:c.example"],
  },
  {
    why: "an excluded name is stronger than a permitted one",
    permitted: [["dns", "example"]],
    excluded: [["dns", "secret.example"]],
    granted: ["dns:lab.example", "dns:*.lab.example"],
    refused: ["dns:secret.example", "dns:a.secret.example", "dns:*.secret.example"],
  },
  {
    why: "a wildcard that stands for an excluded name among others",
    excluded: [["dns", "secret.lab.example"]],
    granted: ["dns:lab.example", "dns:*.other.example", "dns:*.example"],
    refused: ["dns:*.lab.example"],
  },
  {
    why: "a wildcard below an excluded name with a leading dot",
    excluded: [["dns", ".lab.example"]],
    granted: ["dns:lab.example", "dns:*.example"],
    refused: ["dns:*.lab.example", "dns:a.lab.example"],
  },
  {
    why: "an empty excluded name excludes every DNS name",
    excluded: [["dns", ""]],
    granted: ["ip:192.0.2.1"],
    refused: ["dns:lab.example", "dns:*.lab.example"],
  },
  {
    why: "a permitted network",
    permitted: [["ip", tenNet]],
    granted: ["ip:10.0.0.1", "ip:10.255.255.255", "dns:lab.example"],
    refused: ["ip:11.0.0.1", "ip:9.255.255.255", "ip:2001:db8::1"],
  },
  {
    why: "an excluded network, of IPv6",
    excluded: [["ip", documentationNet]],
    granted: ["ip:2001:db9::1", "ip:10.0.0.1"],
    refused: ["ip:2001:db8::1", "ip:2001:db8:ffff::1"],
  },
  {
    why: "no network at all: all excluded",
    excluded: [["ip", [0, 0, 0, 0, 0, 0, 0, 0]]],
    granted: ["ip:2001:db8::1"],
    refused: ["ip:10.0.0.1"],
  },
  {
    why: "a mail host permits the mailboxes of that host alone",
    permitted: [["email", "lab.example"]],
    granted: ["email:a@lab.example"],
    refused: ["email:a@mail.lab.example", "email:a@example"],
  },
  {
    why: "a mail domain with a leading dot permits the hosts below",
    permitted: [["email", ".lab.example"]],
    granted: ["email:a@mail.lab.example"],
    refused: ["email:a@lab.example"],
  },
  {
    why: "a mailbox permits itself, its domain without case",
    permitted: [["email", "Anna@LAB.example"]],
    granted: ["email:Anna@lab.example"],
    refused: ["email:anna@lab.example", "email:other@lab.example"],
  },
  {
    why: "an excluded mailbox, its domain without case",
    excluded: [["email", "anna@LAB.example"]],
    granted: ["email:other@lab.example"],
    refused: ["email:anna@lab.example"],
  },
  {
    why: "an at sign before a host means the host",
    permitted: [["email", "@lab.example"]],
    granted: ["email:a@lab.example"],
    refused: ["email:a@example"],
  },
  {
    why: "an empty excluded mailbox excludes all mail",
    excluded: [["email", ""]],
    refused: ["email:a@lab.example"],
  },
  {
    why: "a URI's host, port and path aside",
    permitted: [["uri", "lab.example"]],
    granted: ["uri:https://lab.example/x", "uri:https://lab.example:8443/x", "uri:spiffe://lab.example/ns/x"],
    refused: ["uri:https://a.lab.example/", "uri:https://other.example/lab.example"],
  },
  {
    why: "a URI's domain with a leading dot",
    permitted: [["uri", ".lab.example"]],
    granted: ["uri:https://a.lab.example/"],
    refused: ["uri:https://lab.example/"],
  },
  {
    why: "a URI whose host is an address satisfies no constraint",
    permitted: [["uri", "192.0.2.1"]],
    refused: ["uri:https://192.0.2.1/", "uri:https://[2001:db8::1]/"],
  },
  {
    why: "a URI whose host is an address escapes no constraint",
    excluded: [["uri", "secret.example"]],
    granted: ["uri:https://lab.example/"],
    refused: ["uri:https://secret.example/", "uri:https://192.0.2.1/", "uri:https://[2001:db8::1]/"],
  },
  {
    why: "an empty excluded URI excludes all URIs",
    excluded: [["uri", ""]],
    refused: ["uri:spiffe://lab.example/x"],
  },
];

describe("nameConstraintViolation", () => {
  test.each(rows)("B-035: $why", ({ permitted = [], excluded = [], granted = [], refused = [] }) => {
    const constraints = constraintsOf(permitted, excluded);
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

function constraintsOf(permitted: readonly Base[], excluded: readonly Base[]): NameConstraints {
  const lists = [permitted, excluded].map((bases, number) =>
    bases.length === 0 ? new Uint8Array() : encodeDer(contextConstructed(number), ...bases.map(subtree)),
  );
  return parseNameConstraints(encodeSequence(...lists));
}

function subtree([type, base]: Base): Uint8Array {
  const content = typeof base === "string" ? new TextEncoder().encode(base) : Uint8Array.from(base);
  return encodeSequence(encodeDer(generalNameTags[type], content));
}

function read(text: string): Identifier {
  const colon = text.indexOf(":");
  return parseIdentifier(text.slice(0, colon), text.slice(colon + 1));
}
