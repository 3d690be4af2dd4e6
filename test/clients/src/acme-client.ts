import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import acme from "acme-client";
import type { Laboratory } from "./laboratory.ts";

/** Creates a client of the npm package `acme-client`, with a new account key, that trusts the laboratory's root alone. */
export async function createAcmeClient({ directoryUrl, rootFile }: Laboratory): Promise<acme.Client> {
  // The package has one HTTP client for the whole process.
  acme.axios.defaults.httpsAgent = new Agent({ ca: readFileSync(rootFile) });
  acme.axios.defaults.proxy = false;
  const accountKey = await acme.crypto.createPrivateEcdsaKey();
  return new acme.Client({ directoryUrl, accountKey, backoffMin: 50, backoffMax: 1000, backoffAttempts: 40 });
}
