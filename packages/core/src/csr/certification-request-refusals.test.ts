import { describe, expect, test } from "vitest";
import {
  ask,
  attribute,
  buildRequest,
  commonName,
  dnsName,
  extension,
  extensionRequest,
  requestOids as oids,
  type RequestParts,
  subjectAltName,
  textName,
  wwwAltName as www,
} from "../../test/support/certification-request.ts";
import {
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
  encodeUtf8String,
} from "../asn1/der-writer.ts";
import { encodePem } from "../asn1/pem.ts";
import { parseCertificationRequest } from "./certification-request.ts";

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(" ", ""), "hex"));
const trailing = (der: Uint8Array): Uint8Array => Uint8Array.from([...der, 0]);
const hosts = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => dnsName(`h${index}.test`));
const expectCode = (der: Uint8Array, code: string): Promise<void> =>
  expect(parseCertificationRequest(der)).rejects.toMatchObject({ name: "CsrError", code });
const expectMalformed = (parts: RequestParts): Promise<void> =>
  expectCode(buildRequest(parts), "ERR_CSR_MALFORMED");

describe("the request as a whole", () => {
  const pem = new TextEncoder().encode(encodePem("CERTIFICATE REQUEST", buildRequest()));
  const indefinite = Uint8Array.from([0x30, 0x80, ...buildRequest().subarray(4), 0, 0]);
  const huge = buildRequest(ask(extension("1.2.3", new Uint8Array(65_536))));

  test.each([
    { id: "case 109", why: "nothing", der: new Uint8Array() },
    { id: "case 109", why: "octets that are not DER", der: bytes("010203") },
    { id: "case 109, E-025", why: "PEM where DER belongs", der: pem },
    { id: "case 109, B-130", why: "an octet after it", der: trailing(buildRequest()) },
    { id: "case 109, B-002", why: "an indefinite length", der: indefinite },
    { id: "case 109", why: "two fields", der: encodeSequence(encodeSequence(), encodeSequence()) },
    { id: "case 109", why: "a fourth field", der: buildRequest({ rest: [encodedNull] }) },
    { id: "case 109, E-022", why: "more than 64 KiB", der: huge },
  ])("$id: refuses $why", ({ der }) => expectCode(der, "ERR_CSR_MALFORMED"));

  test.each<{ why: string; parts: RequestParts }>([
    { why: "version 1", parts: { version: encodeSmallInteger(1) } },
    { why: "version -1", parts: { version: bytes("0201ff") } },
    { why: "no version", parts: { version: new Uint8Array() } },
    { why: "a field after the attributes", parts: { more: [encodeDer(0xa1)] } },
    { why: "the attributes under another tag", parts: { attributes: null, more: [encodeDer(0xa1)] } },
    { why: "the attributes as a SET", parts: { attributes: null, more: [encodeSet()] } },
    { why: "a signature with unused bits", parts: { signature: () => bytes("03020100") } },
    { why: "a signature that is an OCTET STRING", parts: { signature: () => bytes("0401ff") } },
    { why: "no signature", parts: { signature: () => new Uint8Array() } },
  ])("B-130: refuses $why", ({ parts }) => expectMalformed(parts));

  test("B-140: refuses a key with a value behind it", () => {
    const key = encodeSequence(encodeOid("1.3.101.112"));
    return expectMalformed({
      publicKey: encodeSequence(key, encodeBitString(new Uint8Array(32)), encodedNull),
    });
  });

  test("RFC 5758: refuses ECDSA with NULL for parameters", () =>
    expectMalformed({ algorithm: encodeSequence(encodeOid("1.2.840.10045.4.3.2"), encodedNull) }));
});

describe("attributes", () => {
  const oid = encodeOid("1.2.3");
  const microsoft = attribute(oids.microsoftExtensionRequest, encodeSequence(www));
  const twoValues = attribute(oids.extensionRequest, encodeSequence(www), encodeSequence(www, www));

  test.each([
    { id: "B-130", why: "one that is no SEQUENCE", attributes: [encodedNull] },
    { id: "B-130", why: "one without values", attributes: [encodeSequence(oid)] },
    { id: "B-130", why: "one with an empty SET of values", attributes: [attribute("1.2.3")] },
    {
      id: "B-130",
      why: "one with a SEQUENCE of values",
      attributes: [encodeSequence(oid, bytes("30020500"))],
    },
    {
      id: "B-130",
      why: "one with a third part",
      attributes: [encodeSequence(oid, bytes("31020500"), encodedNull)],
    },
    {
      id: "B-131, case 111",
      why: "two extensionRequests",
      attributes: [extensionRequest(www), extensionRequest(www)],
    },
    { id: "B-131", why: "an extensionRequest of each kind", attributes: [extensionRequest(www), microsoft] },
    { id: "B-131", why: "an extensionRequest with two values", attributes: [twoValues] },
    { id: "B-131", why: "an extensionRequest without extensions", attributes: [extensionRequest()] },
    { id: "E-022", why: "more than 10 000", attributes: Array.from({ length: 10_001 }, () => encodedNull) },
  ])("$id: refuses $why", ({ attributes }) => expectMalformed({ attributes }));
});

