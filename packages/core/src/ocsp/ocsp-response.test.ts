import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeCertId } from "../../test/support/ocsp.ts";
import { readOcspResponse, readResponseStatus } from "../../test/support/ocsp-response.ts";
import { assertDer } from "../asn1/der-reader.ts";
import { noExpiry } from "../asn1/time.ts";
import { type RevocationReason, revocationReasons } from "../certificate/revocation-reasons.ts";
import { createRoot } from "../issuer/create.ts";
import { encodeGeneralizedTime } from "./generalized-time.ts";
import {
  type CertificateStatus,
  encodeOcspError,
  type ResponseData,
  signOcspResponse,
} from "./ocsp-response.ts";

const { issuer } = await createRoot({ commonName: "Lab Root", key: { type: "ed25519" } });
const certificateId = encodeCertId(issuer, "0102");
const keyHash = createHash("sha1").update(issuer.parsed.publicKey.subjectPublicKey).digest();
const thisUpdate = Date.parse("2030-01-01T00:00:00Z");

const data: ResponseData = {
  responderKeyHash: keyHash,
  producedAt: thisUpdate + 999,
  responses: [{ certificateId, status: { status: "good" } }],
  thisUpdate: thisUpdate + 999,
  nextUpdate: thisUpdate + 86_400_999,
  nonce: undefined,
  extendedRevoke: false,
};
const signer = { signer: issuer.signer, subject: issuer.subject, certificates: [] };

async function respond(changes: Partial<ResponseData>): Promise<Uint8Array> {
  return signOcspResponse({ ...data, ...changes }, signer);
}

describe("signOcspResponse", () => {
  test("B-182: is these octets and no others", async () => {
    const certId = Buffer.from(certificateId).toString("hex");
    const tbsResponseData = Buffer.from(
      [
        "308190",
        `a216 0414 ${keyHash.toString("hex")}`, // responderID: byKey
        "180f 32303330303130313030303030305a", // producedAt: 20300101000000Z
        "3065 3063", // responses
        certId,
        "8000", // good
        "180f 32303330303130313030303030305a", // thisUpdate: 20300101000000Z
        "a011 180f 32303330303130323030303030305a", // nextUpdate: 20300102000000Z
      ]
        .join("")
        .replaceAll(" ", ""),
      "hex",
    );
    const der = Buffer.from(await respond({}));
    expect(der.subarray(0, 8).toString("hex")).toBe("3081f70a0100a081"); // successful
    expect(der.includes(Buffer.from("06092b0601050507300101", "hex"))).toBe(true); // id-pkix-ocsp-basic
    const at = der.indexOf(tbsResponseData);
    expect(at).toBeGreaterThan(0);
    const [after, signature] = [
      der.subarray(at + tbsResponseData.length),
      await issuer.signer.sign(tbsResponseData),
    ];
    expect(after.toString("hex")).toBe(`300506032b6570034100${Buffer.from(signature).toString("hex")}`);
  });

  test("B-182: times are whole seconds, and the responder is named by its key", async () => {
    const read = readOcspResponse(await respond({}));
    expect(read).toMatchObject({
      responderKeyHash: keyHash.toString("hex"),
      producedAt: "2030-01-01T00:00:00.000Z",
      certificates: [],
      extensions: [],
      responses: [
        {
          certId: Buffer.from(certificateId).toString("hex"),
          status: "good",
          thisUpdate: "2030-01-01T00:00:00.000Z",
          nextUpdate: "2030-01-02T00:00:00.000Z",
        },
      ],
    });
    expect(read.isSignedBy(issuer.certificate)).toBe(true);
  });

  const revokedAt = Date.parse("2029-12-31T23:59:59.500Z");
  const revoked = { status: "revoked", revokedAt } as const;
  const reasons = Object.keys(revocationReasons) as RevocationReason[];
  test.each<{ why: string; status: CertificateStatus; read: object }>([
    { why: "good", status: { status: "good" }, read: { status: "good" } },
    { why: "unknown", status: { status: "unknown" }, read: { status: "unknown" } },
    { why: "revoked, nobody knows why", status: revoked, read: { status: "revoked", reason: undefined } },
    ...reasons.map((reason) => ({
      why: `revoked: ${reason}`,
      status: { ...revoked, reason },
      read: { reason: reason === "unspecified" ? undefined : revocationReasons[reason] },
    })),
    {
      why: "revoked, wrong since an earlier date",
      status: { ...revoked, reason: "keyCompromise", invalidityDate: Date.parse("1999-05-06T07:08:09.9Z") },
      read: { reason: 1, invalidityDate: "1999-05-06T07:08:09.000Z" },
    },
  ])("B-181: says $why", async ({ status, read }) => {
    const der = await respond({ responses: [{ certificateId, status }] });
    expect(() => assertDer(der)).not.toThrow();
    const [response] = readOcspResponse(der).responses;
    expect(response).toMatchObject(read);
    if (status.status === "revoked") expect(response?.revokedAt).toBe("2029-12-31T23:59:59.000Z");
  });

  test("B-183: repeats a nonce, and says when never issued means revoked", async () => {
    const nonce = new Uint8Array(32).fill(0xab);
    const read = readOcspResponse(await respond({ nonce, extendedRevoke: true }));
    expect(read.nonce).toBe("ab".repeat(32));
    expect(read.extensions).toEqual(["1.3.6.1.5.5.7.48.1.2", "1.3.6.1.5.5.7.48.1.9"]);
  });

  test("B-182: encloses the certificates that it is given", async () => {
    const certificates = [issuer.certificate];
    const read = readOcspResponse(await signOcspResponse(data, { ...signer, certificates }));
    expect(read.certificates).toEqual(certificates);
  });

  test("a signer that fails is a SignerError", async () => {
    const broken = { ...issuer.signer, sign: () => Promise.reject(new Error("token removed")) };
    await expect(signOcspResponse(data, { ...signer, signer: broken })).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
    });
  });
});

test.each([
  { status: "malformedRequest", number: 1 },
  { status: "internalError", number: 2 },
  { status: "tryLater", number: 3 },
  { status: "unauthorized", number: 6 },
] as const)("B-186: $status is five octets without a signature", ({ status, number }) => {
  const der = encodeOcspError(status);
  expect(der).toEqual(Uint8Array.of(0x30, 3, 0x0a, 1, number));
  expect(readResponseStatus(der)).toBe(number);
});

describe("encodeGeneralizedTime", () => {
  const textOf = (milliseconds: number): string =>
    Buffer.from(encodeGeneralizedTime(milliseconds)).subarray(2).toString();

  test("B-182: has four digits for the year before 2050 too, seconds, and no fraction", () => {
    expect(textOf(Date.parse("2049-12-31T23:59:59.999Z"))).toBe("20491231235959Z");
    expect(textOf(0)).toBe("19700101000000Z");
    expect(textOf(noExpiry + 999)).toBe("99991231235959Z");
    expect(textOf(Date.parse("0000-01-01T00:00:00Z"))).toBe("00000101000000Z");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: noExpiry }), (at) => {
        const [, y, mo, d, h, m, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(textOf(at)) ?? [];
        expect(Date.parse(`${y}-${mo}-${d}T${h}:${m}:${s}Z`)).toBe(Math.floor(at / 1000) * 1000);
      }),
    );
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, noExpiry + 1000, Date.parse("-000001-12-31T23:59:59Z")])(
    "B-182: refuses %d",
    (milliseconds) => {
      expect(() => encodeGeneralizedTime(milliseconds)).toThrow(
        expect.objectContaining({ code: "ERR_DER_MALFORMED" }),
      );
    },
  );
});
