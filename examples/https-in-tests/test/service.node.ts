import assert from "node:assert/strict";
import { once } from "node:events";
import type { RequestOptions, ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { certificateDefects, createTestAuthority } from "@chancery/core/testing";
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
    assert.equal(await greet(serverOptions, clientOptions), "hello DNS:worker.lab.example");
  });

  test("refuses who shows none, or one from a stranger", async () => {
    await assert.rejects(greet(serverOptions, authority.clientOptions()));
    const stranger = await createTestAuthority();
    const foreign = await stranger.issueClientCertificate({ identifiers: ["worker.lab.example"] });
    await assert.rejects(greet(serverOptions, authority.clientOptions(foreign)));
  });

  for (const defect of certificateDefects)
    test(`is refused by its client when its certificate is ${defect}`, async () => {
      const defective = await authority.issueDefective(defect, names);
      const broken = authority.serverOptions(defective, { requireClient: true });
      const crl = await authority.revocationListPem(); // without it nobody knows what is revoked
      await assert.rejects(greet(broken, { ...clientOptions, crl }), { code: reasons[defect] });
      assert.match(await greet(serverOptions, { ...clientOptions, crl }), /worker/);
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
