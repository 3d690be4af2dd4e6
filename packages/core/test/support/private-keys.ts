import { generateKeyPairSync } from "node:crypto";
import type { CryptoProvider, PrivateKey, PublicKey, SignatureAlgorithm } from "@chancery/core/crypto";
import { readPemVector } from "./vectors.ts";

/** Whether the runtime has ML-DSA: Node from 24.7. */
export const hasMlDsa: boolean = canGenerateMlDsa();

/** Every kind of key in vectors/keys that the runtime has, with the algorithms it can sign with. */
export const keyKinds: readonly {
  readonly file: string;
  readonly algorithms: readonly SignatureAlgorithm[];
}[] = [
  {
    file: "rsa",
    algorithms: [
      "rsa-pkcs1-sha256",
      "rsa-pkcs1-sha384",
      "rsa-pkcs1-sha512",
      "rsa-pss-sha256",
      "rsa-pss-sha384",
      "rsa-pss-sha512",
    ],
  },
  { file: "p-256", algorithms: ["ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512"] },
  { file: "p-384", algorithms: ["ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512"] },
  { file: "p-521", algorithms: ["ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512"] },
  { file: "ed25519", algorithms: ["ed25519"] },
  ...(hasMlDsa
    ? ([
        { file: "ml-dsa-44", algorithms: ["ml-dsa-44"] },
        { file: "ml-dsa-65", algorithms: ["ml-dsa-65"] },
        { file: "ml-dsa-87", algorithms: ["ml-dsa-87"] },
      ] as const)
    : []),
];

/** Every pair of a key and an algorithm of {@link keyKinds}. */
export const keySignatures: readonly { readonly file: string; readonly algorithm: SignatureAlgorithm }[] =
  keyKinds.flatMap(({ file, algorithms }) => algorithms.map((algorithm) => ({ file, algorithm })));

/** Imports a key of vectors/keys. */
export async function readKey(provider: CryptoProvider, file: string): Promise<PrivateKey> {
  return provider.importPkcs8(readPemVector(`keys/${file}.pem`));
}

/** Imports the public half of a key. */
export async function publicHalf(provider: CryptoProvider, key: PrivateKey): Promise<PublicKey> {
  return provider.importPublicKey(key.publicKey, key.algorithm);
}

function canGenerateMlDsa(): boolean {
  try {
    generateKeyPairSync("ml-dsa-44");
    return true;
  } catch {
    return false;
  }
}
