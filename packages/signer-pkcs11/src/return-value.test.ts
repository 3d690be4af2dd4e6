import { describe, expect, test } from "vitest";
import { isLoss, reasonOf, returnValueOf } from "./return-value.ts";

const answered = (name: string, code = 0): Error => Object.assign(new Error(name), { code });

describe("returnValueOf", () => {
  test.each([
    { error: answered("CKR_PIN_INCORRECT"), name: "CKR_PIN_INCORRECT" },
    { error: answered("CKR_VENDOR_DEFINED", 0x80000a01), name: "CKR_VENDOR_DEFINED 0x80000a01" },
    { error: new Error("CKR_VENDOR_DEFINED"), name: "CKR_VENDOR_DEFINED 0x0" },
    { error: new Error("the CKR_PIN_INCORRECT"), name: undefined },
    { error: "CKR_PIN_INCORRECT", name: undefined },
    { error: undefined, name: undefined },
  ])("$name", ({ error, name }) => {
    expect(returnValueOf(error)).toBe(name);
  });
});

describe("isLoss", () => {
  test.each([
    "CKR_DEVICE_REMOVED",
    "CKR_SESSION_HANDLE_INVALID",
    "CKR_USER_NOT_LOGGED_IN",
    "CKR_VENDOR_DEFINED",
  ])("%s can mean that the token was taken out", (name) => expect(isLoss(answered(name))).toBe(true));

  test.each(["CKR_MECHANISM_INVALID", "CKR_PIN_INCORRECT", "CKR_DATA_LEN_RANGE", "boom"])(
    "%s cannot: another session would not help",
    (name) => expect(isLoss(answered(name))).toBe(false),
  );
});

test.each([
  { error: answered("CKR_DEVICE_ERROR"), reason: "CKR_DEVICE_ERROR" },
  { error: new Error("no terminal"), reason: "no terminal" },
  { error: 4, reason: "it failed" },
])("reasonOf: $reason", ({ error, reason }) => {
  expect(reasonOf(error)).toBe(reason);
});
