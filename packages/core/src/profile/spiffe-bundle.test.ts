import { createPublicKey, type JsonWebKey, X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { KeySpecification } from "../crypto/provider.ts";
import { createRoot } from "../issuer/create.ts";
import { spiffeBundle } from "./spiffe-bundle.ts";

const kinds: readonly { kind: string; key: KeySpecification; members: readonly string[] }[] = [
  { kind: "P-256", key: { type: "ec", curve: "P-256" }, members: ["crv", "kty", "use", "x", "x5c", "y"] },
  { kind: "P-521", key: { type: "ec", curve: "P-521" }, members: ["crv", "kty", "use", "x", "x5c", "y"] },
  { kind: "Ed25519", key: { type: "ed25519" }, members: ["crv", "kty", "use", "x", "x5c"] },
  {
    kind: "ML-DSA-44",
    key: { type: "ml-dsa", parameterSet: 44 },
    members: ["alg", "kty", "pub", "use", "x5c"],
  },
  { kind: "RSA", key: { type: "rsa", bits: 2048 }, members: ["e", "kty", "n", "use", "x5c"] },
];

describe("spiffeBundle", () => {
  test.each(kinds)(
    "C-005: a trust anchor of $kind is a JWK of its key and its certificate, without kid",
    async ({ key, members }) => {
      const { issuer } = await createRoot({ commonName: "Lab", key });
      const { keys } = spiffeBundle({ trustAnchors: [issuer.certificate] });
      const [jwk] = JSON.parse(JSON.stringify(keys)) as (JsonWebKey & { use: string; x5c: string[] })[];
      expect(Object.keys(jwk ?? {}).toSorted()).toEqual(members);
      expect(jwk?.use).toBe("x509-svid");
      expect(jwk?.x5c).toEqual([Buffer.from(issuer.certificate).toString("base64")]);
      const certified = new X509Certificate(issuer.certificate).publicKey;
      expect(createPublicKey({ key: jwk ?? {}, format: "jwk" }).equals(certified)).toBe(true);
    },
  );

  test("C-005: several trust anchors, a sequence and a refresh hint", async () => {
    const roots = await Promise.all(["Old", "New"].map((commonName) => createRoot({ commonName })));
    const trustAnchors = roots.map(({ issuer }) => issuer.certificate);
    const bundle = spiffeBundle({ trustAnchors, sequence: 7, refreshHint: 300 });
    expect(bundle).toMatchObject({ spiffe_sequence: 7, spiffe_refresh_hint: 300 });
    expect(bundle.keys.map(({ x5c }) => x5c[0])).toEqual(
      trustAnchors.map((der) => Buffer.from(der).toString("base64")),
    );
    expect(Object.keys(spiffeBundle({ trustAnchors }))).toEqual(["keys"]);
    expect(Object.isFrozen(bundle.keys)).toBe(true);
  });

  test.each([
    { why: "no trust anchor", options: { trustAnchors: [] }, code: "ERR_OPTION_INVALID" },
    {
      why: "a negative sequence",
      options: { trustAnchors: [new Uint8Array()], sequence: -1 },
      code: "ERR_OPTION_INVALID",
    },
    {
      why: "a refresh at once",
      options: { trustAnchors: [new Uint8Array()], refreshHint: 0 },
      code: "ERR_OPTION_INVALID",
    },
    {
      why: "half a second",
      options: { trustAnchors: [new Uint8Array()], refreshHint: 0.5 },
      code: "ERR_OPTION_INVALID",
    },
    {
      why: "what is no certificate",
      options: { trustAnchors: [new Uint8Array()] },
      code: "ERR_CERTIFICATE_MALFORMED",
    },
  ])("refuses $why", ({ options, code }) => {
    expect(() => spiffeBundle(options)).toThrow(expect.objectContaining({ code }));
  });
});
