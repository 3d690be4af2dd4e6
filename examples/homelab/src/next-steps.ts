import type { Configuration, DirectoryConfiguration } from "./configuration/configuration.ts";
import type { Homelab } from "./homelab.ts";

/** A command to go on with, and what it is for. */
export interface NextCommand {
  readonly purpose: string;
  readonly command: string;
}

/** What to type next, on the same machine and in this order. */
export function nextCommands(homelab: Homelab, configuration: Configuration): readonly NextCommand[] {
  const { baseUrl, directories } = homelab;
  const offersHttp = ({ challenges }: DirectoryConfiguration) => challenges.includes("http-01");
  const { id } = configuration.acme.find(offersHttp) ?? configuration.acme[0];
  const server = directories.find((directory) => directory.id === id)?.url ?? baseUrl;
  const name = exampleName(configuration);
  const { httpPort } = configuration.validation;
  const [certbotPort, legoPort] =
    httpPort === 80 ? ["", ""] : [` --http-01-port ${httpPort}`, ` --http.port :${httpPort}`];
  // Where certbot writes otherwise, below /etc and /var, belongs to root.
  const writable = ["config", "work", "logs"].map((kind) => ` --${kind}-dir certbot`).join("");
  return [
    { purpose: "fetch the root", command: `curl --insecure --output roots.pem ${baseUrl}/roots.pem` },
    {
      purpose: "compare its fingerprint with the one above",
      command: "openssl x509 -in roots.pem -noout -sha256 -fingerprint",
    },
    {
      purpose: "a certificate with certbot",
      command:
        `REQUESTS_CA_BUNDLE=$PWD/roots.pem certbot certonly --standalone${certbotPort} --non-interactive` +
        ` --agree-tos --register-unsafely-without-email${writable} --server ${server} --domain ${name}`,
    },
    {
      purpose: "or with lego",
      command:
        `LEGO_CA_CERTIFICATES=$PWD/roots.pem lego --server ${server} --accept-tos` +
        ` --email admin@${name} --http${legoPort} --domains ${name} run`,
    },
  ];
}

/** Presents a server that has just started, for people. */
export function introduce(homelab: Homelab, commands: readonly NextCommand[]): string {
  const { baseUrl, directories, rootFingerprint } = homelab;
  return [
    "",
    "Chancery is ready.",
    "",
    `  root            ${baseUrl}/roots.pem`,
    `  SHA-256         ${rootFingerprint}`,
    ...directories.map(({ url }) => `  ACME directory  ${url}`),
    "",
    ...commands.flatMap(({ purpose, command }) => [`  # ${purpose}`, `  ${command}`]),
    "",
    "",
  ].join("\n");
}

/** A name that the policy most likely allows and validation can find. */
function exampleName({ policy, validation }: Configuration): string {
  const [pattern = "host.example"] = policy.allow.dns;
  return Object.keys(validation.hosts)[0] ?? pattern.replace(/^\*\*/, "host").replaceAll("*", "host");
}
