import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createClock, now } from "../../test/support/authority.ts";
import { createDelegate, encodeCertId, encodeOcspRequest } from "../../test/support/ocsp.ts";
import { type ReadResponse, readOcspResponse, readResponseStatus } from "../../test/support/ocsp-response.ts";
import { StoreError } from "../errors.ts";
import { createIntermediate, createRoot } from "../issuer/create.ts";
import type { Signer } from "../signer/signer.ts";
import type { RevocationFacts } from "../store/certificate-store.ts";
import { createOcspResponder, type OcspResponder, type OcspResponderOptions } from "./responder.ts";

const clock = (): Date => now;
const { issuer } = await createRoot({ commonName: "Lab Root", clock });
const { issuer: other } = await createRoot({ commonName: "Other Root", clock });
const { issuer: intermediate } = await createIntermediate({ commonName: "Lab Intermediate", issuer, clock });
const delegate = await createDelegate(issuer, { notBefore: now });

/** Certificates that exist, with what is known of them. */
type Book = Record<string, { revocation?: RevocationFacts }>;

const revokedAt = now.getTime() - 3_600_000;
const book: Book = { "0a": {}, "0b": { revocation: { revokedAt, reason: "keyCompromise" } }, "0c": {} };

/** A responder of the root's over a book; `asked` lists what the book was asked for. */
async function createResponder(
  changes: Partial<OcspResponderOptions> & { book?: Book } = {},
): Promise<OcspResponder & { asked: string[] }> {
  const asked: string[] = [];
  const { book: pages = book, ...options } = changes;
  const responder = await createOcspResponder({
    issuers: [issuer],
    clock,
    async status(issuerId, serialNumber) {
      asked.push(`${issuerId} ${serialNumber}`);
      return pages[serialNumber];
    },
    ...options,
  });
  return { ...responder, asked };
}

const request = (serialNumber: string, nonce?: Uint8Array): Uint8Array =>
  encodeOcspRequest([encodeCertId(issuer, serialNumber)], nonce);

async function read(responder: OcspResponder, octets: Uint8Array): Promise<ReadResponse> {
  return readOcspResponse((await responder.respond(octets)).response);
}

/** A signer that counts, and waits until it is let go. */
function countingSigner(signer: Signer): Signer & { readonly signatures: () => number; release(): void } {
  let signatures = 0;
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    ...signer,
    async sign(data) {
      signatures += 1;
      await released;
      return signer.sign(data);
    },
    signatures: () => signatures,
    release,
  };
}

const counted = (): ReturnType<typeof countingSigner> => {
  const signer = countingSigner(issuer.signer);
  signer.release();
  return signer;
};

