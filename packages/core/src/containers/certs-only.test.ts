import fc from "fast-check";
import { ContentInfo, SignedData } from "pkijs";
import { describe, expect, test } from "vitest";
import { assertDer, compareEncoded } from "../asn1/der-reader.ts";
import { encodeDer, encodeOid, encodeSequence, encodeSet, encodeSmallInteger } from "../asn1/der-writer.ts";
import { DerError } from "../errors.ts";
import { createIntermediate, createRoot } from "../issuer/create.ts";
import { certsOnlyMediaType, decodeCertsOnly, encodeCertsOnly } from "./certs-only.ts";

const { issuer: root } = await createRoot({ commonName: "Lab Root" });
const { issuer: intermediate } = await createIntermediate({ commonName: "Lab Intermediate", issuer: root });
const chain = [intermediate.certificate, root.certificate];

const sequence = encodeSequence(encodeSmallInteger(1));
const data = encodeOid("1.2.840.113549.1.7.1");
const signedData = encodeOid("1.2.840.113549.1.7.2");

/** A SignedData of anybody's making; what is not said is as {@link encodeCertsOnly} writes it. */
function foreign({
  type = signedData,
  encapsulated = encodeSequence(data),
  fields = [encodeDer(0xa0, sequence)],
  signerInfos = encodeSet(),
  after = new Uint8Array(),
}: {
  type?: Uint8Array;
  encapsulated?: Uint8Array;
  fields?: readonly Uint8Array[];
  signerInfos?: Uint8Array;
  after?: Uint8Array;
}): Uint8Array {
  const content = encodeSequence(encodeSmallInteger(1), encodeSet(), encapsulated, ...fields, signerInfos);
  return encodeSequence(type, encodeDer(0xa0, content), after);
}

describe("encodeCertsOnly", () => {
  test("B-191: is a SignedData in DER without content, digests or signers", () => {
    const pkcs7 = encodeCertsOnly([sequence]);
    const expected = [
      "302a 0609 2a864886f70d010702 a01d 301b", // ContentInfo: signedData
      "0201 01 3100", // version 1, no digestAlgorithms
      "300b 0609 2a864886f70d010701", // data, absent
      "a005 3003020101 3100", // certificates, no signerInfos
    ];
    expect(Buffer.from(pkcs7).toString("hex")).toBe(expected.join("").replaceAll(" ", ""));
    expect(() => assertDer(encodeCertsOnly(chain))).not.toThrow();
    expect(certsOnlyMediaType).toBe("application/pkcs7-mime");
  });

  test("B-191: pkijs finds the certificates and no signer", () => {
    const { content, contentType } = ContentInfo.fromBER(Uint8Array.from(encodeCertsOnly(chain)));
    const { certificates = [], signerInfos, version } = new SignedData({ schema: content });
    expect([contentType, version, signerInfos.length]).toEqual([ContentInfo.SIGNED_DATA, 1, 0]);
    const found = certificates.map((certificate) => new Uint8Array(certificate.toSchema().toBER()));
    expect(found.toSorted(compareEncoded)).toEqual(chain.toSorted(compareEncoded));
  });

  test("B-191: the order is that of a DER SET, whatever order they come in", () => {
    expect(encodeCertsOnly(chain)).toEqual(encodeCertsOnly(chain.toReversed()));
    expect(decodeCertsOnly(encodeCertsOnly(chain))).toEqual(chain.toSorted(compareEncoded));
  });

  test("refuses an empty list, and octets that are no SEQUENCE", () => {
    expect(() => encodeCertsOnly([])).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
    expect(() => encodeCertsOnly([Uint8Array.of(5, 0)])).toThrow(DerError);
    expect(() => encodeCertsOnly([Uint8Array.of(0x30, 1)])).toThrow(DerError);
  });
});

describe("decodeCertsOnly", () => {
  test.each([
    {
      why: "certificates that are not sorted",
      fields: [encodeDer(0xa0, encodeSequence(data), sequence)],
      count: 2,
    },
    {
      why: "revocation lists beside them",
      fields: [encodeDer(0xa0, sequence), encodeDer(0xa1, sequence)],
      count: 1,
    },
    { why: "no certificate at all", fields: [encodeDer(0xa0)], count: 0 },
  ])("B-191: reads $why", ({ fields, count }) => {
    expect(decodeCertsOnly(foreign({ fields }))).toHaveLength(count);
  });

  test("B-191: reads past the empty content that cryptography for Python writes", () => {
    const encapsulated = encodeSequence(data, encodeDer(0xa0, encodeDer(0x04)));
    expect(decodeCertsOnly(foreign({ encapsulated }))).toEqual([sequence]);
  });

  test("B-191: answers in the order of the file, with copies", () => {
    const pkcs7 = foreign({ fields: [encodeDer(0xa0, encodeSequence(data), sequence)] });
    const certificates = decodeCertsOnly(pkcs7);
    pkcs7.fill(0);
    expect(certificates).toEqual([encodeSequence(data), sequence]);
  });

  test.each([
    { why: "data", pkcs7: foreign({ type: data }) },
    { why: "a signature", pkcs7: foreign({ signerInfos: encodeSet(sequence) }) },
    { why: "content that is none", pkcs7: foreign({ encapsulated: data }) },
    { why: "no certificates", pkcs7: foreign({ fields: [] }) },
    { why: "revocation lists alone", pkcs7: foreign({ fields: [encodeDer(0xa1, sequence)] }) },
    {
      why: "a field that is none",
      pkcs7: foreign({ fields: [encodeDer(0xa0, sequence), encodeDer(0xa2, sequence)] }),
    },
    {
      why: "two fields of revocation lists",
      pkcs7: foreign({
        fields: [encodeDer(0xa0, sequence), encodeDer(0xa1, sequence), encodeDer(0xa1, sequence)],
      }),
    },
    { why: "an attribute certificate", pkcs7: foreign({ fields: [encodeDer(0xa0, encodeDer(0xa2))] }) },
    { why: "something after the content", pkcs7: foreign({ after: sequence }) },
    { why: "octets after the end", pkcs7: Uint8Array.from([...foreign({}), 0]) },
    { why: "a certificate alone", pkcs7: root.certificate },
    // What OpenSSL writes with -stream: BER.
    { why: "an indefinite length", pkcs7: Uint8Array.of(0x30, 0x80, ...signedData, 0, 0) },
  ])("B-191: refuses $why", ({ pkcs7 }) => {
    expect(() => decodeCertsOnly(pkcs7)).toThrow(expect.objectContaining({ code: "ERR_DER_MALFORMED" }));
  });

  test("B-191: reads back whatever is written", () => {
    const certificates = fc.array(fc.uint8Array({ maxLength: 200 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(certificates, (contents) => {
        const written = contents.map((content) => encodeSequence(encodeDer(0x04, content)));
        expect(decodeCertsOnly(encodeCertsOnly(written))).toEqual(written.toSorted(compareEncoded));
      }),
    );
  });

  test("E-022, E-023: answers any octets, and any change of a file, with certificates or a DerError", () => {
    const valid = encodeCertsOnly(chain);
    const mutation = fc
      .tuple(fc.nat(valid.length - 1), fc.nat(255))
      .map(([at, octet]) => valid.with(at, octet));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), mutation), (octets) => {
        try {
          return Array.isArray(decodeCertsOnly(octets));
        } catch (error) {
          return error instanceof DerError;
        }
      }),
      { numRuns: 500 },
    );
  });
});
