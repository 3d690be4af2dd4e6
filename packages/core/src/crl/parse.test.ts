import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { now, root } from "../../test/support/authority.ts";
import { anyEntry, createCrl, encodeEntries } from "../../test/support/crl.ts";
import { readDer, readSequence } from "../asn1/der-reader.ts";
import {
  encodeBoolean,
  encodeDer,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
} from "../asn1/der-writer.ts";
import { contextConstructed } from "../asn1/tags.ts";
import { encodeTime } from "../asn1/time.ts";
import { encodeExtension } from "../certificate/extensions.ts";
import type { RevokedCertificate } from "../store/certificate-store.ts";
import { type CertificateRevocationList, parseCertificateRevocationList } from "./parse.ts";

const { issuer } = await root;
const at = now.getTime();
const malformed = expect.objectContaining({ name: "CaError", code: "ERR_CRL_MALFORMED" });

const entries: readonly RevokedCertificate[] = [
  { serialNumber: "01", revokedAt: at - 1000 },
  { serialNumber: "02ff", revokedAt: at - 2000, reason: "certificateHold" },
  { serialNumber: "ff".repeat(20), revokedAt: at, reason: "keyCompromise", invalidityDate: at - 5000 },
];
const whole = await createCrl(issuer, { entries, distributionPoint: "http://lab.example/0" });
const empty = await createCrl(issuer);

function readAll(
  der: Uint8Array,
): CertificateRevocationList & { readonly all: readonly RevokedCertificate[] } {
  const crl = parseCertificateRevocationList(der);
  return { ...crl, all: [...crl.revokedCertificates] };
}

describe("parseCertificateRevocationList", () => {
  test("B-160: reads what was written", () => {
    const crl = readAll(whole);
    expect(crl.all).toEqual(entries);
    expect(crl).toMatchObject({
      signatureAlgorithm: "ecdsa-sha256",
      thisUpdate: at,
      nextUpdate: at + 7 * 86_400_000,
      crlNumber: 1n,
      baseCrlNumber: undefined,
      issuingDistributionPoint: { urls: ["http://lab.example/0"] },
      freshestCrl: [],
    });
    expect(Buffer.from(crl.der).equals(whole)).toBe(true);
    expect(Buffer.from(crl.issuer.der).equals(issuer.parsed.subject.der)).toBe(true);
    expect(Buffer.from(crl.authorityKeyIdentifier ?? []).equals(issuer.keyIdentifier)).toBe(true);
    expect(Object.isFrozen(parseCertificateRevocationList(whole))).toBe(true);
  });

  test("B-160: an empty CRL has no revokedCertificates at all", () => {
    const [tbs] = readSequence(readDer(empty), "list");
    expect(readSequence(tbs, "tbs").map(({ tag }) => tag)).toEqual([0x02, 0x30, 0x30, 0x17, 0x17, 0xa0]);
    expect(readAll(empty).all).toEqual([]);
  });

  test("B-160, B-014: thisUpdate and nextUpdate are UTCTime until 2049 and GeneralizedTime from 2050", async () => {
    const thisUpdate = Date.UTC(2049, 11, 31, 23, 59, 59);
    const crl = await createCrl(issuer, { thisUpdate, nextUpdate: thisUpdate + 1000 });
    const [tbs] = readSequence(readDer(crl), "list");
    const [, , , first, next] = readSequence(tbs, "tbs");
    expect([first, next].map((time) => Buffer.from(time?.encoded ?? []).toString("latin1"))).toEqual([
      "\x17\x0d491231235959Z",
      "\x18\x0f20500101000000Z",
    ]);
    expect(parseCertificateRevocationList(crl)).toMatchObject({ thisUpdate, nextUpdate: thisUpdate + 1000 });
  });

  test("B-163: reads every entry as it was written, any number of times", async () => {
    const property = fc.asyncProperty(fc.array(anyEntry, { maxLength: 20 }), async (list) => {
      const crl = await createCrl(issuer, { entries: list, baseCrlNumber: 1n, crlNumber: 2n });
      const { revokedCertificates, encodedEntries } = parseCertificateRevocationList(crl);
      expect([...revokedCertificates]).toEqual(list);
      expect([...revokedCertificates]).toEqual(list);
      expect(Buffer.from(encodeEntries(list)).equals(encodedEntries)).toBe(true);
    });
    await fc.assert(property, { numRuns: 50 });
  });

  test("what is read gives the same octets when it is encoded again", async () => {
    const fields = {
      entries,
      crlNumber: 2n ** 100n,
      distributionPoint: "http://lab.example/0",
      freshestCrl: "http://lab.example/0/delta",
    };
    for (const original of [
      await createCrl(issuer, fields),
      await createCrl(issuer, { baseCrlNumber: 1n, crlNumber: 2n }),
    ]) {
      const { all, ...crl } = readAll(original);
      const again = await createCrl(
        { ...issuer, signer: { ...issuer.signer, sign: () => crl.signature } },
        {
          entries: all,
          issuer: crl.issuer.der,
          thisUpdate: crl.thisUpdate,
          nextUpdate: crl.nextUpdate,
          crlNumber: crl.crlNumber,
          ...(crl.baseCrlNumber !== undefined && { baseCrlNumber: crl.baseCrlNumber }),
          ...(crl.issuingDistributionPoint?.urls[0] !== undefined && {
            distributionPoint: crl.issuingDistributionPoint.urls[0],
          }),
          ...(crl.freshestCrl[0] !== undefined && { freshestCrl: crl.freshestCrl[0] }),
        },
      );
      expect(Buffer.from(again).equals(original)).toBe(true);
    }
  });

  test("reads no more entries than are asked for", async () => {
    const broken = Uint8Array.of(...encodeEntries(entries), 0x31, 0x00);
    const { revokedCertificates } = parseCertificateRevocationList(
      await createCrl(issuer, { encodedEntries: broken }),
    );
    const read: RevokedCertificate[] = [];
    for (const entry of revokedCertificates) {
      read.push(entry);
      if (read.length === entries.length) break;
    }
    expect(read).toEqual(entries);
    expect(() => [...revokedCertificates]).toThrow(malformed);
  });
});

