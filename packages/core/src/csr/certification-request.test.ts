import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  ask,
  attribute,
  buildRequest,
  commonName,
  dnsName,
  extension,
  extensionRequest,
  type RequestParts,
  requestKey,
  requestOids,
  subjectAltName,
  textName,
  wwwAltName,
} from "../../test/support/certification-request.ts";
import {
  encodeBitString,
  encodeDer,
  encodedNull,
  encodeNamedBits,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeUtf8String,
} from "../asn1/der-writer.ts";
import { encodePem } from "../asn1/pem.ts";
import { CsrError } from "../errors.ts";
import { formatIdentifier } from "../identifier/identifier.ts";
import { parseCertificationRequest, verifiedContents } from "./certification-request.ts";

const namesOf = async (parts: RequestParts): Promise<readonly string[]> =>
  (await parseCertificationRequest(buildRequest(parts))).identifiers.map(formatIdentifier);

describe("accepts", () => {
  test.each<{ id: string; why: string; parts: RequestParts; names: readonly string[] }>([
    { id: "B-130", why: "a request that asks for nothing", parts: {}, names: [] },
    { id: "B-130", why: "a request without the attributes field", parts: { attributes: null }, names: [] },
    {
      id: "B-131",
      why: "names in an extensionRequest",
      parts: ask(wwwAltName),
      names: ["dns:www.example.test"],
    },
    {
      id: "B-131",
      why: "names in the older attribute of Microsoft",
      parts: { attributes: [attribute(requestOids.microsoftExtensionRequest, encodeSequence(wwwAltName))] },
      names: ["dns:www.example.test"],
    },
    {
      id: "B-130",
      why: "attributes in any order, as some writers leave them",
      parts: { attributes: [extensionRequest(wwwAltName), attribute("1.2.3", encodedNull)] },
      names: ["dns:www.example.test"],
    },
    {
      id: "B-133",
      why: "usages, an empty basicConstraints and unknown extensions that are not critical",
      parts: ask(
        wwwAltName,
        extension(requestOids.basicConstraints, encodeSequence(), true),
        extension(requestOids.keyUsage, encodeNamedBits([0, 2]), true),
        extension(requestOids.extKeyUsage, encodeSequence(encodeOid("1.3.6.1.5.5.7.3.1")), true),
        extension(requestOids.subjectKeyIdentifier, encodeOctetString(new Uint8Array(20))),
        extension("1.2.3.4", Uint8Array.of(0xff)),
      ),
      names: ["dns:www.example.test"],
    },
    {
      id: "B-050",
      why: "every kind of name, in its order and its one spelling",
      parts: ask(
        subjectAltName(
          textName(6, "HTTPS://Example.TEST/Id"),
          encodeDer(0x87, Uint8Array.of(192, 0, 2, 7)),
          dnsName("WWW.example.test"),
          encodeDer(0x87, Uint8Array.of(0x20, 1, 0xd, 0xb8, ...new Uint8Array(11), 7)),
          textName(1, "Lab@EXAMPLE.test"),
          dnsName("*.example.test"),
        ),
      ),
      names: [
        "uri:https://example.test/Id",
        "ip:192.0.2.7",
        "dns:www.example.test",
        "ip:2001:db8::7",
        "email:Lab@example.test",
        "dns:*.example.test",
      ],
    },
    {
      id: "case 77",
      why: "a name twice, once",
      parts: ask(subjectAltName(dnsName("a.test"), dnsName("A.TEST"), dnsName("b.test"), dnsName("a.test"))),
      names: ["dns:a.test", "dns:b.test"],
    },
    {
      id: "B-056",
      why: "a commonName that is a host name, added last",
      parts: { ...ask(wwwAltName), subject: commonName("Other.example.test") },
      names: ["dns:www.example.test", "dns:other.example.test"],
    },
    {
      id: "B-056",
      why: "a commonName that is among the names",
      parts: { ...ask(wwwAltName), subject: commonName("WWW.example.test") },
      names: ["dns:www.example.test"],
    },
    {
      id: "B-056",
      why: "a commonName without a subjectAltName",
      parts: { subject: commonName("*.example.test") },
      names: ["dns:*.example.test"],
    },
    {
      id: "B-056",
      why: "a commonName of one label, which is a host name too",
      parts: { subject: commonName("nas") },
      names: ["dns:nas"],
    },
    {
      id: "B-056",
      why: "a commonName that is no host name",
      parts: { ...ask(wwwAltName), subject: commonName("Lab Printer") },
      names: ["dns:www.example.test"],
    },
    {
      id: "case 111",
      why: "a commonName that is an address, which names nothing",
      parts: { subject: commonName("192.0.2.7") },
      names: [],
    },
    {
      id: "B-056",
      why: "a commonName of one label beside other names, which could be a person's",
      parts: { ...ask(subjectAltName(textName(1, "anna@lab.example"))), subject: commonName("anna") },
      names: ["email:anna@lab.example"],
    },
    {
      id: "B-056",
      why: "a commonName with a dot beside names of another kind",
      parts: { ...ask(subjectAltName(textName(1, "anna@lab.example"))), subject: commonName("lab.example") },
      names: ["email:anna@lab.example", "dns:lab.example"],
    },
    { id: "B-056", why: "an empty commonName", parts: { subject: commonName("") }, names: [] },
    {
      id: "RFC 5280",
      why: "a commonName in PrintableString",
      parts: { subject: commonName("a.test", 0x13) },
      names: ["dns:a.test"],
    },
    {
      id: "RFC 5280",
      why: "a commonName in IA5String",
      parts: { subject: commonName("a.test", 0x16) },
      names: ["dns:a.test"],
    },
    {
      id: "RFC 5280",
      why: "a commonName in BMPString",
      parts: { subject: commonName(Buffer.from("\0a\0.\0b", "latin1"), 0x1e) },
      names: ["dns:a.b"],
    },
    {
      id: "RFC 5280",
      why: "a commonName in TeletexString, read as Latin-1",
      parts: { subject: commonName(Uint8Array.of(0xe4), 0x14) },
      names: [],
    },
  ])("$id: $why", async ({ parts, names }) => {
    expect(await namesOf(parts)).toEqual(names);
  });

  test("B-051: a hundred names", async () => {
    const names = Array.from({ length: 100 }, (_, index) => dnsName(`h${index}.test`));
    expect(await namesOf(ask(subjectAltName(...names)))).toHaveLength(100);
  });
});

