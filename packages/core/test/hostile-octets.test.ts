import { CaError, decodePrivateKeyPem, parseCertificationRequest, parseIdentifier } from "@chancery/core";
import { assertDer, decodePem, encodeDer, encodeOid, readDer, readPemBlocks } from "@chancery/core/asn1";
import { acceptPublicKey, decodeBase64, decodeBase64Url, decodeHex } from "@chancery/core/crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCertificate } from "../src/certificate/parse.ts";
import { parseSubjectPublicKeyInfo } from "../src/key/subject-public-key-info.ts";
import { readPemVector, readVector } from "./support/vectors.ts";

const utf8 = new TextEncoder();
const asText = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** Everything that reads what strangers send, as a function of octets. */
const parsers: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  readDer,
  assertDer,
  parseCertificate,
  parseSubjectPublicKeyInfo,
  parseCertificationRequest,
  acceptPublicKey,
  "parseCertificationRequest of text": (bytes) => parseCertificationRequest(asText(bytes)),
  decodePem: (bytes) => decodePem(asText(bytes), "CERTIFICATE"),
  readPemBlocks: (bytes) => readPemBlocks(asText(bytes)),
  decodePrivateKeyPem: (bytes) => decodePrivateKeyPem(asText(bytes), "passphrase"),
  decodeBase64: (bytes) => decodeBase64(asText(bytes)),
  decodeBase64Url: (bytes) => decodeBase64Url(asText(bytes)),
  decodeHex: (bytes) => decodeHex(asText(bytes)),
  "parseIdentifier of dns": (bytes) => parseIdentifier("dns", asText(bytes)),
  "parseIdentifier of email": (bytes) => parseIdentifier("email", asText(bytes)),
  "parseIdentifier of ip": (bytes) => parseIdentifier("ip", asText(bytes)),
  "parseIdentifier of uri": (bytes) => parseIdentifier("uri", asText(bytes)),
};

/** A value, or an error of the family; anything else is thrown on. */
async function answer(parser: (bytes: Uint8Array) => unknown, bytes: Uint8Array): Promise<unknown> {
  try {
    return await parser(bytes);
  } catch (error) {
    if (error instanceof CaError) return error;
    throw error;
  }
}

/** Whether a parser wants a whole structure, which none of the bombs is; the others may well find a value in them. */
function readsStructures(name: string): boolean {
  return /^(?:parse|accept|decodePrivateKey)/.test(name);
}

/** Nested SEQUENCEs, written from the inside without copying each time. */
function nested(depth: number): Uint8Array {
  const headers: number[][] = [];
  for (let level = 0, length = 0; level < depth; level += 1) {
    const digits: number[] = [];
    for (let rest = length; rest > 0; rest >>>= 8) digits.unshift(rest & 0xff);
    const header = length < 128 ? [0x30, length] : [0x30, 0x80 | digits.length, ...digits];
    headers.push(header);
    length += header.length;
  }
  return Uint8Array.from(headers.reverse().flat());
}

const many = (count: number, element: Uint8Array): Uint8Array => {
  const content = new Uint8Array(count * element.length);
  for (let index = 0; index < count; index += 1) content.set(element, index * element.length);
  return encodeDer(0x30, content);
};

const pem = (label: string, body: string): Uint8Array =>
  utf8.encode(`-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`);

