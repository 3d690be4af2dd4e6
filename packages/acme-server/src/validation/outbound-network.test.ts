import { afterEach, describe, expect, test } from "vitest";
import { type ReceivedQuestion, startDnsServer } from "../../test/validation-lab/dns-server.ts";
import { createLaboratory } from "../../test/validation-lab/laboratory.ts";
import { neverAborted } from "../../test/validation-lab/signal.ts";
import {
  forbiddenAddress,
  startForbiddenListener,
  startTcpTarget,
} from "../../test/validation-lab/tcp-target.ts";
import { createOutboundNetwork, type OutboundNetworkOptions } from "./outbound-network.ts";
import { createResolver } from "./resolver.ts";

const laboratory = createLaboratory();
afterEach(() => laboratory.close());

const special = "validation reaches special networks only where the operator allows them";

describe("refused addresses", () => {
  test.each([
    {
      why: "loopback",
      addresses: [forbiddenAddress],
      words: `${forbiddenAddress}, which is refused as loopback (RFC 1122)`,
    },
    {
      why: "a mapped address",
      addresses: [`::ffff:${forbiddenAddress}`],
      words: `${forbiddenAddress}, which is refused as loopback (RFC 1122)`,
    },
    { why: "loopback of IPv6", addresses: ["::1"], words: "::1, which is refused as loopback (RFC 4291)" },
    {
      why: "RFC 1918",
      addresses: ["10.0.0.5"],
      words: "10.0.0.5, which is refused as private use (RFC 1918)",
    },
    {
      why: "metadata",
      addresses: ["169.254.169.254"],
      words: "169.254.169.254, which is refused as the address of a cloud metadata service",
    },
    {
      why: "CGNAT",
      addresses: ["100.64.0.1"],
      words: "100.64.0.1, which is refused as shared address space (RFC 6598)",
    },
    {
      why: "unique local",
      addresses: ["fd00::1"],
      words: "fd00::1, which is refused as unique local (RFC 4193)",
    },
    {
      why: "NAT64",
      addresses: ["64:ff9b::7f09:909"],
      words: "64:ff9b::7f09:909, which is refused as NAT64 (RFC 6052)",
    },
    {
      why: "6to4",
      addresses: ["2002:7f09:909::"],
      words: "2002:7f09:909::, which is refused as 6to4 (RFC 3056)",
    },
  ])("case 96: $why", async ({ addresses, words }) => {
    const forbidden = await laboratory.open(startForbiddenListener({ port: 0 }));
    const network = networkFor({ "a.test": addresses });
    await expect(
      network.connect({ host: "a.test", port: forbidden.port, label: "a.test" }, neverAborted()),
    ).rejects.toMatchObject({
      outcome: "invalid",
      problemType: "connection",
      message: `a.test leads to ${words}; ${special}`,
    });
    expect(forbidden.connections()).toBe(0);
  });

  test("case 96: a literal that is refused is named once", async () => {
    const forbidden = await laboratory.open(startForbiddenListener({ port: 0 }));
    const target = { host: forbiddenAddress, port: forbidden.port, label: forbiddenAddress };
    await expect(networkFor({}).connect(target, neverAborted())).rejects.toMatchObject({
      message: `${forbiddenAddress} is refused as loopback (RFC 1122); ${special}`,
    });
    expect(forbidden.connections()).toBe(0);
  });

  test.each([
    { why: "the forbidden one last", addresses: ["127.0.0.1", forbiddenAddress] },
    { why: "the forbidden one first", addresses: [forbiddenAddress, "127.0.0.1"] },
    { why: "the forbidden one of the other family", addresses: ["::1", "127.0.0.1"] },
  ])("case 98: a mixed answer is refused as a whole, $why", async ({ addresses }) => {
    const good = await laboratory.open(startTcpTarget(() => undefined));
    const forbidden = await laboratory.open(startForbiddenListener({ port: good.port }));
    const network = networkFor({ "a.test": addresses }, { allow: ["127.0.0.1"] });
    await expect(
      network.connect({ host: "a.test", port: good.port, label: "a.test" }, neverAborted()),
    ).rejects.toMatchObject({
      outcome: "invalid",
      problemType: "connection",
    });
    expect([good.connections(), forbidden.connections()]).toEqual([0, 0]);
  });

  test("case 97: what DNS says after the check has no effect", async () => {
    const script = ({ type, repetition }: ReceivedQuestion) =>
      type === "A"
        ? {
            answers: [
              {
                type: "A" as const,
                name: "a.test",
                ttl: 0,
                data: repetition === 0 ? "127.0.0.1" : forbiddenAddress,
              },
            ],
          }
        : {};
    const dns = await laboratory.open(startDnsServer(script));
    const good = await laboratory.open(startTcpTarget(() => undefined));
    const forbidden = await laboratory.open(startForbiddenListener({ port: good.port }));
    const network = createOutboundNetwork({
      resolver: createResolver({ servers: [dns.server] }),
      allow: ["127.0.0.1"],
    });
    const target = { host: "a.test", port: good.port, label: "a.test" };

    const connection = await network.connect(target, neverAborted());
    connection.stream.destroy();
    expect(connection.peer).toBe(`127.0.0.1 port ${good.port}`);
    expect(dns.questions.filter(({ type }) => type === "A")).toHaveLength(1);

    await expect(network.connect(target, neverAborted())).rejects.toMatchObject({
      outcome: "invalid",
      problemType: "connection",
    });
    expect([good.connections(), forbidden.connections()]).toEqual([1, 0]);
  });

  test.each(["0x7f.9.9.9", "2131298569", "0177.9.9.9", "127.9.2313", "localhost", "fe80::1%lo"])(
    "E-004: %s is a name without an address, not an address",
    async (host) => {
      const forbidden = await laboratory.open(startForbiddenListener({ port: 0 }));
      await expect(
        networkFor({}).connect({ host, port: forbidden.port, label: "a.test" }, neverAborted()),
      ).rejects.toMatchObject({
        outcome: "retry",
        problemType: "dns",
        message: "no address was found for a.test: no DNS server is configured for it",
      });
      expect(forbidden.connections()).toBe(0);
    },
  );
});

