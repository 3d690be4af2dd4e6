import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { createLocalSigner, generatePrivateKey, type Signer } from "@chancery/core";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { formatKeyDescription, keyIdOf } from "../src/protocol.ts";
import type { RemoteSigner, RemoteSignerOptions } from "../src/remote-signer.ts";
import {
  connect,
  createAuthority,
  createIdentities,
  createIssuing,
  type Identities,
  type Issuing,
  issue,
  startService,
  watch,
} from "./support.ts";

/** For machines that are busy. */
const patience = { timeout: 20_000, interval: 5 };
const data = new TextEncoder().encode("to be signed");
let identities: Identities;
let issuing: Issuing;
const closings: (() => unknown)[] = [];

beforeAll(async () => {
  identities = await createIdentities();
  issuing = await createIssuing();
});
afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

async function serve(signer: Signer, options: Partial<RemoteSignerOptions> = {}): Promise<RemoteSigner> {
  const service = await startService(identities, signer);
  closings.push(() => service.close());
  const remote = await connect(identities, service.url, options);
  closings.unshift(() => remote.close());
  return remote;
}

describe("the remote signer", () => {
  test.each([{ type: "ec", curve: "P-256" }, { type: "rsa", bits: 2048 }, { type: "ed25519" }] as const)(
    "signs with a key that is $type",
    async (specification) => {
      const privateKey = await generatePrivateKey(specification);
      const remote = await serve(createLocalSigner(privateKey));
      expect(remote.publicKey).toEqual(new Uint8Array(privateKey.publicKey));
      expect(remote.algorithm).toBe(createLocalSigner(privateKey).algorithm);
      if (specification.type !== "ec") {
        expect(await remote.sign(data)).toEqual(
          new Uint8Array(await createLocalSigner(privateKey).sign(data)),
        );
      }
    },
  );

  test("carries many issuances at once, a few at a time, over connections that stay", async () => {
    const signer = watch(issuing.privateKey);
    const ca = await createAuthority(issuing, await serve(signer, { connections: 3 }));
    signer.hold();
    const issuances = Array.from({ length: 40 }, (_, index) => issue(ca, `n${index}.lab.example`));
    await vi.waitUntil(() => signer.counts.now === 3, patience);
    signer.letGo();
    const serialNumbers = (await Promise.all(issuances)).map(({ serialNumber }) => serialNumber);
    expect(new Set(serialNumbers).size).toBe(40);
    expect(signer.counts.most).toBe(3);
  });

  test("gives up on a service that is too slow; the same requestId completes once it is quick again", async () => {
    const signer = watch(issuing.privateKey);
    const ca = await createAuthority(issuing, await serve(signer, { timeout: 1000 }));
    signer.hold();
    await expect(issue(ca, "slow.lab.example", "slow")).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      cause: expect.objectContaining({ message: expect.stringMatching(/did not answer within 1000 ms$/) }),
    });
    signer.letGo();
    expect((await issue(ca, "slow.lab.example", "slow")).serialNumber).toBeDefined();
  });

  test("counts the time in line too, and hangs for nobody", async () => {
    const signer = watch(issuing.privateKey);
    const remote = await serve(signer, { timeout: 1000, connections: 1 });
    signer.hold();
    const signing = await Promise.allSettled(Array.from({ length: 5 }, () => remote.sign(data)));
    expect(signing.map(({ status }) => status)).toEqual(signing.map(() => "rejected"));
    signer.letGo();
    expect(await remote.sign(data)).toBeInstanceOf(Uint8Array);
  });

  test("of a service that signs with another key is not taken into service", async () => {
    const other = createLocalSigner(await generatePrivateKey());
    const liar: Signer = { ...createLocalSigner(issuing.privateKey), sign: (message) => other.sign(message) };
    await expect(createAuthority(issuing, await serve(liar))).rejects.toMatchObject({
      code: "ERR_ISSUER_UNFIT",
      message: expect.stringContaining("does not verify"),
    });
  });

  test("signs what it was given, though the caller's memory changes at once", async () => {
    const { privateKey } = issuing;
    const seen: string[] = [];
    const spy: Signer = {
      ...createLocalSigner(privateKey),
      sign(message) {
        seen.push(new TextDecoder().decode(message));
        return createLocalSigner(privateKey).sign(message);
      },
    };
    const remote = await serve(spy);
    const mine = Uint8Array.from(data);
    const signing = remote.sign(mine);
    mine.fill(0);
    await signing;
    expect(seen).toEqual(["to be signed"]);
  });

  test("fails when the signer of the service fails, without its reasons, and works again after that", async () => {
    let isBroken = true;
    const signer = createLocalSigner(issuing.privateKey);
    const remote = await serve({
      ...signer,
      sign(message) {
        if (isBroken) throw new Error("token 4711 was removed");
        return signer.sign(message);
      },
    });
    await expect(remote.sign(data)).rejects.toMatchObject({
      name: "SignerError",
      message: expect.stringMatching(/answers 503: the key cannot sign now$/),
    });
    isBroken = false;
    expect(await remote.sign(data)).toBeInstanceOf(Uint8Array);
  });

  test("fails after it was closed", async () => {
    const remote = await serve(createLocalSigner(issuing.privateKey));
    remote.close();
    await expect(remote.sign(data)).rejects.toThrow(/is closed$/);
  });

  test("does not connect where nobody listens, or to a stranger", async () => {
    await expect(connect(identities, "https://localhost:1")).rejects.toMatchObject({
      name: "SignerError",
      message: "the signing service https://localhost:1 cannot be reached",
    });
    const others = await createIdentities();
    const service = await startService(others, createLocalSigner(issuing.privateKey));
    closings.push(() => service.close());
    await expect(connect(identities, service.url)).rejects.toMatchObject({ name: "SignerError" });
  });
});

