import acme, { type Authorization, type Client } from "acme-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAcmeClient } from "../src/acme-client.ts";
import {
  type AlpnCertificate,
  type Closable,
  startAlpnServer,
  startChallengeServer,
} from "../src/challenge-servers.ts";
import { createLaboratory, type Laboratory } from "../src/laboratory.ts";
import { describeOracles } from "../src/oracles/describe-oracles.ts";
import { type ObtainedCertificate, serialNumberOf } from "../src/oracles/obtained-certificate.ts";

describe("acme-client", () => {
  const obtained: ObtainedCertificate[] = [];
  let laboratory: Laboratory;
  const keyAuthorizations = new Map<string, string>();
  const alpnCertificates = new Map<string, AlpnCertificate>();
  let servers: Closable[];
  let client: Client;

  beforeAll(async () => {
    laboratory = await createLaboratory();
    servers = [
      await startChallengeServer(laboratory.httpPort, (token) => keyAuthorizations.get(token)),
      await startAlpnServer(laboratory.tlsPort, (name) => alpnCertificates.get(name)),
    ];
    await laboratory.start();
    client = await createAcmeClient(laboratory);
  });

  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()));
    await laboratory.close();
  });

  test("http-01: obtains and renews, and the chain is as RFC 8555 wants it (A-190, A-191)", async () => {
    const first = await obtain(["http.clients.test", "www.http.clients.test"], "http-01");
    const second = await obtain(["http.clients.test", "www.http.clients.test"], "http-01");
    expect(serialNumberOf(second)).not.toBe(serialNumberOf(first));
    expect(first.chainPem).toMatch(onlyCertificates);
    expect(acme.crypto.splitPemChain(first.chainPem)).toHaveLength(2);
    expect(acme.crypto.readCertificateInfo(first.chainPem).domains.altNames).toEqual([
      "http.clients.test",
      "www.http.clients.test",
    ]);
  });

  test("dns-01: obtains a wildcard beside its base", async () => {
    const { chainPem } = await obtain(["*.dns.clients.test", "dns.clients.test"], "dns-01");
    expect(acme.crypto.readCertificateInfo(chainPem).domains.altNames.toSorted()).toEqual([
      "*.dns.clients.test",
      "dns.clients.test",
    ]);
  });

  test("tls-alpn-01: obtains", async () => {
    await obtain(["alpn.clients.test"], "tls-alpn-01");
  });

  test("revokes by account, with a reason; a second time is an error (A-200, A-203)", async () => {
    const { chainPem } = await obtain(["revoked.clients.test"], "http-01");
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- declared by the package, and not exported
    await client.revokeCertificate(chainPem, { reason: 4 });
    expect(laboratory.recordOf(serialNumberOf({ chainPem })).revocationReason).toBe("superseded");
    await expect(client.revokeCertificate(chainPem)).rejects.toThrow(/revoked/);
  });

  test("a name that the policy does not allow is refused with a reason", async () => {
    const order = client.createOrder({ identifiers: [{ type: "dns", value: "example.test" }] });
    await expect(order).rejects.toThrow(/no policy allows/);
  });

  test("a wrong key authorization makes the order invalid, and the client is told what was found (A-135, A-142)", async () => {
    const [, csr] = await acme.crypto.createCsr({ altNames: ["wrong.clients.test"] });
    const challengeCreateFn: typeof publish.challengeCreateFn = async (_, { token }) => {
      keyAuthorizations.set(token, "Kilroy was here");
    };
    const order = client.auto({ ...publish, csr, skipChallengeVerification: true, challengeCreateFn });
    await expect(order).rejects.toThrow(/^(?!.*Kilroy).*15 octets of something else/);
  });

  describeOracles(obtained, () => laboratory.directory);

  async function obtain(altNames: string[], type: string): Promise<ObtainedCertificate> {
    const [privateKey, csr] = await acme.crypto.createCsr(
      { altNames },
      await acme.crypto.createPrivateEcdsaKey(),
    );
    const chainPem = await client.auto({
      ...publish,
      csr,
      challengePriority: [type],
      termsOfServiceAgreed: true,
      skipChallengeVerification: true,
    });
    const name = (altNames[0] ?? "").replace("*", "any");
    const certificate = {
      chainPem,
      privateKeyPem: privateKey.toString(),
      name,
      rootFile: laboratory.rootFile,
    };
    obtained.push(certificate);
    return certificate;
  }

  const publish = {
    async challengeCreateFn(
      authorization: Authorization,
      challenge: { type: string; token: string },
      value: string,
    ) {
      const { value: name } = authorization.identifier;
      if (challenge.type === "http-01") keyAuthorizations.set(challenge.token, value);
      else if (challenge.type === "dns-01") laboratory.textRecords.add(`_acme-challenge.${name}`, value);
      else alpnCertificates.set(name, await alpnCertificate(authorization, value));
    },
    async challengeRemoveFn(
      authorization: Authorization,
      challenge: { type: string; token: string },
      value: string,
    ) {
      const { value: name } = authorization.identifier;
      if (challenge.type === "http-01") keyAuthorizations.delete(challenge.token);
      else if (challenge.type === "dns-01") laboratory.textRecords.remove(`_acme-challenge.${name}`, value);
      else alpnCertificates.delete(name);
    },
  };
});

const onlyCertificates =
  /^(-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=]{1,64}\n)+-----END CERTIFICATE-----\n)+$/;

async function alpnCertificate(
  authorization: Authorization,
  keyAuthorization: string,
): Promise<AlpnCertificate> {
  const [privateKey, certificate] = await acme.crypto.createAlpnCertificate(authorization, keyAuthorization);
  return { certificatePem: certificate.toString(), privateKeyPem: privateKey.toString() };
}
