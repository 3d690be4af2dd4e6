import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readVector } from "../../test/support/vectors.ts";
import { formatName } from "../certificate/name.ts";
import { parseCertificationRequest } from "../csr/certification-request.ts";
import { parseIntermediateRequest } from "../csr/intermediate-request.ts";
import { generatePrivateKey } from "../key/private-key.ts";
import { createLocalSigner } from "../signer/local-signer.ts";
import type { Signer } from "../signer/signer.ts";
import { formatSubtree } from "./format-subtree.ts";
import { createIntermediateRequest, type IntermediateRequestOptions } from "./request.ts";

const options: IntermediateRequestOptions = { commonName: "Lab Intermediate", organization: "Lab" };

describe("createIntermediateRequest", () => {
  test("B-130, D-001, D-002: makes a key and asks for an intermediate of path length 0", async () => {
    const pending = await createIntermediateRequest(options);
    expect(pending.subject).toBe("O=Lab, CN=Lab Intermediate");
    expect(pending.signer.publicKey).toEqual(pending.privateKey.publicKey);
    const request = await parseIntermediateRequest(pending.csrPem);
    expect(request.der).toEqual(pending.csr);
    expect(formatName(request.subject)).toBe(pending.subject);
    expect(request).toMatchObject({
      pathLength: 0,
      extKeyUsage: ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"],
    });
    expect(Buffer.from(request.publicKey.der)).toEqual(Buffer.from(pending.privateKey.publicKey));
    expect(request).not.toHaveProperty("nameConstraints");
    expect(Object.isFrozen(pending)).toBe(true);
    await expect(parseCertificationRequest(pending.csr)).rejects.toMatchObject({
      code: "ERR_CSR_EXTENSION_REFUSED",
    });
  });

  test("B-034, B-035: asks for what it is told", async () => {
    const { request } = await createIntermediateRequest({
      ...options,
      pathLength: 1,
      extKeyUsage: ["serverAuth"],
      nameConstraints: { permitted: { dns: ["lab.example"] }, excluded: { ip: ["0.0.0.0/0"] } },
    });
    expect(request).toMatchObject({ pathLength: 1, extKeyUsage: ["1.3.6.1.5.5.7.3.1"] });
    expect(request.nameConstraints?.permitted.map(formatSubtree)).toEqual(["dns:lab.example"]);
    expect(request.nameConstraints?.excluded.map(formatSubtree)).toEqual(["ip:0.0.0.0/0.0.0.0"]);
  });

  test("makes the kind of key that it is told", async () => {
    const { privateKey } = await createIntermediateRequest({ ...options, key: { type: "ed25519" } });
    expect(privateKey.algorithm).toEqual({ type: "ed25519" });
  });

  test.each([
    { file: "rsa", algorithm: "rsa-pkcs1-sha256", hash: "sha256" },
    { file: "p-256", algorithm: "ecdsa-sha256", hash: "sha256" },
    { file: "p-384", algorithm: "ecdsa-sha384", hash: "sha384" },
    { file: "ed25519", algorithm: "ed25519", hash: undefined },
  ] as const)(
    "D-003: is signed by a $file key that answers later, from elsewhere",
    async ({ file, algorithm, hash }) => {
      const token = createPrivateKey(readVector(`keys/${file}.pem`));
      const signer: Signer = {
        algorithm,
        publicKey: new Uint8Array(createPublicKey(token).export({ format: "der", type: "spki" })),
        async sign(data) {
          await Promise.resolve();
          return new Uint8Array(sign(hash, data, token));
        },
      };
      const pending = await createIntermediateRequest({ ...options, signer });
      expect(pending).not.toHaveProperty("privateKey");
      expect(pending.signer).toBe(signer);
      await expect(parseIntermediateRequest(pending.csr)).resolves.toMatchObject({
        publicKey: { der: signer.publicKey },
      });
    },
  );

  test("D-003: a signer that signs with another key makes no request", async () => {
    const [one, other] = [await generatePrivateKey(), createLocalSigner(await generatePrivateKey())];
    const signer = { ...createLocalSigner(one), sign: other.sign };
    await expect(createIntermediateRequest({ ...options, signer })).rejects.toMatchObject({
      name: "SignerError",
      code: "ERR_SIGNER_FAILED",
    });
  });

  test.each<{ why: string; changes: Partial<IntermediateRequestOptions> }>([
    { why: "no name", changes: { commonName: "" } },
    { why: "no purpose", changes: { extKeyUsage: [] } },
    { why: "a path length below nothing", changes: { pathLength: -1 } },
    { why: "a constraint that is none", changes: { permittedDns: ["*.lab.example"] } },
  ])("refuses $why", async ({ changes }) => {
    await expect(createIntermediateRequest({ ...options, ...changes })).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
    });
  });
});
