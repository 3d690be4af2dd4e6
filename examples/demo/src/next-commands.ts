import type { Homelab } from "@chancery/homelab";
import type { Ports } from "./ports.ts";

/** What to type in another terminal while the CA runs; each line works as it stands, in any directory that may be written. */
export function nextCommands(
  { baseUrl, directories }: Homelab,
  ports: Ports,
  name: string,
): readonly string[] {
  const server = directories[0]?.url ?? baseUrl;
  const site = `--resolve ${name}:${ports.site}:127.0.0.1 https://${name}:${ports.site}/`;
  const directory = "--config-dir certbot --work-dir certbot --logs-dir certbot";
  const account = "--non-interactive --agree-tos --register-unsafely-without-email";
  return [
    "# the root, and its fingerprint to compare with the one above",
    `curl --insecure --output roots.pem ${baseUrl}/roots.pem`,
    "openssl x509 -in roots.pem -noout -sha256 -fingerprint",
    "# the site, through the root alone",
    `curl --cacert roots.pem ${site}`,
    "# certificates of your own; any name below demo.test will do",
    `REQUESTS_CA_BUNDLE=$PWD/roots.pem certbot certonly --standalone --http-01-port ${ports.challenge} ${account} ` +
      `${directory} --server ${server} --domain certbot.demo.test`,
    `LEGO_CA_CERTIFICATES=$PWD/roots.pem lego --path lego --accept-tos --email you@demo.test ` +
      `--http --http.port :${ports.challenge} --server ${server} --domains lego.demo.test run`,
  ];
}
