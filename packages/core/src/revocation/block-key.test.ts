import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createAuthority, now, requester, requestFor, root } from "../../test/support/authority.ts";
import { createFailingStore } from "../../test/support/failing-store.ts";
import type { Signer } from "../signer/signer.ts";

async function hashOfTestKey(): Promise<string> {
  const { publicKey } = await requestFor();
  return createHash("sha256").update(publicKey).digest("hex");
}

describe("B-153: a blocked key", () => {
  test("gets no certificate, and explain says so as issue does", async () => {
    const { ca, store } = await createAuthority();
    const request = await requestFor("dns:a.lab.example");
    const block = await ca.blockKey({
      publicKey: request.publicKey,
      requester,
      reason: "seen on a web page",
    });
    expect(block).toEqual({
      publicKeyHash: await hashOfTestKey(),
      blockedAt: now.getTime(),
      reason: "seen on a web page",
    });
    for (const attempt of [ca.issue(request), ca.explain(request)]) {
      await expect(attempt).rejects.toMatchObject({
        code: "ERR_KEY_BLOCKED",
        message: expect.stringContaining("seen on a web page"),
      });
    }
    expect(await store.list({ limit: 10 })).toEqual([]);
    expect(await store.listAudit({ limit: 10 })).toMatchObject([
      { type: "key.blocked", actor: "application:tests", subject: await hashOfTestKey() },
    ]);
  });

  test("is blocked with the revocation of a certificate for keyCompromise, and not for another reason", async () => {
    const { ca } = await createAuthority();
    const request = await requestFor("dns:a.lab.example");
    const [one, other] = [await ca.issue(request), await ca.issue(request)];
    await ca.revoke({ certificate: one, requester, reason: "superseded" });
    await expect(ca.issue(request)).resolves.toBeDefined();
    await ca.revoke({ certificate: other, requester, reason: "keyCompromise" });
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_KEY_BLOCKED" });
    await expect(ca.renew({ certificate: one })).rejects.toMatchObject({ code: "ERR_RENEWAL_REFUSED" });
  });

  test("is blocked by a revocation for keyCompromise also when another reason came first", async () => {
    const { ca, store } = await createAuthority();
    const request = await requestFor("dns:a.lab.example");
    const certificate = await ca.issue(request);
    await ca.revoke({ certificate, requester, reason: "superseded" });
    await expect(ca.revoke({ certificate, requester, reason: "keyCompromise" })).rejects.toMatchObject({
      code: "ERR_CERTIFICATE_ALREADY_REVOKED",
    });
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_KEY_BLOCKED" });
    const trail = await store.listAudit({ limit: 10 });
    expect(trail.map(({ type }) => type)).toEqual([
      "certificate.issued",
      "certificate.revoked",
      "key.blocked",
    ]);
  });

  test("stays blocked for the first reason", async () => {
    const { ca } = await createAuthority();
    const publicKeyHash = await hashOfTestKey();
    const first = await ca.blockKey({ publicKeyHash, requester, reason: "lost" });
    expect(await ca.blockKey({ publicKeyHash, requester, reason: "found" })).toEqual(first);
  });

  test("is not certified from a reservation that was made before", async () => {
    const store = createFailingStore();
    const { ca } = await createAuthority({ store });
    const request = { ...(await requestFor("dns:a.lab.example")), requestId: "order-1" };
    store.failNext("complete", "before");
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_STORE_TRANSIENT" });
    await ca.blockKey({ publicKey: request.publicKey, requester });
    expect(await ca.recover({ olderThan: -1 })).toBe(0);
    await expect(ca.issue(request)).rejects.toMatchObject({ code: "ERR_KEY_BLOCKED" });
    expect(await store.list({ limit: 10 })).toEqual([]);
  });

  test("is not certified by an issuance that was under way", async () => {
    const { issuer } = await root;
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const slow: Signer = {
      ...issuer.signer,
      async sign(data) {
        asked.resolve();
        await answer.promise;
        return issuer.signer.sign(data);
      },
    };
    const { ca, store } = await createAuthority({ issuer: { ...issuer, signer: slow } });
    const request = await requestFor("dns:a.lab.example");
    const issuing = ca.issue(request);
    await asked.promise;
    await ca.blockKey({ publicKey: request.publicKey, requester });
    answer.resolve();
    await expect(issuing).rejects.toMatchObject({ code: "ERR_KEY_BLOCKED" });
    expect(await store.list({ limit: 10 })).toEqual([]);
  });

  test("needs a hash that is one and a reason that can be recorded", async () => {
    const { ca } = await createAuthority();
    const publicKeyHash = await hashOfTestKey();
    const wrong = [
      { publicKeyHash: publicKeyHash.toUpperCase(), requester },
      { publicKeyHash: "", requester },
      { publicKeyHash, requester, reason: "" },
      { publicKeyHash, requester, reason: "a\nb" },
      { publicKeyHash, requester: { kind: "operator", id: "" } as const },
    ];
    for (const one of wrong)
      await expect(ca.blockKey(one)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
  });
});
