import { describe, expect, test } from "vitest";
import { createClock, now } from "../../test/support/authority.ts";
import { createDelegate } from "../../test/support/ocsp.ts";
import { parseCertificate } from "../certificate/parse.ts";
import { StoreError } from "../errors.ts";
import { createRoot } from "../issuer/create.ts";
import { createOcspDelegates, type OcspDelegateIssuer, type OcspDelegatesOptions } from "./delegates.ts";

const { issuer } = await createRoot({ commonName: "Lab Root", clock: () => now });

type Asked = Parameters<OcspDelegateIssuer["issue"]>[0];

/** Delegates by an authority that certifies for seven days, unless it is told to fail. */
function createLab(options: Partial<OcspDelegatesOptions> = {}): {
  delegate: ReturnType<typeof createOcspDelegates>;
  advance(duration: string): void;
  asked: Asked[];
  errors: unknown[];
  fail(error: Error | undefined): void;
  revoke(revoked: boolean): void;
} {
  const { clock, advance } = createClock();
  const asked: Asked[] = [];
  const errors: unknown[] = [];
  let failure: Error | undefined;
  let isRevoked = false;
  const ca: OcspDelegateIssuer = {
    async issue(request) {
      asked.push(request);
      if (failure !== undefined) throw failure;
      return createDelegate(issuer, { notBefore: clock(), publicKey: request.publicKey });
    },
    find: () => Promise.resolve(isRevoked ? { revocation: {} } : {}),
  };
  const delegate = createOcspDelegates({ ca, clock, onError: (error) => errors.push(error), ...options });
  const fail = (error: Error | undefined): void => {
    failure = error;
  };
  const revoke = (revoked: boolean): void => {
    isRevoked = revoked;
  };
  return { delegate, advance, asked, errors, fail, revoke };
}

const outage = new StoreError("ERR_STORE_TRANSIENT", "locked");

describe("createOcspDelegates", () => {
  test("B-180: has the issuer in question certify a new key, for OCSP and without names", async () => {
    const { delegate, asked } = createLab();
    const { certificate, signer } = await delegate(issuer.id);
    expect(asked).toEqual([
      {
        publicKey: signer.publicKey,
        identifiers: [],
        profile: "ocspResponder",
        issuerId: issuer.id,
        requester: { kind: "application", id: "ocsp-responder" },
      },
    ]);
    const { publicKey } = parseCertificate(certificate);
    expect(Buffer.from(publicKey.der)).toEqual(signer.publicKey);
    expect(signer.algorithm).toBe("ecdsa-sha256");
  });

  test("B-180: replaces a delegate that was revoked, and one that a clock which was ahead has left behind", async () => {
    let behind = 0;
    const { delegate, revoke } = createLab({ clock: () => new Date(now.getTime() - behind) });
    const first = await delegate(issuer.id);
    revoke(true);
    const second = await delegate(issuer.id);
    expect(second).not.toBe(first);
    revoke(false);
    expect(await delegate(issuer.id)).toBe(second);
    behind = 86_400_000;
    expect(await delegate(issuer.id)).not.toBe(second);
  });

  test("asks as it is told to", async () => {
    const requester = { kind: "operator", id: "alice" } as const;
    const { delegate, asked } = createLab({
      profile: "ocsp",
      requester,
      key: { type: "ec", curve: "P-384" },
    });
    expect((await delegate(issuer.id)).signer.algorithm).toBe("ecdsa-sha384");
    expect(asked).toMatchObject([{ profile: "ocsp", requester }]);
  });

  test("B-180: replaces key and certificate when the half of a delegate's life is over", async () => {
    const { delegate, asked, advance } = createLab();
    const first = await delegate(issuer.id);
    advance("P3DT11H59M59S");
    expect(await delegate(issuer.id)).toBe(first);
    advance("PT1S");
    const second = await delegate(issuer.id);
    expect(second.signer.publicKey).not.toEqual(first.signer.publicKey);
    expect(await delegate(issuer.id)).toBe(second);
    expect(asked).toHaveLength(2);
  });

  test("B-180: whoever asks at once gets one and the same, and each issuer has its own", async () => {
    const { delegate, asked } = createLab();
    const [first, second, other] = await Promise.all([
      delegate(issuer.id),
      delegate(issuer.id),
      delegate("another"),
    ]);
    expect(second).toBe(first);
    expect(other).not.toBe(first);
    // Keys are made in threads: which issuer comes first is chance.
    expect(new Set(asked.map(({ issuerId }) => issuerId))).toEqual(new Set([issuer.id, "another"]));
    expect(asked).toHaveLength(2);
  });

  test("B-180: a delegate goes on when its replacement fails, which is tried again a minute later", async () => {
    const { delegate, asked, errors, advance, fail } = createLab();
    const first = await delegate(issuer.id);
    fail(outage);
    advance("P4D");
    expect(await delegate(issuer.id)).toBe(first);
    expect(await delegate(issuer.id)).toBe(first);
    advance("PT59S");
    expect(await delegate(issuer.id)).toBe(first);
    expect([asked.length, errors]).toEqual([2, [outage]]);
    advance("PT1S");
    fail(undefined);
    expect(await delegate(issuer.id)).not.toBe(first);
    expect(asked).toHaveLength(3);
  });

  test("B-180: an expired delegate is not given out, whatever fails", async () => {
    const { delegate, errors, advance, fail } = createLab();
    await delegate(issuer.id);
    fail(outage);
    advance("P7DT1S");
    await expect(delegate(issuer.id)).rejects.toBe(outage);
    expect(errors).toEqual([]);
    fail(undefined);
    expect(await delegate(issuer.id)).toBeDefined();
  });

  test("a first delegate that cannot be had is an error, and the next call tries again", async () => {
    const { delegate, fail } = createLab();
    fail(outage);
    await expect(delegate(issuer.id)).rejects.toBe(outage);
    fail(undefined);
    await expect(delegate(issuer.id)).resolves.toBeDefined();
  });
});
