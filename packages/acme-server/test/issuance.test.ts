import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeCsr } from "./support/csr.ts";
import { createTestDirectory, finalize, placeOrder, respondToAll } from "./support/directory.ts";

describe("issuance", () => {
  test("goes from a pending order to a certificate that its issuer signed (A-110, A-119, A-128, A-130, A-190)", async () => {
    const directory = await createTestDirectory();
    const client = await directory.client();

    const placed = await placeOrder(client, ["a.test", "b.test"]);
    expect(placed.status).toBe(201);
    expect(placed.json).toMatchObject({
      status: "pending",
      expires: "2030-01-02T00:00:00Z",
      identifiers: [
        { type: "dns", value: "a.test" },
        { type: "dns", value: "b.test" },
      ],
    });

    await respondToAll(client, placed);
    expect(await directory.server.tick()).toBe(2);
    const url = placed.headers.get("location") ?? "";
    expect((await client.read(url)).json.status).toBe("ready");

    const finalized = await finalize(client, placed, await makeCsr({ names: ["b.test", "a.test"] }));
    expect(finalized.status).toBe(200);
    expect(finalized.headers.get("location")).toBe(url);
    expect(finalized.json.status).toBe("valid");

    const chain = await client.read(finalized.json.certificate ?? "");
    expect(chain.headers.get("content-type")).toBe("application/pem-certificate-chain");
    const certificate = new X509Certificate(chain.text);
    expect(certificate.verify(new X509Certificate(directory.authority.trustAnchorPem).publicKey)).toBe(true);
    expect(certificate.subjectAltName?.split(", ").toSorted()).toEqual(["DNS:a.test", "DNS:b.test"]);
  });
});
