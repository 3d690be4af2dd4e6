import {
  CaError,
  CsrError,
  caErrorCodes,
  type Explanation,
  PolicyError,
  SignerError,
  StoreError,
} from "@chancery/core";
import { describe, expect, test } from "vitest";
import { AcmeProblem, problemDocument, problemOfIdentifiers, problemTypes } from "./problem.ts";
import { problemFromError } from "./problem-from-error.ts";

const refusal: Explanation = {
  verdict: "deny",
  levels: [],
  decisions: [],
  denials: [],
  plan: {
    operation: "issue",
    profile: "tlsServer",
    issuer: "CN=Lab Root",
    identifiers: [],
    subject: [],
    keyUsage: [],
    extKeyUsage: [],
    purposes: [],
    notBefore: new Date(0),
    notAfter: new Date(1000),
  },
};

describe("problemFromError", () => {
  test.each(caErrorCodes)("turns %s into a registered type with a status that fits (A-009)", (code) => {
    const { problem, report } = problemFromError(new CaError(code, "what went wrong"));
    expect(problemTypes).toContain(problem.type);
    expect(problem.status).toBeGreaterThanOrEqual(400);
    expect(report).toBe(problem.type === "serverInternal");
    expect(problem.message === "what went wrong").toBe(!report);
  });

  test.each([
    { error: new CsrError("ERR_CSR_MALFORMED", "no"), type: "badCSR", status: 400 },
    { error: new PolicyError(refusal), type: "rejectedIdentifier", status: 403 },
    { error: new PolicyError({ ...refusal, failure: new Error("x") }), type: "serverInternal", status: 500 },
    { error: new StoreError("ERR_STORE_TRANSIENT", "locked"), type: "serverInternal", status: 503 },
    { error: new SignerError("token gone"), type: "serverInternal", status: 503 },
  ])("$error.code is $type with $status", ({ error, type, status }) => {
    expect(problemFromError(error).problem).toMatchObject({ type, status });
  });

  test("tells the client when to come back after an outage (case 128)", () => {
    expect(problemFromError(new StoreError("ERR_STORE_TRANSIENT", "locked")).problem.extras.retryAfter).toBe(
      5,
    );
  });

  test.each([new Error("password is hunter2"), "a string", undefined, { code: "ERR_UNKNOWN" }])(
    "says nothing about %s, and reports it",
    (error) => {
      const { problem, report } = problemFromError(error);
      expect(problem).toMatchObject({ type: "serverInternal", status: 500 });
      expect(problem.message).toBe("the server failed to process the request");
      expect(report).toBe(true);
    },
  );

  test("recognises errors of another copy of core by their code", () => {
    const foreign = Object.assign(new Error("expired"), { code: "ERR_VALIDITY_REFUSED" });
    expect(problemFromError(foreign).problem).toMatchObject({
      type: "malformed",
      status: 400,
      message: "expired",
    });
  });

  test("leaves a problem as it is", () => {
    const problem = new AcmeProblem("badNonce", "used");
    expect(problemFromError(problem)).toEqual({ problem, report: false });
  });
});

describe("problemOfIdentifiers", () => {
  const one = { type: "malformed", detail: "a", identifier: { type: "dns", value: "-.test" } } as const;
  const two = {
    type: "rejectedIdentifier",
    detail: "b",
    identifier: { type: "dns", value: "b.test" },
  } as const;

  test("has the type that all share (A-010)", () => {
    expect(problemOfIdentifiers([one, one])).toMatchObject({ type: "malformed", status: 400 });
    expect(problemOfIdentifiers([two])).toMatchObject({ type: "rejectedIdentifier", status: 403 });
  });

  test("names every identifier, those with the same reason together (case 81)", () => {
    const three = { ...two, identifier: { type: "ip", value: "10.1.2.3" } };
    expect(problemOfIdentifiers([two]).message).toBe("dns:b.test: b");
    expect(problemOfIdentifiers([two, one, three]).message).toBe("dns:b.test, ip:10.1.2.3: b; dns:-.test: a");
  });

  test("is compound when they differ, with the identifiers in the subproblems only (A-010)", () => {
    const problem = problemOfIdentifiers([one, two]);
    expect(problem.type).toBe("compound");
    expect(JSON.parse(JSON.stringify(problemDocument(problem)))).toEqual({
      type: "urn:ietf:params:acme:error:compound",
      detail: "dns:-.test: a; dns:b.test: b",
      status: 400,
      subproblems: [
        { type: "urn:ietf:params:acme:error:malformed", detail: "a", identifier: one.identifier },
        { type: "urn:ietf:params:acme:error:rejectedIdentifier", detail: "b", identifier: two.identifier },
      ],
    });
  });
});
