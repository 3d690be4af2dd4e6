import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Closable, filesIn, startChallengeServer } from "../src/challenge-servers.ts";
import { createLaboratory, type Laboratory } from "../src/laboratory.ts";
import { describeOracles } from "../src/oracles/describe-oracles.ts";
import { type ObtainedCertificate, serialNumberOf } from "../src/oracles/obtained-certificate.ts";
import { describeWith, runProgram } from "../src/program.ts";
import { txtRecordHook } from "../src/text-records.ts";

describeWith(["dehydrated", "curl", "openssl"], "dehydrated", () => {
  const obtained: ObtainedCertificate[] = [];
  let laboratory: Laboratory;
  let webServer: Closable;
  let base: string;

  beforeAll(async () => {
    laboratory = await createLaboratory();
    base = join(laboratory.directory, "dehydrated");
    const wellKnown = join(base, "well-known");
    mkdirSync(wellKnown, { recursive: true });
    webServer = await startChallengeServer(laboratory.httpPort, filesIn(wellKnown));
    await laboratory.start();
    const { directoryUrl, rootFile } = laboratory;
    writeFileSync(
      join(base, "config"),
      [
        `CA="${directoryUrl}"`,
        `CURL_OPTS="--noproxy * --cacert ${rootFile}"`,
        `WELLKNOWN="${wellKnown}"`,
      ].join("\n"),
    );
    await dehydrated(["--register", "--accept-terms"]);
  });

  afterAll(async () => {
    await webServer.close();
    await laboratory.close();
  });

  test("http-01: obtains, renews, and revokes by account (A-200)", { timeout: 90_000 }, async () => {
    const order = ["--cron", "--domain", "http.clients.test www.http.clients.test"];
    await dehydrated(order);
    const first = read("http.clients.test");
    await dehydrated([...order, "--force"]);
    const second = read("http.clients.test");
    expect(serialNumberOf(second)).not.toBe(serialNumberOf(first));
    await dehydrated(["--revoke", join(base, "certs", "http.clients.test", "cert.pem")]);
    expect(reasonOf(second)).toBe("unspecified");
    expect(reasonOf(first)).toBeUndefined();
  });

  test("dns-01: obtains and renews a wildcard beside its base", { timeout: 90_000 }, async () => {
    const names = ["--domain", "dns.clients.test *.dns.clients.test"];
    const order = ["--cron", ...names, "--challenge", "dns-01", "--hook", txtRecordHook];
    await dehydrated(order);
    const first = read("dns.clients.test", "any.dns.clients.test");
    await dehydrated([...order, "--force"]);
    expect(serialNumberOf(read("dns.clients.test", "any.dns.clients.test"))).not.toBe(serialNumberOf(first));
  });

  describeOracles(obtained, () => laboratory.directory);

  function dehydrated(args: readonly string[]): Promise<string> {
    const { directory, textRecords } = laboratory;
    const environment = { TXT_RECORDS: textRecords.directory };
    return runProgram("dehydrated", [...args, "--config", join(base, "config")], { directory, environment });
  }

  function read(directoryName: string, name: string = directoryName): ObtainedCertificate {
    const directory = join(base, "certs", directoryName);
    const certificate = {
      chainPem: readFileSync(join(directory, "fullchain.pem"), "utf8"),
      privateKeyPem: readFileSync(join(directory, "privkey.pem"), "utf8"),
      name,
      rootFile: laboratory.rootFile,
    };
    obtained.push(certificate);
    return certificate;
  }

  function reasonOf(certificate: ObtainedCertificate): string | undefined {
    return laboratory.recordOf(serialNumberOf(certificate)).revocationReason;
  }
});
