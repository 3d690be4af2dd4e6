import fc from "fast-check";
import { OCSPRequest } from "pkijs";
import { describe, expect, test } from "vitest";
import { encodeCertId, encodeOcspRequest } from "../../test/support/ocsp.ts";
import {
  encodeBoolean,
  encodeDer,
  encodedNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
} from "../asn1/der-writer.ts";
import { encodeExtension } from "../certificate/extensions.ts";
import { DerError } from "../errors.ts";
import { createRoot } from "../issuer/create.ts";
import { maximumRequestOctets, parseOcspRequest } from "./ocsp-request.ts";

const { issuer } = await createRoot({ commonName: "Lab Root" });
const certId = encodeCertId(issuer, "01ff");
const nonceOid = "1.3.6.1.5.5.7.48.1.2";
const parse = (der: Uint8Array): ReturnType<typeof parseOcspRequest> => parseOcspRequest(der, 3);

/** An OCSPRequest of anybody's making; what is not said is as it should be. */
function foreign({
  before = [],
  requests = [encodeSequence(certId)],
  extensions = [],
  after = [],
  signature = [],
}: {
  before?: readonly Uint8Array[];
  requests?: readonly Uint8Array[];
  extensions?: readonly Uint8Array[];
  after?: readonly Uint8Array[];
  signature?: readonly Uint8Array[];
}): Uint8Array {
  const list = extensions.length === 0 ? [] : [encodeDer(0xa2, encodeSequence(...extensions))];
  return encodeSequence(
    encodeSequence(...before, encodeSequence(...requests), ...list, ...after),
    ...signature,
  );
}

const nonceOf = (length: number): Uint8Array =>
  encodeExtension(nonceOid, false, encodeOctetString(new Uint8Array(length).fill(7)));
const requestorName = encodeDer(0xa1, encodeDer(0xa4, encodeSequence()));
const unknown = (critical: boolean): Uint8Array => encodeExtension("1.2.3", critical, encodedNull);
const single = (...extensions: Uint8Array[]): Uint8Array =>
  encodeSequence(certId, encodeDer(0xa0, encodeSequence(...extensions)));

/** A CertID with other fields. */
function certIdOf({
  algorithm = [encodeOid("1.3.14.3.2.26")],
  serialNumber = encodeSmallInteger(1),
  rest = [],
}: {
  algorithm?: readonly Uint8Array[];
  serialNumber?: Uint8Array;
  rest?: readonly Uint8Array[];
}): Uint8Array {
  const octets = encodeOctetString(new Uint8Array(20));
  return encodeSequence(encodeSequence(...algorithm), octets, octets, serialNumber, ...rest);
}

const asking = (fields: Parameters<typeof certIdOf>[0]): Uint8Array =>
  foreign({ requests: [encodeSequence(certIdOf(fields))] });

