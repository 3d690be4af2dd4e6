import "reflect-metadata";
import {
  cryptoProvider,
  type Extension,
  type JsonGeneralNames,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from "@peculiar/x509";

// From here and not from the library itself, which has to be loaded after its polyfill.
export {
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
} from "@peculiar/x509";

cryptoProvider.set(crypto);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** What goes into a certification request; nothing is checked. */
export interface CsrContents {
  /** DNS names and addresses, or general names of any type. */
  readonly names: readonly (JsonGeneralNames[number] | string)[];
  readonly subject?: string;
  /** Default: a new key pair on P-256. */
  readonly keys?: CryptoKeyPair;
  /** What `keys` sign with; default ECDSA with SHA-256. */
  readonly algorithm?: EcdsaParams | RsaHashedKeyGenParams;
  readonly extensions?: readonly Extension[];
}

/** Tells addresses, which have a colon or nothing but digits and dots, from DNS names. */
export function typeOf(name: string): "dns" | "ip" {
  return /^[0-9.]+$|:/.test(name) ? "ip" : "dns";
}

/** Makes a key pair for a certificate. */
export function generateCertificateKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

/** Makes a certification request, DER, with @peculiar/x509, which shares no code with the server. */
export async function makeCsr({
  names,
  subject,
  keys,
  extensions = [],
  ...more
}: CsrContents): Promise<Uint8Array> {
  const generalNames = names.map((name) =>
    typeof name === "string" ? { type: typeOf(name), value: name } : name,
  );
  const request = await Pkcs10CertificateRequestGenerator.create({
    ...(subject === undefined ? {} : { name: subject }),
    keys: keys ?? (await generateCertificateKey()),
    signingAlgorithm: more.algorithm ?? algorithm,
    extensions: [
      ...(generalNames.length === 0 ? [] : [new SubjectAlternativeNameExtension(generalNames)]),
      ...extensions,
    ],
  });
  return new Uint8Array(request.rawData);
}
