import { createTestAuthority, type TestAuthority, type TestAuthorityOptions } from "@chancery/core/testing";
import { expect } from "vitest";
import {
  type AcmeServer,
  type AcmeServerOptions,
  type AcmeStore,
  type ChallengeToValidate,
  type ChallengeValidator,
  createAcmeServer,
  createMemoryAcmeStore,
  type ValidationResult,
} from "../../src/index.ts";
import { createClient, type TestClient } from "./client.ts";
import { makeCsr, typeOf } from "./csr.ts";
import type { Answer } from "./invariants.ts";

export const baseUrl = "https://ca.test/acme";

/** A clock that only tests move. */
export interface TestClock {
  now(): number;
  advance(milliseconds: number): void;
}

/** What the validators of a directory answer; a test assigns it. */
export interface Script {
  validate(
    challenge: ChallengeToValidate,
    type: string,
    signal: AbortSignal,
  ): Promise<ValidationResult> | ValidationResult;
  /** Everything that was to be validated, in order. */
  readonly asked: (ChallengeToValidate & { readonly type: string })[];
}

/** A server in memory with everything a test wants to reach into. */
export interface TestDirectory {
  readonly server: AcmeServer;
  readonly authority: TestAuthority;
  readonly store: AcmeStore;
  readonly clock: TestClock;
  readonly script: Script;
  /** What `onError` got. */
  readonly errors: unknown[];
  /** A second server on the same authority, store and clock. */
  another(options?: Partial<AcmeServerOptions>): AcmeServer;
  /** A client with a new account. */
  client(): Promise<TestClient>;
}

/** Options of a directory, and those of its authority. */
export interface TestDirectoryOptions extends Partial<AcmeServerOptions> {
  readonly policies?: TestAuthorityOptions["policies"];
}

/** Creates a directory that offers http-01 and dns-01, whose validations succeed until a test says otherwise. */
export async function createTestDirectory({
  policies,
  ...options
}: TestDirectoryOptions = {}): Promise<TestDirectory> {
  let now = Date.parse("2030-01-01T00:00:00Z");
  const clock: TestClock = {
    now: () => now,
    advance: (milliseconds) => {
      now += milliseconds;
    },
  };
  const authority = await createTestAuthority({
    clock: () => new Date(now),
    ...(policies === undefined ? {} : { policies }),
  });
  const store = options.store ?? createMemoryAcmeStore();
  const errors: unknown[] = [];
  const script: Script = { asked: [], validate: () => ({ outcome: "valid" }) };
  const another = (changes: Partial<AcmeServerOptions> = {}): AcmeServer =>
    createAcmeServer({
      id: "test",
      ca: authority.ca,
      store,
      baseUrl,
      challenges: [scripted("http-01", script), scripted("dns-01", script)],
      clock: () => new Date(now),
      onError: (error) => errors.push(error),
      ...options,
      ...changes,
    });
  const server = another();
  return {
    server,
    authority,
    store,
    clock,
    script,
    errors,
    another,
    async client() {
      const client = await createClient(server);
      const { status } = await client.register();
      expect(status).toBe(201);
      return client;
    },
  };
}

/** As the real validators: http-01 for hosts and addresses, dns-01 for names, also wildcards. */
export function scripted(type: "dns-01" | "http-01", script: Script): ChallengeValidator {
  return {
    type,
    supports: (identifier, wildcard) =>
      type === "dns-01"
        ? identifier.type === "dns"
        : !wildcard && (identifier.type === "dns" || identifier.type === "ip"),
    async validate(challenge, signal) {
      script.asked.push({ ...challenge, type });
      return script.validate(challenge, type, signal);
    },
  };
}

/** The same account at another server. */
export async function clientAt(server: AcmeServer, { key, kid }: TestClient): Promise<TestClient> {
  return Object.assign(await createClient(server, key), { kid });
}

/** Places an order for DNS names and addresses. */
export function placeOrder(client: TestClient, names: readonly string[], more: object = {}): Promise<Answer> {
  const identifiers = names.map((value) => ({ type: typeOf(value), value }));
  return client.post(`${baseUrl}/new-order`, { identifiers, ...more });
}

/** Responds to the first challenge of every authorization of an order. */
export async function respondToAll(client: TestClient, order: Answer): Promise<void> {
  for (const url of order.json.authorizations ?? []) {
    const authorization = await client.read(url);
    const challenge = authorization.json.challenges?.[0];
    expect((await client.post(challenge?.url ?? "", {})).status).toBe(200);
  }
}

/** An order that is ready, with its URL. */
export async function readyOrder(
  { server }: TestDirectory,
  client: TestClient,
  names: readonly string[],
): Promise<Answer & { readonly url: string }> {
  const order = await placeOrder(client, names);
  await respondToAll(client, order);
  await server.tick();
  const url = order.headers.get("location") ?? "";
  const ready = await client.read(url);
  expect(ready.json.status).toBe("ready");
  return { ...ready, url };
}

/** Finalizes an order with a certification request in DER. */
export function finalize(client: TestClient, order: Answer, csr: Uint8Array): Promise<Answer> {
  return client.post(order.json.finalize ?? "", { csr: Buffer.from(csr).toString("base64url") });
}

/** Gets a certificate for names, as PEM chain; the short way for tests that begin with one. */
export async function obtain(
  directory: TestDirectory,
  client: TestClient,
  names: readonly string[],
  keys?: CryptoKeyPair,
): Promise<{ readonly url: string; readonly chainPem: string; readonly der: Uint8Array }> {
  const order = await readyOrder(directory, client, names);
  const csr = await makeCsr({ names, ...(keys === undefined ? {} : { keys }) });
  const { json } = await finalize(client, order, csr);
  const url = json.certificate ?? "";
  const { text: chainPem } = await client.read(url);
  const base64 = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(chainPem)?.[1] ?? "";
  return { url, chainPem, der: Buffer.from(base64, "base64") };
}