describe("connecting", () => {
  test("A-142: IPv6 comes first when both answer", async () => {
    const v4 = await laboratory.open(startTcpTarget(() => undefined));
    const v6 = await laboratory.open(startTcpTarget(() => undefined, { address: "::1", port: v4.port }));
    const { stream, peer } = await connectTo(["127.0.0.1", "::1"], v4.port);
    stream.destroy();
    expect(peer).toBe(`::1 port ${v4.port}`);
    expect([v4.connections(), v6.connections()]).toEqual([0, 1]);
  });

  test("A-142: IPv4 follows where IPv6 cannot be connected to", async () => {
    const v4 = await laboratory.open(startTcpTarget(() => undefined));
    const { stream, peer } = await connectTo(["::1", "127.0.0.1"], v4.port);
    stream.destroy();
    expect(peer).toBe(`127.0.0.1 port ${v4.port}`);
  });

  test("names every address that was tried, two of each family", async () => {
    const port = await freePort();
    await expect(connectTo(["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1"], port)).rejects.toMatchObject({
      outcome: "retry",
      problemType: "connection",
      message: `a.test: ${["::1", "127.0.0.1", "127.0.0.2"].map((address) => `${address} port ${port} refused the connection`).join(", ")}`,
    });
  });

  test("a name that does not exist is worth another attempt", async () => {
    const dns = await laboratory.open(startDnsServer(() => ({ rcode: 3 })));
    const network = createOutboundNetwork({ resolver: createResolver({ servers: [dns.server] }) });
    await expect(
      network.connect({ host: "a.test", port: 80, label: "a.test" }, neverAborted()),
    ).rejects.toMatchObject({
      outcome: "retry",
      problemType: "dns",
      message: `no address was found for a.test: ${dns.server} answered NXDOMAIN`,
    });
  });

  test("a resolver that answers with something other than addresses is refused", async () => {
    const resolution = {
      outcome: "found" as const,
      values: ["127.0.0.1", "not an address"],
      explanation: "as scripted",
    };
    const resolver = { resolveAddresses: async () => resolution, resolveTxt: async () => resolution };
    const network = createOutboundNetwork({ resolver, allow: ["127.0.0.0/8"] });
    await expect(
      network.connect({ host: "a.test", port: 80, label: "a.test" }, neverAborted()),
    ).rejects.toMatchObject({
      problemType: "dns",
      message: "no usable address was found for a.test: as scripted",
    });
  });
});

describe("a connection", () => {
  test("ends when its peer sends more than 128 KiB", async () => {
    const target = await laboratory.open(
      startTcpTarget((socket) => void socket.write(Buffer.alloc(1024 * 1024))),
    );
    const { stream } = await connectTo(["127.0.0.1"], target.port);
    let received = 0;
    stream.on("data", (chunk: Uint8Array) => {
      received += chunk.length;
    });
    stream.write("go\r\n\r\n");
    await new Promise((resolve) => stream.once("close", resolve));
    expect(stream.errored?.message).toBe("sent more than 131072 octets");
    expect(received).toBeLessThanOrEqual(131_072);
  });

  test("delivers everything of a peer that writes and closes", async () => {
    const octets = Buffer.alloc(100_000, 7);
    const target = await laboratory.open(startTcpTarget((socket) => void socket.end(octets)));
    const { stream } = await connectTo(["127.0.0.1"], target.port);
    stream.write("go\r\n\r\n");
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(octets)).toBe(true);
  });

  test("ends with the reason of the signal", async () => {
    const target = await laboratory.open(startTcpTarget(() => undefined));
    const controller = new AbortController();
    const reason = new Error("the worker stops");
    const { stream } = await connectTo(["127.0.0.1"], target.port, controller.signal);
    controller.abort(reason);
    expect(stream.errored).toBe(reason);
    expect(stream.destroyed).toBe(true);
  });

  test("is not made under a signal that has aborted", async () => {
    const target = await laboratory.open(startTcpTarget(() => undefined));
    const reason = new Error("the worker stops");
    await expect(connectTo(["127.0.0.1"], target.port, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(target.connections()).toBe(0);
  });
});

function networkFor(
  hosts: Readonly<Record<string, readonly string[]>>,
  options: Partial<OutboundNetworkOptions> = {},
) {
  return createOutboundNetwork({ resolver: createResolver({ servers: [], hosts }), ...options });
}

function connectTo(addresses: readonly string[], port: number, signal = neverAborted()) {
  const network = networkFor({ "a.test": addresses }, { allow: ["127.0.0.0/29", "::1"] });
  return network.connect({ host: "a.test", port, label: "a.test" }, signal);
}

/** A port at which nothing listens any more. */
async function freePort(): Promise<number> {
  const target = await startTcpTarget(() => undefined);
  await target.close();
  return target.port;
}
