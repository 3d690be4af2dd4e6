import { expect, test } from "vitest";
import { acmeStoreConformance } from "../conformance/index.ts";
import { createMemoryAcmeStore } from "./memory.ts";

acmeStoreConformance({
  test,
  open: async () => {
    const store = createMemoryAcmeStore();
    return { store, replica: store, close: async () => {} };
  },
});

test("can be handed around: no method reads `this`, and the store is frozen", async () => {
  const store = createMemoryAcmeStore();
  const { consumeNonce } = store;
  expect(await consumeNonce({ nonce: "nonce", expiresAt: 2, now: 1 })).toBe(true);
  expect(Object.isFrozen(store)).toBe(true);
});
