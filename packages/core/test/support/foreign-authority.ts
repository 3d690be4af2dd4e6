import "reflect-metadata";
import { createLocalSigner, decodePrivateKeyPem, encodePem, type Signer } from "@chancery/core";
import * as x509 from "@peculiar/x509";
import { now } from "./authority.ts";

/** A CA certificate that @peculiar/x509 made. */
export interface ForeignAuthority {
  readonly pem: string;
  readonly subject: string;
  readonly keys: CryptoKeyPair;
  readonly certificate: x509.X509Certificate;
  readonly signer: Signer;
}

/** What a foreign CA certificate says; what is absent is as it should be. */
export interface ForeignAuthorityOptions {
  readonly subject: string;
  /** Who signs it; absent: itself. */
  readonly issuer?: ForeignAuthority;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly pathLength?: number;
  readonly ca?: boolean;
  /** Value of the extension, hexadecimal DER. */
  readonly keyUsage?: string;
  readonly subjectKeyIdentifier?: boolean;
  /** Hexadecimal, instead of the issuer's own. */
  readonly authorityKeyIdentifier?: string;
  readonly extensions?: readonly x509.Extension[];
  readonly keys?: CryptoKeyPair;
  /** What the certificate is signed with, instead of the issuer's key. */
  readonly signedBy?: CryptoKeyPair;
}

x509.cryptoProvider.set(crypto);

/** Makes a pair of P-256 keys. */
export async function createKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
}

/** Makes a CA certificate, fit unless the options say otherwise. */
export async function createForeignAuthority(options: ForeignAuthorityOptions): Promise<ForeignAuthority> {
  const { subject, issuer, keys = await createKeys() } = options;
  const signedBy = options.signedBy ?? issuer?.keys ?? keys;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: "01ab",
    subject,
    issuer: issuer?.subject ?? subject,
    notBefore: options.notBefore ?? new Date(now.getTime() - 86_400_000),
    notAfter: options.notAfter ?? new Date(now.getTime() + 365 * 86_400_000),
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    publicKey: keys.publicKey,
    signingKey: signedBy.privateKey,
    extensions: await extensionsOf(options, keys),
  });
  return {
    pem: `${certificate.toString("pem")}\n`,
    subject,
    keys,
    certificate,
    signer: await signerOf(keys.privateKey),
  };
}

async function extensionsOf(
  options: ForeignAuthorityOptions,
  keys: CryptoKeyPair,
): Promise<x509.Extension[]> {
  const { issuer, ca = true, pathLength, subjectKeyIdentifier = true } = options;
  const keyUsage = Buffer.from(options.keyUsage ?? "03020106", "hex"); // keyCertSign, cRLSign
  const authorityKey = issuer?.keys.publicKey;
  return [
    new x509.BasicConstraintsExtension(ca, pathLength, true),
    new x509.Extension("2.5.29.15", true, keyUsage),
    ...(subjectKeyIdentifier ? [await x509.SubjectKeyIdentifierExtension.create(keys.publicKey)] : []),
    ...(options.authorityKeyIdentifier === undefined
      ? []
      : [new x509.AuthorityKeyIdentifierExtension(options.authorityKeyIdentifier)]),
    ...(options.authorityKeyIdentifier === undefined && authorityKey !== undefined
      ? [await x509.AuthorityKeyIdentifierExtension.create(authorityKey)]
      : []),
    ...(options.extensions ?? []),
  ];
}

/** Takes the private half of WebCrypto keys into service as a signer of ours. */
export async function signerOf(privateKey: CryptoKey): Promise<Signer> {
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
  return createLocalSigner(await decodePrivateKeyPem(encodePem("PRIVATE KEY", pkcs8)));
}