describe("PEM", () => {
  const pem = encodePem("CERTIFICATE REQUEST", buildRequest(ask(wwwAltName)));

  test.each([
    { why: "as it is written", text: pem },
    { why: "with CRLF", text: pem.replaceAll("\n", "\r\n") },
    { why: "with text around it", text: `hello\n${pem}bye\n` },
    { why: "under the older label", text: pem.replaceAll("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST") },
  ])("B-190: reads one block $why", async ({ text }) => {
    expect((await parseCertificationRequest(text)).der).toEqual(buildRequestOf(text));
  });

  test.each([
    { id: "B-130", why: "two blocks", text: pem + pem },
    { id: "E-025", why: "a key behind it", text: pem + encodePem("PRIVATE KEY", Uint8Array.of(1)) },
    { id: "E-025", why: "a certificate", text: pem.replaceAll(" REQUEST", "") },
    { id: "E-025", why: "a byte order mark", text: `\ufeff${pem}` },
    { id: "E-025", why: "a NUL", text: pem.replace("\nM", "\n\0M") },
    { id: "E-025", why: "base64 without boundaries", text: pem.split("\n").slice(1, -2).join("\n") },
    { id: "E-025", why: "no text", text: "" },
    { id: "E-022", why: "more than 128 Ki characters", text: pem + " ".repeat(128 * 1024) },
    {
      id: "E-022",
      why: "more than 64 KiB inside",
      text: encodePem("CERTIFICATE REQUEST", new Uint8Array(70_000)),
    },
    {
      id: "E-025",
      why: "DER behind the request, in one block",
      text: encodePem("CERTIFICATE REQUEST", Uint8Array.from([...buildRequest(), 0])),
    },
  ])("$id: refuses $why", async ({ text }) => {
    await expect(parseCertificationRequest(text)).rejects.toMatchObject({
      name: "CsrError",
      code: "ERR_CSR_MALFORMED",
    });
  });

  function buildRequestOf(text: string): Uint8Array {
    const body = text.replace(/-----[^-]*-----|hello|bye/g, "");
    return new Uint8Array(Buffer.from(body, "base64"));
  }
});