describe("parseOcspRequest", () => {
  test("B-185: reads the CertID that is asked about, and keeps its octets", () => {
    const { certificateIds, nonce } = parse(encodeOcspRequest([certId]));
    expect(certificateIds).toEqual([
      {
        der: certId,
        hashAlgorithm: "sha-1",
        issuerNameHash: expect.objectContaining({ length: 20 }),
        issuerKeyHash: expect.objectContaining({ length: 20 }),
        serialNumber: "01ff",
      },
    ]);
    expect(nonce).toBeUndefined();
  });

  test.each([
    { hash: "sha-1", parameters: encodedNull },
    { hash: "sha-1", parameters: new Uint8Array() },
    { hash: "sha-256", parameters: encodedNull },
    { hash: "sha-256", parameters: new Uint8Array() },
    { hash: "sha-384", parameters: encodedNull },
    { hash: "sha-512", parameters: encodedNull },
  ] as const)("B-185: reads a CertID by $hash, its parameters $parameters.length octets", (options) => {
    const [id] = parse(encodeOcspRequest([encodeCertId(issuer, "7f", options)])).certificateIds;
    expect(id).toMatchObject({ hashAlgorithm: options.hash, serialNumber: "7f" });
  });

  test("reads a CertID by a hash that nobody is recognised by", () => {
    const md5 = encodeOid("1.2.840.113549.2.5");
    const [id] = parse(asking({ algorithm: [md5, encodeOid("1.2.3")] })).certificateIds;
    expect(id?.hashAlgorithm).toBeUndefined();
  });

  test("B-186: reads as many certificates as are allowed, in order", () => {
    const ids = ["01", "80", "ffff"].map((serialNumber) => encodeCertId(issuer, serialNumber));
    const { certificateIds } = parse(encodeOcspRequest(ids));
    expect(certificateIds.map(({ serialNumber }) => serialNumber)).toEqual(["01", "80", "ffff"]);
  });

  test.each([1, 15, 16, 32, 33, 128])("B-183: reads a nonce of %i octets", (length) => {
    expect(parse(foreign({ extensions: [nonceOf(length)] })).nonce).toEqual(new Uint8Array(length).fill(7));
  });

  test.each([
    { why: "the version spelled out", der: foreign({ before: [encodeDer(0xa0, encodeSmallInteger(0))] }) },
    { why: "the requestor's name", der: foreign({ before: [requestorName] }) },
    { why: "a signature", der: foreign({ signature: [encodeDer(0xa0, encodeSequence())] }) },
    { why: "an unknown extension", der: foreign({ extensions: [unknown(false)] }) },
    { why: "an unknown extension of one request", der: foreign({ requests: [single(unknown(false))] }) },
    {
      why: "a critical nonce",
      der: foreign({ extensions: [encodeExtension(nonceOid, true, encodeOctetString(new Uint8Array(16)))] }),
    },
  ])("reads past $why", ({ der }) => {
    expect(parse(der).certificateIds.map(({ der: id }) => id)).toEqual([certId]);
  });

  test.each([
    { id: "B-183", why: "a nonce of no octets", der: foreign({ extensions: [nonceOf(0)] }) },
    { id: "B-183", why: "a nonce of 129 octets", der: foreign({ extensions: [nonceOf(129)] }) },
    {
      id: "B-183",
      why: "a nonce that is not an OCTET STRING",
      der: foreign({ extensions: [encodeExtension(nonceOid, false, Uint8Array.of(1, 2, 3))] }),
    },
    {
      id: "B-183",
      why: "octets after the nonce",
      der: foreign({ extensions: [encodeExtension(nonceOid, false, Uint8Array.of(4, 1, 7, 0))] }),
    },
    { id: "B-183", why: "two nonces", der: foreign({ extensions: [nonceOf(16), nonceOf(16)] }) },
    { id: "B-186", why: "no certificate", der: foreign({ requests: [] }) },
    {
      id: "B-186",
      why: "more certificates than are allowed",
      der: encodeOcspRequest([certId, certId, certId, certId]),
    },
    {
      id: "B-186",
      why: "more octets than are allowed",
      der: foreign({ signature: [encodeDer(0xa0, encodeOctetString(new Uint8Array(maximumRequestOctets)))] }),
    },
    { id: "E-022", why: "version 2", der: foreign({ before: [encodeDer(0xa0, encodeSmallInteger(1))] }) },
    { id: "E-022", why: "an empty version", der: foreign({ before: [encodeDer(0xa0)] }) },
    {
      id: "E-022",
      why: "two names",
      der: foreign({ before: [encodeDer(0xa1, encodeDer(0x82), encodeDer(0x82))] }),
    },
    {
      id: "E-022",
      why: "a field that is none",
      der: foreign({ after: [encodeDer(0xa3, encodeSequence())] }),
    },
    {
      id: "E-022",
      why: "an empty list of extensions",
      der: foreign({ after: [encodeDer(0xa2, encodeSequence())] }),
    },
    { id: "E-022", why: "an unknown critical extension", der: foreign({ extensions: [unknown(true)] }) },
    {
      id: "E-022",
      why: "an unknown critical extension of one request",
      der: foreign({ requests: [single(unknown(true))] }),
    },
    {
      id: "E-022",
      why: "a third field of one request",
      der: foreign({ requests: [encodeSequence(certId, certId)] }),
    },
    { id: "E-022", why: "a signature of another tag", der: foreign({ signature: [encodeSequence()] }) },
    {
      id: "E-022",
      why: "something after the signature",
      der: foreign({ signature: [encodeDer(0xa0, encodeSequence()), encodeSequence()] }),
    },
    { id: "B-002", why: "octets after the end", der: Uint8Array.from([...foreign({}), 0]) },
    {
      id: "B-002",
      why: "BER in a part that is not looked at",
      der: foreign({ before: [encodeDer(0xa1, encodeDer(0xa4, Uint8Array.of(1, 1, 1)))] }),
    },
    { id: "B-002", why: "a CertID of five fields", der: asking({ rest: [encodeBoolean(true)] }) },
    { id: "B-002", why: "no serial number", der: asking({ serialNumber: new Uint8Array() }) },
    {
      id: "B-002",
      why: "a negative serial number",
      der: asking({ serialNumber: Uint8Array.of(2, 1, 0x80) }),
    },
    {
      id: "B-002",
      why: "a serial number of 21 octets",
      der: asking({ serialNumber: encodeDer(0x02, new Uint8Array(21).fill(1)) }),
    },
    {
      id: "B-002",
      why: "parameters of SHA-1 that are not NULL",
      der: asking({ algorithm: [encodeOid("1.3.14.3.2.26"), encodeSequence()] }),
    },
    {
      id: "B-002",
      why: "a third field of the algorithm",
      der: asking({ algorithm: [encodeOid("1.3.14.3.2.26"), encodedNull, encodedNull] }),
    },
    { id: "E-022", why: "no octets", der: new Uint8Array() },
    { id: "E-022", why: "a certificate", der: issuer.certificate },
  ])("$id: refuses $why", ({ der }) => {
    expect(() => parse(der)).toThrow(expect.objectContaining({ code: "ERR_DER_MALFORMED" }));
  });

  test("E-022, E-023: answers any octets, and any change of a request, with a request or a DerError", () => {
    const valid = foreign({ before: [requestorName], extensions: [nonceOf(16), unknown(false)] });
    const place = fc.nat(valid.length - 1);
    const mutation = fc.oneof(
      fc.tuple(place, fc.nat(255)).map(([at, octet]) => valid.with(at, octet)),
      fc
        .tuple(place, fc.nat(20))
        .map(([at, length]) => Uint8Array.from([...valid.slice(0, at), ...valid.slice(at + length)])),
    );
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutation), (octets) => {
        try {
          const { certificateIds, nonce } = parse(octets);
          return certificateIds.length > 0 && (nonce === undefined || nonce.length > 0);
        } catch (error) {
          return error instanceof DerError;
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("what the tests ask with is what pkijs reads", () => {
    const nonce = new Uint8Array(16).fill(3);
    const { tbsRequest } = OCSPRequest.fromBER(Uint8Array.from(encodeOcspRequest([certId], nonce)));
    const [asked] = tbsRequest.requestList;
    expect(asked?.reqCert.serialNumber.toBigInt()).toBe(0x1ffn);
    expect(tbsRequest.requestExtensions?.map(({ extnID }) => extnID)).toEqual([nonceOid]);
  });
});
