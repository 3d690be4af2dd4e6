import { describe, expect, test } from "vitest";
import { encodeHex } from "../encoding/hex.ts";
import { tlsClient, tlsServer, tlsServerAndClient } from "./presets.ts";
import { defineProfile, type ProfileOptions } from "./profile.ts";

const keyUsage = "300e0603551d0f0101ff040403020780"; // critical, digitalSignature alone

describe("presets", () => {
  const day = 86_400_000;
  const presets = [
    {
      profile: tlsServer(),
      name: "tlsServer",
      identifierTypes: ["dns", "ip"],
      extKeyUsage: ["serverAuth"],
      encoded: "30130603551d25040c300a06082b06010505070301",
    },
    {
      profile: tlsClient(),
      name: "tlsClient",
      identifierTypes: ["dns", "ip", "email", "uri"],
      extKeyUsage: ["clientAuth"],
      encoded: "30130603551d25040c300a06082b06010505070302",
    },
    {
      profile: tlsServerAndClient(),
      name: "tlsServerAndClient",
      identifierTypes: ["dns", "ip", "email", "uri"],
      extKeyUsage: ["serverAuth", "clientAuth"],
      encoded: "301d0603551d250416301406082b0601050507030106082b06010505070302",
    },
  ] as const;

  test.each(presets)("B-031, B-033: $name signs, and only for its purpose", (preset) => {
    const { profile, encoded, name, identifierTypes, extKeyUsage } = preset;
    expect(profile).toMatchObject({ name, identifierTypes, extKeyUsage, commonName: false });
    expect(profile.fixedExtensions.map(encodeHex)).toEqual([keyUsage, encoded]);
  });

  test("B-017: stay within 397 days unless told otherwise", () => {
    for (const { profile } of presets) expect(profile.claims.maximumValidity).toBeLessThanOrEqual(397 * day);
  });

  test("take a name, claims and kinds of identifier, but no other purpose", () => {
    const options = { name: "web", claims: { defaultValidity: "P1D" }, extKeyUsage: ["clientAuth"] };
    const profile = tlsServer(options);
    expect(profile).toMatchObject({ name: "web", extKeyUsage: ["serverAuth"] });
    expect(profile.claims.defaultValidity).toBe(day);
  });
});

describe("defineProfile", () => {
  const valid: ProfileOptions = { name: "x", extKeyUsage: ["codeSigning"] };

  test.each([
    { why: "an empty name", options: { ...valid, name: "" } },
    { why: "a name with a slash", options: { ...valid, name: "a/b" } },
    { why: "a name with a line end", options: { ...valid, name: "a\n" } },
    { why: "a name of 65 characters", options: { ...valid, name: "x".repeat(65) } },
    { why: "no purpose", options: { ...valid, extKeyUsage: [] } },
    { why: "a purpose twice", options: { ...valid, extKeyUsage: ["clientAuth", "clientAuth"] } },
    { why: "any purpose", options: { ...valid, extKeyUsage: ["any"] } },
    { why: "an unknown purpose", options: { ...valid, extKeyUsage: ["toString"] } },
    { why: "no kind of identifier", options: { ...valid, identifierTypes: [] } },
    { why: "bad claims", options: { ...valid, claims: { defaultValidity: "P1000D" } } },
  ])("B-033: refuses $why", ({ options }) => {
    expect(() => defineProfile(options as ProfileOptions)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });

  test("keeps copies: what it was given may change afterwards", () => {
    const extKeyUsage: "codeSigning"[] = ["codeSigning"];
    const profile = defineProfile({ ...valid, extKeyUsage });
    extKeyUsage.length = 0;
    expect(profile.extKeyUsage).toEqual(["codeSigning"]);
  });
});
