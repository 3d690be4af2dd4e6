import { encodePem } from "../asn1/pem.ts";
import { createCertificateAuthority } from "../authority.ts";
import type { CertificateAuthority } from "../certificate-authority.ts";
import type { KeySpecification } from "../crypto/provider.ts";
import { createRoot } from "../issuer/create.ts";
import type { Issuer } from "../issuer/issuer.ts";
import { allow, definePolicy, type Policy } from "../policy/policy.ts";
import { tlsClient, tlsServer } from "../profile/presets.ts";
import type { CertificateStore } from "../store/certificate-store.ts";
import { createMemoryCertificateStore } from "../store/memory.ts";
import type { CertificateDefect } from "./certificate-defect.ts";
import {
  issueTestCertificate,
  type TestCertificate,
  type TestCertificateOptions,
} from "./test-certificate.ts";
import { clientOptions, serverOptions, type TestTlsOptions } from "./tls-options.ts";

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

/** Input of {@link TestAuthority.issueDefective}. */
export interface DefectiveCertificateOptions extends TestCertificateOptions {
  /** Whom the certificate is for; default `server`. */
  readonly purpose?: "client" | "server";
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
  /** Makes a key and a certificate that a correct peer refuses, for exactly one reason. */
  issueDefective(defect: CertificateDefect, options: DefectiveCertificateOptions): Promise<TestCertificate>;
  /** Signs a CRL of what is revoked at this instant, PEM: for the `crl` option of `tls`. */
  revocationListPem(): Promise<string>;
  /**
   * Options for `https.createServer` and `tls.createServer`.
   *
   * @param options.requireClient - Whether clients have to show a certificate of this authority; default false.
   */
  serverOptions(certificate: TestCertificate, options?: { readonly requireClient?: boolean }): TestTlsOptions;
  /** Options for `https.request` and `tls.connect`, with the client's own certificate if there is one. */
  clientOptions(certificate?: TestCertificate): TestTlsOptions;
}

/**
 * Creates a certificate authority for tests: a fresh root in memory, no files, milliseconds.
 *
 * @example
 * ```ts
 * const authority = await createTestAuthority();
 * const certificate = await authority.issueServerCertificate({ identifiers: ["localhost"] });
 * https.createServer(authority.serverOptions(certificate));
 * https.get("https://localhost", authority.clientOptions());
 * ```
 */
export async function createTestAuthority(options: TestAuthorityOptions = {}): Promise<TestAuthority> {
  const { now, clock = now === undefined ? () => new Date() : () => now } = options;
  const { issuer } = await createTestRoot({ ...options, clock });
  const store = createMemoryCertificateStore();
  const ca = await createAuthority({ ...options, issuer, store, clock });
  const trustAnchorPem = encodePem("CERTIFICATE", issuer.trustAnchor);
  const at = (shift: number) => () => new Date(clock().getTime() + shift);

  async function issueDefective(
    defect: CertificateDefect,
    { purpose = "server", ...request }: DefectiveCertificateOptions,
  ): Promise<TestCertificate> {
    const profile = profileOf(purpose);
    switch (defect) {
      case "expired": {
        // The root is an hour older than the authority: its past is long enough for a short certificate.
        const past = at(-30 * minute);
        const earlier = await createAuthority({ ...options, issuer, store, clock: past });
        return issueTestCertificate(earlier, { ...request, profile, validFor: "PT10M", clock: past });
      }
      case "notYetValid":
        return issueTestCertificate(ca, { ...request, profile, notBefore: at(24 * 60 * minute)(), clock });
      case "revoked": {
        const issued = await issueTestCertificate(ca, { ...request, profile, clock });
        await ca.revoke({ certificate: issued.certificate, requester: { kind: "application", id: "test" } });
        return issued;
      }
      case "untrusted": {
        const { issuer: stranger } = await createTestRoot({ ...options, clock });
        const foreign = await createAuthority({ ...options, issuer: stranger, store, clock });
        return issueTestCertificate(foreign, { ...request, profile, clock });
      }
      case "wrongName":
        return issueTestCertificate(ca, { ...request, identifiers: ["wrong.invalid"], profile, clock });
      case "wrongPurpose": {
        const other = profileOf(purpose === "server" ? "client" : "server");
        return issueTestCertificate(ca, { ...request, profile: other, clock });
      }
    }
  }

  return Object.freeze({
    ca,
    issuer,
    store,
    trustAnchorPem,
    issueServerCertificate: (request: TestCertificateOptions) =>
      issueTestCertificate(ca, { ...request, profile: "tlsServer", clock }),
    issueClientCertificate: (request: TestCertificateOptions) =>
      issueTestCertificate(ca, { ...request, profile: "tlsClient", clock }),
    issueDefective,
    async revocationListPem() {
      await ca.crls.publish({ force: true });
      const list = await ca.crls.find({ issuerId: issuer.id });
      return encodePem("X509 CRL", list?.crl ?? new Uint8Array());
    },
    serverOptions: (
      certificate: TestCertificate,
      { requireClient = false }: { readonly requireClient?: boolean } = {},
    ) => serverOptions(certificate, requireClient ? trustAnchorPem : undefined),
    clientOptions: (certificate?: TestCertificate) => clientOptions(trustAnchorPem, certificate),
  });
}

const minute = 60_000;

function createTestRoot({ key, clock }: Pick<TestAuthorityOptions, "key"> & { readonly clock: () => Date }) {
  return createRoot({ commonName: "Test Root", clock, ...(key !== undefined && { key }) });
}

function createAuthority({
  issuer,
  store,
  policies = [allowEverything],
  clock,
}: Pick<TestAuthorityOptions, "policies"> & {
  readonly issuer: Issuer;
  readonly store: CertificateStore;
  readonly clock: () => Date;
}): Promise<CertificateAuthority> {
  const claims = { minimumValidity: "PT1S", defaultValidity: "P30D", maximumValidity: "P3650D" };
  const profiles = [tlsServer({ claims }), tlsClient({ claims })];
  return createCertificateAuthority({ issuers: [issuer], store, policies, profiles, clock });
}

function profileOf(purpose: "client" | "server"): "tlsClient" | "tlsServer" {
  return purpose === "server" ? "tlsServer" : "tlsClient";
}

const allowEverything = definePolicy("allow everything", () => allow);