describe("extensions", () => {
  const oid = encodeOid("1.2.3");
  const value = encodeOctetString(encodedNull);

  test.each([
    { id: "B-131, case 111", why: "one twice", wanted: [www, www] },
    {
      id: "B-002",
      why: "critical FALSE spelled out",
      wanted: [encodeSequence(oid, encodeBoolean(false), value)],
    },
    { id: "B-002", why: "critical TRUE as 01", wanted: [encodeSequence(oid, bytes("010101"), value)] },
    {
      id: "B-131",
      why: "one with four parts",
      wanted: [encodeSequence(oid, encodeBoolean(true), value, encodedNull)],
    },
    { id: "B-131", why: "one without a value", wanted: [encodeSequence(oid)] },
    { id: "B-133", why: "keyUsage without a bit", wanted: [extension(oids.keyUsage, encodeNamedBits([]))] },
    { id: "B-133", why: "keyUsage that is no BIT STRING", wanted: [extension(oids.keyUsage, encodedNull)] },
    {
      id: "B-133",
      why: "extKeyUsage without a purpose",
      wanted: [extension(oids.extKeyUsage, encodeSequence())],
    },
    {
      id: "B-133",
      why: "extKeyUsage that is not DER",
      wanted: [extension(oids.extKeyUsage, bytes("30800000"))],
    },
    {
      id: "B-133",
      why: "cA FALSE spelled out",
      wanted: [extension(oids.basicConstraints, bytes("3003010100"))],
    },
  ])("$id: refuses $why", ({ wanted }) => expectMalformed(ask(...wanted)));

  const caTrue = encodeBoolean(true);
  test.each([
    {
      id: "B-133, case 112",
      why: "cA",
      wanted: extension(oids.basicConstraints, encodeSequence(caTrue), true),
    },
    {
      id: "B-133, case 112",
      why: "cA with a path length",
      wanted: extension(oids.basicConstraints, encodeSequence(caTrue, encodeSmallInteger(0))),
    },
    { id: "B-133, case 112", why: "keyCertSign", wanted: extension(oids.keyUsage, encodeNamedBits([0, 5])) },
    { id: "B-133", why: "cRLSign", wanted: extension(oids.keyUsage, encodeNamedBits([6])) },
    { id: "B-133, case 112", why: "nameConstraints", wanted: extension("2.5.29.30", encodeSequence()) },
    { id: "B-133", why: "authorityKeyIdentifier", wanted: extension("2.5.29.35", encodeSequence()) },
    { id: "B-133", why: "an unknown critical extension", wanted: extension("1.2.3.4", encodedNull, true) },
    {
      id: "B-133",
      why: "a critical one that must not be",
      wanted: extension("1.3.6.1.5.5.7.1.24", bytes("3003020105"), true),
    },
  ])("$id: does not grant $why", ({ wanted }) =>
    expectCode(buildRequest(ask(www, wanted)), "ERR_CSR_EXTENSION_REFUSED"),
  );
});

