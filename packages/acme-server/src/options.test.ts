import { createTestAuthority } from "@chancery/core/testing";
import { describe, expect, test } from "vitest";
import { type AcmeServerOptions, createAcmeServer, createMemoryAcmeStore } from "./index.ts";

const { ca } = await createTestAuthority();
const validator = {
  type: "http-01",
  supports: () => true,
  validate: () => Promise.resolve({ outcome: "valid" as const }),
};
const good: AcmeServerOptions = {
  id: "lab",
  ca,
  store: createMemoryAcmeStore(),
  baseUrl: "https://ca.test/acme",
  challenges: [validator],
};

const refused: readonly { why: string; changes: Partial<AcmeServerOptions>; says: string }[] = [
  { why: "an empty id", changes: { id: "" }, says: "option id" },
  { why: "an id with a slash", changes: { id: "a/b" }, says: "option id" },
  { why: "a relative baseUrl", changes: { baseUrl: "/acme" }, says: "https://ca.example.net/acme" },
  { why: "an http baseUrl (A-001)", changes: { baseUrl: "http://ca.test" }, says: "unsafeAllowHttp" },
  {
    why: "an ftp baseUrl in spite of all",
    changes: { baseUrl: "ftp://ca.test", unsafeAllowHttp: true },
    says: "https://",
  },
  { why: "a baseUrl with a query", changes: { baseUrl: "https://ca.test/acme?x" }, says: "query" },
  { why: "a baseUrl with a user", changes: { baseUrl: "https://me@ca.test/" }, says: "user" },
  { why: "no challenges", changes: { challenges: [] }, says: "http01(...)" },
  {
    why: "two validators of a type",
    changes: { challenges: [validator, validator] },
    says: "one validator of each type",
  },
  {
    why: "a type that fits into no URL",
    changes: { challenges: [{ ...validator, type: "a/b" }] },
    says: "http-01",
  },
  {
    why: "a validator that never gives up",
    changes: { challenges: [{ ...validator, maximumAttempts: Number.NaN }] },
    says: "maximumAttempts of http-01",
  },
  { why: "a profile the authority lacks", changes: { profile: "none" }, says: "tlsServer, tlsClient" },
  {
    why: "a pause longer than a timer can be",
    changes: { worker: { pollInterval: "P30D" } },
    says: "worker.pollInterval",
  },
  { why: "terms that are no URL", changes: { termsOfService: "be nice" }, says: "termsOfService" },
  { why: "an empty ring of nonce keys", changes: { nonces: { sharedKeys: [] } }, says: "at least one key" },
  { why: "a short nonce key", changes: { nonces: { sharedKeys: [new Uint8Array(31)] } }, says: "32 octets" },
  { why: "a lifetime that is no duration", changes: { orderLifetime: "a day" }, says: "orderLifetime" },
  { why: "a lifetime of nothing", changes: { authorizationLifetime: "PT0S" }, says: "authorizationLifetime" },
  { why: "no identifiers at all", changes: { maximumIdentifiers: 0 }, says: "maximumIdentifiers" },
  { why: "half a task at a time", changes: { worker: { concurrency: 0.5 } }, says: "worker.concurrency" },
];

describe("createAcmeServer", () => {
  test.each(refused)("refuses $why and says what to pass", ({ changes, says }) => {
    expect(() => createAcmeServer({ ...good, ...changes })).toThrow(
      expect.objectContaining({
        code: "ERR_OPTION_INVALID",
        message: expect.stringContaining(says) as string,
      }),
    );
  });

  test("is frozen, and its methods can be handed around", async () => {
    const { fetch, directoryUrl, tick, close } = createAcmeServer(good);
    expect(Object.isFrozen(createAcmeServer(good))).toBe(true);
    expect((await fetch(new Request(directoryUrl))).status).toBe(200);
    expect(await tick()).toBe(0);
    await close();
  });

  test("takes http for a loopback address when told to", () => {
    const server = createAcmeServer({ ...good, baseUrl: "http://127.0.0.1:8080", unsafeAllowHttp: true });
    expect(server.directoryUrl).toBe("http://127.0.0.1:8080/directory");
  });
});
