import {
  type AuthorityHealth,
  type CaError,
  type CaErrorCode,
  type CertificateAuthority,
  type CertificateStore,
  createCertificateAuthority,
  createIntermediate,
  createRoot,
  type Denial,
  definePolicy,
  deny,
  type Explanation,
  type Identifier,
  type IssuedCertificate,
  type IssueRequest,
  type Issuer,
  importIssuer,
  isCaError,
  type Policy,
  PolicyError,
  type PolicyInput,
  type Requester,
  type RevocationReason,
  type Signer,
  StoreError,
  tlsServer,
} from "@chancery/core";
import { createTestAuthority } from "@chancery/core/testing";
import { describe, expectTypeOf, test } from "vitest";

declare const ca: CertificateAuthority;
declare const issuer: Issuer;
declare const store: CertificateStore;
declare const policy: Policy;
declare const requester: Requester;
declare const identifiers: readonly Identifier[];
declare const publicKey: Uint8Array;
declare const throws: (error: Error) => void;

describe("errors", () => {
  test("isCaError narrows anything that was caught, and the code narrows further", () => {
    const caught: unknown = undefined;
    if (!isCaError(caught)) return;
    expectTypeOf(caught).toEqualTypeOf<CaError>();
    expectTypeOf(caught.code).toEqualTypeOf<CaErrorCode>();
    // @ts-expect-error there is no such code
    expectTypeOf(caught.code === "ERR_NO_SUCH_CODE").toBeBoolean();
    switch (caught.code) {
      case "ERR_POLICY_DENIED":
        expectTypeOf(caught.code).toEqualTypeOf<"ERR_POLICY_DENIED">();
        break;
      default:
        expectTypeOf(caught.code).toEqualTypeOf<Exclude<CaErrorCode, "ERR_POLICY_DENIED">>();
    }
  });

  test("a class narrows to its data and its codes", () => {
    const caught: unknown = undefined;
    if (caught instanceof PolicyError) expectTypeOf(caught.denials).toEqualTypeOf<readonly Denial[]>();
    if (caught instanceof StoreError) {
      expectTypeOf(caught.code).toEqualTypeOf<
        "ERR_STORE_CONFLICT" | "ERR_STORE_NOT_FOUND" | "ERR_STORE_STALE" | "ERR_STORE_TRANSIENT"
      >();
    }
    // @ts-expect-error not a code of a store
    throws(new StoreError("ERR_POLICY_DENIED", "x"));
    // @ts-expect-error not an explanation
    throws(new PolicyError({ denials: [] }));
  });
});

describe("options", () => {
  test("createCertificateAuthority wants an issuer, a store and policies, and knows what else there is", () => {
    expectTypeOf(
      createCertificateAuthority({ issuers: [issuer], store, policies: [policy] }),
    ).resolves.toEqualTypeOf<CertificateAuthority>();
    // @ts-expect-error policies are missing
    void createCertificateAuthority({ issuers: [issuer], store });
    // @ts-expect-error a word that is not an option
    void createCertificateAuthority({ issuers: [issuer], store, policies: [policy], polices: [] });
    // @ts-expect-error undefined is not the same as absent
    void createCertificateAuthority({ issuers: [issuer], store, policies: [policy], profiles: undefined });
    // @ts-expect-error an issuer comes from createRoot, createIntermediate or importIssuer
    void createCertificateAuthority({ issuers: [{ id: "x" }], store, policies: [policy] });
  });

  test("a request has a csr, or a public key with names", () => {
    expectTypeOf({ csr: "pem", requester }).toExtend<IssueRequest>();
    expectTypeOf({ publicKey, identifiers, requester }).toExtend<IssueRequest>();
    // @ts-expect-error names are missing
    void ca.issue({ publicKey, requester });
    // @ts-expect-error nobody asks
    void ca.issue({ csr: "pem" });
    // @ts-expect-error a date, not text
    void ca.issue({ csr: "pem", requester, notAfter: "2030-01-01" });
    // @ts-expect-error only a number of kinds of requester exist
    void ca.issue({ csr: "pem", requester: { kind: "root", id: "x" } });
    // @ts-expect-error an object literal is no parsed certification request
    void ca.issue({ csr: { der: publicKey, identifiers }, requester });
  });

  test("presets and issuers take exactly what they can use", () => {
    tlsServer({ name: "web", subject: { commonName: "identifier" }, claims: { defaultValidity: "P1D" } });
    // @ts-expect-error the purposes of a preset are its own
    tlsServer({ extKeyUsage: ["clientAuth"] });
    void createRoot({ commonName: "Root", key: { type: "rsa", bits: 4096 } });
    // @ts-expect-error no RSA key of 1024 bits
    void createRoot({ commonName: "Root", key: { type: "rsa", bits: 1024 } });
    // @ts-expect-error no such curve
    void createRoot({ commonName: "Root", key: { type: "ec", curve: "secp256k1" } });
    // @ts-expect-error beneath whom?
    void createIntermediate({ commonName: "Intermediate" });
    // @ts-expect-error any purpose is never written
    void createIntermediate({ issuer, commonName: "Intermediate", extKeyUsage: ["any"] });
    // @ts-expect-error a signer is missing
    void importIssuer({ chainPem: "" });
  });

  test("revocation knows the reasons of RFC 5280, whole and in their spelling", () => {
    expectTypeOf<"keyCompromise">().toExtend<RevocationReason>();
    // @ts-expect-error spelled wrong
    void ca.revoke({ certificate: { fingerprint: "" }, requester, reason: "keycompromise" });
  });
});

describe("answers", () => {
  test("are read-only", () => {
    const issued = {} as IssuedCertificate;
    // @ts-expect-error frozen
    issued.serialNumber = "00";
    // @ts-expect-error frozen
    issued.chain.push(publicKey);
    // @ts-expect-error frozen
    ca.health().warnings.push("x");
    expectTypeOf(ca.health()).toEqualTypeOf<AuthorityHealth>();
    expectTypeOf(ca.explain).returns.resolves.toEqualTypeOf<Explanation>();
    expectTypeOf(ca.find).returns.resolves.toEqualTypeOf<IssuedCertificate | undefined>();
    expectTypeOf(issued.revocation?.reason).toEqualTypeOf<RevocationReason | undefined>();
  });
});

describe("ports and functions of the embedder", () => {
  test("a policy answers one decision or several, now or later, and nothing else", () => {
    definePolicy("a", (input) => {
      expectTypeOf(input).toEqualTypeOf<PolicyInput>();
      return deny("no", ...input.identifiers);
    });
    definePolicy("b", async () => ({ verdict: "allow", reason: "yes" }));
    // @ts-expect-error a boolean is no decision
    definePolicy("c", () => true);
    // @ts-expect-error no such verdict
    definePolicy("d", () => ({ verdict: "maybe", reason: "?" }));
  });

  test("a signer answers a value or a promise", () => {
    expectTypeOf({ algorithm: "ed25519" as const, publicKey, sign: () => publicKey }).toExtend<Signer>();
    expectTypeOf({
      algorithm: "ed25519" as const,
      publicKey,
      sign: async () => publicKey,
    }).toExtend<Signer>();
    expectTypeOf({ algorithm: "sha1" as const, publicKey, sign: () => publicKey }).not.toExtend<Signer>();
  });

  test("the testing kit says what it has", () => {
    expectTypeOf(createTestAuthority).returns.resolves.toHaveProperty("issueServerCertificate");
    expectTypeOf(createTestAuthority)
      .returns.resolves.toHaveProperty("ca")
      .toEqualTypeOf<CertificateAuthority>();
  });
});
