import { createHash } from "node:crypto";
import { encodePem, type Issuer } from "@chancery/core";
import { madeAt, type Specimen } from "./certificates.ts";

/** A certificate as a foreign parser reads it. */
export interface ReadCertificate {
  readonly version: number;
  /** Lower-case hexadecimal without leading zeros, as are all octets here. */
  readonly serialNumber: string;
  /** DER. */
  readonly issuer: string;
  readonly subject: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly keyUsage: readonly string[];
  readonly extKeyUsage: readonly string[];
  readonly ca: boolean;
  /** `type:value`; the kinds in the order dns, ip, email, uri. */
  readonly names: readonly string[];
  readonly subjectKeyIdentifier: string;
  readonly authorityKeyIdentifier: string;
  /** OID, with an exclamation mark where it is critical. */
  readonly extensions: readonly string[];
}

/** What any parser must find in a specimen, worked out without our encoder. */
export function expectedOf({ issued, issuer, names, profile, subjectKey }: Specimen): ReadCertificate {
  const start = Math.floor(madeAt.getTime() / 1000) * 1000;
  const hasSubject = profile === "tlsClient";
  return {
    version: 3,
    serialNumber: issued.serialNumber.replace(/^0+/, ""),
    issuer: hex(issuer.parsed.subject.der),
    subject: hasSubject ? commonNameDer("worker.lab.example") : "3000",
    notBefore: second(start - 60_000),
    notAfter: second(start + 90 * 86_400_000 - 1000),
    keyUsage: ["digitalSignature"],
    extKeyUsage: { tlsServer: ["server"], tlsClient: ["client"], tlsServerAndClient: ["server", "client"] }[
      profile
    ],
    ca: false,
    names,
    subjectKeyIdentifier: keyIdentifierOf(subjectKey.publicKey),
    authorityKeyIdentifier: keyIdentifierOf(issuer.signer.publicKey),
    extensions: [
      "2.5.29.15!",
      "2.5.29.37",
      "2.5.29.19!",
      "2.5.29.14",
      "2.5.29.35",
      hasSubject ? "2.5.29.17" : "2.5.29.17!",
    ],
  };
}

/** AlgorithmIdentifier of each kind of issuer: RFC 4055 sections 3.1 and 5, RFC 5758 section 3.2, RFC 8410 section 3. */
export const signatureAlgorithms: Readonly<Record<string, { der: string; go: string }>> = {
  RSA: { der: "300d06092a864886f70d01010b0500", go: "SHA256-RSA" },
  "P-256": { der: "300a06082a8648ce3d040302", go: "ECDSA-SHA256" },
  "P-384": { der: "300a06082a8648ce3d040303", go: "ECDSA-SHA384" },
  Ed25519: { der: "300506032b6570", go: "Ed25519" },
  "rsa-pss-sha256": { der: pss("01", "20"), go: "SHA256-RSAPSS" },
  "rsa-pss-sha384": { der: pss("02", "30"), go: "SHA384-RSAPSS" },
  "rsa-pss-sha512": { der: pss("03", "40"), go: "SHA512-RSAPSS" },
};

function pss(hash: string, saltLength: string): string {
  const digest = `300d06096086480165030402${hash}0500`;
  return `304106092a864886f70d01010a3034a00f${digest}a11c301a06092a864886f70d010108${digest}a2030201${saltLength}`;
}

/** RFC 7093 section 2, method 1, over the contents of the BIT STRING, which begin where each kind's header ends. */
export function keyIdentifierOf(spki: Uint8Array): string {
  const headers = new Map([
    [294, 24], // RSA 2048
    [91, 26], // P-256
    [120, 23], // P-384
    [158, 25], // P-521
    [44, 12], // Ed25519
  ]);
  const contents = spki.subarray(headers.get(spki.length));
  return createHash("sha256").update(contents).digest("hex").slice(0, 40);
}

/** The certificates between an end entity and the trust anchor, PEM. */
export function intermediatesOf({ chain }: Issuer): string {
  return chain.map((der) => encodePem("CERTIFICATE", der)).join("");
}

/** Writes octets as hexadecimal. */
export function hex(octets: ArrayBuffer | Uint8Array): string {
  return Buffer.from(octets as Uint8Array).toString("hex");
}

function commonNameDer(text: string): string {
  const value = Buffer.from(text);
  const [string, attribute, rdn, name] = [2, 9, 11, 13].map((head) =>
    (value.length + head - 2).toString(16).padStart(2, "0"),
  );
  return `30${name}31${rdn}30${attribute}060355040313${string}${value.toString("hex")}`;
}

function second(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(".000Z", "Z");
}
