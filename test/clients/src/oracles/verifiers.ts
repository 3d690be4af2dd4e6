import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "../program.ts";
import { whileServing } from "./handshake.ts";
import type { ObtainedCertificate } from "./obtained-certificate.ts";

/** Somebody else's verification of a chain. Rejects with what the program had to say against it. */
export type Verify = (certificate: ObtainedCertificate, directory: string) => Promise<void>;

/** `openssl verify`, with every strictness it has. */
export const verifyWithOpenssl: Verify = async ({ chainPem, name, rootFile }, directory) => {
  const chain = writeChain(chainPem, directory);
  const trust = ["-no-CApath", "-no-CAstore", "-CAfile", rootFile, "-untrusted", chain];
  const strictness = ["-x509_strict", "-check_ss_sig", "-purpose", "sslserver", "-verify_hostname", name];
  await runProgram("openssl", ["verify", ...strictness, ...trust, chain], { directory });
};

/** GnuTLS. */
export const verifyWithCerttool: Verify = async ({ chainPem, name, rootFile }, directory) => {
  const chain = writeChain(chainPem, directory);
  const trust = ["--load-ca-certificate", rootFile, "--infile", chain];
  const use = ["--verify-purpose", "1.3.6.1.5.5.7.3.1", "--verify-hostname", name];
  await runProgram("certtool", ["--verify", ...trust, ...use], { directory });
};

/** Go's crypto/x509. The first call in a directory builds `go/verify.go` there. */
export const verifyWithGo: Verify = async ({ chainPem, name, rootFile }, directory) => {
  const program = await buildGoVerifier(directory);
  await runProgram(program, [rootFile, writeChain(chainPem, directory), name], { directory });
};

/** curl, from an HTTPS server that has the certificate. */
export const verifyWithCurl: Verify = (certificate, directory) =>
  whileServing(certificate, async (port) => {
    const { name, rootFile } = certificate;
    const where = ["--noproxy", "*", "--resolve", `${name}:${port}:127.0.0.1`, `https://${name}:${port}/`];
    await runProgram("curl", ["--silent", "--show-error", "--fail", "--cacert", rootFile, ...where], {
      directory,
    });
  });

function writeChain(chainPem: string, directory: string): string {
  const file = join(mkdtempSync(join(directory, "chain-")), "chain.pem");
  writeFileSync(file, chainPem);
  return file;
}

async function buildGoVerifier(directory: string): Promise<string> {
  const program = join(directory, "verify-with-go");
  if (existsSync(program)) return program;
  const source = fileURLToPath(new URL("../../go/verify.go", import.meta.url));
  const environment = {
    GOCACHE: join(directory, "go-cache"),
    GOPATH: join(directory, "go-path"),
    GO111MODULE: "off",
    GOTOOLCHAIN: "local",
  };
  await runProgram("go", ["build", "-o", program, source], { directory, environment });
  return program;
}