describe("what is said", () => {
  test("B-181: good of what was issued, revoked with date and reason, unknown of the rest", async () => {
    const responder = await createResponder();
    const said = async (serialNumber: string): Promise<object | undefined> =>
      (await read(responder, request(serialNumber))).responses[0];
    expect(await said("0a")).toMatchObject({ status: "good" });
    expect(await said("0b")).toMatchObject({
      status: "revoked",
      reason: 1,
      revokedAt: new Date(revokedAt).toISOString(),
    });
    expect(await said("0d")).toMatchObject({ status: "unknown" });
    expect(responder.asked).toEqual(["0a", "0b", "0d"].map((serialNumber) => `${issuer.id} ${serialNumber}`));
  });

  test("B-181: revoked of what was never issued, where that is wanted, with the extension that says so", async () => {
    const responder = await createResponder({ neverIssued: "revoked" });
    const never = await read(responder, request("0d"));
    expect(never.extensions).toEqual(["1.3.6.1.5.5.7.48.1.9"]);
    expect(never.responses).toMatchObject([
      { status: "revoked", revokedAt: "1970-01-01T00:00:00.000Z", reason: 6 },
    ]);
    expect((await read(responder, request("0b"))).extensions).toEqual([]);
  });

  test("B-182: from now, for a day, to the second", async () => {
    const at = new Date(now.getTime() + 789);
    const responder = await createResponder({ clock: () => at });
    const answer = await responder.respond(request("0a"));
    expect(answer).toMatchObject({
      status: "successful",
      cacheable: true,
      thisUpdate: now,
      nextUpdate: new Date("2030-01-02T00:00:00Z"),
      refreshAt: new Date("2030-01-01T12:00:00Z"),
    });
    const [response] = readOcspResponse(answer.response).responses;
    expect(response).toMatchObject({
      thisUpdate: "2030-01-01T00:00:00.000Z",
      nextUpdate: "2030-01-02T00:00:00.000Z",
    });
  });

  test.each(["sha-1", "sha-256", "sha-384", "sha-512"] as const)(
    "B-185: answers a CertID by %s, and repeats it",
    async (hash) => {
      const certId = encodeCertId(issuer, "0a", { hash });
      const { responses } = await read(await createResponder(), encodeOcspRequest([certId]));
      expect(responses).toMatchObject([{ certId: Buffer.from(certId).toString("hex"), status: "good" }]);
    },
  );

  test("B-185: repeats a CertID whose hash has no parameters as it came", async () => {
    const certId = encodeCertId(issuer, "0a", { hash: "sha-256", parameters: new Uint8Array() });
    const { responses } = await read(await createResponder(), encodeOcspRequest([certId]));
    expect(responses[0]?.certId).toBe(Buffer.from(certId).toString("hex"));
  });

  test("B-186: answers several certificates of one issuer, in order, with one signature", async () => {
    const signer = counted();
    const responder = await createResponder({ issuers: [{ ...issuer, signer }] });
    const certIds = ["0b", "0d", "0a"].map((serialNumber) => encodeCertId(issuer, serialNumber));
    const { responses } = await read(responder, encodeOcspRequest(certIds));
    expect(responses.map(({ status }) => status)).toEqual(["revoked", "unknown", "good"]);
    expect(signer.signatures()).toBe(1);
  });

  test("answers for every issuer with its own signer", async () => {
    const responder = await createResponder({ issuers: [issuer, other] });
    const { isSignedBy } = await read(responder, encodeOcspRequest([encodeCertId(other, "0a")]));
    expect([isSignedBy(other.certificate), isSignedBy(issuer.certificate)]).toEqual([true, false]);
    expect(responder.asked).toEqual([`${other.id} 0a`]);
  });
});

