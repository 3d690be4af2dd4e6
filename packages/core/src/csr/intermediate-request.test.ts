import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ask,
  buildRequest,
  commonName,
  extension,
  requestOids,
  textName,
  wwwAltName,
} from "../../test/support/certification-request.ts";
import { readVector } from "../../test/support/vectors.ts";
import {
  encodeBitString,
  encodeBoolean,
  encodeDer,
  encodeNamedBits,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
} from "../asn1/der-writer.ts";
import { encodePem } from "../asn1/pem.ts";
import { contextConstructed } from "../asn1/tags.ts";
import { isCaError } from "../errors.ts";
import { parseCertificationRequest } from "./certification-request.ts";
import { parseIntermediateRequest } from "./intermediate-request.ts";

const authority = extension(
  requestOids.basicConstraints,
  encodeSequence(encodeBoolean(true), encodeSmallInteger(1)),
  true,
);
const keyCertSign = extension(requestOids.keyUsage, encodeNamedBits([5, 6]), true);
const nameConstraints = extension(
  "2.5.29.30",
  encodeSequence(encodeDer(contextConstructed(0), encodeSequence(textName(2, "lab.example")))),
  true,
);
const serverAuth = extension(requestOids.extKeyUsage, encodeSequence(encodeOid("1.3.6.1.5.5.7.3.1")));

describe("parseIntermediateRequest", () => {
  test("B-130, B-133: reads what a future authority asks for, which the other reader refuses", async () => {
    const der = buildRequest({
      subject: commonName("Lab Intermediate"),
      ...ask(authority, keyCertSign, nameConstraints, serverAuth),
    });
    const request = await parseIntermediateRequest(der);
    expect(request).toMatchObject({
      der,
      subject: { attributes: [{ type: "2.5.4.3", value: "Lab Intermediate" }] },
      pathLength: 1,
      extKeyUsage: ["1.3.6.1.5.5.7.3.1"],
      nameConstraints: { permitted: [{ tag: 0x82 }], excluded: [] },
    });
    expect(Object.isFrozen(request)).toBe(true);
    await expect(parseIntermediateRequest(encodePem("CERTIFICATE REQUEST", der))).resolves.toMatchObject({
      der,
    });
    await expect(parseCertificationRequest(der)).rejects.toMatchObject({ code: "ERR_CSR_EXTENSION_REFUSED" });
  });

  test("B-133: takes a request that asks for nothing, and says that it asked for nothing", async () => {
    const request = await parseIntermediateRequest(buildRequest({ subject: commonName("Lab") }));
    expect(Object.keys(request).toSorted()).toEqual(["der", "publicKey", "subject"]);
  });

  test("B-133: leaves alone what it does not understand and what is not critical", async () => {
    const unknown = extension("1.2.3.4", Uint8Array.of(5, 0));
    await expect(
      parseIntermediateRequest(buildRequest(ask(authority, unknown, wwwAltName))),
    ).resolves.toBeDefined();
  });

  test.each([
    {
      why: "B-133: basicConstraints of an end entity",
      extensions: [extension(requestOids.basicConstraints, encodeSequence(), true)],
      says: "basicConstraints without cA",
    },
    {
      why: "B-133: the key usage of a server",
      extensions: [extension(requestOids.keyUsage, encodeNamedBits([0, 2]), true)],
      says: "keyUsage without keyCertSign",
    },
    {
      why: "B-133: a critical extension that nobody here understands",
      extensions: [authority, extension("1.2.3.4", Uint8Array.of(5, 0), true)],
      says: "critical extension 1.2.3.4",
    },
    {
      why: "B-133: a critical subjectAltName, which would not be copied",
      extensions: [
        authority,
        extension(requestOids.subjectAltName, encodeSequence(textName(2, "x.example")), true),
      ],
      says: "critical extension 2.5.29.17",
    },
  ])("refuses $why", async ({ extensions, says }) => {
    await expect(parseIntermediateRequest(buildRequest(ask(...extensions)))).rejects.toMatchObject({
      name: "CsrError",
      code: "ERR_CSR_EXTENSION_REFUSED",
      message: expect.stringContaining(says),
    });
  });

  test("B-035, B-131: refuses constraints and lists that are malformed", async () => {
    const empty = extension("2.5.29.30", encodeSequence(), true);
    const noPurpose = extension(requestOids.extKeyUsage, encodeSequence());
    for (const broken of [empty, noPurpose]) {
      await expect(parseIntermediateRequest(buildRequest(ask(authority, broken)))).rejects.toMatchObject({
        code: "ERR_CSR_MALFORMED",
      });
    }
  });

  test("B-130: verifies the signature as the other reader does", async () => {
    const forged = buildRequest({
      ...ask(authority),
      signature: () => encodeBitString(Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1)),
    });
    await expect(parseIntermediateRequest(forged)).rejects.toMatchObject({
      code: "ERR_CSR_SIGNATURE_INVALID",
    });
  });

  test.each(["openssl-refused-sha1", "openssl-refused-ecdsa-sha1", "openssl-refused-md5"])(
    "B-134: refuses %s",
    async (file) => {
      await expect(parseIntermediateRequest(readVector(`csr/${file}.pem`))).rejects.toMatchObject({
        code: "ERR_CSR_ALGORITHM_REFUSED",
      });
    },
  );

  test("B-150: refuses a weak key", async () => {
    await expect(
      parseIntermediateRequest(readVector("csr/openssl-refused-rsa-1024.pem")),
    ).rejects.toMatchObject({ code: "ERR_KEY_WEAK" });
  });

  test("B-133: reads the request for a CA that openssl made", async () => {
    await expect(parseIntermediateRequest(readVector("csr/openssl-refused-ca.pem"))).resolves.toBeDefined();
    await expect(
      parseIntermediateRequest(readVector("csr/openssl-refused-name-constraints.pem")),
    ).resolves.toMatchObject({ nameConstraints: { permitted: [expect.anything()] } });
  });

  test("B-002, B-130: no request survives the change of one octet", async () => {
    const der = buildRequest({ subject: commonName("Lab"), ...ask(authority, keyCertSign, nameConstraints) });
    await fc.assert(
      fc.asyncProperty(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), async (position, change) => {
        const changed = Uint8Array.from(der, (octet, index) => (index === position ? octet ^ change : octet));
        const outcome = await parseIntermediateRequest(changed).catch((error: unknown) => error);
        expect(isCaError(outcome) && /^ERR_(CSR|KEY)_/.test(outcome.code)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("B-002: whatever the octets, the answer is a request or a CsrError", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (octets) => {
        await expect(parseIntermediateRequest(octets)).rejects.toMatchObject({ name: "CsrError" });
      }),
      { numRuns: 200 },
    );
  });

  test("a certificate is no request", async () => {
    const root = readVector("golden-root.pem");
    await expect(parseIntermediateRequest(root)).rejects.toMatchObject({ code: "ERR_CSR_MALFORMED" });
  });
});
