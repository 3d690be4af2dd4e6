import { Agent } from "node:https";
import acme from "acme-client";
import type { Narrator } from "./narrator.ts";

/** What a certificate is asked for with. */
export interface CertificateWish {
  readonly name: string;
  readonly directoryUrl: string;
  /** PEM; the client trusts nothing else. */
  readonly rootPem: string;
  /** Where the answers to http-01 challenges are put. */
  readonly keyAuthorizations: Map<string, string>;
}

/** A certificate with its key. */
export interface ObtainedCertificate {
  /** PEM: the certificate, then the intermediate. */
  readonly chainPem: string;
  /** PKCS#8 PEM, not encrypted. */
  readonly privateKeyPem: string;
}

/** Gets a certificate with `acme-client`, step by step: RFC 8555 section 7.1. */
export async function obtainCertificate(
  { name, directoryUrl, rootPem, keyAuthorizations }: CertificateWish,
  narrator: Narrator,
): Promise<ObtainedCertificate> {
  acme.axios.defaults.httpsAgent = new Agent({ ca: rootPem });
  acme.axios.defaults.proxy = false;
  const accountKey = await acme.crypto.createPrivateEcdsaKey();
  const client = new acme.Client({ directoryUrl, accountKey, backoffMin: 100, backoffAttempts: 20 });

  await narrator.part("create an account", () => client.createAccount({ termsOfServiceAgreed: true }));
  const order = await narrator.part(`order a certificate for ${name}`, () =>
    client.createOrder({ identifiers: [{ type: "dns", value: name }] }),
  );
  const [authorization] = await client.getAuthorizations(order);
  const challenge = authorization?.challenges.find(({ type }) => type === "http-01");
  if (challenge === undefined) throw new Error("the CA offers no http-01 challenge");
  await narrator.part("prove control over the name: http-01", async () => {
    keyAuthorizations.set(challenge.token, await client.getChallengeKeyAuthorization(challenge));
    await client.completeChallenge(challenge);
    await client.waitForValidStatus(challenge);
  });
  const [privateKey, csr] = await acme.crypto.createCsr(
    { altNames: [name] },
    await acme.crypto.createPrivateEcdsaKey(),
  );
  const finalized = await narrator.part("finalize the order with a new key", () =>
    client.finalizeOrder(order, csr),
  );
  const chainPem = await narrator.part("download the chain", () => client.getCertificate(finalized));
  return { chainPem, privateKeyPem: privateKey.toString() };
}