describe("the signer", () => {
  test("B-180, B-182: is the issuer itself where there is no delegate, and then encloses nothing", async () => {
    const response = await read(await createResponder(), request("0a"));
    expect(response.isSignedBy(issuer.certificate)).toBe(true);
    expect(response.certificates).toEqual([]);
  });

  test("B-180, B-182: is the delegate, whose certificate is enclosed", async () => {
    const issuers = [{ certificate: issuer.certificate }];
    const asked: string[] = [];
    const responder = await createResponder({
      issuers,
      delegate: async (issuerId) => {
        asked.push(issuerId);
        return delegate;
      },
    });
    const response = await read(responder, request("0a"));
    expect(response.isSignedBy(delegate.certificate)).toBe(true);
    expect(response.certificates).toEqual([delegate.certificate]);
    expect(asked).toEqual([issuer.id]);
  });

  test("B-180: changes with the delegate", async () => {
    let current = delegate;
    const responder = await createResponder({ delegate: async () => current });
    const nonce = new Uint8Array(16);
    expect((await read(responder, request("0a", nonce))).certificates).toEqual([delegate.certificate]);
    current = await createDelegate(issuer, { notBefore: now });
    const response = await read(responder, request("0a", nonce));
    expect(response.certificates).toEqual([current.certificate]);
    expect(response.isSignedBy(current.certificate)).toBe(true);
  });

  test("B-180: says nothing that outlives the delegate's certificate", async () => {
    const notAfter = new Date(now.getTime() + 7_200_000);
    const short = await createDelegate(issuer, { notBefore: now, notAfter });
    const answer = await (await createResponder({ delegate: async () => short })).respond(request("0a"));
    expect(answer).toMatchObject({ nextUpdate: notAfter, refreshAt: new Date(now.getTime() + 3_600_000) });
  });

  const yesterday = new Date(now.getTime() - 86_400_000);
  test.each([
    {
      why: "has expired",
      made: createDelegate(issuer, { notBefore: yesterday, notAfter: new Date(now.getTime() - 1000) }),
      error: "is not valid at 2030",
    },
    {
      why: "is not valid yet",
      made: createDelegate(issuer, { notBefore: new Date(now.getTime() + 1000) }),
      error: "is not valid at 2030",
    },
    {
      why: "may not sign OCSP responses",
      made: createDelegate(issuer, { notBefore: now, extKeyUsage: ["serverAuth"] }),
      error: "OCSPSigning",
    },
    {
      why: "may not sign at all",
      made: createDelegate(issuer, { notBefore: now, keyUsage: ["keyAgreement"] }),
      error: "digitalSignature",
    },
    {
      why: "has no nocheck",
      made: createDelegate(issuer, { notBefore: now, noCheck: false }),
      error: "nocheck",
    },
    { why: "is another issuer's", made: createDelegate(other, { notBefore: now }), error: "somebody else" },
    {
      why: "is an issuer's below",
      made: createDelegate(intermediate, { notBefore: now }),
      error: "somebody else",
    },
    {
      why: "is signed by another issuer of the same name",
      made: createDelegate(other, { notBefore: now, issuerName: issuer.parsed.subject.der }),
      error: "somebody else",
    },
    {
      why: "names another issuer",
      made: createDelegate(issuer, { notBefore: now, issuerName: other.parsed.subject.der }),
      error: "somebody else",
    },
    {
      why: "has the key of another",
      made: createDelegate(issuer, { notBefore: now }).then((made) => ({ ...made, signer: delegate.signer })),
      error: "another key",
    },
  ])("B-180: a delegate that $why is not used", async ({ made, error }) => {
    const errors: unknown[] = [];
    const unfit = await made;
    const responder = await createResponder({
      delegate: async () => unfit,
      onError: (thrown) => errors.push(thrown),
    });
    expect(await responder.respond(request("0a"))).toMatchObject({ status: "internalError" });
    expect(errors).toEqual([expect.objectContaining({ code: "ERR_OPTION_INVALID" })]);
    expect(String(errors[0])).toContain(error);
    expect(String(errors[0])).toContain('"CN=Lab Root"');
  });
});

describe("nonces", () => {
  test.each([1, 15, 16, 32])(
    "B-183: one of %i octets is repeated, and the response is nobody else's",
    async (length) => {
      const nonce = new Uint8Array(length).fill(0x5c);
      const responder = await createResponder();
      const answer = await responder.respond(request("0a", nonce));
      expect(answer.cacheable).toBe(false);
      expect(readOcspResponse(answer.response).nonce).toBe("5c".repeat(length));
    },
  );

  test.each([33, 128])("B-183: one of %i octets gets the answer of those who sent none", async (length) => {
    const responder = await createResponder();
    const answer = await responder.respond(request("0a", new Uint8Array(length)));
    expect(answer).toEqual(await responder.respond(request("0a")));
    expect(readOcspResponse(answer.response).nonce).toBeUndefined();
  });

  test.each([0, 129])("B-183: one of %i octets makes the request malformed", async (length) => {
    const answer = await (await createResponder()).respond(request("0a", new Uint8Array(length)));
    expect(answer).toMatchObject({ status: "malformedRequest", cacheable: false });
  });

  test("B-183: every nonce is signed for", async () => {
    const signer = counted();
    const responder = await createResponder({ issuers: [{ ...issuer, signer }] });
    await responder.respond(request("0a", new Uint8Array(16)));
    await responder.respond(request("0a", new Uint8Array(16)));
    expect(signer.signatures()).toBe(2);
  });
});

