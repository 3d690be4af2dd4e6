import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readDer, readSequence } from "../asn1/der-reader.ts";
import {
  encodeBoolean,
  encodeDer,
  encodeNamedBits,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
} from "../asn1/der-writer.ts";
import { extensionOids } from "../asn1/oids.ts";
import { contextConstructed, contextPrimitive } from "../asn1/tags.ts";
import { createRoot } from "../issuer/create.ts";
import { encodeExtension } from "./extensions.ts";
import { formatName } from "./name.ts";
import { parseCertificate, permitsPurpose } from "./parse.ts";

const { issuer } = await createRoot({ commonName: "Lab Root", organization: "Lab" });
const malformed = expect.objectContaining({ code: "ERR_CERTIFICATE_MALFORMED" });

describe("parseCertificate", () => {
  test("reads what another implementation wrote", async () => {
    const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, [
      "sign",
      "verify",
    ]);
    const subjectKeyIdentifier = await x509.SubjectKeyIdentifierExtension.create(keys.publicKey);
    const foreign = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: "00ff01",
      name: "C=DE, O=Lab, CN=Foreign",
      notBefore: new Date("2030-01-01T00:00:00Z"),
      notAfter: new Date("2050-01-01T00:00:00Z"),
      signingAlgorithm: { name: "ECDSA", hash: "SHA-384" },
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 3, true),
        new x509.KeyUsagesExtension(
          x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature,
          true,
        ),
        new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1"]),
        subjectKeyIdentifier,
      ],
    });
    const read = parseCertificate(new Uint8Array(foreign.rawData));
    expect(formatName(read.subject)).toBe("C=DE, O=Lab, CN=Foreign");
    expect(read).toMatchObject({
      serialNumber: "ff01",
      signatureAlgorithm: "ecdsa-sha384",
      notBefore: Date.UTC(2030, 0, 1),
      notAfter: Date.UTC(2050, 0, 1),
      basicConstraints: { ca: true, pathLength: 3 },
      keyUsage: new Set(["digitalSignature", "keyCertSign"]),
      extKeyUsage: ["1.3.6.1.5.5.7.3.1"],
    });
    expect(Buffer.from(read.subjectKeyIdentifier ?? []).toString("hex")).toBe(subjectKeyIdentifier.keyId);
    expect(read.publicKey.algorithm).toEqual({ type: "ec", curve: "P-384" });
  });

  test("B-002: gives back every octet that it read", () => {
    const read = parseCertificate(issuer.certificate);
    expect(Buffer.from(read.der).equals(issuer.certificate)).toBe(true);
    expect(Object.isFrozen(read)).toBe(true);
  });

  const [tbs, algorithm, signature] = readSequence(readDer(issuer.certificate), "certificate").map(
    ({ encoded }) => encoded,
  );
  const fields = readSequence(readDer(tbs ?? new Uint8Array()), "tbs").map(({ encoded }) => encoded);
  const [version, serialNumber, innerAlgorithm, name, validity, , spki, extensions] = fields;

  const refused: readonly { why: string; certificate: Uint8Array }[] = [
    { why: "nothing", certificate: new Uint8Array() },
    { why: "a SEQUENCE of nothing", certificate: encodeSequence() },
    { why: "an octet after the end", certificate: Uint8Array.of(...issuer.certificate, 0) },
    { why: "an octet too few", certificate: issuer.certificate.subarray(0, -1) },
    { why: "a fourth field", certificate: assemble(tbs, algorithm, signature, signature) },
    { why: "no signature", certificate: assemble(tbs, algorithm) },
    { why: "version 1", certificate: withTbs(serialNumber, innerAlgorithm, name, validity, name, spki) },
    {
      why: "version 2",
      certificate: withTbs(
        encodeDer(contextConstructed(0), encodeSmallInteger(1)),
        serialNumber,
        innerAlgorithm,
        name,
        validity,
        name,
        spki,
        extensions,
      ),
    },
    {
      why: "B-010: an issuer unique identifier",
      certificate: withTbs(
        version,
        serialNumber,
        innerAlgorithm,
        name,
        validity,
        name,
        spki,
        encodeDer(contextPrimitive(1), Uint8Array.of(0, 1)),
        extensions,
      ),
    },
    {
      why: "B-003: another algorithm outside than inside",
      certificate: assemble(tbs, encodeSequence(encodeOid("1.2.840.10045.4.3.3")), signature),
    },
    {
      why: "B-003: other parameters outside than inside",
      certificate: assemble(
        tbs,
        encodeSequence(encodeOid("1.2.840.10045.4.3.2"), Uint8Array.of(5, 0)),
        signature,
      ),
    },
    {
      why: "a negative serial number",
      certificate: withTbs(
        version,
        Uint8Array.of(2, 1, 0x80),
        innerAlgorithm,
        name,
        validity,
        name,
        spki,
        extensions,
      ),
    },
    { why: "an empty list of extensions", certificate: withExtensions() },
    {
      why: "B-010: an extension twice",
      certificate: withExtensions(
        encodeExtension("1.2.3", false, encodeSequence()),
        encodeExtension("1.2.3", false, encodeSequence()),
      ),
    },
    {
      why: "critical FALSE spelled out",
      certificate: withExtensions(
        encodeSequence(encodeOid("1.2.3"), encodeBoolean(false), encodeOctetString(encodeSequence())),
      ),
    },
    { why: "cA FALSE spelled out", certificate: withBasicConstraints(encodeBoolean(false)) },
    { why: "a path length without cA", certificate: withBasicConstraints(encodeSmallInteger(0)) },
    {
      why: "more than cA and a path length",
      certificate: withBasicConstraints(encodeBoolean(true), encodeSmallInteger(0), encodeSmallInteger(0)),
    },
    {
      why: "a key usage without a bit",
      certificate: withExtensions(encodeExtension(extensionOids.keyUsage, true, encodeNamedBits([]))),
    },
    {
      why: "an extended key usage without a purpose",
      certificate: withExtensions(encodeExtension(extensionOids.extKeyUsage, false, encodeSequence())),
    },
  ];

  test.each(refused)("refuses $why", ({ certificate }) => {
    expect(() => parseCertificate(certificate)).toThrow(malformed);
  });

  test("B-002: answers any change to a certificate with a certificate or with ERR_CERTIFICATE_MALFORMED", () => {
    const position = fc.nat(issuer.certificate.length - 1);
    fc.assert(
      fc.property(fc.array(fc.tuple(position, fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = new Uint8Array(issuer.certificate);
        for (const [index, octet] of changes) changed[index] = octet;
        try {
          expect(parseCertificate(changed).der).toEqual(changed);
        } catch (error) {
          expect(error).toEqual(malformed);
        }
      }),
      { numRuns: 500 },
    );
  });

  function assemble(...parts: readonly (Uint8Array | undefined)[]): Uint8Array {
    return encodeSequence(...parts.map((part) => part ?? new Uint8Array()));
  }

  function withTbs(...parts: readonly (Uint8Array | undefined)[]): Uint8Array {
    return assemble(assemble(...parts), algorithm, signature);
  }

  function withExtensions(...list: readonly Uint8Array[]): Uint8Array {
    const field = encodeDer(contextConstructed(3), encodeSequence(...list));
    return withTbs(version, serialNumber, innerAlgorithm, name, validity, name, spki, field);
  }

  function withBasicConstraints(...values: readonly Uint8Array[]): Uint8Array {
    return withExtensions(encodeExtension(extensionOids.basicConstraints, true, encodeSequence(...values)));
  }
});

describe("permitsPurpose", () => {
  const serverAuth = "1.3.6.1.5.5.7.3.1";
  const read = parseCertificate(issuer.certificate);

  test.each([
    { why: "no extKeyUsage permits everything", extKeyUsage: undefined, permits: true },
    { why: "the purpose itself", extKeyUsage: [serverAuth], permits: true },
    { why: "any purpose", extKeyUsage: ["2.5.29.37.0"], permits: true },
    { why: "another purpose", extKeyUsage: ["1.3.6.1.5.5.7.3.2"], permits: false },
  ])("$why", ({ extKeyUsage, permits }) => {
    expect(permitsPurpose({ ...read, extKeyUsage }, serverAuth)).toBe(permits);
  });
});
