import "reflect-metadata";
import { createPublicKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { encodePem } from "@chancery/core";
import * as x509 from "@peculiar/x509";
import { afterAll, describe, expect, test } from "vitest";
import { cryptoProvider } from "#crypto";
import { certifyIntermediate } from "../../src/issuer/certify-intermediate.ts";
import { certifyRoot } from "../../src/issuer/certify-root.ts";
import { createLocalSigner } from "../../src/signer/local-signer.ts";
import { readKey } from "../support/private-keys.ts";
import { createWorkshop, isInstalled } from "../support/workshop.ts";

// Foreign programs read and verify CA certificates that say everything they can say, over leaves that openssl signs.

const workshop = createWorkshop();
afterAll(() => workshop.dispose());

const kinds = ["rsa", "p-256", "p-384", "p-521", "ed25519"] as const;
type Kind = (typeof kinds)[number];

const inside = "DNS:www.lab.example,IP:10.1.2.3,email:a@mail.lab.example,URI:spiffe://w.lab.example/web";
const outside = {
  dns: "DNS:www.other.example",
  excludedDns: "DNS:secret.lab.example",
  ip: "IP:11.1.2.3",
  email: "email:a@lab.example",
  uri: "URI:https://other.example/",
};

/** Makes a root of a kind of key, and an intermediate beneath it, for a key that openssl will use too. */
async function createAuthorities(kind: Kind): Promise<{ rootPem: string; intermediatePem: string }> {
  const root = await certifyRoot({
    signer: createLocalSigner(await readKey(cryptoProvider, kind)),
    commonName: `Root ${kind}`,
    organization: "Büro & Lab",
    uri: "spiffe://lab.example",
    validity: "P30D",
  });
  const { chainPem } = await certifyIntermediate({
    issuer: root,
    commonName: "Intermediate",
    publicKey: new Uint8Array(
      createPublicKey(readFileSync(join(workshop.folder, "int.key"))).export({ format: "der", type: "spki" }),
    ),
    extKeyUsage: ["serverAuth", "clientAuth", "emailProtection"],
    certificatePolicies: ["2.5.29.32.0"],
    nameConstraints: {
      permitted: { dns: ["lab.example"], ip: ["10.0.0.0/8"], email: [".lab.example"], uri: [".lab.example"] },
      excluded: { dns: ["secret.lab.example"], ip: ["fd00::/8"] },
    },
    distribution: {
      crl: "http://crl.lab.example/root.crl",
      ocsp: ["http://ocsp.lab.example/"],
      caIssuers: ["http://lab.example/root.der"],
    },
    signsOcsp: true,
  });
  return { rootPem: encodePem("CERTIFICATE", root.certificate), intermediatePem: chainPem };
}

/** Has openssl sign an end entity certificate beneath the intermediate. */
function signLeaf(folder: string, name: string, names: string): string {
  workshop.write(
    `${folder}/${name}.cnf`,
    `basicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nsubjectAltName=critical,${names}\n`,
  );
  openssl(`req -new -key leaf.key -subj / -out ${folder}/${name}.csr`);
  openssl(
    `x509 -req -in ${folder}/${name}.csr -CA ${folder}/int.pem -CAkey int.key -days 2 -extfile ${folder}/${name}.cnf -out ${folder}/${name}.pem`,
  );
  return `${folder}/${name}.pem`;
}

function openssl(args: string): string {
  const { ok, output } = workshop.run("openssl", args.split(" "));
  expect(ok, output).toBe(true);
  return output;
}

for (const key of ["int", "leaf"])
  openssl(`genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ${key}.key`);
const authorities = new Map<Kind, { rootPem: string; intermediatePem: string }>();
for (const kind of kinds) {
  const made = await createAuthorities(kind);
  authorities.set(kind, made);
  workshop.write(`${kind}/root.pem`, made.rootPem);
  workshop.write(`${kind}/int.pem`, made.intermediatePem);
}

describe("B-030..B-038, D-001, D-002: CA certificates for keys that exist", () => {
  test.each(kinds)("openssl verifies a leaf beneath them, strictly: %s", (kind) => {
    const leaf = signLeaf(kind, "inside", inside);
    for (const purpose of ["sslserver", "sslclient"]) {
      expect(
        openssl(
          `verify -x509_strict -purpose ${purpose} -CAfile ${kind}/root.pem -untrusted ${kind}/int.pem ${leaf}`,
        ),
      ).toBe(`${leaf}: OK\n`);
    }
    expect(openssl(`verify -x509_strict -CAfile ${kind}/root.pem ${kind}/int.pem`)).toBe(
      `${kind}/int.pem: OK\n`,
    );
  });

  test.each(Object.entries(outside))("openssl holds leaves to the name constraints: %s", (name, names) => {
    const leaf = signLeaf("p-256", name, names);
    const { ok, output } = workshop.run(
      "openssl",
      `verify -CAfile p-256/root.pem -untrusted p-256/int.pem ${leaf}`.split(" "),
    );
    expect(ok).toBe(false);
    expect(output).toMatch(/(permitted|excluded) subtree violation/);
  });

  test("openssl reads what was written", () => {
    const extensions = openssl(
      "x509 -in p-256/int.pem -noout -ext basicConstraints,keyUsage,extendedKeyUsage,nameConstraints,certificatePolicies,crlDistributionPoints,authorityInfoAccess",
    ).replaceAll(/\s+/g, " ");
    for (const text of [
      "Basic Constraints: critical CA:TRUE, pathlen:0",
      "Key Usage: critical Digital Signature, Certificate Sign, CRL Sign",
      "TLS Web Server Authentication, TLS Web Client Authentication, E-mail Protection",
      "Name Constraints: critical Permitted: DNS:lab.example IP:10.0.0.0/255.0.0.0 email:.lab.example URI:.lab.example",
      "Excluded: DNS:secret.lab.example IP:FD00:",
      "Policy: X509v3 Any Policy",
      "Full Name: URI:http://crl.lab.example/root.crl",
      "OCSP - URI:http://ocsp.lab.example/ CA Issuers - URI:http://lab.example/root.der",
    ])
      expect(extensions).toContain(text);
    expect(openssl("x509 -in p-256/root.pem -noout -ext subjectAltName")).toContain(
      "URI:spiffe://lab.example",
    );
  });

  test.each(kinds)("node verifies issuer and signature: %s", (kind) => {
    const { rootPem = "", intermediatePem = "" } = authorities.get(kind) ?? {};
    const [root, intermediate] = [new X509Certificate(rootPem), new X509Certificate(intermediatePem)];
    expect(root.ca && intermediate.ca).toBe(true);
    expect(intermediate.checkIssued(root)).toBe(true);
    expect(intermediate.verify(root.publicKey) && root.verify(root.publicKey)).toBe(true);
  });

  test.each(kinds.filter((kind) => kind !== "ed25519"))(
    "@peculiar/x509 reads and verifies: %s",
    async (kind) => {
      x509.cryptoProvider.set(crypto);
      const { rootPem = "", intermediatePem = "" } = authorities.get(kind) ?? {};
      const [root, intermediate] = [
        new x509.X509Certificate(rootPem),
        new x509.X509Certificate(intermediatePem),
      ];
      expect(await intermediate.verify({ publicKey: root.publicKey })).toBe(true);
      expect(await root.verify({ publicKey: root.publicKey })).toBe(true);
      expect(intermediate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId).toBe(
        root.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId,
      );
      expect(intermediate.getExtension(x509.CertificatePolicyExtension)?.policies).toEqual(["2.5.29.32.0"]);
    },
  );

  test.skipIf(!isInstalled("certtool")).each(kinds)(
    "certtool verifies the chain (skipped without gnutls-bin): %s",
    (kind) => {
      const leaf = signLeaf(kind, "inside", inside);
      const { rootPem = "", intermediatePem = "" } = authorities.get(kind) ?? {};
      const trusted = workshop.write(`${kind}/trusted.pem`, rootPem);
      const args = ["--verify", "--verify-hostname", "www.lab.example", "--load-ca-certificate", trusted];
      const chain = `${openssl(`x509 -in ${leaf}`)}${intermediatePem}`;
      const { output } = workshop.run("certtool", args, chain);
      expect(output).toContain("Chain verification output: Verified. The certificate is trusted.");
    },
  );

  test.skipIf(!isInstalled("go"))(
    "Go verifies the chains, and holds leaves to the constraints (skipped without golang-go)",
    () => {
      const program = `${workshop.folder}/go-verify`;
      const source = new URL("go/main.go", import.meta.url).pathname;
      expect(workshop.run("env", ["GO111MODULE=off", "go", "build", "-o", program, source]).output).toBe("");
      const jobs = [
        ...kinds.map((kind) => ({ kind, leaf: signLeaf(kind, "inside", inside), refused: false })),
        ...Object.entries(outside).map(([name, names]) => ({
          kind: "rsa" as const,
          leaf: signLeaf("rsa", name, names),
          refused: true,
        })),
      ];
      const answer = workshop.run(
        program,
        [],
        JSON.stringify(
          jobs.map(({ kind, leaf }) => ({
            certificate: hexOf(openssl(`x509 -in ${leaf}`)),
            intermediates: [hexOf(authorities.get(kind)?.intermediatePem)],
            root: hexOf(authorities.get(kind)?.rootPem),
            time: new Date().toISOString(),
            purposes: [1, 2],
            host: "",
          })),
        ),
      );
      const reports = JSON.parse(answer.output) as { verdict: string; unhandled: string[] }[];
      for (const [index, { refused, leaf }] of jobs.entries()) {
        expect(reports[index]?.unhandled, leaf).toEqual([]);
        if (refused) expect(reports[index]?.verdict, leaf).toMatch(/not permitted|is excluded/);
        else expect(reports[index]?.verdict, leaf).toBe("ok");
      }
    },
  );
});

function hexOf(pem = ""): string {
  return Buffer.from(pem.replaceAll(/-----[^-]*-----|\s/g, ""), "base64").toString("hex");
}