describe("answers that are kept", () => {
  test("B-183: without a nonce the same response is given out until the half of its life is over", async () => {
    const { clock: moving, advance } = createClock();
    const signer = counted();
    const responder = await createResponder({ issuers: [{ ...issuer, signer }], clock: moving });
    const first = await responder.respond(request("0a"));
    advance("PT11H59M59S");
    expect(await responder.respond(request("0a"))).toEqual(first);
    advance("PT1S");
    const second = await responder.respond(request("0a"));
    expect(second).toMatchObject({ thisUpdate: new Date("2030-01-01T12:00:00Z") });
    expect(signer.signatures()).toBe(2);
  });

  test("a response is not given out at a time before it: the clock was put back", async () => {
    let at = new Date(now.getTime() + 3_600_000);
    const responder = await createResponder({ clock: () => at });
    expect(await responder.respond(request("0a"))).toMatchObject({ thisUpdate: at });
    at = now;
    expect(await responder.respond(request("0a"))).toMatchObject({ thisUpdate: now });
  });

  test("B-181: a revocation shows at once, and so does the end of a hold", async () => {
    const pages: Book = { "0a": {} };
    const responder = await createResponder({ book: pages });
    const said = async (): Promise<string | undefined> =>
      (await read(responder, request("0a"))).responses[0]?.status;
    expect(await said()).toBe("good");
    pages["0a"] = { revocation: { revokedAt, reason: "certificateHold" } };
    expect(await said()).toBe("revoked");
    pages["0a"] = {};
    expect(await said()).toBe("good");
  });

  test.each([
    { revokedAt: revokedAt + 1000, reason: "superseded" },
    { revokedAt, reason: "keyCompromise" },
    { revokedAt, reason: "superseded", invalidityDate: revokedAt },
    { revokedAt },
  ] satisfies RevocationFacts[])("B-181: another date or reason shows at once: %o", async (revocation) => {
    const pages: Book = { "0a": { revocation: { revokedAt, reason: "superseded" } } };
    const responder = await createResponder({ book: pages });
    const before = await responder.respond(request("0a"));
    expect(await responder.respond(request("0a"))).toEqual(before);
    pages["0a"] = { revocation };
    expect(await responder.respond(request("0a"))).not.toEqual(before);
  });

  test("B-186: who asks at once for one certificate gets one signature", async () => {
    const signer = countingSigner(issuer.signer);
    const responder = await createResponder({ issuers: [{ ...issuer, signer }] });
    const answers = Array.from({ length: 20 }, () => responder.respond(request("0a")));
    await new Promise(setImmediate);
    signer.release();
    expect(
      new Set((await Promise.all(answers)).map(({ response }) => Buffer.from(response).toString("hex"))).size,
    ).toBe(1);
    expect(signer.signatures()).toBe(1);
  });

  test("B-186: who asks at once when a response has served its time gets one signature too", async () => {
    const { clock: moving, advance } = createClock();
    const signer = counted();
    const responder = await createResponder({ issuers: [{ ...issuer, signer }], clock: moving });
    await responder.respond(request("0a"));
    advance("PT12H");
    const answers = await Promise.all(Array.from({ length: 20 }, () => responder.respond(request("0a"))));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => "successful"));
    expect(signer.signatures()).toBe(2);
  });

  test("B-180: a delegate in its last second still gets everybody an answer", async () => {
    const last = await createDelegate(issuer, { notBefore: now, notAfter: new Date(now.getTime() + 1000) });
    const responder = await createResponder({ delegate: async () => last });
    const answers = await Promise.all(Array.from({ length: 5 }, () => responder.respond(request("0a"))));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => "successful"));
  });

  test("B-186: no more are kept than there is room for, and none of serial numbers that nobody issued", async () => {
    const signer = counted();
    const responder = await createResponder({ issuers: [{ ...issuer, signer }], cacheCapacity: 1 });
    for (const serialNumber of ["0a", "0d", "0a", "0d"]) await responder.respond(request(serialNumber));
    expect(signer.signatures()).toBe(3);
    for (const serialNumber of ["0c", "0a"]) await responder.respond(request(serialNumber));
    expect(signer.signatures()).toBe(5);
  });

  test("what a caller does to a response changes no other", async () => {
    const responder = await createResponder();
    const first = await responder.respond(request("0a"));
    const copy = new Uint8Array(first.response);
    first.response.fill(0);
    expect((await responder.respond(request("0a"))).response).toEqual(copy);
  });

  test("a failed signature is not kept", async () => {
    let fails = true;
    const signer = {
      ...issuer.signer,
      sign: (data: Uint8Array) => (fails ? Promise.reject(new Error("no token")) : issuer.signer.sign(data)),
    };
    const responder = await createResponder({ issuers: [{ ...issuer, signer }] });
    expect(await responder.respond(request("0a"))).toMatchObject({ status: "internalError" });
    fails = false;
    expect(await responder.respond(request("0a"))).toMatchObject({ status: "successful" });
  });
});

