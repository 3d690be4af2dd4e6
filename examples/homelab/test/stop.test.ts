import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { ClientRequest, IncomingMessage } from "node:http";
import { request } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type RunningServer, startServer } from "./support/program.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

let workspace: Workspace;
let server: RunningServer;
let rootPem: string;
beforeEach(async () => {
  workspace = await createWorkspace();
  server = await startServer(workspace.configFile);
  rootPem = await readFile(join(workspace.dataDirectory, "authority", "root.pem"), "utf8");
});
afterEach(async () => {
  server.program.kill("SIGKILL");
  await server.program.ended();
  await workspace.remove();
});

/** Begins a request whose body is not there yet, and waits until the server has it. */
async function beginRequest(): Promise<ClientRequest> {
  const begun = request(`${server.baseUrl}/acme/home/new-account`, {
    method: "POST",
    ca: rootPem,
    agent: false,
    headers: {
      "content-type": "application/jose+json",
      "content-length": "2",
      connection: "keep-alive",
      expect: "100-continue",
    },
  });
  begun.flushHeaders();
  await once(begun, "continue");
  return begun;
}

async function finishRequest(begun: ClientRequest): Promise<IncomingMessage> {
  begun.end("{}");
  const [response] = await once(begun, "response");
  response.resume();
  return response;
}

describe.each(["SIGTERM", "SIGINT"] as const)("at %s", (signal) => {
  test("the server answers the request that it has, and then ends with exit code 0", async () => {
    const begun = await beginRequest();
    server.program.kill(signal);
    expect(await server.program.logged("server.stopping")).toMatchObject({ signal });
    const response = await finishRequest(begun);
    expect(response.statusCode).toBe(400);
    expect(response.headers["content-type"]).toBe("application/problem+json");
    expect(response.headers.connection).toBe("close");
    expect(await server.program.ended()).toMatchObject({ code: 0, signal: null });
  });
});

describe("while it stops", () => {
  test("the server accepts no connection, and waits for none that asks nothing", async () => {
    const port = Number(new URL(server.baseUrl).port);
    const idle = connectTls({ host: "127.0.0.1", port, servername: "localhost", ca: rootPem });
    await once(idle, "secureConnect");
    const silent = connect(port, "127.0.0.1");
    await once(silent, "connect");
    const begun = await beginRequest();

    const closed = Promise.all([once(idle, "close"), once(silent, "close")]);
    for (const socket of [idle, silent]) socket.on("error", () => undefined);
    server.program.kill("SIGTERM");
    await closed;
    const late = connect(port, "127.0.0.1");
    const [refused] = await once(late, "error");
    expect(refused).toHaveProperty("code", "ECONNREFUSED");

    await finishRequest(begun);
    expect(await server.program.ended()).toMatchObject({ code: 0 });
  });

  test("a signal that arrives again at once changes nothing", async () => {
    const begun = await beginRequest();
    server.program.kill("SIGTERM");
    server.program.kill("SIGINT");
    server.program.kill("SIGTERM");
    await server.program.logged("server.stopping");
    await finishRequest(begun);
    const { code, stdout } = await server.program.ended();
    expect(code).toBe(0);
    expect(stdout.match(/server\.stopping/g)).toHaveLength(1);
  });

  test("a request that never ends is cut off after the configured time", async () => {
    await server.stop();
    await workspace.configure({
      server: { names: ["localhost"], listen: "127.0.0.1:0", stopTimeout: "10ms" },
    });
    server = await startServer(workspace.configFile);
    const begun = await beginRequest();
    const cut = once(begun, "error");
    server.program.kill("SIGTERM");
    expect((await cut)[0]).toHaveProperty("code", "ECONNRESET");
    expect(await server.program.ended()).toMatchObject({ code: 0 });
  });
});
