import { createPublicKey } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./softhsm.ts";

/** A root of openssl's, which certifies issuers whose keys are elsewhere. */
export interface OpenSslRoot {
  readonly certificatePem: string;
  /** Certifies an intermediate of path length 0; answers PEM. @param publicKey - SubjectPublicKeyInfo, DER. */
  certify(publicKey: Uint8Array, commonName: string): string;
}

/** Creates a root, with its files in a folder. */
export function createOpenSslRoot(folder: string): OpenSslRoot {
  const openssl = (...args: readonly string[]): string => run("openssl", args, folder);
  writeFileSync(
    join(folder, "extensions.cnf"),
    "basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
  );
  openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384", "-out", "root.key");
  openssl(
    ...[
      "req",
      "-x509",
      "-key",
      "root.key",
      "-sha384",
      "-days",
      "30",
      "-subj",
      "/CN=Root",
      "-out",
      "root.pem",
    ],
    ...["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
  );
  return {
    certificatePem: readFileSync(join(folder, "root.pem"), "utf8"),
    certify(publicKey, commonName) {
      const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
      writeFileSync(join(folder, "public.pem"), key.export({ format: "pem", type: "spki" }));
      return openssl(
        ...["x509", "-new", "-force_pubkey", "public.pem", "-subj", `/CN=${commonName}`, "-days", "20"],
        ...["-CA", "root.pem", "-CAkey", "root.key", "-sha384", "-extfile", "extensions.cnf"],
      );
    },
  };
}
