import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createSqliteDatabase } from "@chancery/storage-sqlite";
import { createSqliteAcmeStore } from "@chancery/storage-sqlite/acme";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient } from "./support/acme.ts";
import { fetchOver } from "./support/https.ts";
import { runToEnd, startProgram, startServer } from "./support/program.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(() => workspace.remove());

describe("a second process on the same data directory", () => {
  test("is refused with the process id of the first, which goes on", async () => {
    const first = await startServer(workspace.configFile);
    expect(await runToEnd(["--config", workspace.configFile])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `the data directory ${workspace.dataDirectory} is in use by another process (process ${first.program.pid}): stop that one first\n`,
    });
    const rootPem = await readFile(join(workspace.dataDirectory, "authority", "root.pem"), "utf8");
    expect((await fetchOver(`${first.baseUrl}/health`, rootPem)).status).toBe(200);
    await first.stop();
  });

  test("starts, alone of three, when the directory is new", async () => {
    const programs = [1, 2, 3].map(() => startProgram(["--config", workspace.configFile]));
    const winner = await Promise.any(
      programs.map(async (program) => {
        await program.logged("server.started");
        return program;
      }),
    );
    const losers = programs.filter((program) => program !== winner);
    for (const { code, stderr } of await Promise.all(losers.map((program) => program.ended()))) {
      expect(code).toBe(1);
      expect(stderr).toContain("is in use by another process");
    }
    winner.kill("SIGTERM");
    expect(await winner.ended()).toMatchObject({ code: 0 });
  });
});

describe("after kill -9", () => {
  test("the server starts again, with the same root, and nothing has to be removed first", async () => {
    const first = await startServer(workspace.configFile);
    first.program.kill("SIGKILL");
    expect(await first.program.ended()).toMatchObject({ signal: "SIGKILL" });
    expect(await readdir(workspace.dataDirectory)).toContain("pid");

    const second = await startServer(workspace.configFile);
    expect(second.rootFingerprint).toBe(first.rootFingerprint);
    expect(await second.stop()).toMatchObject({ code: 0, stderr: "" });
  });

  test("a validation that the process had begun goes on at once, whenever its lease would end (case 105)", async () => {
    const first = await startServer(workspace.configFile);
    const rootPem = await readFile(join(workspace.dataDirectory, "authority", "root.pem"), "utf8");
    const client = await createClient(first.directoryUrl, rootPem);
    await client.createAccount({ termsOfServiceAgreed: true });
    const order = await client.createOrder({ identifiers: [{ type: "dns", value: "web.home.arpa" }] });
    const [authorization] = await client.getAuthorizations(order);
    const [challenge] = authorization?.challenges ?? [];
    if (authorization === undefined || challenge === undefined) throw new Error("no challenge was offered");
    const keyAuthorization = await client.getChallengeKeyAuthorization(challenge);
    first.program.kill("SIGKILL");
    await first.program.ended();
    await beginValidation(authorization.url.split("/").at(-1) ?? "", keyAuthorization);

    const second = await startServer(workspace.configFile);
    expect(await second.program.logged("challenge.failed")).toMatchObject({
      type: "http-01",
      identifier: "dns:web.home.arpa",
    });
    await second.stop();
  });

  test("during the first start, the next start completes what was begun", async () => {
    // The passphrase is the first thing that a first start writes, and the directory with the keys the last.
    const first = startProgram(["--config", workspace.configFile]);
    while (!(await readdir(workspace.dataDirectory).catch((): string[] => [])).includes("passphrase")) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    first.kill("SIGKILL");
    await first.ended();
    const second = await startServer(workspace.configFile);
    expect((await readdir(workspace.dataDirectory)).filter((name) => name.startsWith("."))).toEqual([]);
    expect(await second.stop()).toMatchObject({ code: 0 });
  });
});

/** Leaves a validation behind as a process does that dies in the middle of it, with a lease that outlasts every test. */
async function beginValidation(authorizationId: string, keyAuthorization: string): Promise<void> {
  const connection = new DatabaseSync(join(workspace.dataDirectory, "chancery.db"));
  const store = createSqliteAcmeStore(createSqliteDatabase(connection));
  const now = Date.now();
  const claim = { directoryId: "home", now, leaseUntil: now + 86_400_000, limit: 1 };
  await store.acceptChallenge({ authorizationId, type: "http-01", keyAuthorization, now });
  expect(await store.claimTasks(claim)).toHaveLength(1);
  connection.close();
}
