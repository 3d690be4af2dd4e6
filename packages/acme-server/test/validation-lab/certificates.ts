import "reflect-metadata";
import {
  Extension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** Certificate and private key as Node's TLS takes them. */
export interface ServerCredentials {
  readonly cert: string;
  readonly key: string;
}

/** What goes into a certificate; nothing is checked, wrong ones are what this is for. */
export interface CertificateContents {
  readonly extensions?: readonly Extension[];
  /** Whose key signs; default the certificate's own. */
  readonly signedBy?: "another key" | "its own key";
  /** Issuer name; default that of the subject. */
  readonly issuer?: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

const keyPairs = Promise.all([
  crypto.subtle.generateKey(algorithm, true, ["sign"]),
  crypto.subtle.generateKey(algorithm, true, ["sign"]),
]);

/** Makes a certificate with @peculiar/x509, which shares no code with what it is used to test. */
export async function makeCertificate(contents: CertificateContents = {}): Promise<ServerCredentials> {
  const [own, another] = await keyPairs;
  const certificate = await X509CertificateGenerator.create({
    serialNumber: "01",
    subject: "CN=responder",
    issuer: contents.issuer ?? "CN=responder",
    notBefore: new Date("2020-01-01T00:00:00Z"),
    notAfter: new Date("2120-01-01T00:00:00Z"),
    publicKey: own.publicKey,
    signingKey: contents.signedBy === "another key" ? another.privateKey : own.privateKey,
    signingAlgorithm: algorithm,
    extensions: [...(contents.extensions ?? [])],
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", own.privateKey);
  return { cert: certificate.toString("pem"), key: PemConverter.encode(pkcs8, "PRIVATE KEY") };
}

/** A subjectAltName with the given names. */
export function subjectAltName(
  ...names: readonly { readonly type: "dns" | "email" | "ip"; readonly value: string }[]
): Extension {
  return new SubjectAlternativeNameExtension([...names]);
}

/** An extension of any kind, with any value. */
export function extension(oid: string, critical: boolean, value: Uint8Array<ArrayBuffer>): Extension {
  return new Extension(oid, critical, value);
}
