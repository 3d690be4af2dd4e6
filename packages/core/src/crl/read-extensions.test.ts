import { describe, expect, test } from "vitest";
import { readDer } from "../asn1/der-reader.ts";
import {
  encodeDer,
  encodeIa5String,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeUnsignedInteger,
} from "../asn1/der-writer.ts";
import { encodeExtension } from "../certificate/extensions.ts";
import { readExtensionList } from "../certificate/parse.ts";
import { type CrlExtensionFields, encodeCrlExtensions } from "./extensions.ts";
import { type ParsedCrlExtensions, readCrlExtensions } from "./read-extensions.ts";

const url = "http://pki.lab.example/crl/0";
const fields: CrlExtensionFields = { authorityKeyIdentifier: Uint8Array.of(1, 2, 3), crlNumber: 7n };
const oids = {
  issuerAltName: "2.5.29.18",
  crlNumber: "2.5.29.20",
  deltaCrlIndicator: "2.5.29.27",
  issuingDistributionPoint: "2.5.29.28",
  authorityKeyIdentifier: "2.5.29.35",
  freshestCrl: "2.5.29.46",
} as const;

const read = (...extensions: readonly Uint8Array[]): ParsedCrlExtensions =>
  readCrlExtensions(readExtensionList(readDer(encodeSequence(...extensions))));

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");
const context = (tag: number, ...parts: readonly Uint8Array[]): Uint8Array => encodeDer(tag, ...parts);
const isTrue = Uint8Array.of(0xff);
const uri = context(0x86, new TextEncoder().encode(url));
const point = context(0xa0, context(0xa0, uri));

describe("encodeCrlExtensions", () => {
  test("B-160, B-161: a full CRL of everything has the key identifier and a number, neither critical", () => {
    expect(encodeCrlExtensions(fields).map(hex)).toEqual([
      "300e0603551d230407300580030102 03".replace(" ", ""),
      "300a0603551d140403020107",
    ]);
  });

  test("B-165: a delta CRL has a critical indicator with the number of its base", () => {
    const [, , indicator] = encodeCrlExtensions({ ...fields, baseCrlNumber: 0x80n });
    expect(hex(indicator ?? new Uint8Array())).toBe("300e0603551d1b0101ff040402020080");
  });

  test("B-166: the issuing distribution point is critical and has a full name alone", () => {
    const [, , scope] = encodeCrlExtensions({ ...fields, distributionPoint: url });
    expect(scope).toEqual(encodeExtension(oids.issuingDistributionPoint, true, encodeSequence(point)));
  });

  test("B-165: freshestCRL is not critical, and has the form of cRLDistributionPoints", () => {
    const [, , freshest] = encodeCrlExtensions({ ...fields, freshestCrl: url });
    const value = encodeSequence(encodeSequence(point));
    expect(freshest).toEqual(encodeExtension(oids.freshestCrl, false, value));
  });

  test.each([0n, 1n, 127n, 128n, 255n, 256n, 1_893_456_000_123n, 2n ** 159n - 1n])(
    "B-161: number %d is read as it was written",
    (crlNumber) => {
      expect(read(...encodeCrlExtensions({ ...fields, crlNumber })).crlNumber).toBe(crlNumber);
    },
  );
});

