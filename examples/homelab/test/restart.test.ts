import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
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
