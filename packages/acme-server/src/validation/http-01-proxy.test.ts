import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { challengeFor } from "../../test/validation-lab/acme-challenge.ts";
import { createLaboratory } from "../../test/validation-lab/laboratory.ts";
import {
  forbiddenAddress,
  httpResponse,
  startForbiddenListener,
  startTcpTarget,
} from "../../test/validation-lab/tcp-target.ts";

const laboratory = createLaboratory();
afterEach(() => laboratory.close());

const script = fileURLToPath(new URL("../../test/validation-lab/validate-once.ts", import.meta.url));
const { keyAuthorization } = challengeFor("example.test");

test("case 101, E-007: proxy variables are ignored, also where Node heeds them", async () => {
  const { target, proxy, run } = await start();
  expect(await run("validate")).toBe('{"outcome":"valid"}');
  expect([target.connections(), proxy.connections()]).toEqual([1, 0]);
});

test.runIf(process.allowedNodeEnvironmentFlags.has("--use-env-proxy"))(
  "case 101: the same environment leads a plain request of Node to the proxy",
  async () => {
    const { target, proxy, run } = await start();
    await run("plain");
    expect([target.connections(), proxy.connections()]).toEqual([0, 1]);
  },
);

async function start() {
  const target = await laboratory.open(
    startTcpTarget((socket) => void socket.end(httpResponse(200, keyAuthorization))),
  );
  const proxy = await laboratory.open(startForbiddenListener({ port: 0 }));
  const url = `http://${forbiddenAddress}:${proxy.port}`;
  const environment = {
    HTTP_PROXY: url,
    http_proxy: url,
    HTTPS_PROXY: url,
    ALL_PROXY: url,
    NO_PROXY: "",
    NODE_USE_ENV_PROXY: "1",
  };
  const run = async (how: "plain" | "validate") => {
    const parameters = ["--conditions=@chancery/source", script, how, String(target.port)];
    const { stdout } = await promisify(execFile)(process.execPath, parameters, { env: environment });
    return stdout;
  };
  return { target, proxy, run };
}
