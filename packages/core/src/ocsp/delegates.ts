import { parseCertificate } from "../certificate/parse.ts";
import type { KeySpecification } from "../crypto/provider.ts";
import { generatePrivateKey } from "../key/private-key.ts";
import type { Requester } from "../requester.ts";
import { createLocalSigner } from "../signer/local-signer.ts";
import type { OcspDelegate } from "./response-signers.ts";

/** The part of a certificate authority that delegates are made with. */
export interface OcspDelegateIssuer {
  issue(request: {
    readonly publicKey: Uint8Array;
    readonly identifiers: readonly [];
    readonly profile: string;
    readonly issuerId: string;
    readonly requester: Requester;
  }): Promise<{ readonly certificate: Uint8Array }>;
  find(key: { readonly certificate: Uint8Array }): Promise<{ readonly revocation?: object } | undefined>;
}

/** Input of {@link createOcspDelegates}. */
export interface OcspDelegatesOptions {
  /** The authority: it certifies the delegates, and its policies have to allow them to `requester`. */
  readonly ca: OcspDelegateIssuer;
  /** A profile whose certificates have extKeyUsage OCSPSigning and live a few days; default `ocspResponder`. */
  readonly profile?: string;
  /** Default: the application `ocsp-responder`. */
  readonly requester?: Requester;
  /** Default: an EC key on P-256. */
  readonly key?: KeySpecification;
  /** Default: the system's clock. */
  readonly clock?: () => Date;
  /** Gets the errors of a replacement that failed while the old delegate still serves; default: nobody does. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Creates the delegates of a responder: for each issuer a key that never leaves memory, certified by the authority, and replaced when
 * the half of its certificate's life is over.
 *
 * Of concurrent calls for one issuer one has a certificate issued and all get it. When a replacement fails the old delegate goes on
 * until it expires, and the next try is a minute later. Each replica has its own.
 *
 * @returns The `delegate` of a responder. It rejects with the errors of `ca.issue` when there is no delegate to go on with.
 */
export function createOcspDelegates(
  options: OcspDelegatesOptions,
): (issuerId: string) => Promise<OcspDelegate> {
  const { clock = () => new Date(), onError = () => undefined } = options;
  const slots = new Map<string, Slot>();

  async function replace(issuerId: string, slot: Slot): Promise<OcspDelegate> {
    try {
      const now = clock().getTime();
      const delegate = await certify(options, issuerId);
      const { notBefore, notAfter } = parseCertificate(delegate.certificate);
      slot.current = { delegate, notBefore, notAfter };
      slot.replaceAt = now + (notAfter - now) / 2;
      return delegate;
    } catch (error) {
      const now = clock().getTime();
      if (slot.current === undefined || now > slot.current.notAfter) throw error;
      onError(error);
      slot.replaceAt = now + retryAfter;
      return slot.current.delegate;
    } finally {
      slot.pending = undefined;
    }
  }

  return async (issuerId) => {
    const slot = slots.get(issuerId) ?? { current: undefined, pending: undefined, replaceAt: 0 };
    slots.set(issuerId, slot);
    if (
      slot.current !== undefined &&
      (await stillServes(options.ca, slot.current)) &&
      isInTime(slot, clock())
    )
      return slot.current.delegate;
    slot.pending ??= replace(issuerId, slot);
    return slot.pending;
  };
}

/** One that was revoked is replaced at once, and so is one that a clock which was ahead has left behind. */
async function stillServes(
  ca: OcspDelegatesOptions["ca"],
  { delegate: { certificate } }: NonNullable<Slot["current"]>,
): Promise<boolean> {
  const issued = await ca.find({ certificate });
  return issued !== undefined && issued.revocation === undefined;
}

function isInTime({ current, replaceAt }: Slot, now: Date): boolean {
  return current !== undefined && now.getTime() >= current.notBefore && now.getTime() < replaceAt;
}

/** Milliseconds between two tries to replace a delegate that still serves. */
const retryAfter = 60_000;

/** The delegate of one issuer. Times are milliseconds since 1970 UTC. */
interface Slot {
  current:
    | { readonly delegate: OcspDelegate; readonly notBefore: number; readonly notAfter: number }
    | undefined;
  /** The replacement that is being made; all who ask meanwhile wait for it. */
  pending: Promise<OcspDelegate> | undefined;
  replaceAt: number;
}

async function certify(
  {
    ca,
    profile = "ocspResponder",
    requester = { kind: "application", id: "ocsp-responder" },
    key,
  }: OcspDelegatesOptions,
  issuerId: string,
): Promise<OcspDelegate> {
  const privateKey = await generatePrivateKey(key);
  const { publicKey } = privateKey;
  const { certificate } = await ca.issue({ publicKey, identifiers: [], profile, issuerId, requester });
  return Object.freeze({ certificate, signer: createLocalSigner(privateKey) });
}
