import {
  allow,
  type CertificateAuthority,
  type CertificateAuthorityOptions,
  type CertificateStore,
  createCertificateAuthority,
  createRoot,
  definePolicy,
  generatePrivateKey,
  type Issuer,
  type PrivateKey,
  parseDuration,
  parseIdentifier,
  type Requester,
} from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";

/** The instant at which tests take place unless they say otherwise. */
export const now: Date = new Date("2030-01-01T00:00:00Z");

export const requester: Requester = Object.freeze({ kind: "application", id: "tests" });

export const allowEverything: ReturnType<typeof definePolicy> = definePolicy("allow everything", () => allow);

/** A clock that stands still until it is moved. */
export function createClock(start: Date = now): { clock: () => Date; advance(duration: string): void } {
  let time = start.getTime();
  return {
    clock: () => new Date(time),
    advance(duration) {
      time += parseDuration(duration);
    },
  };
}

/** The root of most tests: its key costs time to make and none of them changes it. */
export const root: Promise<{ issuer: Issuer; privateKey: PrivateKey }> = createRoot({
  commonName: "Lab Root",
  clock: () => now,
});

/** The key that most tests have certified. */
export const subjectKey: Promise<PrivateKey> = generatePrivateKey();

/** An authority over a memory store that allows everything at {@link now}; `changes` replace some of that. */
export async function createAuthority({
  issuer: only,
  ...changes
}: Partial<CertificateAuthorityOptions> & { readonly issuer?: Issuer } = {}): Promise<{
  ca: CertificateAuthority;
  store: CertificateStore;
  issuer: Issuer;
}> {
  const { store = createMemoryCertificateStore() } = changes;
  const issuer = only ?? (await root).issuer;
  const ca = await createCertificateAuthority({
    policies: [allowEverything],
    clock: () => now,
    issuers: [issuer],
    ...changes,
    store,
  });
  return { ca, store, issuer };
}

/** A request for names written `type:value`, for the key that most tests use. */
export async function requestFor(...names: readonly string[]): Promise<{
  publicKey: Uint8Array;
  identifiers: ReturnType<typeof parseIdentifier>[];
  requester: Requester;
}> {
  const { publicKey } = await subjectKey;
  return { publicKey, identifiers: names.map(identifierOf), requester };
}

/** Reads `type:value`. */
export function identifierOf(text: string): ReturnType<typeof parseIdentifier> {
  const colon = text.indexOf(":");
  return parseIdentifier(text.slice(0, colon), text.slice(colon + 1));
}
