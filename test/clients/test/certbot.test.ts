import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLaboratory, type Laboratory } from "../src/laboratory.ts";
import { describeOracles } from "../src/oracles/describe-oracles.ts";
import { type ObtainedCertificate, serialNumberOf } from "../src/oracles/obtained-certificate.ts";
import { describeWith, runProgram } from "../src/program.ts";
import { txtRecordHook } from "../src/text-records.ts";

describeWith(["certbot"], "certbot", () => {
  const obtained: ObtainedCertificate[] = [];
  let laboratory: Laboratory;

  beforeAll(async () => {
    laboratory = await createLaboratory();
    await laboratory.start();
  });

  afterAll(() => laboratory.close());

  test("http-01: obtains, renews, and revokes by account (A-200)", { timeout: 90_000 }, async () => {
    const name = "http.clients.test";
    await certonly(["--standalone", ...standalone(), "--domain", name, "--domain", `www.${name}`]);
    const first = read(name, name);
    await certbot(["renew", "--cert-name", name, "--force-renewal", "--no-random-sleep-on-renew"]);
    const second = read(name, name);
    expect(serialNumberOf(second)).not.toBe(serialNumberOf(first));
    await certbot(["revoke", "--cert-name", name, "--reason", "superseded", "--no-delete-after-revoke"]);
    expect(reasonOf(second)).toBe("superseded");
    expect(reasonOf(first)).toBeUndefined();
  });

  test("dns-01: obtains a wildcard beside its base with an RSA key, and revokes by the certificate's key (A-200)", {
    timeout: 90_000,
  }, async () => {
    const name = "dns.clients.test";
    const record = '"_acme-challenge.$CERTBOT_DOMAIN" "$CERTBOT_VALIDATION"';
    await certonly([
      ...["--key-type", "rsa", "--manual", "--preferred-challenges", "dns"],
      ...["--manual-auth-hook", `sh "${txtRecordHook}" present ${record}`],
      ...["--manual-cleanup-hook", `sh "${txtRecordHook}" cleanup ${record}`],
      ...["--domain", name, "--domain", `*.${name}`],
    ]);
    const certificate = read(name, `any.${name}`);
    const byKey = ["--cert-path", live(name, "cert.pem"), "--key-path", live(name, "privkey.pem")];
    await certbot(["revoke", ...byKey, "--server", laboratory.directoryUrl, "--reason", "keycompromise"]);
    expect(reasonOf(certificate)).toBe("keyCompromise");
  });

  describeOracles(obtained, () => laboratory.directory);

  function certonly(args: readonly string[]): Promise<string> {
    const account = ["--agree-tos", "--register-unsafely-without-email"];
    return certbot(["certonly", ...account, "--server", laboratory.directoryUrl, ...args]);
  }

  function certbot(args: readonly string[]): Promise<string> {
    const { directory, rootFile, textRecords } = laboratory;
    const directories = ["config", "work", "logs"].flatMap((kind) => [
      `--${kind}-dir`,
      join(directory, "certbot", kind),
    ]);
    const environment = { REQUESTS_CA_BUNDLE: rootFile, TXT_RECORDS: textRecords.directory };
    return runProgram("certbot", [...args, ...directories, "--non-interactive"], { directory, environment });
  }

  function standalone(): readonly string[] {
    return ["--http-01-address", "127.0.0.1", "--http-01-port", String(laboratory.httpPort)];
  }

  function read(certificateName: string, name: string): ObtainedCertificate {
    const certificate = {
      chainPem: readFileSync(live(certificateName, "fullchain.pem"), "utf8"),
      privateKeyPem: readFileSync(live(certificateName, "privkey.pem"), "utf8"),
      name,
      rootFile: laboratory.rootFile,
    };
    obtained.push(certificate);
    return certificate;
  }

  function live(certificateName: string, file: string): string {
    return join(laboratory.directory, "certbot", "config", "live", certificateName, file);
  }

  function reasonOf(certificate: ObtainedCertificate): string | undefined {
    return laboratory.recordOf(serialNumberOf(certificate)).revocationReason;
  }
});
