import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { expect, test } from "vitest";
import { createAuthority, now, requester, requestFor } from "../../test/support/authority.ts";
import type { CertificateStore, Reservation } from "../store/certificate-store.ts";
import { createMemoryCertificateStore } from "../store/memory.ts";

test("E-070: the audit trail names the fact and its actor, and holds nothing that was secret", async () => {
  const { ca, store } = await createAuthority();
  const issued = await ca.issue({ ...(await requestFor("dns:a.lab.example", "ip:192.0.2.1")) });
  await ca.revoke({
    certificate: { fingerprint: issued.fingerprint },
    requester: { kind: "operator", id: "anna" },
    reason: "superseded",
  });
  expect(await store.listAudit({ limit: 10 })).toEqual([
    {
      sequence: expect.any(Number),
      at: now.getTime(),
      type: "certificate.issued",
      actor: `${requester.kind}:${requester.id}`,
      subject: issued.serialNumber,
      details: {
        operation: "issue",
        profile: "tlsServer",
        identifiers: "dns:a.lab.example ip:192.0.2.1",
        fingerprint: issued.fingerprint,
      },
    },
    {
      sequence: expect.any(Number),
      at: now.getTime(),
      type: "certificate.revoked",
      actor: "operator:anna",
      subject: issued.serialNumber,
      details: { fingerprint: issued.fingerprint, reason: "superseded" },
    },
  ]);
});

test("B-132, E-070: a challengePassword reaches neither the store nor the certificate", async () => {
  const password = "correct horse battery staple";
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    keys,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    attributes: [new x509.ChallengePasswordAttribute(password)],
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "a.lab.example" }])],
  });
  expect(Buffer.from(csr.rawData).includes(password)).toBe(true);

  const memory = createMemoryCertificateStore();
  const reserved: Reservation[] = [];
  const store: CertificateStore = {
    ...memory,
    reserve(reservation) {
      reserved.push(reservation);
      return memory.reserve(reservation);
    },
  };
  const { ca } = await createAuthority({ store });
  await ca.issue({ csr: csr.toString("pem"), requester, requestId: "order-1" });
  const kept = [...reserved, ...(await store.list({ limit: 10 })), ...(await store.listAudit({ limit: 10 }))];
  expect(kept).toHaveLength(3);
  const octets = kept.flatMap((one) => Object.values(one).filter((value) => value instanceof Uint8Array));
  expect(octets).toHaveLength(2);
  expect(octets.some((value) => Buffer.from(value).includes(password))).toBe(false);
  expect(JSON.stringify(kept)).not.toContain(password);
});
