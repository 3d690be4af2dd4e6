import {
  allowDns,
  type CertificateAuthority,
  createCertificateAuthority,
  createIntermediate,
  createLocalSigner,
  createRoot,
  encodePem,
  generatePrivateKey,
  type Issuer,
  importIssuer,
  type PrivateKey,
  parseIdentifier,
  type Signer,
} from "@chancery/core";
import { createMemoryCertificateStore, createTestAuthority } from "@chancery/core/testing";
import { connectRemoteSigner, type RemoteSigner, type RemoteSignerOptions } from "../src/remote-signer.ts";
import { type SigningService, startSigningService } from "../src/service.ts";

/** Certificates with which service and client know each other. */
export interface Identities {
  readonly service: { readonly cert: string; readonly key: string; readonly ca: string };
  readonly client: { readonly cert: string; readonly key: string; readonly ca: string };
  /** Certified by the same authority, under another name. */
  readonly stranger: { readonly cert: string; readonly key: string; readonly ca: string };
}

/** The name of the client that the service knows. */
export const clientName = "ca.internal";

/** Makes an authority of their own for service and client. */
export async function createIdentities(): Promise<Identities> {
  const authority = await createTestAuthority();
  const ca = authority.trustAnchorPem;
  const [service, client, stranger] = await Promise.all([
    authority.issueServerCertificate({ identifiers: ["localhost"] }),
    authority.issueClientCertificate({ identifiers: [clientName] }),
    authority.issueClientCertificate({ identifiers: ["web.internal"] }),
  ]);
  const asTls = ({ chainPem, keyPem }: typeof service): Identities["service"] => ({
    cert: chainPem,
    key: keyPem,
    ca,
  });
  return { service: asTls(service), client: asTls(client), stranger: asTls(stranger) };
}

/** A certified issuer, without its key: that goes to the service. */
export interface Issuing {
  readonly chainPem: string;
  readonly privateKey: PrivateKey;
}

/** Makes a root, and an intermediate whose key moves to the service. */
export async function createIssuing(): Promise<Issuing> {
  const { issuer: root } = await createRoot({ commonName: "Root" });
  const { issuer, privateKey } = await createIntermediate({ issuer: root, commonName: "Issuing CA" });
  const chainPem = [issuer.certificate, issuer.trustAnchor]
    .map((der) => encodePem("CERTIFICATE", der))
    .join("");
  return { chainPem, privateKey };
}

/** Starts a service in this process, whose signer a test can hold, break or watch. */
export function startService(identities: Identities, signer: Signer): Promise<SigningService> {
  return startSigningService({ signer, tls: identities.service, clients: [clientName] });
}

export function connect(
  { client }: Identities,
  url: string,
  options: Partial<RemoteSignerOptions> = {},
): Promise<RemoteSigner> {
  return connectRemoteSigner({ url, tls: client, ...options });
}

/** Takes the issuer into service and puts an authority above it. */
export async function createAuthority({ chainPem }: Issuing, signer: Signer): Promise<CertificateAuthority> {
  const issuer: Issuer = await importIssuer({ chainPem, signer });
  return createCertificateAuthority({
    issuers: [issuer],
    store: createMemoryCertificateStore(),
    policies: [allowDns("**.lab.example")],
  });
}

const subjectKey = generatePrivateKey();

/** Issues a certificate for a name below lab.example. */
export async function issue(
  ca: CertificateAuthority,
  name: string,
  requestId?: string,
): ReturnType<CertificateAuthority["issue"]> {
  return ca.issue({
    publicKey: (await subjectKey).publicKey,
    identifiers: [parseIdentifier("dns", name)],
    requester: { kind: "application", id: "tests" },
    ...(requestId !== undefined && { requestId }),
  });
}

/** A signer that can be watched and held. */
export interface WatchedSigner extends Signer {
  /** Signatures being made at this moment, at most at a time, and in all. */
  readonly counts: { now: number; most: number; total: number };
  /** Holds signatures back until they are let go. */
  hold(): void;
  letGo(): void;
}

/** Puts a watch in front of a key in memory. */
export function watch(privateKey: PrivateKey): WatchedSigner {
  const signer = createLocalSigner(privateKey);
  const counts = { now: 0, most: 0, total: 0 };
  let gate = Promise.resolve();
  let open = (): void => undefined;
  return {
    ...signer,
    counts,
    hold() {
      gate = new Promise((resolve) => (open = resolve));
    },
    letGo: () => open(),
    async sign(data) {
      counts.now += 1;
      counts.total += 1;
      counts.most = Math.max(counts.most, counts.now);
      await gate;
      counts.now -= 1;
      return signer.sign(data);
    },
  };
}
