import { type SignatureAlgorithm, type Signer, SignerError } from "@chancery/core";
import { cryptoProvider, type DigestAlgorithm, ecdsaRawToDer } from "@chancery/core/crypto";

/** Options of {@link createKmsSigner}. */
export interface KmsSignerOptions {
  readonly algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo, DER; ask the service for it once, when the program starts. */
  readonly publicKey: Uint8Array;
  /** What the service wants: the digest of the message, or the message itself. Ed25519 has no digest. */
  readonly takes: "digest" | "message";
  /** How the service answers ECDSA signatures: as a DER `Ecdsa-Sig-Value`, or as r and s of equal length (IEEE P1363). */
  readonly answers: "der" | "p1363";
  /** The call of the service's own client. It should end when the signal says so; it is given up then anyway. */
  readonly call: (input: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>;
  /** Milliseconds of one call; default 5000. */
  readonly timeout?: number;
  /** Calls at the same time; default 8. Services count calls per second, and refuse what is too much. */
  readonly concurrency?: number;
}

/** A signer whose key is in a key management service. */
export interface KmsSigner extends Signer {
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** Makes a signer of a key management service that signs what it is sent. */
export function createKmsSigner(options: KmsSignerOptions): KmsSigner {
  const { algorithm, publicKey, takes, answers, call, timeout = 5000, concurrency = 8 } = options;
  const inLine: (() => void)[] = [];
  let running = 0;

  return Object.freeze({
    algorithm,
    publicKey,
    async sign(data: Uint8Array) {
      const message = Uint8Array.from(data); // the caller's may change while the call waits
      await enter();
      try {
        const input =
          takes === "digest" ? await cryptoProvider.digest(digestOf(algorithm), message) : message;
        const signature = await callInTime(input);
        return answers === "p1363" && algorithm.startsWith("ecdsa-") ? ecdsaRawToDer(signature) : signature;
      } finally {
        leave();
      }
    },
  });

  async function callInTime(input: Uint8Array): Promise<Uint8Array> {
    const signal = AbortSignal.timeout(timeout);
    try {
      return await Promise.race([call(input, signal), untilAborted(signal)]);
    } catch (cause) {
      const why = signal.aborted ? `did not answer within ${timeout} ms` : "failed";
      throw new SignerError(`the key management service ${why}`, { cause });
    }
  }

  /** Resolves when it is this call's turn; turns are taken in the order of the calls. */
  function enter(): Promise<void> | undefined {
    if (running >= concurrency) return new Promise((resolve) => inLine.push(resolve));
    running += 1;
    return undefined;
  }

  function leave(): void {
    const next = inLine.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

/** The last part of the algorithm's name: `ecdsa-sha384` hashes with SHA-384. */
function digestOf(algorithm: SignatureAlgorithm): DigestAlgorithm {
  const digest = digests.find((one) => algorithm.endsWith(one.replace("-", "")));
  if (digest === undefined) throw new SignerError(`${algorithm} signs messages, not digests`);
  return digest;
}

const digests: readonly DigestAlgorithm[] = ["sha-256", "sha-384", "sha-512"];

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