describe("an answer that is none", () => {
  const key = new Uint8Array([0x30, 0]);
  const description = formatKeyDescription({ algorithm: "ed25519", publicKey: key });
  const octets = "application/octet-stream";

  /** A service that describes a key and then answers anything. */
  async function serveAnswer(status: number, contentType: string, body: string): Promise<RemoteSigner> {
    const server = createHttpsServer({ ...identities.service, requestCert: true }, (request, response) => {
      if (request.url === "/key")
        response.writeHead(200, { "content-type": "application/json" }).end(description);
      else if (request.url === `/keys/${keyIdOf(key)}/sign`) {
        response.writeHead(status, { "content-type": contentType }).end(body);
      } else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    closings.push(
      () => server.close(),
      () => server.closeAllConnections(),
    );
    const remote = await connect(identities, `https://localhost:${(server.address() as AddressInfo).port}`);
    closings.unshift(() => remote.close());
    return remote;
  }

  test.each([
    {
      why: "another type",
      status: 200,
      contentType: "text/html",
      body: "<p>",
      says: /answers text\/html, expected app/,
    },
    { why: "too long", status: 200, contentType: octets, body: "x".repeat(8193), says: /cannot be reached$/ },
    { why: "a redirection", status: 302, contentType: octets, body: "", says: /answers 302/ },
    { why: "a refusal", status: 403, contentType: "text/plain", body: "no\nnever", says: /answers 403: no$/ },
  ])("$why", async ({ status, contentType, body, says }) => {
    const remote = await serveAnswer(status, contentType, body);
    await expect(remote.sign(data)).rejects.toMatchObject({
      name: "SignerError",
      message: expect.stringMatching(says),
    });
  });
});

describe("connections", () => {
  /** A service of which a test sees every connection. */
  async function serveConnections(
    onRequest: (socket: Socket, answer: () => void) => void,
  ): Promise<{ remote: RemoteSigner; connections: Set<Socket> }> {
    const connections = new Set<Socket>();
    const server = createHttpsServer({ ...identities.service, requestCert: true }, (request, response) => {
      const isKey = request.url === "/key";
      onRequest(request.socket, () => {
        connections.add(request.socket);
        response.writeHead(200, { "content-type": isKey ? "application/json" : "application/octet-stream" });
        response.end(isKey ? formatKeyDescription({ algorithm: "ed25519", publicKey: data }) : "signature");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    closings.push(
      () => server.close(),
      () => server.closeAllConnections(),
    );
    const remote = await connect(identities, `https://localhost:${(server.address() as AddressInfo).port}`);
    closings.unshift(() => remote.close());
    return { remote, connections };
  }

  test("are used again", async () => {
    const { remote, connections } = await serveConnections((_, answer) => answer());
    for (const _ of [1, 2, 3]) await remote.sign(data);
    expect(connections.size).toBe(1);
  });

  test("that were closed while idle cost a second attempt, and the signature is made", async () => {
    const used = new Set<Socket>();
    const { remote, connections } = await serveConnections((socket, answer) => {
      // The second request on a connection finds it closed, as when a time limit has just run out.
      if (used.has(socket)) socket.destroy();
      else answer();
      used.add(socket);
    });
    expect(new TextDecoder().decode(await remote.sign(data))).toBe("signature");
    expect(connections.size).toBe(2);
  });
});
