import { expect, test } from "vitest";
import { completion, issue, reservation } from "../conformance/certificate-store-cases/examples.ts";
import { certificateStoreConformance } from "../conformance/index.ts";
import { createMemoryCertificateStore } from "./memory.ts";

certificateStoreConformance({
  test,
  open: async () => {
    const store = createMemoryCertificateStore();
    return { store, replica: store, close: async () => {} };
  },
});

test("copies the memory of a Buffer, whose slice() would share it", async () => {
  const store = createMemoryCertificateStore();
  const planned = reservation(1);
  const certificate = Buffer.from([1, 2, 3]);
  await store.reserve(planned);
  await store.complete({ ...completion(planned), certificate });
  certificate.fill(0);
  expect((await store.find(planned))?.certificate).toEqual(Uint8Array.of(1, 2, 3));
});

test("refuses to store one certificate under two serial numbers", async () => {
  const store = createMemoryCertificateStore();
  const [first, second] = [reservation(1), reservation(2)];
  for (const one of [first, second]) await store.reserve(one);
  const { fingerprint } = await store.complete(completion(first));
  const again = store.complete({ ...completion(second), fingerprint });
  await expect(again).rejects.toMatchObject({ code: "ERR_STORE_CONFLICT" });
  expect(await store.listAudit({ limit: 10 })).toHaveLength(1);
});

test("shows mistakes of the caller as they are: a page by expiry without notAfter, a link that leaves a gap", async () => {
  const store = createMemoryCertificateStore();
  const { serialNumber, issuerId } = await issue(store, reservation(1));
  const page = store.list({ order: "expiry", after: { serialNumber, issuerId }, limit: 1 });
  await expect(page).rejects.toThrow(TypeError);
  const chained = store.chainAudit({ links: [{ sequence: 1, position: 2, hash: "00" }] });
  await expect(chained).rejects.toThrow(RangeError);
  expect(await store.findAuditHead()).toBeUndefined();
});

test("can be handed around: no method reads `this`, and the store is frozen", async () => {
  const store = createMemoryCertificateStore();
  const { reserve } = store;
  expect(await reserve(reservation(1))).toEqual({ outcome: "reserved" });
  expect(Object.isFrozen(store)).toBe(true);
});
