import { createPublicKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { connect, createSecureContext, createServer } from "node:tls";
import { decodePem, decodePrivateKeyPem, encodePem } from "@chancery/core";
import { decodeCertsOnly, encodeCertsOnly, encodePkcs12 } from "@chancery/core/containers";
import { createTestAuthority, type TestCertificate } from "@chancery/core/testing";
import { afterAll, describe, expect, test } from "vitest";
import { createWorkshop, isInstalled } from "./support/workshop.ts";

const workshop = createWorkshop();
afterAll(() => workshop.dispose());

const python = "/usr/bin/python3";
const hasPython = isInstalled(python) && workshop.run(python, ["-c", "import cryptography"]).ok;

const authority = await createTestAuthority();
const password = "correct horse battery";
const friendlyName = "web server";

/** A file for the key of a certificate, with its issuer in it. */
async function pack(
  name: string,
  { certificate, keyPem }: TestCertificate,
  compatibility: "legacy" | "modern",
): Promise<{ name: string; file: string; octets: Uint8Array; pem: string; keyPem: string }> {
  const octets = await encodePkcs12({
    ...certificate,
    chain: [...certificate.chain, authority.issuer.certificate],
    privateKey: await decodePrivateKeyPem(keyPem),
    password,
    friendlyName,
    compatibility,
  });
  const file = workshop.write(`${compatibility}.p12`, octets);
  return { name, file, octets, pem: encodePem("CERTIFICATE", certificate.certificate), keyPem };
}

const files = [
  await pack(
    "modern, P-256",
    await authority.issueServerCertificate({ identifiers: ["localhost"] }),
    "modern",
  ),
  await pack(
    "legacy, RSA",
    await authority.issueServerCertificate({
      identifiers: ["localhost"],
      key: { type: "rsa", bits: 2048 },
    }),
    "legacy",
  ),
];

const bothPems = (pem: string): string[] => [pem, authority.trustAnchorPem].toSorted();

/** The PEM blocks of a label in the output of a program, as we would write them. */
function blocksIn(output: string, label: string): string[] {
  const pattern = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`, "g");
  const blocks = output.match(pattern) ?? [];
  return blocks.map((block) => encodePem(label, decodePem(block, label)[0] ?? new Uint8Array()));
}

/** SubjectPublicKeyInfo, PEM, of a certificate or of a private key. */
function publicPem(pem: string): string {
  const key = pem.includes("CERTIFICATE") ? new X509Certificate(pem).publicKey : createPublicKey(pem);
  return key.export({ format: "pem", type: "spki" }).toString();
}

describe.each(files)("PKCS#12, $name", ({ file, octets, pem, keyPem }) => {
  test.runIf(isInstalled("openssl"))("B-192: openssl imports key and certificates", () => {
    const read = (secret: string): ReturnType<typeof workshop.run> =>
      workshop.run("openssl", ["pkcs12", "-in", file, "-passin", `pass:${secret}`, "-nodes"]);
    const { ok, output } = read(password);
    expect(ok, output).toBe(true);
    expect(blocksIn(output, "CERTIFICATE").toSorted()).toEqual(bothPems(pem));
    expect(blocksIn(output, "PRIVATE KEY").map(publicPem)).toEqual([publicPem(pem)]);
    expect(output).toContain(`friendlyName: ${friendlyName}`);

    const refused = read("wrong");
    expect([refused.ok, refused.output]).toEqual([false, expect.stringContaining("invalid password")]);
  });

  test.runIf(isInstalled("keytool"))(
    "B-192: keytool imports key and chain into a keystore of its own",
    () => {
      const imported = `${file}.keystore`;
      const into = ["-destkeystore", imported, "-deststorepass", "changeit", "-noprompt"];
      const read = (secret: string): ReturnType<typeof workshop.run> =>
        workshop.run("keytool", ["-importkeystore", "-srckeystore", file, "-srcstorepass", secret, ...into]);
      const refused = read("wrong-one");
      expect([refused.ok, refused.output]).toEqual([
        false,
        expect.stringContaining("password was incorrect"),
      ]);
      const { ok, output } = read(password);
      expect(ok, output).toBe(true);

      const keystore = ["-keystore", imported, "-storepass", "changeit", "-alias", friendlyName];
      const chain = workshop.run("keytool", ["-list", "-rfc", ...keystore]);
      expect(chain.output).toContain("Entry type: PrivateKeyEntry");
      expect(blocksIn(chain.output, "CERTIFICATE")).toEqual([pem, authority.trustAnchorPem]);
      // A request is signed with the key that was imported.
      const request = workshop.run("keytool", ["-certreq", ...keystore]);
      const key = workshop.run("openssl", ["req", "-verify", "-noout", "-pubkey"], request.output);
      expect(key.output).toContain(publicPem(pem).trimEnd());
    },
  );

  test.runIf(isInstalled("certtool"))("B-192: certtool imports key and certificates", () => {
    const read = (secret: string): ReturnType<typeof workshop.run> =>
      workshop.run("certtool", ["--p12-info", "--inder", "--infile", file, "--password", secret]);
    const { ok, output } = read(password);
    expect(ok, output).toBe(true);
    expect(blocksIn(output, "CERTIFICATE").toSorted()).toEqual(bothPems(pem));
    expect(output).toContain(`Friendly name: ${friendlyName}`);
    const [encrypted = ""] = blocksIn(output, "ENCRYPTED PRIVATE KEY");
    const key = workshop.run("certtool", [
      "--pubkey-info",
      "--load-privkey",
      workshop.write("key.pem", encrypted),
      "--password",
      password,
    ]);
    expect(key.output).toContain(publicPem(pem).trimEnd());

    const refused = read("wrong");
    expect([refused.ok, refused.output]).toEqual([false, expect.stringContaining("verification failed")]);
  });

  test.runIf(isInstalled("pk12util"))(
    "B-192: pk12util imports key and certificate into an NSS database",
    () => {
      const database = `${file}.nss`;
      mkdirSync(database);
      workshop.run("certutil", ["-N", "-d", `sql:${database}`, "--empty-password"]);
      const read = (secret: string): ReturnType<typeof workshop.run> =>
        workshop.run("pk12util", ["-i", file, "-d", `sql:${database}`, "-W", secret]);
      const refused = read("wrong");
      expect([refused.ok, refused.output]).toEqual([false, expect.stringContaining("BAD_PASSWORD")]);
      const { ok, output } = read(password);
      expect(ok, output).toBe(true);

      const certificate = workshop.run("certutil", ["-L", "-d", `sql:${database}`, "-n", friendlyName, "-a"]);
      expect(blocksIn(certificate.output, "CERTIFICATE")).toEqual([pem]);
      expect(workshop.run("certutil", ["-K", "-d", `sql:${database}`]).output).toContain(friendlyName);
    },
  );

  test.runIf(hasPython)("B-192: cryptography for Python imports key, certificates and name", () => {
    const program = `
import sys
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs12
octets = open(sys.argv[1], "rb").read()
loaded = pkcs12.load_pkcs12(octets, sys.argv[2].encode())
print(loaded.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())
for found in [loaded.cert, *loaded.additional_certs]:
    print(found.certificate.public_bytes(Encoding.PEM).decode(), found.friendly_name)
`;
    const { ok, output } = workshop.run(python, ["-c", program, file, password]);
    expect(ok, output).toBe(true);
    expect(blocksIn(output, "PUBLIC KEY")).toEqual([publicPem(pem)]);
    expect(blocksIn(output, "CERTIFICATE")).toEqual([pem, authority.trustAnchorPem]);
    expect(output).toContain(`b'${friendlyName}'`);

    const refused = workshop.run(python, ["-c", program, file, "wrong"]);
    expect([refused.ok, refused.output]).toEqual([false, expect.stringContaining("Invalid password")]);
  });

  test("B-192: Node serves TLS with it", async () => {
    expect(() => createSecureContext({ pfx: Buffer.from(octets), passphrase: "wrong" })).toThrow(
      /mac verify/,
    );
    const server = createServer({ pfx: Buffer.from(octets), passphrase: password });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const client = connect({
      host: "127.0.0.1",
      port,
      servername: "localhost",
      ca: authority.trustAnchorPem,
    });
    await once(client, "secureConnect");
    expect(client.getPeerX509Certificate()?.toString()).toBe(pem);
    client.destroy();
    server.close();
    expect(publicPem(keyPem)).toBe(publicPem(pem));
  });
});

describe("PKCS#7", () => {
  const [{ pem }] = files as [(typeof files)[number]];
  const certificates = decodePem(pem + authority.trustAnchorPem, "CERTIFICATE");
  const file = workshop.write("chain.p7b", encodeCertsOnly(certificates));

  test.runIf(isInstalled("openssl"))("B-191: openssl reads what we write", () => {
    const { output } = workshop.run("openssl", ["pkcs7", "-inform", "DER", "-in", file, "-print_certs"]);
    expect(blocksIn(output, "CERTIFICATE").toSorted()).toEqual(bothPems(pem));
  });

  test.runIf(isInstalled("certtool"))("B-191: certtool reads what we write, also as PEM", () => {
    const text = workshop.write("chain.pem", encodePem("PKCS7", encodeCertsOnly(certificates)));
    for (const args of [
      ["--inder", "--infile", file],
      ["--infile", text],
    ]) {
      const { ok, output } = workshop.run("certtool", ["--p7-info", ...args]);
      expect(ok, output).toBe(true);
      expect(blocksIn(output, "CERTIFICATE").toSorted()).toEqual(bothPems(pem));
    }
  });

  test.runIf(isInstalled("keytool"))("B-191: keytool reads what we write", () => {
    const { output } = workshop.run("keytool", ["-printcert", "-rfc", "-file", file]);
    expect(blocksIn(output, "CERTIFICATE").toSorted()).toEqual(bothPems(pem));
  });

  test.runIf(hasPython)("B-191: cryptography for Python reads what we write, and we what it writes", () => {
    const program = `
import sys
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
certificates = pkcs7.load_der_pkcs7_certificates(open(sys.argv[1], "rb").read())
for certificate in certificates:
    print(certificate.public_bytes(Encoding.PEM).decode())
open(sys.argv[2], "wb").write(pkcs7.serialize_certificates(certificates[::-1], Encoding.DER))
`;
    const theirs = join(workshop.folder, "python.p7b");
    const { ok, output } = workshop.run(python, ["-c", program, file, theirs]);
    expect(ok, output).toBe(true);
    expect(blocksIn(output, "CERTIFICATE").toSorted()).toEqual(bothPems(pem));
    expect(certificatesIn(theirs)).toEqual(bothPems(pem));
  });

  test.runIf(isInstalled("openssl"))("B-191: we read what openssl writes", () => {
    const theirs = join(workshop.folder, "openssl.p7b");
    const both = workshop.write("both.pem", pem + authority.trustAnchorPem);
    workshop.run("openssl", ["crl2pkcs7", "-nocrl", "-certfile", both, "-outform", "DER", "-out", theirs]);
    expect(certificatesIn(theirs)).toEqual(bothPems(pem));
  });

  function certificatesIn(path: string): string[] {
    return decodeCertsOnly(new Uint8Array(readFileSync(path)))
      .map((certificate) => encodePem("CERTIFICATE", certificate))
      .toSorted();
  }
});