describe("errors", () => {
  const mixed = encodeOcspRequest([encodeCertId(issuer, "0a"), encodeCertId(other, "0a")]);
  test.each([
    { why: "another issuer", octets: encodeOcspRequest([encodeCertId(other, "0a")]) },
    { why: "one of ours and another", octets: mixed },
    { why: "an issuer whose hashes are of another algorithm", octets: renamed() },
  ])("B-186: a request about $why is unauthorized, unsigned, and asks no store", async ({ octets }) => {
    const responder = await createResponder();
    const answer = await responder.respond(octets);
    expect(answer).toMatchObject({ status: "unauthorized", cacheable: false });
    expect(answer.response).toHaveLength(5);
    expect(responder.asked).toEqual([]);
  });

  /** SHA-1 said, SHA-256 meant. */
  function renamed(): Uint8Array {
    const sha256 = Buffer.from("0609608648016503040201", "hex");
    const sha1 = Buffer.from("06052b0e03021a0500", "hex");
    const certId = Buffer.from(encodeCertId(issuer, "0a", { hash: "sha-256", parameters: new Uint8Array() }));
    const at = certId.indexOf(sha256);
    const changed = Buffer.concat([
      certId.subarray(0, at - 1),
      Buffer.of(sha1.length),
      sha1,
      certId.subarray(at + sha256.length),
    ]);
    changed[1] = changed.length - 2;
    return encodeOcspRequest([changed]);
  }

  test("B-186: a request about two of our issuers is unauthorized: one signature cannot speak for both", async () => {
    const responder = await createResponder({ issuers: [issuer, other] });
    expect(await responder.respond(mixed)).toMatchObject({ status: "unauthorized" });
  });

  test("B-186: a batch above the limit is malformed", async () => {
    const batch = (count: number): Uint8Array =>
      encodeOcspRequest(Array.from({ length: count }, () => encodeCertId(issuer, "0a")));
    const responder = await createResponder();
    expect(await responder.respond(batch(8))).toMatchObject({ status: "successful" });
    expect(await responder.respond(batch(9))).toMatchObject({ status: "malformedRequest" });
    const narrow = await createResponder({ maximumRequests: 1 });
    expect(await narrow.respond(batch(2))).toMatchObject({ status: "malformedRequest" });
  });

  test("B-186: who comes when enough is being signed is told to try later", async () => {
    const signer = countingSigner(issuer.signer);
    const responder = await createResponder({ issuers: [{ ...issuer, signer }], concurrency: 2 });
    const nonce = new Uint8Array(16);
    const first = [responder.respond(request("0a", nonce)), responder.respond(request("0c"))];
    await new Promise(setImmediate);
    expect(await responder.respond(request("0a", nonce))).toMatchObject({ status: "tryLater" });
    expect(await responder.respond(request("0b"))).toMatchObject({ status: "tryLater" });
    const waiting = responder.respond(request("0c")); // needs no signature of its own
    signer.release();
    for (const answer of [...first, waiting]) expect(await answer).toMatchObject({ status: "successful" });
    expect(await responder.respond(request("0b"))).toMatchObject({ status: "successful" });
  });

  test.each([
    {
      why: "a store out of reach",
      error: new StoreError("ERR_STORE_TRANSIENT", "locked"),
      status: "tryLater",
    },
    { why: "a bug", error: new TypeError("undefined is not a function"), status: "internalError" },
  ])("$why is reported, and shown as $status", async ({ error, status }) => {
    const errors: unknown[] = [];
    const responder = await createResponder({
      status: () => Promise.reject(error),
      onError: (thrown) => errors.push(thrown),
    });
    expect(await responder.respond(request("0a"))).toMatchObject({ status, cacheable: false });
    expect(errors).toEqual([error]);
  });

  test("E-022, E-023: any octets get an answer", async () => {
    const responder = await createResponder();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (octets) => {
        const { response } = await responder.respond(octets);
        expect(readResponseStatus(response)).toBe(1);
      }),
    );
  });

  test("answers what it was asked although the caller fills the buffer again", async () => {
    const responder = await createResponder();
    const octets = request("0b");
    const answer = responder.respond(octets);
    octets.fill(0);
    expect(readOcspResponse((await answer).response).responses).toMatchObject([{ status: "revoked" }]);
  });
});

