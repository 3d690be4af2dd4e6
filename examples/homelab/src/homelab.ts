import { hash } from "node:crypto";
import { encodePem } from "@chancery/core";
import { openIssuer } from "./authority/issuers.ts";
import type { Configuration } from "./configuration/configuration.ts";
import { openDataDirectory } from "./data-directory/open.ts";
import { completeHost, type Host } from "./host.ts";
import { describeError } from "./log/log.ts";
import type { Service } from "./service.ts";
import { createUndo, type Undo } from "./undo.ts";

/** A server that runs. */
export interface Homelab {
  /** Where clients reach it, without a slash at its end. */
  readonly baseUrl: string;
  readonly directories: readonly { readonly id: string; readonly url: string }[];
  /** PEM of the certificate that clients have to trust. */
  readonly rootPem: string;
  /** SHA-256 of the root's DER, in pairs of upper-case hexadecimal digits with colons, as openssl prints it. */
  readonly rootFingerprint: string;
  /**
   * Answers the requests that are being made, stops the workers, closes the database and unlocks the data directory, each
   * in bounded time. A second call awaits the first.
   */
  stop(): Promise<void>;
}

/**
 * Starts a certificate authority as the configuration describes it: root and intermediate on the first start, its own HTTPS
 * endpoint, ACME directories, embedded SQLite.
 *
 * Nothing keeps running when it fails.
 *
 * @throws {StartRefusal} Its operator has to change something first; the message is the sentence for them.
 */
export async function startHomelab(
  configuration: Configuration,
  given: Partial<Host> = {},
): Promise<Homelab> {
  const host = completeHost(given);
  const undo = createUndo((error) => host.log("error", "stop.failed", describeError(error)));
  try {
    const running = await start(configuration, host, undo);
    return Object.freeze<Homelab>({ ...running, stop: undo.run });
  } catch (error) {
    await undo.run();
    throw error;
  }
}

async function start(configuration: Configuration, host: Host, undo: Undo): Promise<Omit<Homelab, "stop">> {
  const lock = await openDataDirectory(configuration.dataDirectory);
  undo.add(lock.release);
  // A thread derives the key from the passphrase while this one reads the rest of the code, which takes as long.
  const opening = openIssuer({ ...configuration, ...host });
  opening.catch(() => undefined);
  const { startService } = await import("./service.ts");
  return describe(await startService(configuration, opening, host, undo));
}

function describe({ ca, baseUrl, directories }: Service): Omit<Homelab, "stop"> {
  // The homelab server has one authority below one root.
  const [root = new Uint8Array()] = ca.trustAnchors;
  const digits = hash("sha256", root, "hex").toUpperCase();
  return {
    baseUrl,
    directories: Object.freeze(directories.map(({ id, url }) => ({ id, url }))),
    rootPem: encodePem("CERTIFICATE", root),
    rootFingerprint: digits.replace(/..(?=.)/g, "$&:"),
  };
}
