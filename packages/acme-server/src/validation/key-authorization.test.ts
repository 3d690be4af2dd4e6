import { describe, expect, test } from "vitest";
import { thumbprint, token } from "../../test/validation-lab/acme-challenge.ts";
import {
  acmeIdentifierValue,
  assertChallenge,
  dnsRecordValue,
  keyAuthorization,
} from "./key-authorization.ts";

describe("keyAuthorization", () => {
  test("A-241: TXT value and acmeIdentifier of the published vector", () => {
    const text = keyAuthorization(token, thumbprint);
    expect(text).toBe(`${token}.${thumbprint}`);
    expect(dnsRecordValue(text)).toBe("lAV291d372xyXVEZRY9j2FQ8g1TYpOaJr620CiahePA");
    expect(Buffer.from(acmeIdentifierValue(text)).toString("hex")).toBe(
      "0420940576f75777ef6c725d5119458f63d8543c8354d8a4e689afadb40a26a178f0",
    );
  });

  test.each([
    { why: "a token of less than 128 bits", token: "A".repeat(21), thumbprint },
    { why: "a token longer than any we make", token: "A".repeat(129), thumbprint },
    { why: "a line break in the token", token: `${token}\r\n`, thumbprint },
    { why: "a path in the token", token: `../../${token}`, thumbprint },
    { why: "padding in the token", token: `${token}=`, thumbprint },
    { why: "a full stop in the token", token: `${token}.${token}`, thumbprint },
    { why: "a short thumbprint", token, thumbprint: thumbprint.slice(1) },
    { why: "a line break after the thumbprint", token, thumbprint: `${thumbprint}\n` },
    { why: "base64 with the other alphabet", token, thumbprint: `+${thumbprint.slice(1)}` },
  ])("E-006: refuses $why", ({ token, thumbprint }) => {
    expect(() => keyAuthorization(token, thumbprint)).toThrow(TypeError);
  });
});

describe("assertChallenge", () => {
  test("accepts what keyAuthorization makes", () => {
    expect(assertChallenge({ token, keyAuthorization: keyAuthorization(token, thumbprint) })).toBeUndefined();
  });

  test.each([
    { why: "another token", keyAuthorization: `${"A".repeat(43)}.${thumbprint}` },
    { why: "no thumbprint", keyAuthorization: token },
    { why: "something more", keyAuthorization: `${token}.${thumbprint}.${thumbprint}` },
  ])("E-006: refuses a key authorization with $why", ({ keyAuthorization }) => {
    expect(() => assertChallenge({ token, keyAuthorization })).toThrow(TypeError);
  });

  test("E-005: its message repeats neither token nor key authorization", () => {
    const hostile = "\u001b[31m-evil";
    expect(() => assertChallenge({ token: hostile, keyAuthorization: hostile })).toThrow(
      /^token is not 22 to 128 base64url characters, it has 10$/,
    );
  });
});
