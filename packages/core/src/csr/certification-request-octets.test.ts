import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ask,
  buildRequest,
  commonName,
  extension,
  requestOids,
  wwwAltName,
} from "../../test/support/certification-request.ts";
import { encodeDer, encodeSequence } from "../asn1/der-writer.ts";
import { CsrError } from "../errors.ts";
import { parseCertificationRequest, verifiedContents } from "./certification-request.ts";

describe("any octets", () => {
  const valid = buildRequest({ ...ask(wwwAltName), subject: commonName("www.example.test") });
  const isAnswered = async (der: Uint8Array): Promise<boolean> => {
    const answer: unknown = await parseCertificationRequest(der).catch((error: unknown) => error);
    return answer instanceof CsrError || verifiedContents(answer) !== undefined;
  };

  test("give a CsrError, never a crash", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 512 }), async (der) => {
        await expect(parseCertificationRequest(der)).rejects.toBeInstanceOf(CsrError);
      }),
    );
  });

  test("any text gives a CsrError", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        await expect(parseCertificationRequest(text)).rejects.toBeInstanceOf(CsrError);
      }),
    );
  });

  test("a request that is changed, cut, doubled or stretched gives a CsrError or a verified request", async () => {
    const place = fc.nat(valid.length - 1);
    const mutation = fc.oneof(
      fc.tuple(place, fc.nat(255)).map(
        ([at, octet]) =>
          (der: Uint8Array) =>
            der.with(at % der.length, octet),
      ),
      place.map((at) => (der: Uint8Array) => der.slice(0, at)),
      fc.tuple(place, fc.nat(40)).map(
        ([at, length]) =>
          (der: Uint8Array) =>
            Uint8Array.from([...der.slice(0, at + length), ...der.slice(at)]),
      ),
      fc.tuple(place, fc.nat(40)).map(
        ([at, length]) =>
          (der: Uint8Array) =>
            Uint8Array.from([...der.slice(0, at), ...der.slice(at + length)]),
      ),
      fc.tuple(place, fc.constantFrom(0x80, 0x81, 0x82, 0x84, 0xff)).map(
        ([at, form]) =>
          (der: Uint8Array) =>
            Uint8Array.from([...der.slice(0, at), form, ...der.slice(at)]),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) =>
        isAnswered(mutations.reduce((der, mutate) => (der.length === 0 ? der : mutate(der)), valid)),
      ),
      { numRuns: 300 },
    );
  });

  test("contents of an extension that is read give a CsrError or names", async () => {
    const oid = fc.constantFrom(
      requestOids.subjectAltName,
      requestOids.keyUsage,
      requestOids.basicConstraints,
      requestOids.extKeyUsage,
    );
    const value = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.constantFrom(0x81, 0x82, 0x86, 0x87, 0xa0), fc.uint8Array({ maxLength: 40 }))
        .map(([tag, content]) => encodeSequence(encodeDer(tag, content))),
    );
    await fc.assert(
      fc.asyncProperty(oid, value, (type, content) =>
        isAnswered(buildRequest(ask(extension(type, content)))),
      ),
    );
  });
});
