import { exportJWK, type JWK } from "jose";

/** A key pair for signing requests, with its public half as JWK. */
export interface SigningKey {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

const rsa = { modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-256" };

const generators: Readonly<
  Record<string, EcKeyGenParams | RsaHashedKeyGenParams | { readonly name: "Ed25519" }>
> = {
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  ES384: { name: "ECDSA", namedCurve: "P-384" },
  ES512: { name: "ECDSA", namedCurve: "P-521" },
  RS256: { name: "RSASSA-PKCS1-v1_5", ...rsa },
  PS256: { name: "RSA-PSS", ...rsa },
  EdDSA: { name: "Ed25519" },
};

/** Every algorithm the server accepts. */
export const algorithms: readonly string[] = Object.keys(generators);

/** Makes a key pair with WebCrypto, which the server does not use for this. */
export async function generateSigningKey(alg = "ES256"): Promise<SigningKey> {
  const generator = generators[alg];
  if (generator === undefined) throw new RangeError(`no generator for ${alg}`);
  const pair = (await crypto.subtle.generateKey(generator, true, ["sign", "verify"])) as CryptoKeyPair;
  return { alg, ...pair, jwk: await exportJWK(pair.publicKey) };
}

const signatures: Readonly<Record<string, EcdsaParams | RsaPssParams | { readonly name: string }>> = {
  ES256: { name: "ECDSA", hash: "SHA-256" },
  ES384: { name: "ECDSA", hash: "SHA-384" },
  ES512: { name: "ECDSA", hash: "SHA-512" },
  RS256: { name: "RSASSA-PKCS1-v1_5" },
  PS256: { name: "RSA-PSS", saltLength: 32 },
  EdDSA: { name: "Ed25519" },
};

/** Signs exactly these octets, so that a test can sign what no library would let it. */
export async function signOctets(
  { alg, privateKey }: SigningKey,
  octets: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const parameters = signatures[alg];
  if (parameters === undefined) throw new RangeError(`no signature for ${alg}`);
  return new Uint8Array(await crypto.subtle.sign(parameters, privateKey, octets));
}
