import acme from "acme-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAcmeClient } from "../src/acme-client.ts";
import { type Closable, startChallengeServer } from "../src/challenge-servers.ts";
import type { HomelabProcess } from "../src/homelab-process.ts";
import { createLaboratory, type Laboratory } from "../src/laboratory.ts";
import { rootOf, shakeHands } from "../src/oracles/handshake.ts";

describe("acme-client and a server that restarts in the middle of an order", () => {
  const keyAuthorizations = new Map<string, string>();
  let laboratory: Laboratory;
  let webServer: Closable;
  let homelab: HomelabProcess;

  beforeAll(async () => {
    laboratory = await createLaboratory();
    webServer = await startChallengeServer(laboratory.httpPort, (token) => keyAuthorizations.get(token));
    homelab = await laboratory.start();
  });

  afterAll(async () => {
    await webServer.close();
    await laboratory.close();
  });

  test.for([
    { how: "SIGTERM", end: (running: HomelabProcess) => running.stop() },
    { how: "SIGKILL", end: (running: HomelabProcess) => running.kill() },
  ])(
    "A-126: an order goes on after a $how between any two of its steps",
    { timeout: 90_000 },
    async ({ how, end }) => {
      const restart = async (): Promise<void> => {
        await end(homelab);
        homelab = await laboratory.start();
      };
      const name = `${how.toLowerCase()}.clients.test`;
      const client = await createAcmeClient(laboratory);
      await client.createAccount({ termsOfServiceAgreed: true });
      await restart();
      const order = await client.createOrder({ identifiers: [{ type: "dns", value: name }] });
      await restart();
      const [authorization] = await client.getAuthorizations(order);
      const challenge = authorization?.challenges.find(({ type }) => type === "http-01");
      if (challenge === undefined) throw new Error("no http-01 challenge was offered");
      keyAuthorizations.set(challenge.token, await client.getChallengeKeyAuthorization(challenge));
      await client.completeChallenge(challenge);
      await restart();
      await client.waitForValidStatus(challenge);
      await restart();
      const [privateKey, csr] = await acme.crypto.createCsr(
        { altNames: [name] },
        await acme.crypto.createPrivateEcdsaKey(),
      );
      const finalized = await client.finalizeOrder(order, csr);
      await restart();
      const chainPem = await client.getCertificate(finalized);
      const certificate = {
        chainPem,
        privateKeyPem: privateKey.toString(),
        name,
        rootFile: laboratory.rootFile,
      };
      await shakeHands(certificate, [rootOf(certificate)]);
      await restart();
      await client.revokeCertificate(chainPem);
      const records = laboratory
        .certificates()
        .filter(({ identifiers }) => identifiers.includes(`dns:${name}`));
      expect(records.map(({ revocationReason }) => revocationReason)).toEqual(["unspecified"]);
    },
  );
});
