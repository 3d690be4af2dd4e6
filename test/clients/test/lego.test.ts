import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLaboratory, type Laboratory } from "../src/laboratory.ts";
import { describeOracles } from "../src/oracles/describe-oracles.ts";
import { type ObtainedCertificate, serialNumberOf } from "../src/oracles/obtained-certificate.ts";
import { describeWith, runProgram } from "../src/program.ts";
import { txtRecordHook } from "../src/text-records.ts";

describeWith(["lego"], "lego", () => {
  const obtained: ObtainedCertificate[] = [];
  let laboratory: Laboratory;

  beforeAll(async () => {
    laboratory = await createLaboratory();
    await laboratory.start();
  });

  afterAll(() => laboratory.close());

  test("http-01: obtains, renews, and revokes by account (A-200)", { timeout: 90_000 }, async () => {
    const names = ["--domains", "http.clients.test", "--domains", "www.http.clients.test"];
    const options = [...names, "--http", "--http.port", `127.0.0.1:${laboratory.httpPort}`];
    await lego([...options, "run"]);
    const first = read("http.clients.test");
    await lego([...options, "renew", "--no-random-sleep", "--days", "10000"]);
    const second = read("http.clients.test");
    expect(serialNumberOf(second)).not.toBe(serialNumberOf(first));
    await lego(["--domains", "http.clients.test", "revoke", "--reason", "4"]);
    expect(reasonOf(second)).toBe("superseded");
    expect(reasonOf(first)).toBeUndefined();
  });

  test("dns-01: obtains, renews and revokes a wildcard beside its base (A-200)", {
    timeout: 90_000,
  }, async () => {
    const names = ["--domains", "*.dns.clients.test", "--domains", "dns.clients.test"];
    const resolver = `127.0.0.1:${laboratory.nameServer.port}`;
    const options = [...names, "--dns", "exec", "--dns.disable-cp", "--dns.resolvers", resolver];
    await lego([...options, "run"]);
    const first = read("_.dns.clients.test", "any.dns.clients.test");
    await lego([...options, "renew", "--no-random-sleep", "--days", "10000"]);
    const second = read("_.dns.clients.test", "any.dns.clients.test");
    expect(serialNumberOf(second)).not.toBe(serialNumberOf(first));
    await lego(["--domains", "*.dns.clients.test", "revoke"]);
    expect(reasonOf(second)).toBe("unspecified");
  });

  test("tls-alpn-01: obtains with an RSA key, renews, and revokes (A-200)", { timeout: 90_000 }, async () => {
    const port = `127.0.0.1:${laboratory.tlsPort}`;
    const options = ["--domains", "alpn.clients.test", "--key-type", "rsa2048", "--tls", "--tls.port", port];
    await lego([...options, "run"]);
    const first = read("alpn.clients.test");
    await lego([...options, "renew", "--no-random-sleep", "--days", "10000", "--reuse-key"]);
    const second = read("alpn.clients.test");
    expect(serialNumberOf(second)).not.toBe(serialNumberOf(first));
    await lego(["--domains", "alpn.clients.test", "revoke", "--reason", "5"]);
    expect(reasonOf(second)).toBe("cessationOfOperation");
  });

  describeOracles(obtained, () => laboratory.directory);

  function lego(args: readonly string[]): Promise<string> {
    const { directory, directoryUrl, rootFile, textRecords } = laboratory;
    const account = ["--server", directoryUrl, "--accept-tos", "--email", "admin@clients.test"];
    const environment = {
      LEGO_CA_CERTIFICATES: rootFile,
      EXEC_PATH: txtRecordHook,
      EXEC_POLLING_INTERVAL: "1",
      EXEC_SEQUENCE_INTERVAL: "1",
      TXT_RECORDS: textRecords.directory,
    };
    return runProgram("lego", [...account, "--path", join(directory, "lego"), ...args], {
      directory,
      environment,
    });
  }

  function read(fileName: string, name: string = fileName): ObtainedCertificate {
    const file = join(laboratory.directory, "lego", "certificates", fileName);
    const certificate = {
      chainPem: readFileSync(`${file}.crt`, "utf8"),
      privateKeyPem: readFileSync(`${file}.key`, "utf8"),
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
