import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { challengeFor, token } from "../../test/validation-lab/acme-challenge.ts";
import { makeCertificate } from "../../test/validation-lab/certificates.ts";
import { type ReceivedQuestion, startDnsServer } from "../../test/validation-lab/dns-server.ts";
import { createLaboratory } from "../../test/validation-lab/laboratory.ts";
import { neverAborted } from "../../test/validation-lab/signal.ts";
import {
  forbiddenAddress,
  httpResponse,
  startForbiddenListener,
  startTcpTarget,
  startTlsTarget,
  type TcpTarget,
} from "../../test/validation-lab/tcp-target.ts";
import { http01 } from "./http-01.ts";
import { createOutboundNetwork } from "./outbound-network.ts";
import { createResolver, type Resolver } from "./resolver.ts";

const laboratory = createLaboratory();
afterEach(() => laboratory.close());

const { keyAuthorization } = challengeFor("example.test");
const hosts = {
  "example.test": ["127.0.0.1"],
  "other.test": ["127.0.0.2"],
  "inside.test": [forbiddenAddress],
  "mixed.test": ["127.0.0.2", forbiddenAddress],
};

describe("redirects that are followed", () => {
  test.each([301, 302, 303, 307, 308])("A-141: %i to another host on the same port", async (status) => {
    const entrance = await redirectTo((port) => `http://other.test:${port}/proof?a=b#c`, status);
    const goal = await laboratory.open(
      startTcpTarget((socket) => void socket.end(httpResponse(200, keyAuthorization)), {
        address: "127.0.0.2",
        port: entrance.port,
      }),
    );
    expect(await validate(entrance)).toEqual({ outcome: "valid" });
    expect(goal.received()).toMatch(
      new RegExp(`^GET /proof\\?a=b HTTP/1\\.1\r\nhost: other\\.test:${entrance.port}\r\n`),
    );
    expect(goal.received()).not.toMatch(/referer|cookie|authorization:/i);
  });

  test.each([
    { host: "other.test", serverName: "other.test" },
    { host: "127.0.0.2", serverName: false },
  ])("A-141: to https://$host, whatever the certificate", async ({ host, serverName }) => {
    const entrance = await redirectTo((port) => `https://${host}:${port}/proof`);
    const asked: unknown[] = [];
    const respond = (socket: Socket) => {
      asked.push((socket as TLSSocket & { readonly servername: unknown }).servername);
      socket.end(httpResponse(200, keyAuthorization));
    };
    const tls = await makeCertificate();
    await laboratory.open(startTlsTarget(respond, tls, { address: "127.0.0.2", port: entrance.port }));
    expect(await validate(entrance)).toEqual({ outcome: "valid" });
    expect(asked).toEqual([serverName]);
  });

  test("case 99: ten in a row", async () => {
    const entrance = await redirectFarm(10);
    expect(await validate(entrance)).toEqual({ outcome: "valid" });
    expect(entrance.connections()).toBe(11);
  });
});

