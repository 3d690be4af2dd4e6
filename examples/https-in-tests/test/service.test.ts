import { once } from "node:events";
import type { RequestOptions, ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { certificateDefects, createTestAuthority } from "@chancery/core/testing";
import { describe, expect, test } from "vitest";
import { fetchGreeting } from "../src/client.ts";
import { createService } from "../src/service.ts";

const authority = await createTestAuthority(); // in memory, in milliseconds
const names = { identifiers: ["localhost"] };
const server = await authority.issueServerCertificate(names);
const client = await authority.issueClientCertificate({ identifiers: ["worker.lab.example"] });

const serverOptions = authority.serverOptions(server, { requireClient: true });
const clientOptions = authority.clientOptions(client);

describe("a service with mutual TLS", () => {
  test("greets who shows a certificate", async () => {
    expect(await greet(serverOptions, clientOptions)).toBe("hello DNS:worker.lab.example");
  });

  test("refuses who shows none, or one from a stranger", async () => {
    await expect(greet(serverOptions, authority.clientOptions())).rejects.toThrow();
    const stranger = await createTestAuthority();
    const foreign = await stranger.issueClientCertificate({ identifiers: ["worker.lab.example"] });
    await expect(greet(serverOptions, authority.clientOptions(foreign))).rejects.toThrow();
  });

  test.each(certificateDefects)("is refused by its client when its certificate is %s", async (defect) => {
    const defective = await authority.issueDefective(defect, names);
    const broken = authority.serverOptions(defective, { requireClient: true });
    const crl = await authority.revocationListPem(); // without it nobody knows what is revoked
    await expect(greet(broken, { ...clientOptions, crl })).rejects.toMatchObject({ code: reasons[defect] });
    expect(await greet(serverOptions, { ...clientOptions, crl })).toContain("worker");
  });
});

/** The codes of Node's errors. */
const reasons = {
  expired: "CERT_HAS_EXPIRED",
  notYetValid: "CERT_NOT_YET_VALID",
  revoked: "CERT_REVOKED",
  untrusted: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  wrongName: "ERR_TLS_CERT_ALTNAME_INVALID",
  wrongPurpose: "INVALID_PURPOSE",
};

async function greet(serverOptions: ServerOptions, clientOptions: RequestOptions): Promise<string> {
  const service = createService(serverOptions).listen(0);
  try {
    await once(service, "listening");
    return await fetchGreeting((service.address() as AddressInfo).port, clientOptions);
  } finally {
    service.close();
  }
}
