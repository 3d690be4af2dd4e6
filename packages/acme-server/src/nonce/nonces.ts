import { cryptoProvider, decodeBase64Url, encodeBase64Url, type MaybePromise } from "@chancery/core/crypto";
import { AcmeProblem } from "../problem.ts";
import type { GenuineNonce, NonceLedger } from "./nonce-ledger.ts";

/**
 * The nonces of one directory: genuine by their tag, young by their time, single by the ledger.
 *
 * A nonce is base64url of: key (1 octet), time of issue (6), ticket of the ledger (6), random octets (16), and the first 16
 * octets of an HMAC-SHA-256 over the directory's id and all before. Issuing one writes nothing.
 *
 * @see RFC 8555 section 6.5
 */
export interface Nonces {
  issue(): Promise<string>;

  /**
   * Checks form, tag and age, without any storage: a flood of invented nonces costs nobody a write.
   *
   * @throws {AcmeProblem} `badNonce`: missing, not of this directory, under a retired key, too old, or from the future.
   */
  check(text: string | undefined): Promise<GenuineNonce>;

  /** Uses a checked nonce up; `badNonce` when it was used before. */
  consume(nonce: GenuineNonce): Promise<void>;
}

/** What {@link createNonces} needs. */
export interface NonceOptions {
  readonly directoryId: string;
  readonly ledger: NonceLedger;
  /** The first issues, all are accepted; at least one, each of at least 32 octets. */
  readonly keys: readonly Uint8Array[];
  /** Milliseconds. */
  readonly lifetime: number;
  readonly now: () => number;
  readonly random: (length: number) => Uint8Array;
}

/** Creates the nonces of one directory. */
export function createNonces({ directoryId, ledger, keys, lifetime, now, random }: NonceOptions): Nonces {
  const context = new TextEncoder().encode(`${directoryId}\u0000`);
  const ring = keys.map((key) => loadKey(key));

  async function tag(key: NonceKey, head: Uint8Array): Promise<Uint8Array> {
    const message = new Uint8Array(context.length + head.length);
    message.set(context);
    message.set(head, context.length);
    return (await key.authenticate(message)).subarray(0, tagOctets);
  }

  async function issue(): Promise<string> {
    const key = await ring[0];
    if (key === undefined) throw new RangeError("a directory has at least one nonce key");
    const nonce = new Uint8Array(nonceOctets);
    nonce[0] = key.mark;
    writeUint48(nonce, timeAt, now());
    writeUint48(nonce, ticketAt, ledger.nextTicket());
    nonce.set(random(randomOctets), randomAt);
    nonce.set(await tag(key, nonce.subarray(0, tagAt)), tagAt);
    return encodeBase64Url(nonce);
  }

  async function isGenuine(nonce: Uint8Array): Promise<boolean> {
    for (const key of await Promise.all(ring)) {
      if (key.mark !== nonce[0]) continue;
      const expected = await tag(key, nonce.subarray(0, tagAt));
      if (cryptoProvider.timingSafeEqual(expected, nonce.subarray(tagAt))) return true;
    }
    return false;
  }

  async function check(text: string | undefined): Promise<GenuineNonce> {
    const nonce = text?.length === nonceCharacters ? decodeBase64Url(text) : undefined;
    if (text === undefined || nonce === undefined || !(await isGenuine(nonce))) {
      throw new AcmeProblem("badNonce", "nonce is missing or was not issued here");
    }
    const issuedAt = readUint48(nonce, timeAt);
    const age = now() - issuedAt;
    if (age >= lifetime || age < -clockTolerance) throw new AcmeProblem("badNonce", "nonce is too old");
    return { text, ticket: readUint48(nonce, ticketAt), expiresAt: issuedAt + lifetime };
  }

  return Object.freeze({
    issue,
    check,
    async consume(nonce: GenuineNonce): Promise<void> {
      if (!(await ledger.consume(nonce, now()))) throw new AcmeProblem("badNonce", "nonce was used before");
    },
  });
}

const timeAt = 1;
const ticketAt = 7;
const randomAt = 13;
const tagAt = 29;
const tagOctets = 16;
const randomOctets = tagAt - randomAt;
const nonceOctets = tagAt + tagOctets;
const nonceCharacters = (nonceOctets * 4) / 3;

/** How far the clock of the replica that issued a nonce may be ahead of ours, in milliseconds. */
const clockTolerance = 5 * 60_000;

interface NonceKey {
  /** First octet of the key's hash: says which key is worth trying, not which one it is. */
  readonly mark: number;
  readonly authenticate: (data: Uint8Array) => MaybePromise<Uint8Array>;
}

async function loadKey(key: Uint8Array): Promise<NonceKey> {
  const digest = await cryptoProvider.digest("sha-256", key);
  return { mark: digest[0] ?? 0, authenticate: await cryptoProvider.importHmacKey(key) };
}

function writeUint48(bytes: Uint8Array, offset: number, value: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setUint16(offset, Math.floor(value / 2 ** 32));
  view.setUint32(offset + 2, value % 2 ** 32);
}

function readUint48(bytes: Uint8Array, offset: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint16(offset) * 2 ** 32 + view.getUint32(offset + 2);
}