describe("parseCertificateRevocationList refuses", () => {
  const [tbs, algorithm, signature] = partsOf(whole);
  const [version, inner, name, first, next, list, extensions] = partsOf(tbs);
  const day = 86_400_000;
  const generalized = encodeDer(0x18, new TextEncoder().encode("20300101000000Z"));
  const unnamed = encodeSequence();
  const critical = encodeExtension("1.2.3", true, encodeSequence());

  const refused: readonly { why: string; crl: Uint8Array }[] = [
    { why: "nothing", crl: new Uint8Array() },
    { why: "a SEQUENCE of nothing", crl: encodeSequence() },
    { why: "an octet after the end", crl: Uint8Array.of(...whole, 0) },
    { why: "an octet too few", crl: whole.subarray(0, -1) },
    { why: "a certificate", crl: issuer.certificate },
    { why: "a fourth field", crl: assemble(tbs, algorithm, signature, signature) },
    { why: "no signature", crl: assemble(tbs, algorithm) },
    { why: "B-160: version 1", crl: withTbs(inner, name, first, next, list) },
    {
      why: "B-160: version 3",
      crl: withTbs(encodeSmallInteger(2), inner, name, first, next, list, extensions),
    },
    {
      why: "another algorithm outside than inside",
      crl: assemble(tbs, encodeSequence(encodeOid("1.2.840.10045.4.3.3")), signature),
    },
    { why: "B-018: no issuer", crl: withTbs(version, inner, unnamed, first, next, list, extensions) },
    { why: "B-160: no nextUpdate", crl: withTbs(version, inner, name, first, list, extensions) },
    {
      why: "nextUpdate before thisUpdate",
      crl: withTbs(version, inner, name, first, encodeTime(at - day), list, extensions),
    },
    {
      why: "B-014: a GeneralizedTime before 2050",
      crl: withTbs(version, inner, name, generalized, next, list, extensions),
    },
    {
      why: "B-160: an empty list that is spelled out",
      crl: withTbs(version, inner, name, first, next, encodeSequence(), extensions),
    },
    { why: "B-160: no extensions", crl: withTbs(version, inner, name, first, next, list) },
    {
      why: "a field after the extensions",
      crl: withTbs(version, inner, name, first, next, list, extensions, extensions),
    },
    {
      why: "two lists of extensions",
      crl: withTbs(
        version,
        inner,
        name,
        first,
        next,
        list,
        encodeDer(contextConstructed(0), encodeSequence(), encodeSequence()),
      ),
    },
    {
      why: "a critical extension that is not understood",
      crl: withTbs(
        version,
        inner,
        name,
        first,
        next,
        list,
        encodeDer(contextConstructed(0), encodeSequence(critical)),
      ),
    },
    { why: "a signature that is no BIT STRING", crl: assemble(tbs, algorithm, encodeOctetString(whole)) },
  ];

  test.each(refused)("$why", ({ crl }) => {
    expect(() => parseCertificateRevocationList(crl)).toThrow(malformed);
  });

  const date = encodeTime(at);
  const serialNumber = encodeSmallInteger(5);
  const withExtension = (...fields: readonly Uint8Array[]): Uint8Array =>
    encodeSequence(serialNumber, date, encodeSequence(encodeSequence(...fields)));
  const reason = (number: number): Uint8Array => encodeOctetString(Uint8Array.of(0x0a, 1, number));
  const reasonCode = encodeOid("2.5.29.21");
  const invalidityDate = encodeOid("2.5.29.24");

  test.each([
    { why: "no date", entry: encodeSequence(serialNumber) },
    {
      why: "four fields",
      entry: encodeSequence(serialNumber, date, encodeSequence(encodeSequence(reasonCode, reason(1))), date),
    },
    { why: "a SET", entry: encodeDer(0x31, serialNumber, date) },
    { why: "a negative serial number", entry: encodeSequence(Uint8Array.of(2, 1, 0x80), date) },
    {
      why: "a serial number of 21 octets",
      entry: encodeSequence(encodeDer(2, new Uint8Array(21).fill(1)), date),
    },
    { why: "B-014: a GeneralizedTime before 2050", entry: encodeSequence(serialNumber, generalized) },
    { why: "no extension in its extensions", entry: encodeSequence(serialNumber, date, encodeSequence()) },
    {
      why: "an extension twice",
      entry: encodeSequence(
        serialNumber,
        date,
        encodeSequence(encodeSequence(reasonCode, reason(1)), encodeSequence(reasonCode, reason(1))),
      ),
    },
    { why: "B-163: reason 7", entry: withExtension(reasonCode, reason(7)) },
    { why: "B-163: reason 11", entry: withExtension(reasonCode, reason(11)) },
    {
      why: "B-163: a reason that is an INTEGER",
      entry: withExtension(reasonCode, encodeOctetString(encodeSmallInteger(1))),
    },
    { why: "B-163: removeFromCRL outside a delta", entry: withExtension(reasonCode, reason(8)) },
    {
      why: "B-163: an invalidityDate that is a UTCTime",
      entry: withExtension(invalidityDate, encodeOctetString(date)),
    },
    {
      why: "a critical extension, such as the certificateIssuer of indirect CRLs",
      entry: withExtension(encodeOid("2.5.29.29"), encodeBoolean(true), encodeOctetString(encodeSequence())),
    },
    { why: "a length past the end", entry: Uint8Array.of(0x30, 0x7f, 2, 1, 5) },
    { why: "an indefinite length", entry: Uint8Array.of(0x30, 0x80, 2, 1, 5, 0, 0) },
    {
      why: "a length that is not minimal",
      entry: Uint8Array.of(0x30, 0x81, 0x12, ...encodeSequence(serialNumber, date).subarray(2)),
    },
    { why: "a length of five octets", entry: Uint8Array.of(0x30, 0x85, 0, 0, 0, 0, 1, 5) },
    { why: "half a header", entry: Uint8Array.of(0x30) },
  ])("an entry: $why", async ({ entry }) => {
    const crl = parseCertificateRevocationList(await createCrl(issuer, { encodedEntries: entry }));
    expect(() => [...crl.revokedCertificates]).toThrow(malformed);
  });

  test("answers any change to a CRL with a CRL or with ERR_CRL_MALFORMED, its entries too", () => {
    const place = fc.nat(whole.length - 1);
    const mutation = fc.oneof(
      fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 4 }).map((changes) => {
        const changed = new Uint8Array(whole);
        for (const [index, octet] of changes) changed[index] = octet;
        return changed;
      }),
      place.map((end) => whole.slice(0, end)),
      fc
        .tuple(place, fc.nat(60))
        .map(([start, length]) =>
          Uint8Array.from([...whole.slice(0, start), ...whole.slice(start + length)]),
        ),
      fc.uint8Array({ maxLength: 100 }),
    );
    fc.assert(
      fc.property(mutation, (octets) => {
        try {
          expect(readAll(octets).der).toEqual(octets);
        } catch (error) {
          expect(error).toEqual(malformed);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("more than 256 MiB, without looking at them", () => {
    const large = new Uint8Array(256 * 1024 * 1024 + 1);
    expect(() => parseCertificateRevocationList(large)).toThrow("268435457 octets, allowed are 268435456");
  });

  function partsOf(der: Uint8Array | undefined): readonly (Uint8Array | undefined)[] {
    return readSequence(readDer(der ?? new Uint8Array()), "parts").map(({ encoded }) => encoded);
  }

  function assemble(...parts: readonly (Uint8Array | undefined)[]): Uint8Array {
    return encodeSequence(...parts.map((part) => part ?? new Uint8Array()));
  }

  function withTbs(...parts: readonly (Uint8Array | undefined)[]): Uint8Array {
    return assemble(assemble(...parts), algorithm, signature);
  }
});
