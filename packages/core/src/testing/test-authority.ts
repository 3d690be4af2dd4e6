import { encodePem } from "../asn1/pem.ts";
import { createCertificateAuthority } from "../authority.ts";
import type { CertificateAuthority, IssuedCertificate } from "../certificate-authority.ts";
import { parseDuration } from "../claims/duration.ts";
import type { KeySpecification } from "../crypto/provider.ts";
import { type Identifier, parseIdentifier } from "../identifier/identifier.ts";
import { readIpAddress } from "../identifier/ip-address.ts";
import { createRoot } from "../issuer/create.ts";
import type { Issuer } from "../issuer/issuer.ts";
import { encodePrivateKeyPem, generatePrivateKey } from "../key/private-key.ts";
import { allow, definePolicy, type Policy } from "../policy/policy.ts";
import { tlsClient, tlsServer } from "../profile/presets.ts";
import type { CertificateStore } from "../store/certificate-store.ts";
import { createMemoryCertificateStore } from "../store/memory.ts";

/** Input of {@link createTestAuthority}. */
export interface TestAuthorityOptions {
  /** Fixed time of the authority; default: the system's clock, as it runs. */
  readonly now?: Date;
  /** A clock that moves; instead of `now`. */
  readonly clock?: () => Date;
  /** Default: everything is allowed. */
  readonly policies?: readonly Policy[];
  /** Kind of the root's key; default: EC on P-256. */
  readonly key?: KeySpecification;
}

/** A certificate with its private key, ready for `tls` and `https`. */
export interface TestCertificate {
  readonly certificate: IssuedCertificate;
  readonly certificatePem: string;
  /** For the `cert` option of a server. */
  readonly chainPem: string;
  /** Unencrypted PKCS#8. */
  readonly keyPem: string;
}

/** Input of the issuing methods of {@link TestAuthority}. */
export interface TestCertificateOptions {
  /** DNS names and IP addresses. */
  readonly identifiers: readonly string[];
  /** Duration such as `PT1H`; default 30 days. */
  readonly validFor?: string;
  /** Default: EC on P-256. */
  readonly key?: KeySpecification;
}

/** An authority in memory. */
export interface TestAuthority {
  readonly ca: CertificateAuthority;
  readonly issuer: Issuer;
  readonly store: CertificateStore;
  /** For the `ca` option of a client. */
  readonly trustAnchorPem: string;
  /** Makes a key and a certificate with extKeyUsage serverAuth. */
  issueServerCertificate(options: TestCertificateOptions): Promise<TestCertificate>;
  /** Makes a key and a certificate with extKeyUsage clientAuth. */
  issueClientCertificate(options: TestCertificateOptions): Promise<TestCertificate>;
}

/**
 * Creates a certificate authority for tests: a fresh root in memory, no files, milliseconds.
 *
 * @example
 * ```ts
 * const authority = await createTestAuthority();
 * const { chainPem, keyPem } = await authority.issueServerCertificate({ identifiers: ["localhost"] });
 * https.createServer({ cert: chainPem, key: keyPem });
 * ```
 */
export async function createTestAuthority(options: TestAuthorityOptions = {}): Promise<TestAuthority> {
  const {
    now,
    clock = now === undefined ? () => new Date() : () => now,
    policies = [allowEverything],
  } = options;
  const { issuer } = await createRoot({
    commonName: "Test Root",
    clock,
    ...(options.key !== undefined && { key: options.key }),
  });
  const store = createMemoryCertificateStore();
  const claims = { minimumValidity: "PT1S", defaultValidity: "P30D", maximumValidity: "P3650D" };
  const profiles = [tlsServer({ claims }), tlsClient({ claims })];
  const ca = await createCertificateAuthority({ issuer, store, policies, profiles, clock });

  const issue = async (
    profile: string,
    { identifiers, validFor = "P30D", key }: TestCertificateOptions,
  ): Promise<TestCertificate> => {
    const privateKey = await generatePrivateKey(key);
    const certificate = await ca.issue({
      publicKey: privateKey.publicKey,
      identifiers: identifiers.map(readName),
      requester: { kind: "application", id: "test" },
      profile,
      notAfter: new Date(Math.floor(clock().getTime() / 1000) * 1000 + parseDuration(validFor) - 1000),
    });
    return {
      certificate,
      certificatePem: encodePem("CERTIFICATE", certificate.certificate),
      chainPem: certificate.chainPem,
      keyPem: await encodePrivateKeyPem(privateKey),
    };
  };

  return Object.freeze({
    ca,
    issuer,
    store,
    trustAnchorPem: encodePem("CERTIFICATE", issuer.trustAnchor),
    issueServerCertificate: (request: TestCertificateOptions) => issue("tlsServer", request),
    issueClientCertificate: (request: TestCertificateOptions) => issue("tlsClient", request),
  });
}

const allowEverything = definePolicy("allow everything", () => allow);

function readName(text: string): Identifier {
  return parseIdentifier(readIpAddress(text) === undefined ? "dns" : "ip", text);
}
