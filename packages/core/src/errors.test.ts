import { describe, expect, test } from "vitest";
import {
  CaError,
  ConfigurationError,
  CsrError,
  caErrorCodes,
  DerError,
  isCaError,
  RequestError,
  SignerError,
  StoreError,
} from "./errors.ts";

describe("the family", () => {
  test.each([
    { error: new DerError("x"), name: "DerError", code: "ERR_DER_MALFORMED" },
    { error: new SignerError("x"), name: "SignerError", code: "ERR_SIGNER_FAILED" },
    { error: new StoreError("ERR_STORE_STALE", "x"), name: "StoreError", code: "ERR_STORE_STALE" },
    { error: new RequestError("ERR_KEY_WEAK", "x"), name: "RequestError", code: "ERR_KEY_WEAK" },
    { error: new CsrError("ERR_CSR_MALFORMED", "x"), name: "CsrError", code: "ERR_CSR_MALFORMED" },
    {
      error: new ConfigurationError("ERR_OPTION_INVALID", "x"),
      name: "ConfigurationError",
      code: "ERR_OPTION_INVALID",
    },
  ])("$name carries its name and $code", ({ error, name, code }) => {
    expect(error).toBeInstanceOf(CaError);
    expect(error).toMatchObject({ name, code });
    expect(isCaError(error)).toBe(true);
    expect(String(error)).toContain(name);
  });

  test("a CsrError is a RequestError: the requester has to act", () => {
    expect(new CsrError("ERR_CSR_MALFORMED", "x")).toBeInstanceOf(RequestError);
  });

  test("the cause is kept", () => {
    const cause = new Error("below");
    expect(new DerError("x", { cause }).cause).toBe(cause);
  });
});

describe("isCaError", () => {
  test("goes by the code, so that another copy of the package is recognised", () => {
    expect(isCaError(Object.assign(new Error("x"), { code: "ERR_CSR_MALFORMED" }))).toBe(true);
  });

  test.each([
    { why: "an error without a code", value: new Error("x") },
    {
      why: "an error with a code of Node's",
      value: Object.assign(new Error("x"), { code: "ERR_INVALID_ARG_TYPE" }),
    },
    { why: "an error whose code is no text", value: Object.assign(new Error("x"), { code: 7 }) },
    { why: "an object that is no error", value: { code: "ERR_CSR_MALFORMED" } },
    { why: "nothing", value: undefined },
    { why: "null", value: null },
    { why: "text", value: "ERR_CSR_MALFORMED" },
  ])("is false for $why", ({ value }) => {
    expect(isCaError(value)).toBe(false);
  });
});

test("codes are unique, sorted and of one form", () => {
  expect(caErrorCodes).toEqual([...new Set(caErrorCodes)].toSorted());
  for (const code of caErrorCodes) expect(code).toMatch(/^ERR(?:_[A-Z]+){2,}$/);
});
