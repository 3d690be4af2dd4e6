import { createPrivateKey } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Closable, startChallengeServer } from "../challenge-servers.ts";
import type { HomelabProcess } from "../homelab-process.ts";
import type { Laboratory } from "../laboratory.ts";
import { assertNothingLost, createInventoryWatch, type InventoryWatch } from "./checks.ts";
import { type Crowd, createCrowd } from "./crowd.ts";
import type { KeyAuthorizations } from "./enrolment.ts";
import { createKiller, type Killer } from "./killer.ts";
import type { PlannedKill } from "./plan.ts";
import { connectSignedClient, type SignedClient } from "./signed-client.ts";

/** A server that is killed again and again while a crowd of clients works with it. */
export interface KillRun {
  readonly crowd: Crowd;
  readonly killer: Killer;
  readonly watch: InventoryWatch;
  /** Starts the server, holds it against what it has acknowledged, and kills it as planned. @throws {Error} A check failed. */
  kill(planned: PlannedKill): Promise<void>;
  /** Lets all clients get what they wanted, holds everything against everything, and stops the server. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Prepares a run in a laboratory whose server has not been started. */
export async function createKillRun(laboratory: Laboratory): Promise<KillRun> {
  const published: KeyAuthorizations = new Map();
  const [crowd, killer, watch] = [createCrowd(published), createKiller(), createInventoryWatch()];
  const webServer: Closable = await startChallengeServer(laboratory.httpPort, (token) => {
    // Its end, the result in the database, is out of sight.
    killer.onBegin("validation");
    return published.get(token);
  });
  await (await laboratory.start()).stop();
  quickenStart(laboratory);

  async function connect(homelab: HomelabProcess): Promise<SignedClient> {
    await homelab.started;
    const root = readFileSync(laboratory.rootFile, "utf8");
    return connectSignedClient(laboratory.directoryUrl, root, killer.onBegin);
  }

  return Object.freeze<KillRun>({
    crowd,
    killer,
    watch,
    async kill(planned) {
      const homelab = laboratory.spawn();
      if (planned.activity === "start") killer.arm(planned, () => void homelab.kill());
      const begun = killer.onBegin("start");
      const hasStarted = await homelab.started.then(
        () => true,
        () => false,
      );
      begun(hasStarted);
      if (planned.activity !== "start") await killAtWork(await connect(homelab), planned, homelab);
      await homelab.kill();
      watch.inspect(laboratory.certificates(), crowd.enrolments);
    },
    async finish() {
      const homelab = laboratory.spawn();
      const client = await connect(homelab);
      await crowd.complete(client);
      for (const enrolment of crowd.enrolments) await assertNothingLost(enrolment, client);
      client.close();
      await homelab.stop();
      watch.inspect(laboratory.certificates(), crowd.enrolments);
    },
    close: () => webServer.close(),
  });

  async function killAtWork(
    client: SignedClient,
    planned: PlannedKill,
    homelab: HomelabProcess,
  ): Promise<void> {
    for (const enrolment of crowd.takeTouched()) await assertNothingLost(enrolment, client);
    killer.arm(planned, () => void homelab.kill());
    await crowd.workUntilInterrupted(client);
    client.close();
  }
}

/** Encrypts the intermediate's key anew with fewer rounds, so that a hundred starts do not spend their time on them. */
function quickenStart({ authorityDirectory, passphraseFile }: Laboratory): void {
  const file = join(authorityDirectory, "intermediate.key.pem");
  const passphrase = readFileSync(passphraseFile, "utf8").trim();
  const privateKey = createPrivateKey({ key: readFileSync(file), passphrase });
  const encrypted = privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase });
  writeFileSync(file, encrypted);
}
