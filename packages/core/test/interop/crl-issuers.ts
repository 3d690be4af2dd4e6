import {
  createIntermediate,
  createLocalSigner,
  createRoot,
  type Issuer,
  type KeySpecification,
  type PrivateKey,
  type Signer,
} from "@chancery/core";

/** A root and an intermediate with keys of one kind. */
export interface CrlIssuers {
  readonly kind: string;
  readonly root: Issuer;
  readonly issuer: Issuer;
  /** Name of the signature algorithm in Go, in OpenSSL and in Python. */
  readonly names: { readonly go: string; readonly openssl: string; readonly python: string };
}

const kinds: readonly { kind: string; key: KeySpecification; names: CrlIssuers["names"] }[] = [
  {
    kind: "RSA",
    key: { type: "rsa", bits: 2048 },
    names: { go: "SHA256-RSA", openssl: "sha256WithRSAEncryption", python: "sha256WithRSAEncryption" },
  },
  {
    kind: "RSASSA-PSS",
    key: { type: "rsa", bits: 2048 },
    names: { go: "SHA256-RSAPSS", openssl: "rsassaPss", python: "RSASSA-PSS" },
  },
  {
    kind: "P-256",
    key: { type: "ec", curve: "P-256" },
    names: { go: "ECDSA-SHA256", openssl: "ecdsa-with-SHA256", python: "ecdsa-with-SHA256" },
  },
  {
    kind: "P-384",
    key: { type: "ec", curve: "P-384" },
    names: { go: "ECDSA-SHA384", openssl: "ecdsa-with-SHA384", python: "ecdsa-with-SHA384" },
  },
  {
    kind: "Ed25519",
    key: { type: "ed25519" },
    names: { go: "Ed25519", openssl: "ED25519", python: "ed25519" },
  },
];

/** Makes issuers with each kind of key that signs CRLs. */
export function createCrlIssuers(clock: () => Date): Promise<readonly CrlIssuers[]> {
  return Promise.all(
    kinds.map(async ({ kind, key, names }) => {
      const { issuer: root } = await createRoot({ commonName: `${kind} Root`, key, clock });
      const { issuer, privateKey } = await createIntermediate({
        issuer: root,
        commonName: `${kind} Intermediate`,
        key,
        clock,
      });
      return { kind, root, issuer: { ...issuer, signer: signerOf(kind, privateKey) }, names };
    }),
  );
}

function signerOf(kind: string, privateKey: PrivateKey): Signer {
  if (kind !== "RSASSA-PSS") return createLocalSigner(privateKey);
  return {
    algorithm: "rsa-pss-sha256",
    publicKey: privateKey.publicKey,
    sign: (data) => privateKey.sign("rsa-pss-sha256", data),
  };
}