describe("names", () => {
  const otherName = encodeDer(0xa0, encodeOid("1.2.3"), encodeDer(0xa0, encodeUtf8String("a")));

  test.each([
    { id: "case 111", why: "an otherName", name: otherName },
    { id: "case 111", why: "an x400Address", name: encodeDer(0xa3) },
    { id: "case 111", why: "a directoryName", name: encodeDer(0xa4, commonName("a.test")) },
    { id: "case 111", why: "a registeredID", name: encodeDer(0x88, bytes("2a03")) },
    { id: "B-050", why: "a dNSName in constructed form", name: encodeDer(0xa2, bytes("160161")) },
    { id: "B-050", why: "a name of a universal type", name: encodeUtf8String("a.test") },
    { id: "B-050", why: "an empty name", name: dnsName("") },
    { id: "case 112", why: "a NUL (CVE-2009-2408)", name: dnsName("www.example.test\0.evil.test") },
    { id: "B-051", why: "letters beyond ASCII", name: dnsName("b\u00fccher.test") },
    { id: "B-051", why: "a trailing dot", name: dnsName("example.test.") },
    { id: "B-051, E-024", why: "a fake A-label", name: dnsName("xn--99999999.test") },
    { id: "B-055", why: "a star in the second label", name: dnsName("a.*.test") },
    { id: "case 79", why: "a dNSName that is an address", name: dnsName("192.0.2.7") },
    {
      id: "B-052",
      why: "an IPv4 address mapped into IPv6",
      name: encodeDer(0x87, bytes("00000000000000000000ffffc0000207")),
    },
    { id: "B-052", why: "the unspecified address", name: encodeDer(0x87, new Uint8Array(4)) },
    { id: "B-053", why: "a relative URI", name: textName(6, "/id") },
    { id: "B-054", why: "an email address without a domain", name: textName(1, "lab@") },
  ])("$id: refuses $why", ({ name }) => expectMalformed(ask(subjectAltName(name))));

  test.each([0, 3, 5, 8, 15, 17, 32])("B-052: refuses an iPAddress of %i octets", (length) =>
    expectMalformed(ask(subjectAltName(encodeDer(0x87, new Uint8Array(length).fill(1))))),
  );

  test("B-050: refuses a subjectAltName without a name", () => expectMalformed(ask(subjectAltName())));

  test("B-050: refuses a subjectAltName with an octet behind it", () =>
    expectMalformed(ask(extension(oids.subjectAltName, trailing(encodeSequence(dnsName("a.test")))))));

  test("B-051: refuses 101 names", () => expectMalformed(ask(subjectAltName(...hosts(101)))));

  test("B-051, B-056: refuses a hundred names and another in the commonName", () =>
    expectMalformed({ ...ask(subjectAltName(...hosts(100))), subject: commonName("h100.test") }));

  test.each([101, 10_000])("E-022: %i names are counted before any of them is read", async (count) => {
    const names = Array.from({ length: count }, () => dnsName("-"));
    const refused = parseCertificationRequest(buildRequest(ask(subjectAltName(...names))));
    await expect(refused).rejects.toThrow(`has ${count} names, allowed are 1 to 100`);
  });

  test("E-022: 20 000 names are more than one value may hold", () => {
    const names = Array.from({ length: 20_000 }, () => dnsName("a"));
    return expectMalformed(ask(subjectAltName(...names)));
  });
});

describe("the subject", () => {
  const twice = encodeSet(encodeSequence(encodeOid("2.5.4.3"), encodeUtf8String("a.test")));

  test.each([
    { id: "case 112, B-057", why: "a NUL", subject: commonName("www.example.test\0.evil.test") },
    { id: "case 112, B-057", why: "a NUL in a BMPString", subject: commonName(bytes("0061 0000"), 0x1e) },
    { id: "B-057", why: "a control character", subject: commonName("a\nb") },
    { id: "B-057", why: "a right-to-left override", subject: commonName("a\u202eb") },
    { id: "B-057", why: "an Arabic letter mark", subject: commonName("a\u061cb") },
    { id: "B-002", why: "a UTF8String that is not UTF-8", subject: commonName(bytes("c328")) },
    { id: "B-002", why: "a UTF8String in an overlong form", subject: commonName(bytes("c0ae")) },
    { id: "B-002", why: "a UTF8String with half of a surrogate pair", subject: commonName(bytes("eda080")) },
    {
      id: "B-002",
      why: "a BMPString with half of a surrogate pair",
      subject: commonName(bytes("d800 0061"), 0x1e),
    },
    { id: "B-002", why: "a BMPString of three octets", subject: commonName(bytes("006100"), 0x1e) },
    { id: "B-002", why: "a character that PrintableString lacks", subject: commonName("a;b", 0x13) },
    { id: "B-002", why: "an IA5String with an octet above 7F", subject: commonName(bytes("80"), 0x16) },
    { id: "RFC 5280", why: "a UniversalString", subject: commonName(bytes("00000061"), 0x1c) },
    { id: "RFC 5280", why: "an OCTET STRING", subject: commonName("a.test", 0x04) },
    { id: "RFC 5280", why: "an empty RDN", subject: encodeSequence(encodeSet()) },
    { id: "B-056", why: "two commonNames", subject: encodeSequence(twice, twice) },
  ])("$id: refuses $why", ({ subject }) => expectMalformed({ subject }));
});
