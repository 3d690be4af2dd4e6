import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Homelab, type Log, readConfiguration, startHomelab } from "@chancery/homelab";
import type { Ports } from "./ports.ts";

/** Starts the homelab server in a directory, with a configuration file as anybody would write it. */
export async function startAuthority(directory: string, ports: Ports, log: Log): Promise<Homelab> {
  const file = join(directory, "chancery.yaml");
  await writeFile(file, configurationFor(ports));
  return startHomelab(await readConfiguration(file), { log });
}

function configurationFor({ ca, challenge, dns }: Ports): string {
  return `
server:
  names: [localhost, 127.0.0.1]      # the server certifies itself for these
  listen: 127.0.0.1:${ca}
dataDirectory: data                  # SQLite, and the keys: encrypted, with a generated passphrase
authority:
  createIfMissing: true
  root: { commonName: Demo Root }
  intermediate: { commonName: Demo Intermediate }
policy:
  allow: { dns: ["**.demo.test"] }   # any name below demo.test, at any depth
acme:
  - id: demo
validation:
  zones: { demo.test: ["127.0.0.1:${dns}"] }
  resolvers: []
  networks: [127.0.0.0/8]            # special networks are out of reach unless they are listed
  httpPort: ${challenge}
`;
}
