import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { createRoot, encodePem, encryptPrivateKeyPem } from "@chancery/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ProgramOptions, runToEnd, startServer } from "./support/program.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

const execute = promisify(execFile);

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
});
afterEach(() => workspace.remove());

/** Runs the server, which must not start, and answers its exit code and the one line that it says. */
async function refusal(options?: ProgramOptions): Promise<readonly [number | null, string]> {
  const { code, stderr } = await runToEnd(["--config", workspace.configFile], options);
  const lines = stderr.trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  return [code, lines[0] ?? ""];
}

async function makeAuthority(): Promise<void> {
  await (await startServer(workspace.configFile)).stop();
}

function dataPath(...names: readonly string[]): string {
  return join(workspace.dataDirectory, ...names);
}

/** Puts another issuer in the place of the intermediate, with the same passphrase. */
async function replaceIssuer(certificatePem: string, rootPem: string, key: string): Promise<void> {
  await writeFile(dataPath("authority", "intermediate.pem"), certificatePem);
  await writeFile(dataPath("authority", "root.pem"), rootPem);
  await writeFile(dataPath("authority", "intermediate.key.pem"), key);
}

describe("the command line", () => {
  test.each([
    { why: "no configuration", args: [], sentence: "no configuration file is given" },
    {
      why: "an unknown option",
      args: ["--port", "1"],
      sentence: "the command line cannot be read: Unknown option '--port'",
    },
  ])("refuses $why with exit code 78", async ({ args, sentence }) => {
    const { code, stderr } = await runToEnd(args);
    expect(code).toBe(78);
    expect(stderr).toContain(sentence);
    expect(stderr).toContain("usage: npm start -- --config FILE");
  });

  test("gives help", async () => {
    expect(await runToEnd(["--help"])).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("with exit code 78, the server refuses", () => {
  test("a configuration that is not there", async () => {
    await rm(workspace.configFile);
    expect(await refusal()).toEqual([
      78,
      `the configuration file ${workspace.configFile} cannot be read: ENOENT`,
    ]);
  });

  test("a configuration that is wrong, naming line and key", async () => {
    await writeFile(workspace.configFile, "server:\n  names: [localhost]\n  lisen: 127.0.0.1:1\n");
    const { code, stderr } = await runToEnd(["--config", workspace.configFile]);
    expect(code).toBe(78);
    expect(stderr).toContain(`${workspace.configFile}:3:3: server.lisen: unknown key "lisen"`);
    expect(stderr).toContain(`${workspace.configFile}:1:1: dataDirectory: is missing`);
  });

  test("an environment variable for the passphrase that is not set", async () => {
    await workspace.configure({
      authority: { createIfMissing: true, passphraseEnvironment: "CA_PASSPHRASE" },
    });
    expect(await refusal()).toEqual([
      78,
      "the environment variable CA_PASSPHRASE, which authority.passphraseEnvironment names, is not set",
    ]);
  });
});

describe("with exit code 1, the server refuses", () => {
  test("a port that is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? address?.port : undefined;
    await workspace.configure({ server: { names: ["localhost"], listen: `127.0.0.1:${port}` } });
    expect(await refusal()).toEqual([
      1,
      `the server cannot listen on 127.0.0.1:${port}: another process has that port`,
    ]);
    other.close();
  });

  test("an address of another machine", async () => {
    await workspace.configure({ server: { names: ["localhost"], listen: "192.0.2.1:8443" } });
    expect(await refusal()).toEqual([
      1,
      "the server cannot listen on 192.0.2.1:8443: that is no address of this machine",
    ]);
  });

  test("E-072: to make an authority that nobody has asked for", async () => {
    await workspace.configure({ authority: {} });
    const [code, sentence] = await refusal();
    expect(code).toBe(1);
    expect(sentence).toContain(
      `there is no authority in ${workspace.dataDirectory}: set authority.createIfMissing to true`,
    );
  });

  test("a wrong passphrase", async () => {
    await makeAuthority();
    await writeFile(dataPath("passphrase"), "another one\n");
    expect(await refusal()).toEqual([
      1,
      `the passphrase in the file ${dataPath("passphrase")} does not open ${dataPath("authority", "intermediate.key.pem")}`,
    ]);
  });

  test("a passphrase that is gone", async () => {
    await makeAuthority();
    await rm(dataPath("passphrase"));
    expect(await refusal()).toEqual([
      1,
      `the passphrase of the authority is expected in the file ${dataPath("passphrase")}, which does not exist`,
    ]);
  });

  test.each(["root.key.pem", "intermediate.key.pem"])(
    "E-071: a key file that others can read: %s",
    async (name) => {
      await makeAuthority();
      await chmod(dataPath("authority", name), 0o644);
      const path = dataPath("authority", name);
      expect(await refusal()).toEqual([
        1,
        `${path} has mode 0644, so other users can read it: run chmod 600 ${path}`,
      ]);
    },
  );

  test("E-071: a passphrase file that others can read", async () => {
    const path = join(workspace.directory, "passphrase");
    await writeFile(path, "secret\n");
    await chmod(path, 0o644);
    await workspace.configure({ authority: { createIfMissing: true, passphraseFile: "passphrase" } });
    expect(await refusal()).toEqual([
      1,
      `${path} has mode 0644, so other users can read it: run chmod 600 ${path}`,
    ]);
  });

  test("a data directory that others can write", async () => {
    await mkdir(workspace.dataDirectory);
    await chmod(workspace.dataDirectory, 0o777);
    const [code, sentence] = await refusal();
    expect(code).toBe(1);
    expect(sentence).toContain(`the data directory ${workspace.dataDirectory} can be written by other users`);
  });

  test("a data directory that it cannot write", async () => {
    await chmod(workspace.directory, 0o755);
    await mkdir(workspace.dataDirectory, { mode: 0o755 });
    // Root can write everywhere; nobody (65534) cannot.
    const isRoot = process.getuid?.() === 0;
    if (!isRoot) await chmod(workspace.dataDirectory, 0o555);
    expect(await refusal(isRoot ? { uid: 65_534 } : {})).toEqual([
      1,
      `the data directory ${workspace.dataDirectory} cannot be written: permission denied`,
    ]);
  });

  test("a data directory below a file", async () => {
    await workspace.configure({ dataDirectory: join(workspace.configFile, "data") });
    const [code, sentence] = await refusal();
    expect(code).toBe(1);
    expect(sentence).toContain("cannot be written: a part of the path is not a directory");
  });

  test("an authority of which a file is gone", async () => {
    await makeAuthority();
    await rm(dataPath("authority", "intermediate.pem"));
    expect(await refusal()).toEqual([
      1,
      `${dataPath("authority", "intermediate.pem")} is missing: put it back from a backup of the data directory`,
    ]);
  });

  test("an issuer whose key belongs to another certificate", async () => {
    await makeAuthority();
    const passphrase = (await readFile(dataPath("passphrase"), "utf8")).trim();
    const other = await createRoot({ commonName: "Other" });
    await writeFile(
      dataPath("authority", "intermediate.key.pem"),
      await encryptPrivateKeyPem(other.privateKey, passphrase),
    );
    expect(await refusal()).toEqual([
      1,
      `the issuer in ${dataPath("authority")} cannot be used: the private key does not belong to the certificate of issuer "O=Test, CN=Chancery Intermediate"`,
    ]);
  });

  test("an issuer that has expired", async () => {
    await makeAuthority();
    const passphrase = (await readFile(dataPath("passphrase"), "utf8")).trim();
    const { issuer, privateKey } = await createRoot({
      commonName: "Old Root",
      validity: "P1D",
      clock: () => new Date("2020-01-01T00:00:00Z"),
    });
    const rootPem = encodePem("CERTIFICATE", issuer.certificate);
    await replaceIssuer(rootPem, rootPem, await encryptPrivateKeyPem(privateKey, passphrase));
    const [code, sentence] = await refusal();
    expect(code).toBe(1);
    expect(sentence).toContain(
      `the issuer in ${dataPath("authority")} cannot be used: "CN=Old Root" expired on 2020-01-01`,
    );
  });

  test("an issuer that is no certificate authority", async () => {
    await makeAuthority();
    const [key, certificate] = [
      dataPath("authority", "intermediate.key.pem"),
      join(workspace.directory, "c.pem"),
    ];
    const algorithm = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    const output = ["-keyout", key, "-passout", `file:${dataPath("passphrase")}`, "-out", certificate];
    const contents = ["-subj", "/CN=A Web Site", "-addext", "basicConstraints=critical,CA:FALSE"];
    await execute("openssl", ["req", "-x509", ...algorithm, ...output, ...contents]);
    const pem = await readFile(certificate, "utf8");
    await replaceIssuer(pem, pem, await readFile(key, "utf8"));
    expect(await refusal()).toEqual([
      1,
      `the issuer in ${dataPath("authority")} cannot be used: "CN=A Web Site" is not a certificate authority (basicConstraints)`,
    ]);
  });

  test("a database of a newer version", async () => {
    await makeAuthority();
    const database = new DatabaseSync(dataPath("chancery.db"));
    database.exec("INSERT INTO chancery_migration (version, name) VALUES (9999, 'from the future')");
    database.close();
    const [code, sentence] = await refusal();
    expect(code).toBe(1);
    expect(sentence).toContain(
      `the database ${dataPath("chancery.db")} cannot be used: the database has schema version 9999, newer than`,
    );
  });

  test("a database that is none", async () => {
    await makeAuthority();
    await writeFile(dataPath("chancery.db"), "not a database, but long enough to have a header".repeat(100));
    expect(await refusal()).toEqual([
      1,
      `the database ${dataPath("chancery.db")} cannot be used: file is not a database`,
    ]);
  });

  test("names of its own that the policy denies", async () => {
    await workspace.configure({ policy: { allow: { dns: ["**.home.arpa"] }, deny: { dns: ["localhost"] } } });
    const [code, sentence] = await refusal();
    expect(code).toBe(1);
    expect(sentence).toContain("the server cannot certify its own names (server.names): dns:localhost: ");
  });
});