describe("what comes out", () => {
  test("B-130: does not change when the caller's buffer does", async () => {
    const buffer = Buffer.from(buildRequest(ask(wwwAltName)));
    const before = new Uint8Array(buffer);
    const pending = parseCertificationRequest(buffer);
    buffer.fill(0);
    const request = await pending;
    expect(request.der).toEqual(before);
    expect(request.publicKey.der).toEqual(requestKey);
  });

  test("is frozen, and known as verified; a copy with other names is not", async () => {
    const request = await parseCertificationRequest(buildRequest(ask(wwwAltName)));
    expect(Object.isFrozen(request)).toBe(true);
    expect(verifiedContents(request)).toBeDefined();
    expect(verifiedContents({ ...request, identifiers: [] })).toBeUndefined();
    expect(verifiedContents(structuredClone({ der: request.der }))).toBeUndefined();
    expect(Object.getOwnPropertySymbols(request)).toEqual([]);
    for (const value of [undefined, null, "", request.der, {}]) {
      expect(verifiedContents(value)).toBeUndefined();
    }
  });

  test("B-130: what was verified cannot be changed through what is shown, nor through what is handed out", async () => {
    const subject = commonName("www.example.test");
    const request = await parseCertificationRequest(buildRequest({ ...ask(wwwAltName), subject }));
    const { publicKey: given, subject: name, identifiers } = request;
    const verified = { publicKey: { der: requestKey }, identifiers, subject: { der: subject } };
    expect(verifiedContents(request)).toMatchObject(verified);
    for (const part of [given, given.algorithm, name, name.attributes, name.attributes[0], identifiers])
      expect(Object.isFrozen(part)).toBe(true);
    expect(Object.isFrozen(identifiers[0])).toBe(true);
    for (const octets of [request.der, given.der, given.subjectPublicKey, name.der]) octets.fill(0);
    verifiedContents(request)?.publicKey.der.fill(1);
    verifiedContents(request)?.subject.der.fill(1);
    expect(verifiedContents(request)).toMatchObject(verified);
  });

  test("B-132: never shows a challengePassword", async () => {
    const secret = "correct horse battery";
    const password = attribute(requestOids.challengePassword, encodeUtf8String(secret));
    const request = await parseCertificationRequest(
      buildRequest({ attributes: [password, extensionRequest(wwwAltName)] }),
    );
    expect(inspect(request, { depth: 9, showHidden: true })).not.toContain(secret);
    const broken = [
      buildRequest({ attributes: [password, extensionRequest()] }),
      buildRequest({ attributes: [password], signature: () => encodeBitString(new Uint8Array()) }),
      buildRequest({
        attributes: [
          attribute(requestOids.challengePassword, encodeSequence(encodeUtf8String(secret), encodeDer(1))),
        ],
      }),
    ];
    for (const der of broken) {
      const error: unknown = await parseCertificationRequest(der).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(CsrError);
      expect(inspect(error, { depth: 9 })).not.toContain(secret);
    }
  });

  test("a refusal masks and cuts what the sender wrote", async () => {
    const long = `${"\u001b".repeat(4)}${"a".repeat(60_000)}`;
    for (const name of [
      dnsName(`a_${long.slice(4)}`),
      textName(6, long.slice(4)),
      textName(1, long.slice(4)),
    ]) {
      const error: unknown = await parseCertificationRequest(buildRequest(ask(subjectAltName(name)))).catch(
        (caught: unknown) => caught,
      );
      expect((error as Error).message).toMatch(/^[\x20-\x7e]{1,300}$/);
    }
  });
});
