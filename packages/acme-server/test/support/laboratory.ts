import { expect, test } from "vitest";
import { type AcmeStore, createMemoryAcmeStore, type ProblemType } from "../../src/index.ts";
import type { TestClient } from "./client.ts";
import {
  baseUrl,
  createTestDirectory,
  placeOrder,
  type TestDirectory,
  type TestDirectoryOptions,
} from "./directory.ts";
import type { Answer } from "./invariants.ts";

/** A directory with one account and one pending order, and a record of what was written. */
export interface Laboratory extends TestDirectory {
  /** The account that misbehaves. */
  readonly attacker: TestClient;
  /** The pending order of the attacker. */
  readonly order: Answer & { readonly url: string };
  readonly authorization: string;
  /** http-01, then dns-01. */
  readonly challenges: readonly string[];
  /** Names of the store's methods that were called and may write, nonces excepted. */
  readonly writes: string[];
  /** Nonces that were used up. */
  readonly nonces: string[];
}

/** One hostile input, and what it has to be answered with. */
export interface HostileCase {
  /** Number of the case in docs/conformance/hostile-inputs.md. */
  readonly id: string;
  readonly why: string;
  readonly send: (laboratory: Laboratory) => Promise<Answer>;
  readonly type: ProblemType;
  readonly status: number;
  readonly options?: TestDirectoryOptions;
}

/** Builds a laboratory. */
export async function buildLaboratory(options: TestDirectoryOptions = {}): Promise<Laboratory> {
  const writes: string[] = [];
  const nonces: string[] = [];
  const store = recordWrites(createMemoryAcmeStore(), writes, nonces);
  const directory = await createTestDirectory({ store, ...options });
  const attacker = await directory.client();
  const order = await placeOrder(attacker, ["a.test"]);
  const authorization = order.json.authorizations?.[0] ?? "";
  const { json } = await attacker.read(authorization);
  return {
    ...directory,
    attacker,
    order: { ...order, url: order.headers.get("location") ?? "" },
    authorization,
    challenges: (json.challenges ?? []).map(({ url = "" }) => url),
    writes,
    nonces,
  };
}

/**
 * Turns a table into tests. Beside type and status every case has to keep the invariants of any answer, and must not
 * have written anything.
 */
export function testHostileCases(cases: readonly HostileCase[]): void {
  test.each(cases)("$id: $why", async ({ send, type, status, options }) => {
    const laboratory = await buildLaboratory(options);
    laboratory.writes.length = 0;
    const certificates = await laboratory.authority.ca.list({ limit: 10 });
    const answer = await send(laboratory);
    expect(answer.json.type).toBe(`urn:ietf:params:acme:error:${type}`);
    expect(answer.status).toBe(status);
    expect(laboratory.writes).toEqual([]);
    expect(await laboratory.authority.ca.list({ limit: 10 })).toEqual(certificates);
    expect(laboratory.errors).toEqual([]);
  });
}

/** Places an order for identifiers of any make. */
export function orderOf({ attacker }: Laboratory, ...identifiers: readonly unknown[]): Promise<Answer> {
  return attacker.post(`${baseUrl}/new-order`, { identifiers });
}

function recordWrites(store: AcmeStore, writes: string[], nonces: string[]): AcmeStore {
  const recorded = <Key extends keyof AcmeStore>(name: Key): Pick<AcmeStore, Key> => {
    const method = store[name] as (...input: readonly unknown[]) => unknown;
    const wrapper = (...input: readonly unknown[]): unknown => {
      writes.push(name);
      return method(...input);
    };
    return { [name]: wrapper } as unknown as Pick<AcmeStore, Key>;
  };
  return {
    ...store,
    ...recorded("createAccount"),
    ...recorded("updateContact"),
    ...recorded("deactivateAccount"),
    ...recorded("createOrder"),
    ...recorded("acceptChallenge"),
    ...recorded("deactivateAuthorization"),
    ...recorded("beginFinalization"),
    ...recorded("completeFinalization"),
    async consumeNonce(input) {
      nonces.push(input.nonce);
      return store.consumeNonce(input);
    },
  };
}