describe("createOcspResponder", () => {
  test("makes a frozen object", async () => {
    expect(
      Object.isFrozen(await createOcspResponder({ issuers: [issuer], status: async () => undefined })),
    ).toBe(true);
  });

  test.each([
    { why: "no issuer", changes: { issuers: [] } },
    { why: "an issuer without a signer", changes: { issuers: [{ certificate: issuer.certificate }] } },
    { why: "the signer of another", changes: { issuers: [{ ...issuer, signer: other.signer }] } },
    {
      why: "a certificate that is none",
      changes: { issuers: [{ ...issuer, certificate: Uint8Array.of(5, 0) }] },
    },
    { why: "a validity below a minute", changes: { validity: "PT59S" } },
    { why: "a validity that is none", changes: { validity: "P1M" } },
    { why: "no concurrency", changes: { concurrency: 0 } },
    { why: "a batch of half a certificate", changes: { maximumRequests: 0.5 } },
    { why: "a cache without an end", changes: { cacheCapacity: Number.POSITIVE_INFINITY } },
    { why: "a base URL that is none", changes: { baseUrl: "ocsp.example.test" } },
  ])("refuses $why", async ({ changes }) => {
    await expect(createResponder(changes)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
  });

  test("takes two certificates of one CA, and goes by the first", async () => {
    const { certificate } = await createDelegate(issuer, {
      notBefore: now,
      notAfter: new Date(now.getTime() + 7_200_000),
      subject: issuer.parsed.subject.der,
      publicKey: issuer.parsed.publicKey.der,
    });
    const renewed = { certificate, signer: issuer.signer };
    const nextUpdateOf = async (issuers: OcspResponderOptions["issuers"]): Promise<Date | undefined> => {
      const answer = await (await createResponder({ issuers })).respond(request("0a"));
      return answer.status === "successful" ? answer.nextUpdate : undefined;
    };
    expect(await nextUpdateOf([issuer, renewed])).toEqual(new Date("2030-01-02T00:00:00Z"));
    expect(await nextUpdateOf([renewed, issuer])).toEqual(new Date("2030-01-01T02:00:00Z"));
  });
});