describe("readCrlExtensions", () => {
  const [keyIdentifier = new Uint8Array(), number = new Uint8Array()] = encodeCrlExtensions(fields);
  const scoped = (...parts: readonly Uint8Array[]): Uint8Array =>
    encodeExtension(oids.issuingDistributionPoint, true, encodeSequence(...parts));
  const freshest = (...points: readonly Uint8Array[]): Uint8Array =>
    encodeExtension(oids.freshestCrl, false, encodeSequence(...points));
  const delta = encodeExtension(oids.deltaCrlIndicator, true, encodeUnsignedInteger(Uint8Array.of(5)));

  test("B-165, B-166: reads a full CRL of one partition", () => {
    const written = { ...fields, distributionPoint: url, freshestCrl: `${url}/delta` };
    expect(read(...encodeCrlExtensions(written))).toEqual({
      crlNumber: 7n,
      baseCrlNumber: undefined,
      authorityKeyIdentifier: Uint8Array.of(1, 2, 3),
      issuingDistributionPoint: { urls: [url], only: undefined, onlySomeReasons: false, indirectCrl: false },
      freshestCrl: [`${url}/delta`],
    });
  });

  test("reads extensions that are not understood and not critical, and leaves them alone", () => {
    const alternative = encodeExtension(oids.issuerAltName, false, encodeSequence(uri));
    expect(read(keyIdentifier, number, alternative)).toEqual(read(keyIdentifier, number));
  });

  test("reads an authority key that is named by issuer and serial number as no key identifier", () => {
    const value = encodeSequence(
      context(0xa1, context(0xa4, encodeSequence())),
      context(0x82, Uint8Array.of(1)),
    );
    const named = encodeExtension(oids.authorityKeyIdentifier, false, value);
    expect(read(named, number).authorityKeyIdentifier).toBeUndefined();
  });

  test.each([
    { why: "user certificates", parts: [context(0x81, isTrue)], says: { only: "userCertificates" } },
    { why: "CA certificates", parts: [context(0x82, isTrue)], says: { only: "authorityCertificates" } },
    {
      why: "attribute certificates",
      parts: [context(0x85, isTrue)],
      says: { only: "attributeCertificates" },
    },
    { why: "some reasons", parts: [context(0x83, Uint8Array.of(6, 0x40))], says: { onlySomeReasons: true } },
    { why: "other issuers", parts: [point, context(0x84, isTrue)], says: { urls: [url], indirectCrl: true } },
    {
      why: "a point by relative name",
      parts: [context(0xa0, context(0xa1, encodeSequence()))],
      says: { urls: [] },
    },
    {
      why: "a point by directory name and URL",
      parts: [context(0xa0, context(0xa0, context(0xa4, encodeSequence()), uri))],
      says: { urls: [url] },
    },
  ])("B-166: reads a scope: $why", ({ parts, says }) => {
    const nothing = { urls: [], only: undefined, onlySomeReasons: false, indirectCrl: false };
    const { issuingDistributionPoint } = read(keyIdentifier, number, scoped(...parts));
    expect(issuingDistributionPoint).toEqual({ ...nothing, ...says });
  });

  test("reads every URL of freshestCRL", () => {
    const both = [encodeSequence(point), encodeSequence(point, context(0x81, Uint8Array.of(6, 0x40)))];
    expect(read(keyIdentifier, number, freshest(...both)).freshestCrl).toEqual([url, url]);
  });

  const refused: readonly { why: string; extensions: readonly Uint8Array[] }[] = [
    { why: "B-160: no key identifier", extensions: [number] },
    { why: "B-160: no number", extensions: [keyIdentifier] },
    {
      why: "B-161: a critical number",
      extensions: [keyIdentifier, encodeExtension(oids.crlNumber, true, encodeUnsignedInteger(isTrue))],
    },
    {
      why: "B-161: a number of 21 octets",
      extensions: [
        keyIdentifier,
        encodeExtension(oids.crlNumber, false, encodeUnsignedInteger(new Uint8Array(21).fill(1))),
      ],
    },
    {
      why: "B-161: a negative number",
      extensions: [keyIdentifier, encodeExtension(oids.crlNumber, false, Uint8Array.of(2, 1, 0x80))],
    },
    {
      why: "B-165: a delta indicator that is not critical",
      extensions: [
        keyIdentifier,
        number,
        encodeExtension(oids.deltaCrlIndicator, false, encodeUnsignedInteger(isTrue)),
      ],
    },
    {
      why: "B-165: freshestCRL in a delta",
      extensions: [keyIdentifier, number, delta, freshest(encodeSequence(point))],
    },
    {
      why: "freshestCRL without a point",
      extensions: [keyIdentifier, number, freshest()],
    },
    {
      why: "B-166: a scope that is not critical",
      extensions: [
        keyIdentifier,
        number,
        encodeExtension(oids.issuingDistributionPoint, false, encodeSequence(point)),
      ],
    },
    { why: "B-166: an empty scope", extensions: [keyIdentifier, number, scoped()] },
    {
      why: "B-166: a scope of two kinds of certificate",
      extensions: [keyIdentifier, number, scoped(context(0x81, isTrue), context(0x82, isTrue))],
    },
    {
      why: "a flag that is FALSE",
      extensions: [keyIdentifier, number, scoped(context(0x81, Uint8Array.of(0)))],
    },
    {
      why: "fields out of order",
      extensions: [keyIdentifier, number, scoped(context(0x84, isTrue), context(0x81, isTrue))],
    },
    {
      why: "a field twice",
      extensions: [keyIdentifier, number, scoped(context(0x84, isTrue), context(0x84, isTrue))],
    },
    {
      why: "an unknown field",
      extensions: [keyIdentifier, number, scoped(point, context(0x86, isTrue))],
    },
    { why: "a point without a name", extensions: [keyIdentifier, number, scoped(context(0xa0))] },
    {
      why: "a full name without a name",
      extensions: [keyIdentifier, number, scoped(context(0xa0, context(0xa0)))],
    },
    {
      why: "two names of a point",
      extensions: [keyIdentifier, number, scoped(context(0xa0, context(0xa0, uri), context(0xa0, uri)))],
    },
    {
      why: "a URL outside ASCII",
      extensions: [keyIdentifier, number, scoped(context(0xa0, context(0xa0, context(0x86, isTrue))))],
    },
    {
      why: "a name that is a string",
      extensions: [keyIdentifier, number, scoped(context(0xa0, encodeIa5String(url)))],
    },
    {
      why: "a value that is no SEQUENCE",
      extensions: [
        keyIdentifier,
        number,
        encodeExtension(oids.issuingDistributionPoint, true, encodeSet(point)),
      ],
    },
    {
      why: "octets after a value",
      extensions: [keyIdentifier, encodeExtension(oids.crlNumber, false, Uint8Array.of(2, 1, 1, 0))],
    },
    {
      why: "a critical extension that is not understood",
      extensions: [keyIdentifier, number, encodeExtension("1.2.3", true, encodeOid("1.2.3"))],
    },
  ];

  test.each(refused)("refuses $why", ({ extensions }) => {
    expect(() => read(...extensions)).toThrow(expect.objectContaining({ code: "ERR_DER_MALFORMED" }));
  });
});
