import { afterEach, expect, test, vi } from "vitest";
import { createLaboratory } from "../../test/validation-lab/laboratory.ts";
import { neverAborted } from "../../test/validation-lab/signal.ts";
import { forbiddenAddress, startForbiddenListener } from "../../test/validation-lab/tcp-target.ts";
import { createOutboundNetwork } from "./outbound-network.ts";
import { createResolver } from "./resolver.ts";

// Something between us and the target that sends the connection elsewhere, as a patched Node or a preloaded library would.
vi.mock("node:net", async (original) => {
  const net = await original<typeof import("node:net")>();
  const connect = (options: { readonly port: number }) => net.connect({ ...options, host: "127.9.9.9" });
  return { ...net, connect };
});

const laboratory = createLaboratory();
afterEach(() => laboratory.close());

test("E-002: a connection that went to another address than the checked one is closed before an octet is sent", async () => {
  const forbidden = await laboratory.open(startForbiddenListener({ port: 0 }));
  const resolver = createResolver({ servers: [], hosts: { "a.test": ["127.0.0.1"] } });
  const network = createOutboundNetwork({ resolver, allow: ["127.0.0.1"] });
  const target = { host: "a.test", port: forbidden.port, label: "a.test" };
  await expect(network.connect(target, neverAborted())).rejects.toMatchObject({
    outcome: "retry",
    problemType: "connection",
    message: `a.test: 127.0.0.1 port ${forbidden.port} turned out to be another address`,
  });
  expect(forbiddenAddress).toBe("127.9.9.9");
  expect(forbidden.received()).toBe("");
});
