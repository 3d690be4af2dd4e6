import { channel } from "node:diagnostics_channel";
import { expect, test, vi } from "vitest";
import { createAuthority, requester, requestFor } from "../../test/support/authority.ts";
import { allowDns } from "../policy/rules.ts";
import type { AuthorityEvent } from "./authority-event.ts";

test("the listener hears what happened, once, after it is durable", async () => {
  const events: AuthorityEvent[] = [];
  const { ca, store } = await createAuthority({
    policies: [allowDns("*.lab.example")],
    onEvent: (event) => events.push(event),
  });
  const request = { ...(await requestFor("dns:a.lab.example")), requestId: "order-1" };
  const certificate = await ca.issue(request);
  await ca.issue(request); // the same certificate again
  await expect(ca.issue(await requestFor("dns:a.other.example"))).rejects.toThrow();
  await ca.explain(await requestFor("dns:a.other.example")); // asks, and nothing happens
  await ca.hold({ certificate, requester });
  await ca.release({ certificate, requester });
  const renewed = await ca.renew({ certificate });
  await ca.revoke({ certificate, requester });
  await ca.blockKey({ publicKeyHash: "00".repeat(32), requester });
  await ca.blockKey({ publicKeyHash: "00".repeat(32), requester });
  await ca.crls.publish();
  expect(events.map(({ type }) => type)).toEqual([
    "certificate.issued",
    "certificate.refused",
    "certificate.held",
    "certificate.released",
    "certificate.issued",
    "certificate.revoked",
    "key.blocked",
    "crl.published",
  ]);
  expect(events[0]).toMatchObject({
    operation: "issue",
    certificate: { fingerprint: certificate.fingerprint },
  });
  expect(events[1]).toMatchObject({
    requester,
    explanation: { verdict: "deny", denials: [{ input: "dns:a.other.example" }] },
  });
  expect(events[4]).toMatchObject({ operation: "renew", certificate: { fingerprint: renewed.fingerprint } });
  expect(events.every((event) => Object.isFrozen(event))).toBe(true);
  const trail = await store.listAudit({ limit: 20 });
  expect(trail.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
});

test("the diagnostics channel chancery.authority carries the same events", async () => {
  const heard: unknown[] = [];
  const listen = (event: unknown) => heard.push(event);
  const { ca } = await createAuthority();
  channel("chancery.authority").subscribe(listen);
  try {
    await ca.issue(await requestFor("dns:a.lab.example"));
  } finally {
    channel("chancery.authority").unsubscribe(listen);
  }
  await ca.issue(await requestFor("dns:b.lab.example"));
  expect(heard).toMatchObject([
    { type: "certificate.issued", certificate: { identifiers: [{ value: "a.lab.example" }] } },
  ]);
});

test("a listener that throws changes nothing; its error is the program's", async () => {
  const thrown: (() => void)[] = [];
  vi.stubGlobal("queueMicrotask", (task: () => void) => thrown.push(task));
  try {
    const { ca, store } = await createAuthority({
      onEvent() {
        throw new Error("the listener is broken");
      },
    });
    await expect(ca.issue(await requestFor("dns:a.lab.example"))).resolves.toBeDefined();
    expect(await store.list({ limit: 10 })).toHaveLength(1);
    expect(thrown).toHaveLength(1);
    expect(thrown[0]).toThrow("the listener is broken");
  } finally {
    vi.unstubAllGlobals();
  }
});

test("refusals are left out of the audit trail where they are not wanted", async () => {
  const { ca, store } = await createAuthority({
    policies: [allowDns("a.lab.example")],
    auditRefusals: false,
  });
  await expect(ca.issue(await requestFor("dns:b.lab.example"))).rejects.toThrow();
  expect(await store.listAudit({ limit: 10 })).toEqual([]);
});
