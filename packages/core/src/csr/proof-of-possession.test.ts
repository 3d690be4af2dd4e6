import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  ask,
  buildRequest,
  commonName,
  type RequestParts,
  requestKey,
  signWithRequestKey,
  wwwAltName,
} from "../../test/support/certification-request.ts";
import { hasMlDsa } from "../../test/support/private-keys.ts";
import { readVector } from "../../test/support/vectors.ts";
import { encodeBitString, encodedNull, encodeOid, encodeSequence } from "../asn1/der-writer.ts";
import { CsrError } from "../errors.ts";
import { encodeSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { parseCertificationRequest } from "./certification-request.ts";

describe("proof of possession", () => {
  const rsa = encodeSubjectPublicKeyInfo({
    type: "rsa",
    modulus: new Uint8Array(Buffer.from(readVector("rsa/strong.txt").split("\n")[0] ?? "", "hex")),
    exponent: Uint8Array.of(1, 0, 1),
  });
  const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const oid = (dotted: string, ...parameters: Uint8Array[]): Uint8Array =>
    encodeSequence(encodeOid(dotted), ...parameters);

  test.each<{ id: string; why: string; parts: RequestParts; code: string }>([
    {
      id: "B-130, case 110",
      why: "a signature by another key",
      parts: { signature: (info) => encodeBitString(sign("sha256", info, other.privateKey)) },
      code: "ERR_CSR_SIGNATURE_INVALID",
    },
    {
      id: "B-130, case 110",
      why: "a signature of something else",
      parts: { signature: () => encodeBitString(signWithRequestKey(new Uint8Array(8))) },
      code: "ERR_CSR_SIGNATURE_INVALID",
    },
    {
      id: "B-130, case 110",
      why: "a signature of the contents without their header",
      parts: { signature: (info) => encodeBitString(signWithRequestKey(info.subarray(3))) },
      code: "ERR_CSR_SIGNATURE_INVALID",
    },
    {
      id: "B-130, case 110",
      why: "an empty signature",
      parts: { signature: () => encodeBitString(new Uint8Array()) },
      code: "ERR_CSR_SIGNATURE_INVALID",
    },
    {
      id: "B-130",
      why: "a signature under the name of another hash",
      parts: { algorithm: oid("1.2.840.10045.4.3.3") },
      code: "ERR_CSR_SIGNATURE_INVALID",
    },
    {
      id: "B-134, case 110",
      why: "SHA-1 with ECDSA",
      parts: { algorithm: oid("1.2.840.10045.4.1") },
      code: "ERR_CSR_ALGORITHM_REFUSED",
    },
    {
      id: "B-134, case 110",
      why: "MD5 with RSA",
      parts: { algorithm: oid("1.2.840.113549.1.1.4", encodedNull) },
      code: "ERR_CSR_ALGORITHM_REFUSED",
    },
    {
      id: "B-134",
      why: "RSA by an EC key",
      parts: { algorithm: oid("1.2.840.113549.1.1.11", encodedNull) },
      code: "ERR_CSR_ALGORITHM_REFUSED",
    },
    {
      id: "B-134",
      why: "Ed25519 by an EC key",
      parts: { algorithm: oid("1.3.101.112") },
      code: "ERR_CSR_ALGORITHM_REFUSED",
    },
    { id: "B-134", why: "ECDSA by an RSA key", parts: { publicKey: rsa }, code: "ERR_CSR_ALGORITHM_REFUSED" },
    {
      id: "B-150, case 110",
      why: "a weak RSA key",
      parts: {
        publicKey: encodeSubjectPublicKeyInfo({
          type: "rsa",
          modulus: new Uint8Array(128).fill(255),
          exponent: Uint8Array.of(1, 0, 1),
        }),
      },
      code: "ERR_KEY_WEAK",
    },
    {
      id: "B-150, E-022",
      why: "an RSA key of 65 536 bits",
      parts: {
        publicKey: encodeSubjectPublicKeyInfo({
          type: "rsa",
          modulus: new Uint8Array(8192).fill(255),
          exponent: Uint8Array.of(1, 0, 1),
        }),
      },
      code: "ERR_KEY_WEAK",
    },
    {
      id: "B-150, E-022",
      why: "an RSA exponent of 4096 bits",
      parts: {
        publicKey: encodeSubjectPublicKeyInfo({
          type: "rsa",
          modulus: new Uint8Array(256).fill(255),
          exponent: new Uint8Array(512).fill(255),
        }),
      },
      code: "ERR_KEY_WEAK",
    },
    {
      id: "B-152",
      why: "an Ed25519 key of small order",
      parts: { publicKey: encodeSubjectPublicKeyInfo({ type: "ed25519", x: new Uint8Array(32) }) },
      code: "ERR_KEY_WEAK",
    },
    {
      id: "B-152, case 32",
      why: "a point off its curve",
      parts: { publicKey: Uint8Array.from([...requestKey.subarray(0, -1), (requestKey[90] ?? 0) ^ 1]) },
      code: "ERR_KEY_MALFORMED",
    },
    {
      id: "B-134",
      why: "ML-DSA by an EC key",
      parts: { algorithm: oid("2.16.840.1.101.3.4.3.17") },
      code: "ERR_CSR_ALGORITHM_REFUSED",
    },
    {
      id: "RFC 9881",
      why: "HashML-DSA",
      parts: { algorithm: oid("2.16.840.1.101.3.4.3.32") },
      code: "ERR_CSR_ALGORITHM_REFUSED",
    },
    {
      id: "B-154",
      why: "an ML-DSA key of 1311 octets",
      parts: {
        publicKey: encodeSequence(oid("2.16.840.1.101.3.4.3.17"), encodeBitString(new Uint8Array(1311))),
      },
      code: "ERR_CSR_MALFORMED",
    },
    {
      id: "B-153",
      why: "a key whose private half stands in RFC 8032",
      parts: {
        publicKey: encodeSubjectPublicKeyInfo({
          type: "ed25519",
          x: new Uint8Array(
            Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex"),
          ),
        }),
      },
      code: "ERR_KEY_WEAK",
    },
    {
      id: "RFC 4055",
      why: "a key for RSASSA-PSS alone",
      parts: {
        publicKey: encodeSequence(oid("1.2.840.113549.1.1.10"), encodeBitString(new Uint8Array(270))),
      },
      code: "ERR_KEY_UNSUPPORTED",
    },
    {
      id: "B-135",
      why: "a key that cannot sign",
      parts: {
        publicKey: encodeSequence(oid("2.16.840.1.101.3.4.4.2"), encodeBitString(new Uint8Array(1184))),
      },
      code: "ERR_KEY_UNSUPPORTED",
    },
  ])("$id: refuses $why", async ({ parts, code }) => {
    await expect(parseCertificationRequest(buildRequest(parts))).rejects.toMatchObject({
      name: "CsrError",
      code,
    });
  });

  test("B-135: says that a KEM key cannot sign", async () => {
    const publicKey = encodeSequence(oid("2.16.840.1.101.3.4.4.2"), encodeBitString(new Uint8Array(1184)));
    await expect(parseCertificationRequest(buildRequest({ publicKey }))).rejects.toThrow(
      "it is an ML-KEM-768 key, which cannot sign, so its holder cannot prove possession by a signature",
    );
  });

  describe.skipIf(!hasMlDsa)("with ML-DSA (skipped on a runtime without it)", () => {
    const parameterSets = [44, 65, 87] as const;
    const identifier = {
      44: "2.16.840.1.101.3.4.3.17",
      65: "2.16.840.1.101.3.4.3.18",
      87: "2.16.840.1.101.3.4.3.19",
    };
    const partsOf = (set: 44 | 65 | 87, signedAs = set): RequestParts => {
      const keys = generateKeyPairSync(`ml-dsa-${set}`);
      return {
        ...ask(wwwAltName),
        publicKey: new Uint8Array(keys.publicKey.export({ format: "der", type: "spki" })),
        algorithm: oid(identifier[signedAs]),
        signature: (info) => encodeBitString(sign(undefined, info, keys.privateKey)),
      };
    };

    test.each(parameterSets)("B-130: accepts a request for an ML-DSA-%i key", async (parameterSet) => {
      const request = await parseCertificationRequest(buildRequest(partsOf(parameterSet)));
      expect(request.publicKey.algorithm).toEqual({ type: "ml-dsa", parameterSet });
    });

    test.each(parameterSets)("B-130: refuses one that another ML-DSA-%i key signed", async (parameterSet) => {
      const { signature } = partsOf(parameterSet);
      const request = buildRequest({ ...partsOf(parameterSet), ...(signature && { signature }) });
      await expect(parseCertificationRequest(request)).rejects.toMatchObject({
        code: "ERR_CSR_SIGNATURE_INVALID",
      });
    });

    test("B-134: refuses another parameter set than the key's", async () => {
      await expect(parseCertificationRequest(buildRequest(partsOf(44, 65)))).rejects.toMatchObject({
        code: "ERR_CSR_ALGORITHM_REFUSED",
      });
    });
  });

  test("B-130: every octet that is signed counts", async () => {
    const der = buildRequest({ ...ask(wwwAltName), subject: commonName("www.example.test") });
    for (let index = 0; index < der.length; index += 1) {
      const changed = new Uint8Array(der);
      changed[index] = (changed[index] ?? 0) ^ 0x01;
      await expect(parseCertificationRequest(changed)).rejects.toBeInstanceOf(CsrError);
    }
  });
});