const bombs: readonly { why: string; bytes: Uint8Array }[] = [
  { why: "100 000 nested SEQUENCEs", bytes: nested(100_000) },
  { why: "a length of 2^31", bytes: Uint8Array.of(0x30, 0x84, 0x80, 0, 0, 0, 0) },
  { why: "a length of 2^32 - 1", bytes: Uint8Array.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0) },
  { why: "a length of 126 octets", bytes: new Uint8Array(200).fill(0xff).with(0, 0x30).with(1, 0xfe) },
  {
    why: "an OID of a million octets",
    bytes: encodeDer(0x30, encodeDer(0x06, new Uint8Array(1_000_000).fill(0x81))),
  },
  { why: "a million NULLs", bytes: many(1_000_000, Uint8Array.of(5, 0)) },
  { why: "100 000 names", bytes: many(100_000, encodeDer(0x82, utf8.encode("a.test"))) },
  { why: "10 000 attributes", bytes: many(10_000, encodeDer(0x30, encodeOid("1.2.3"), encodeDer(0x31))) },
  { why: "unused bits of no octet", bytes: encodeDer(0x30, Uint8Array.of(3, 1, 7)) },
  { why: "a megabyte of zeros", bytes: new Uint8Array(1_000_000) },
  { why: "a megabyte of line feeds", bytes: new Uint8Array(1_000_000).fill(10) },
  { why: "a megabyte of hyphens", bytes: new Uint8Array(1_000_000).fill(45) },
  {
    why: "20 000 PEM blocks",
    bytes: utf8.encode("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".repeat(20_000)),
  },
  {
    why: "20 000 beginnings without an end",
    bytes: utf8.encode("-----BEGIN CERTIFICATE-----\n".repeat(20_000)),
  },
  {
    why: "a boundary followed by a megabyte of spaces",
    bytes: utf8.encode(`-----BEGIN A-----${" ".repeat(1_000_000)}x`),
  },
  { why: "a label of a megabyte", bytes: utf8.encode(`-----BEGIN ${"A ".repeat(500_000)}-----`) },
  { why: "a block of a megabyte of padding", bytes: pem("CERTIFICATE", "=".repeat(1_000_000)) },
  { why: "a megabyte of dots", bytes: utf8.encode(".".repeat(1_000_000)) },
  { why: "a megabyte of xn-- labels", bytes: utf8.encode("xn--a.".repeat(160_000)) },
  { why: "a megabyte of colons", bytes: utf8.encode(":".repeat(1_000_000)) },
  { why: "a URI with a megabyte of percent signs", bytes: utf8.encode(`https://a/${"%".repeat(1_000_000)}`) },
  { why: "an address with a megabyte of dots", bytes: utf8.encode(`${"a.".repeat(500_000)}@a`) },
];

describe.each(Object.entries(parsers))("%s", (name, parser) => {
  test.each(bombs)("E-022, E-023: answers $why", async ({ bytes }) => {
    const outcome = await answer(parser, bytes);
    if (readsStructures(name)) expect(outcome).toBeInstanceOf(CaError);
  });

  test("answers any octets with a value or a CaError", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), (bytes) => answer(parser, bytes).then(() => true)),
    );
  });

  test("does not change its input", async () => {
    const input =
      name.includes("text") || name.includes("Pem")
        ? utf8.encode(readVector("csr/go-p-256.pem"))
        : readPemVector("csr/go-p-256.pem");
    const copy = new Uint8Array(input);
    await answer(parser, input);
    expect(input).toEqual(copy);
  });
});

describe("certificates", () => {
  const golden = readPemVector("golden-root.pem");

  test("any change of a certificate gives a certificate or ERR_CERTIFICATE_MALFORMED", () => {
    const place = fc.nat(golden.length - 1);
    const mutation = fc.oneof(
      fc.tuple(place, fc.nat(255)).map(([at, octet]) => golden.with(at, octet)),
      place.map((at) => golden.slice(0, at)),
      fc
        .tuple(place, fc.nat(60))
        .map(([at, length]) => Uint8Array.from([...golden.slice(0, at + length), ...golden.slice(at)])),
      fc
        .tuple(place, fc.nat(60))
        .map(([at, length]) => Uint8Array.from([...golden.slice(0, at), ...golden.slice(at + length)])),
    );
    fc.assert(
      fc.property(mutation, (bytes) => {
        try {
          expect(parseCertificate(bytes).der).toEqual(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: "ERR_CERTIFICATE_MALFORMED" });
        }
      }),
      { numRuns: 500 },
    );
  });

  test("B-002: a certificate is read without losing an octet", () => {
    const { der, tbsCertificate, issuer, subject } = parseCertificate(golden);
    expect(der).toEqual(golden);
    expect(asText(golden)).toContain(asText(tbsCertificate));
    expect(issuer.der).toEqual(subject.der);
  });
});
