import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import https, { type RequestOptions, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { describe, expect, test } from "vitest";
import { allowDns } from "../policy/rules.ts";
import { certificateDefects } from "./certificate-defect.ts";
import { createTestAuthority } from "./test-authority.ts";

describe("createTestAuthority, in a real TLS handshake", () => {
  test("certifies a server by name and by address", async () => {
    const authority = await createTestAuthority();
    const { chainPem, keyPem } = await authority.issueServerCertificate({
      identifiers: ["localhost", "127.0.0.1"],
    });
    const server = { cert: chainPem, key: keyPem };
    const ca = authority.trustAnchorPem;
    expect(await fetchOnce(server, { host: "localhost", ca })).toBe("hello nobody");
    expect(await fetchOnce(server, { host: "127.0.0.1", ca })).toBe("hello nobody");
    await expect(
      fetchOnce(server, { host: "127.0.0.1", servername: "other.example", ca }),
    ).rejects.toMatchObject({
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
    await expect(fetchOnce(server, { host: "localhost" })).rejects.toMatchObject({
      code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    });
  });

  test("certifies both ends of mutual TLS, each for its own end only", async () => {
    const authority = await createTestAuthority();
    const server = await authority.issueServerCertificate({ identifiers: ["localhost"] });
    const client = await authority.issueClientCertificate({ identifiers: ["worker.lab.example"] });
    const ca = authority.trustAnchorPem;
    const serverOptions = { cert: server.chainPem, key: server.keyPem, ca, requestCert: true };
    const as = ({ chainPem, keyPem }: typeof client): RequestOptions => ({
      host: "localhost",
      ca,
      cert: chainPem,
      key: keyPem,
    });
    expect(await fetchOnce(serverOptions, as(client))).toBe("hello DNS:worker.lab.example");
    await expect(fetchOnce(serverOptions, { host: "localhost", ca })).rejects.toThrow();
    await expect(fetchOnce(serverOptions, as(server))).rejects.toThrow();
    const stranger = await (await createTestAuthority()).issueClientCertificate({
      identifiers: ["x.example"],
    });
    await expect(fetchOnce(serverOptions, as(stranger))).rejects.toThrow();
    const swapped = { ...serverOptions, cert: client.chainPem, key: client.keyPem };
    await expect(fetchOnce(swapped, as(client))).rejects.toMatchObject({ code: "INVALID_PURPOSE" });
  });

  test.each([{ type: "rsa", bits: 2048 }, { type: "ed25519" }, { type: "ec", curve: "P-384" }] as const)(
    "with keys of type $type",
    async (key) => {
      const authority = await createTestAuthority({ key });
      const { chainPem, keyPem } = await authority.issueServerCertificate({
        identifiers: ["localhost"],
        key,
      });
      const server = { cert: chainPem, key: keyPem };
      expect(await fetchOnce(server, { host: "localhost", ca: authority.trustAnchorPem })).toBe(
        "hello nobody",
      );
    },
  );
});

describe("issueDefective, in a real TLS handshake", () => {
  const codes = {
    expired: "CERT_HAS_EXPIRED",
    notYetValid: "CERT_NOT_YET_VALID",
    revoked: "CERT_REVOKED",
    untrusted: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    wrongName: "ERR_TLS_CERT_ALTNAME_INVALID",
    wrongPurpose: "INVALID_PURPOSE",
  } as const;

  test.each(certificateDefects)(
    "a client refuses a server whose certificate is %s, for that alone",
    async (defect) => {
      const authority = await createTestAuthority();
      const options = { identifiers: ["localhost"] };
      const good = authority.serverOptions(await authority.issueServerCertificate(options));
      const bad = authority.serverOptions(await authority.issueDefective(defect, options));
      const client = {
        ...authority.clientOptions(),
        host: "localhost",
        ...(defect === "revoked" && { crl: await authority.revocationListPem() }),
      };
      await expect(fetchOnce(bad, client)).rejects.toMatchObject({ code: codes[defect] });
      expect(await fetchOnce(good, client)).toBe("hello nobody");
    },
  );

  test.each(certificateDefects.filter((defect) => defect !== "wrongName"))(
    "a server refuses a client whose certificate is %s",
    async (defect) => {
      const authority = await createTestAuthority();
      const options = { identifiers: ["worker.lab.example"], purpose: "client" } as const;
      const good = authority.clientOptions(await authority.issueClientCertificate({ ...options }));
      const bad = authority.clientOptions(await authority.issueDefective(defect, options));
      const certificate = await authority.issueServerCertificate({ identifiers: ["localhost"] });
      const server = {
        ...authority.serverOptions(certificate, { requireClient: true }),
        ...(defect === "revoked" && { crl: await authority.revocationListPem() }),
      };
      expect(await fetchOnce(server, { ...good, host: "localhost" })).toBe("hello DNS:worker.lab.example");
      await expect(fetchOnce(server, { ...bad, host: "localhost" })).rejects.toThrow();
    },
  );
});

describe("createTestAuthority", () => {
  test("a fixed time fixes every date", async () => {
    const now = new Date("2040-02-29T12:00:00Z");
    const { ca, issuer, issueServerCertificate } = await createTestAuthority({ now });
    const { certificatePem } = await issueServerCertificate({ identifiers: ["localhost"], validFor: "PT1H" });
    const { validFrom, validTo } = new X509Certificate(certificatePem);
    expect([validFrom, validTo]).toEqual(["Feb 29 11:59:00 2040 GMT", "Feb 29 12:59:59 2040 GMT"]);
    expect(issuer.validity.notBefore).toBe(now.getTime() - 3_600_000);
    expect(ca.health().ok).toBe(true);
  });

  test("a clock that moves leads to certificates that have expired", async () => {
    let time = Date.parse("2030-01-01T00:00:00Z");
    const { ca, issueServerCertificate } = await createTestAuthority({ clock: () => new Date(time) });
    const first = await issueServerCertificate({ identifiers: ["localhost"], validFor: "PT1S" });
    expect(first.certificate.notAfter.getTime()).toBe(time);
    time += 86_400_000;
    const second = await issueServerCertificate({ identifiers: ["localhost"] });
    expect(second.certificate.issuedAt.getTime()).toBe(time);
    expect(await ca.list({ limit: 10 })).toHaveLength(2);
  });

  test("certifies for as long as its root lives", async () => {
    const { issueServerCertificate, issuer } = await createTestAuthority({
      now: new Date("2030-01-01T00:00:00Z"),
    });
    const { certificate } = await issueServerCertificate({ identifiers: ["localhost"], validFor: "P3650D" });
    expect(certificate.notAfter.getTime()).toBe(issuer.validity.notAfter);
  });

  test("policies can be given", async () => {
    const { issueServerCertificate } = await createTestAuthority({ policies: [allowDns("*.lab.example")] });
    await expect(issueServerCertificate({ identifiers: ["a.lab.example"] })).resolves.toBeDefined();
    await expect(issueServerCertificate({ identifiers: ["localhost"] })).rejects.toMatchObject({
      code: "ERR_POLICY_DENIED",
    });
  });

  test("is frozen, and its methods do not need it", async () => {
    const authority = await createTestAuthority();
    expect(Object.isFrozen(authority)).toBe(true);
    const { issueClientCertificate, ca, store } = authority;
    const { certificate } = await issueClientCertificate({ identifiers: ["localhost"] });
    expect(certificate.profile).toBe("tlsClient");
    expect(await ca.find(certificate)).toBeDefined();
    expect(await store.find(certificate)).toBeDefined();
  });
});

/** Serves one greeting over TLS and fetches it. */
async function fetchOnce(serverOptions: ServerOptions, request: RequestOptions): Promise<string> {
  const server = https.createServer(serverOptions, ({ socket }, response) => {
    const peer = (socket as TLSSocket).getPeerX509Certificate();
    response.end(`hello ${peer?.subjectAltName ?? "nobody"}`);
  });
  server.on("tlsClientError", () => {});
  server.listen(0);
  try {
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    return await get({ ...request, port, agent: false });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function get(options: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = https.get(options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}
