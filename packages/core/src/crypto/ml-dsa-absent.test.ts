import type * as NodeCrypto from "node:crypto";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { readPemVector } from "../../test/support/vectors.ts";
import { encodeSubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { cryptoProvider as nodeProvider } from "./node.ts";
import { cryptoProvider as webProvider } from "./web.ts";

// A runtime older than Node 24.7, as it answers: OpenSSL finds no decoder, Node does not know the type, WebCrypto not the name.
vi.mock("node:crypto", async (importOriginal) => {
  const original = await importOriginal<typeof NodeCrypto>();
  const unsupported = (): never => {
    throw Object.assign(new Error("error:1E08010C:DECODER routines::unsupported"), {
      code: "ERR_OSSL_UNSUPPORTED",
    });
  };
  return {
    ...original,
    createPublicKey: unsupported,
    createPrivateKey: unsupported,
    generateKeyPair(type: string) {
      throw Object.assign(new TypeError(`Received '${type}'`), { code: "ERR_INVALID_ARG_VALUE" });
    },
  };
});

beforeEach(() => {
  const reject = (): Promise<never> =>
    Promise.reject(new DOMException("Unrecognized algorithm name", "NotSupportedError"));
  vi.spyOn(crypto.subtle, "importKey").mockImplementation(reject);
  vi.spyOn(crypto.subtle, "generateKey").mockImplementation(reject);
  return () => vi.restoreAllMocks();
});

describe.each([
  { name: "node", provider: nodeProvider },
  { name: "web", provider: webProvider },
])("over $name, on a runtime without ML-DSA", ({ provider }) => {
  const message = expect.stringMatching(/runtime does not have ML-DSA-65/);

  test("keys are not generated: ERR_KEY_UNSUPPORTED", async () => {
    const generated = Promise.resolve().then(() =>
      provider.generatePrivateKey({ type: "ml-dsa", parameterSet: 65 }),
    );
    await expect(generated).rejects.toMatchObject({
      name: "ConfigurationError",
      code: "ERR_KEY_UNSUPPORTED",
      message,
    });
  });

  test.each(["ml-dsa-65", "ml-dsa-65-both"])(
    "private keys are not read: %s is ERR_KEY_UNSUPPORTED",
    async (file) => {
      const imported = Promise.resolve().then(() => provider.importPkcs8(readPemVector(`keys/${file}.pem`)));
      await expect(imported).rejects.toMatchObject({
        name: "ConfigurationError",
        code: "ERR_KEY_UNSUPPORTED",
        message,
      });
    },
  );

  test("public keys are not imported: ERR_KEY_UNSUPPORTED, the requester's matter", async () => {
    const algorithm = { type: "ml-dsa", parameterSet: 65 } as const;
    const spki = encodeSubjectPublicKeyInfo({ ...algorithm, encodedKey: new Uint8Array(1952) });
    const imported = Promise.resolve().then(() => provider.importPublicKey(spki, algorithm));
    await expect(imported).rejects.toMatchObject({
      name: "RequestError",
      code: "ERR_KEY_UNSUPPORTED",
      message,
    });
  });
});
