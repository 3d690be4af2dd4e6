import { afterEach, expect, test, vi } from "vitest";
import { createLaboratory } from "../../test/validation-lab/laboratory.ts";
import { neverAborted } from "../../test/validation-lab/signal.ts";
import { startTcpTarget } from "../../test/validation-lab/tcp-target.ts";
import { createOutboundNetwork } from "./outbound-network.ts";
import { createResolver } from "./resolver.ts";

// An address at which packets vanish, which loopback does not have: the socket neither connects nor fails.
vi.mock("node:net", async (original) => {
  const net = await original<typeof import("node:net")>();
  const connect = (options: { readonly host: string; readonly port: number }) =>
    options.host === "::1" ? new net.Socket() : net.connect(options);
  return { ...net, connect };
});

const laboratory = createLaboratory();
afterEach(() => laboratory.close());

function networkFor(addresses: readonly string[], connectTimeout: string) {
  const resolver = createResolver({ servers: [], hosts: { "a.test": addresses } });
  return createOutboundNetwork({ resolver, allow: ["127.0.0.1", "::1"], connectTimeout });
}

test("A-142: IPv6 that leads nowhere leaves time for IPv4", async () => {
  const target = await laboratory.open(startTcpTarget(() => undefined));
  const network = networkFor(["::1", "127.0.0.1"], "400ms");
  const connection = await network.connect(
    { host: "a.test", port: target.port, label: "a.test" },
    neverAborted(),
  );
  connection.stream.destroy();
  expect(connection.peer).toBe(`127.0.0.1 port ${target.port}`);
});

test("a name that leads nowhere did not answer in time", async () => {
  const network = networkFor(["::1"], "30ms");
  await expect(
    network.connect({ host: "a.test", port: 80, label: "a.test" }, neverAborted()),
  ).rejects.toMatchObject({
    outcome: "retry",
    problemType: "connection",
    message: "a.test: ::1 port 80 did not answer in time",
  });
});

test("case 105: an abort ends a connection that is being made", async () => {
  const controller = new AbortController();
  const reason = new Error("the worker stops");
  const connecting = networkFor(["::1"], "30s").connect(
    { host: "a.test", port: 80, label: "a.test" },
    controller.signal,
  );
  setImmediate(() => controller.abort(reason));
  await expect(connecting).rejects.toBe(reason);
});
