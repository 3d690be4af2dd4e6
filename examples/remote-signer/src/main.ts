// The signing service as a process of its own: node src/main.ts FOLDER [PORT]
//
// FOLDER holds key.pem (PKCS#8; its passphrase is in the environment, as SIGNER_PASSPHRASE, if it has one), tls.pem and
// tls-key.pem of the service, clients.pem (the authority of its clients) and clients.txt (their DNS names, one in a line).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createLocalSigner, decodePrivateKeyPem } from "@chancery/core";
import { startSigningService } from "./service.ts";

const [folder = ".", port = "0"] = process.argv.slice(2);
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

const service = await startSigningService({
  signer: createLocalSigner(await decodePrivateKeyPem(read("key.pem"), process.env["SIGNER_PASSPHRASE"])),
  tls: { cert: read("tls.pem"), key: read("tls-key.pem"), ca: read("clients.pem") },
  clients: read("clients.txt").split(/\s+/).filter(Boolean),
  port: Number(port),
});
console.log(service.url);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void service.close());
