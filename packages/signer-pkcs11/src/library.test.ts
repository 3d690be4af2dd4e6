import { describe, expect, test } from "vitest";
import { type Graphene, importGraphene, loadLibrary } from "./library.ts";

describe("importGraphene", () => {
  test("says what to install when the package is absent", async () => {
    const absent = "graphene-pk11-that-is-not-installed";
    const importing = importGraphene(() => import(/* @vite-ignore */ absent) as Promise<Graphene>);
    await expect(importing).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_OPTION_INVALID",
      message: "a PKCS#11 token needs the package graphene-pk11: npm install graphene-pk11",
    });
  });

  test("says what to build when its native part is absent", async () => {
    // What `require("./build/Release/pkcs11.node")` throws.
    const cause = Object.assign(new Error("Cannot find module"), { code: "MODULE_NOT_FOUND" });
    await expect(importGraphene(() => Promise.reject(cause))).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
      message: expect.stringContaining("npm rebuild pkcs11js"),
      cause,
    });
  });
});

test("loadLibrary takes absolute paths only: others are looked for wherever the environment says", async () => {
  await expect(loadLibrary("./pkcs11.so")).rejects.toMatchObject({
    code: "ERR_OPTION_INVALID",
    message: 'modulePath "./pkcs11.so" is not absolute',
  });
});
