import { expect, test } from "vitest";
import { createAuthority, requestFor } from "../test/support/authority.ts";
import * as core from "./index.ts";

test("every constant that is exported is frozen", () => {
  const constants = Object.entries(core).filter(([, value]) => typeof value !== "function");
  expect(constants.map(([name]) => name).toSorted()).toEqual([
    "abstain",
    "allow",
    "caErrorCodes",
    "revocationReasons",
  ]);
  expect(constants.filter(([, value]) => !Object.isFrozen(value))).toEqual([]);
});

test("every object that a factory makes is frozen", async () => {
  const { issuer, privateKey } = await core.createRoot({ commonName: "Lab Root" });
  const created = {
    authority: (await createAuthority()).ca,
    issuer,
    privateKey,
    policy: core.definePolicy("all", () => core.allow),
    rule: core.allowDns("lab.example"),
    profile: core.tlsServer(),
    signer: core.createLocalSigner(privateKey),
    certificate: core.parseCertificate(issuer.certificate),
  };
  expect(Object.entries(created).filter(([, value]) => !Object.isFrozen(value))).toEqual([]);
});

test("what an authority answers is frozen", async () => {
  const { ca } = await createAuthority();
  const request = await requestFor("dns:a.lab.example");
  const issued = await ca.issue(request);
  const answers = {
    issued,
    chain: issued.chain,
    identifiers: issued.identifiers,
    requester: issued.requester,
    listed: (await ca.list({ limit: 1 }))[0],
    explanation: await ca.explain(request),
    plan: (await ca.explain(request)).plan,
    health: ca.health(),
    revocation: (await ca.revoke({ certificate: issued, requester: request.requester })).revocation,
  };
  expect(
    Object.entries(answers)
      .filter(([, value]) => !Object.isFrozen(value))
      .map(([name]) => name),
  ).toEqual([]);
});

test("every error class but the base needs no code that is not its own", () => {
  const errors = [
    new core.DerError("x"),
    new core.SignerError("x"),
    new core.StoreError("ERR_STORE_STALE", "x"),
    new core.LintError([]),
    new core.RequestError("ERR_VALIDITY_REFUSED", "x"),
    new core.CsrError("ERR_CSR_MALFORMED", "x"),
    new core.ConfigurationError("ERR_OPTION_INVALID", "x"),
  ];
  for (const error of errors) {
    expect(core.isCaError(error)).toBe(true);
    expect(error).toBeInstanceOf(core.CaError);
    expect(error.name).toBe(error.constructor.name);
  }
});

test("an error of another copy of the package is recognised by its code", () => {
  const foreign = Object.assign(new Error("x"), { code: "ERR_POLICY_DENIED" });
  expect(core.isCaError(foreign)).toBe(true);
  const others = [
    new Error("x"),
    Object.assign(new Error("x"), { code: "ENOENT" }),
    { code: "ERR_POLICY_DENIED" },
    undefined,
    "ERR_POLICY_DENIED",
  ];
  expect(others.filter((value) => core.isCaError(value))).toEqual([]);
});
