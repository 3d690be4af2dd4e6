import { type ConformanceCases, expectEqual, race, tally } from "@chancery/core/conformance";
import type { AcmeStore } from "../../store/acme-store.ts";
import {
  accept,
  account,
  authorization,
  certificate,
  claimValidation,
  connectionError,
  hour,
  minute,
  now,
  order,
  placeOrder,
  succeed,
} from "./examples.ts";

const hostileTexts = [
  `'; DROP TABLE orders; --`,
  `"quoted" \`twice\` \\ and \\' again`,
  "100%_of LIKE [a-z]* ?1 :name $1 @x",
  "line\nfeed\r\ttab\u0001\u001f\u007f\u2028\u2029\ufeff",
  "𝒷𝒾𝑔 🦄👩‍👩‍👧‍👦 ẞ ı İ \u0301 שלום",
  '{"json":["\\u0000"]}',
  "__proto__",
  "x".repeat(2000),
] as const;

/** Nonces, and what every method promises of the values it takes. */
export const nonceAndValueCases: ConformanceCases<AcmeStore> = {
  "consumeNonce: of 100 concurrent callers with one nonce exactly one gets true (A-053, case 50, E-055)":
    async (opened) => {
      const use = { nonce: "nonce-1", expiresAt: now + hour, now };
      const answers = await race(opened, 100, (handle) => handle.consumeNonce(use));
      expectEqual(tally(answers.map(String)), { true: 1, false: 99 }, "the answers");
      expectEqual(await opened.replica.consumeNonce(use), false, "one more");
    },

  "consumeNonce: different nonces do not meet, whatever is in them (E-057)": async ({ store, replica }) => {
    const nonces = [...hostileTexts, "nonce", "Nonce", "nonce ", "nonc"];
    for (const nonce of nonces) {
      expectEqual(
        await store.consumeNonce({ nonce, expiresAt: now + hour, now }),
        true,
        `first use of ${nonce}`,
      );
    }
    for (const nonce of nonces) {
      expectEqual(
        await replica.consumeNonce({ nonce, expiresAt: now + hour, now }),
        false,
        `second use of ${nonce}`,
      );
    }
  },

  "consumeNonce: a nonce stays used for ever, though its row may be forgotten (A-053, E-055)": async ({
    store,
    replica,
  }) => {
    const use = { nonce: "nonce-1", expiresAt: now + minute };
    expectEqual(await store.consumeNonce({ ...use, now }), true, "the first use");
    for (let day = 1; day < 50; day += 1) {
      const later = now + 24 * day * hour;
      await store.consumeNonce({ nonce: `later-${day}`, expiresAt: later + minute, now: later });
    }
    expectEqual(
      await replica.consumeNonce({ ...use, now: now + 50 * 24 * hour }),
      false,
      "a use after its end",
    );
  },

  "consumeNonce: a clock that is set back by an hour revives no nonce (A-053, case 127)": async ({
    store,
    replica,
  }) => {
    const use = { nonce: "nonce-1", expiresAt: now + minute };
    await store.consumeNonce({ ...use, now });
    for (let number = 0; number < 50; number += 1) {
      const later = now + hour;
      await store.consumeNonce({ nonce: `later-${number}`, expiresAt: later + minute, now: later });
    }
    expectEqual(await replica.consumeNonce({ ...use, now }), false, "a use after the clock went back");
  },

  "values: any Unicode text comes back as it was and is never taken for anything else (E-057)": async ({
    store,
    replica,
  }) => {
    for (const [number, text] of hostileTexts.entries()) {
      const owner = account(number, {
        id: `account ${text}`,
        directoryId: `directory ${text}`,
        keyThumbprint: text,
        publicJwk: text,
        contact: [text, `mailto:${text}`],
      });
      const { directoryId } = owner;
      expectEqual((await store.createAccount(owner)).account, owner, "the account");
      expectEqual(await replica.findAccountByKey(directoryId, text), owner, "the account by key");
      const named = authorization(number, {
        id: `authorization ${text}`,
        accountId: owner.id,
        directoryId,
        identifier: { type: "uri", value: text },
        challenges: [{ type: text, token: text, status: "pending" }],
      });
      const wanted = order(number, [named], { id: text, accountId: owner.id, directoryId, profile: text });
      await store.createOrder({ order: wanted, newAuthorizations: [named], now });
      expectEqual(await replica.findOrder(directoryId, text), { ...wanted, state: "pending" }, "the order");
      expectEqual(await replica.findAuthorization(directoryId, named.id), named, "the authorization");

      await accept(store, named.id, { type: text, keyAuthorization: text });
      const task = await claimValidation(replica, { directoryId });
      expectEqual([task.type, task.keyAuthorization], [text, text], "the task");
      const error = { ...connectionError, detail: text };
      const retried = { authorizationId: named.id, fence: task.fence, now, error, runAt: now };
      await store.retryValidation(retried);
      const again = await claimValidation(replica, { directoryId });
      expectEqual(again.authorization.challenges[0]?.error, error, "the problem");
      await succeed(store, again);
      const query = { directoryId, accountId: owner.id, identifiers: [named.identifier], now };
      expectEqual((await replica.findValidAuthorizations(query)).length, 1, "the valid authorization");
      const csr = Uint8Array.of(0);
      const begun = await store.beginFinalization({
        orderId: text,
        csr,
        csrHash: "ff".repeat(32),
        now,
        leaseUntil: now,
      });
      const fence = begun.outcome === "claimed" ? begun.fence : 0;
      const result = { outcome: "valid", certificate } as const;
      const { order: ended } = await store.completeFinalization({ orderId: text, fence, result });
      expectEqual(ended.certificate, certificate, "the certificate");
      const listed = await replica.listOrders({ accountId: owner.id, limit: 10 });
      expectEqual(listed, [ended], "the account's orders");
    }
  },

  "values: ids that differ only in case are different": async ({ store, replica }) => {
    await store.createAccount(account(1, { id: "Id", keyThumbprint: "Key" }));
    const other = await store.createAccount(account(2, { id: "id", keyThumbprint: "key" }));
    expectEqual(other.outcome, "created", "the second account");
    expectEqual((await replica.findAccount("directory", "Id"))?.createdAt, now - 1, "the first account");
    expectEqual(await replica.findAccount("DIRECTORY", "Id"), undefined, "a directory in upper case");
  },

  "values: a hundred names, in order, and serial numbers with high bits and leading zeros": async ({
    store,
    replica,
  }) => {
    const names = Array.from({ length: 100 }, (_, index) =>
      authorization((index * 37) % 100, { state: "valid", wildcard: index % 3 === 0 }),
    );
    const placed = await placeOrder(store, 1, names);
    expectEqual(placed, { ...order(1, names), state: "ready" }, "the order");
    for (const [variant, serialNumber] of ["00", "0080", "80", "ff".repeat(20)].entries()) {
      const number = 200 + variant;
      await placeOrder(store, number, [authorization(number, { state: "valid" })]);
      const orderId = `order-${number}`;
      const csr = Uint8Array.from({ length: 40_000 }, (_, index) => index % 256);
      const times = { now, leaseUntil: now + minute };
      const begun = await store.beginFinalization({ orderId, csr, csrHash: "80".repeat(32), ...times });
      const fence = begun.outcome === "claimed" ? begun.fence : 0;
      const issued = { ...certificate, serialNumber };
      await store.completeFinalization({ orderId, fence, result: { outcome: "valid", certificate: issued } });
      const found = await replica.findOrder("directory", orderId);
      expectEqual(
        [found?.certificate, found?.csrHash],
        [issued, "80".repeat(32)],
        `the certificate ${serialNumber}`,
      );
    }
  },
};