describe("redirects that are refused", () => {
  test.each([
    {
      why: "to a private address",
      location: "http://10.0.0.5/",
      words: "leads to 10.0.0.5, which is refused as private use (RFC 1918)",
    },
    {
      why: "to a metadata service",
      location: "http://169.254.169.254/latest/meta-data/",
      words: "leads to 169.254.169.254, which is refused as the address of a cloud metadata service",
    },
    {
      why: "to loopback",
      location: `http://${forbiddenAddress}:PORT/`,
      words: `leads to ${forbiddenAddress}, which is refused as loopback (RFC 1122)`,
    },
    {
      why: "E-004: to loopback in hexadecimal",
      location: "http://0x7f090909:PORT/",
      words: `leads to ${forbiddenAddress}, which is refused as loopback (RFC 1122)`,
    },
    {
      why: "E-004: to loopback as one number",
      location: "http://2131298569:PORT/",
      words: `leads to ${forbiddenAddress}, which is refused as loopback (RFC 1122)`,
    },
    {
      why: "E-004: to loopback, percent-encoded",
      location: "http://%31%32%37.9.9.9:PORT/",
      words: `leads to ${forbiddenAddress}, which is refused as loopback (RFC 1122)`,
    },
    {
      why: "E-004: to loopback, mapped",
      location: `http://[::ffff:${forbiddenAddress}]:PORT/`,
      words: `leads to ${forbiddenAddress}, which is refused as loopback (RFC 1122)`,
    },
    {
      why: "E-004: to loopback through NAT64",
      location: "http://[64:ff9b::7f09:909]:PORT/",
      words: "leads to 64:ff9b::7f09:909, which is refused as NAT64 (RFC 6052)",
    },
    {
      why: "to a name with a private address",
      location: "http://inside.test:PORT/",
      words: `leads to ${forbiddenAddress}, which is refused as loopback (RFC 1122)`,
    },
    {
      why: "to a name with one private address",
      location: "https://mixed.test:PORT/",
      words: `leads to ${forbiddenAddress}, which is refused as loopback (RFC 1122)`,
    },
  ])("case 99: $why", async ({ location, words }) => {
    const entrance = await redirectTo((port) => location.replace("PORT", String(port)));
    const forbidden = await laboratory.open(startForbiddenListener({ port: entrance.port }));
    expect(await validate(entrance)).toEqual({
      outcome: "invalid",
      problem: {
        type: "connection",
        status: 400,
        detail: `redirect 1 of example.test ${words}; validation reaches special networks only where the operator allows them`,
      },
    });
    expect(forbidden.connections()).toBe(0);
  });

  test.each([
    {
      why: "to another port",
      location: "http://example.test:22/",
      words: "its port is 22, allowed are 80, 443, PORT",
    },
    { why: "file:", location: "file:///etc/passwd", words: "its scheme is neither http nor https" },
    {
      why: "gopher:",
      location: "gopher://example.test:PORT/",
      words: "its scheme is neither http nor https",
    },
    {
      why: "userinfo",
      location: "http://user:secret@example.test:PORT/",
      words: "its URL holds user information",
    },
    {
      why: "a loop",
      location: `http://example.test:PORT/.well-known/acme-challenge/${token}`,
      words: "it closes a loop",
    },
    {
      why: "a Location of 4 kB",
      location: `/${"a".repeat(4096)}`,
      words: "its Location has 4097 characters, more than 2048",
    },
    {
      why: "control characters",
      location: "http://exa\u0080mple.test/",
      words: "its Location is not a URL",
    },
  ])("case 99: $why", async ({ location, words }) => {
    const entrance = await redirectTo((port) => location.replace("PORT", String(port)));
    const result = await validate(entrance);
    expect(result).toMatchObject({ outcome: "invalid", problem: { type: "connection" } });
    expect(JSON.stringify(result)).toContain(
      `answered with a redirect that is not followed: ${words.replace("PORT", String(entrance.port))}`,
    );
    expect(JSON.stringify(result)).not.toContain("secret");
    expect(entrance.connections()).toBe(1);
  });

  test("case 99: a Location of 50 kB", async () => {
    const entrance = await redirectTo(() => `/${"a".repeat(50_000)}`);
    expect(await validate(entrance)).toEqual({
      outcome: "invalid",
      problem: {
        type: "connection",
        status: 400,
        detail: `example.test at 127.0.0.1 port ${entrance.port} sent a response head that is too long`,
      },
    });
  });

  test("case 99: eleven hops", async () => {
    const entrance = await redirectFarm(11);
    expect(await validate(entrance)).toEqual({
      outcome: "invalid",
      problem: {
        type: "connection",
        status: 400,
        detail: `redirect 10 of example.test at 127.0.0.1 port ${entrance.port} answered with a redirect that is not followed: it is one more than 10`,
      },
    });
    expect(entrance.connections()).toBe(11);
  });

  test("case 97: DNS that changes its mind between two hops", async () => {
    const entrance = await redirectTo((port) => `http://example.test:${port}/again`);
    const forbidden = await laboratory.open(startForbiddenListener({ port: entrance.port }));
    const script = ({ type, name, repetition }: ReceivedQuestion) =>
      type === "A"
        ? { answers: [{ type: "A" as const, name, data: repetition === 0 ? "127.0.0.1" : forbiddenAddress }] }
        : {};
    const dns = await laboratory.open(startDnsServer(script));
    const result = await validate(entrance, createResolver({ servers: [dns.server] }));
    expect(result).toMatchObject({
      outcome: "invalid",
      problem: { type: "connection", detail: expect.stringContaining(`leads to ${forbiddenAddress}`) },
    });
    expect([entrance.connections(), forbidden.connections()]).toEqual([1, 0]);
  });

  test("case 107: the name that a redirect leads to is not repeated when it does not resolve", async () => {
    const entrance = await redirectTo(() => "http://exfiltrated-secret.test/");
    const result = await validate(entrance);
    expect(result).toMatchObject({
      outcome: "retry",
      problem: { type: "dns", detail: expect.stringContaining("redirect 1 of example.test") },
    });
    expect(JSON.stringify(result)).not.toContain("exfiltrated");
  });

  test("a TLS handshake that is never answered is a problem of tls", async () => {
    const entrance = await laboratory.open(
      startTcpTarget((socket, head) => {
        if (!head.startsWith("GET ")) return;
        socket.end(httpResponse(302, "", { location: `https://example.test:${socket.localPort}/` }));
      }),
    );
    expect(await validate(entrance, undefined, "500ms")).toEqual({
      outcome: "retry",
      problem: {
        type: "tls",
        status: 400,
        detail: `redirect 1 of example.test at 127.0.0.1 port ${entrance.port} did not answer in time`,
      },
    });
  });

  test("a target that speaks no TLS where https was promised is a problem of tls", async () => {
    const entrance = await redirectTo((port) => `https://example.test:${port}/`);
    expect(await validate(entrance)).toEqual({
      outcome: "invalid",
      problem: {
        type: "tls",
        status: 400,
        detail: `redirect 1 of example.test at 127.0.0.1 port ${entrance.port} does not speak TLS`,
      },
    });
  });
});

/** Answers every request with a redirect. */
function redirectTo(locationFor: (port: number) => string, status = 302): Promise<TcpTarget> {
  const target = startTcpTarget(
    (socket) => void socket.end(httpResponse(status, "", { location: locationFor(socket.localPort ?? 0) })),
  );
  return laboratory.open(target);
}

/** Redirects so many times, and then proves control. */
function redirectFarm(hops: number): Promise<TcpTarget> {
  const target = startTcpTarget((socket, head) => {
    const hop = Number(/^GET \/hop\/([0-9]+) /.exec(head)?.[1] ?? 0);
    socket.end(
      hop === hops
        ? httpResponse(200, keyAuthorization)
        : httpResponse(307, "", { location: `/hop/${hop + 1}` }),
    );
  });
  return laboratory.open(target);
}

function validate(
  { port }: TcpTarget,
  resolver: Resolver = createResolver({ servers: [], hosts }),
  timeout = "10s",
) {
  const network = createOutboundNetwork({ resolver, allow: ["127.0.0.0/29"] });
  return http01({ network, port, timeout }).validate(challengeFor("example.test"), neverAborted());
}
