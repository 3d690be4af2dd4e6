import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createLocalSigner, decodePrivateKeyPem, encodePem, encodePrivateKeyPem } from "@chancery/core";
import { afterAll, describe, expect, test } from "vitest";
import { certifyIntermediate } from "../src/issuer/certify-intermediate.ts";
import { createRoot } from "../src/issuer/create.ts";
import { formatSubtree } from "../src/issuer/format-subtree.ts";
import { installIntermediate } from "../src/issuer/install.ts";
import { createIntermediateRequest } from "../src/issuer/request.ts";
import { createWorkshop, isInstalled } from "./support/workshop.ts";

// The root is run by somebody else's program; only a request goes in and only a certificate comes out.

const workshop = createWorkshop();
afterAll(() => workshop.dispose());

const keyArguments = {
  rsa: "-newkey rsa:2048",
  ec: "-newkey ec -pkeyopt ec_paramgen_curve:P-384",
  ed25519: "-newkey ed25519",
} as const;
type Kind = keyof typeof keyArguments;

workshop.write(
  "extensions.cnf",
  `[intermediate]
basicConstraints=critical,CA:true,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[minimal]
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[servers]
basicConstraints=critical,CA:true,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
extendedKeyUsage=codeSigning
subjectKeyIdentifier=hash
[elsewhere]
basicConstraints=critical,CA:true,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
nameConstraints=critical,permitted;DNS:other.example,permitted;IP:10.0.0.0/255.0.0.0
subjectKeyIdentifier=hash
[leaf]
basicConstraints=critical,CA:false
subjectAltName=DNS:www.lab.example
`,
);

for (const [kind, keyArgument] of Object.entries(keyArguments)) {
  openssl(
    `req -x509 ${keyArgument} -nodes -keyout ${kind}.key -utf8 -subj /C=DE/O=Büro/CN=Root -days 30 -addext keyUsage=critical,keyCertSign,cRLSign -out ${kind}.pem`,
  );
}

/** Has openssl answer a request. */
function answer(kind: Kind, csrPem: string, more: string): string {
  workshop.write("int.csr", csrPem);
  openssl(`x509 -req -in int.csr -CA ${kind}.pem -CAkey ${kind}.key -days 20 ${more} -out int.pem`);
  return read("int.pem");
}

describe("D-001, D-002, B-012, B-030: an intermediate beneath an offline root", () => {
  const kinds: readonly Kind[] = ["rsa", "ec", "ed25519"];

  test.each(kinds)("openssl x509 -req answers, and verifies what we issue from it: %s", async (kind) => {
    const request = await createIntermediateRequest({
      commonName: "Lab Intermediate",
      organization: "Büro",
      permittedDns: ["lab.example"],
    });
    const certificatePem = answer(kind, request.csrPem, "-extfile extensions.cnf -extensions intermediate");
    const issuer = await installIntermediate({
      request,
      certificatePem,
      trustAnchorPem: read(`${kind}.pem`),
    });
    expect(issuer.subject).toBe("O=Büro, CN=Lab Intermediate");

    // What the issuer signs: here by openssl with the key that never left us until now.
    workshop.write("int.key", await encodePrivateKeyPem(request.privateKey));
    openssl(
      "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout leaf.key -subj /CN=x -out leaf.csr",
    );
    openssl(
      "x509 -req -in leaf.csr -CA int.pem -CAkey int.key -days 2 -extfile extensions.cnf -extensions leaf -out leaf.pem",
    );
    expect(openssl(`verify -CAfile ${kind}.pem -untrusted int.pem leaf.pem`)).toBe("leaf.pem: OK\n");
  });

  test.each(kinds)(
    "B-131, B-133: openssl reads the request, and copies what it asks for: %s",
    async (kind) => {
      const request = await createIntermediateRequest({
        commonName: "Lab Intermediate",
        pathLength: 0,
        key:
          kind === "rsa"
            ? { type: "rsa", bits: 2048 }
            : kind === "ec"
              ? { type: "ec", curve: "P-521" }
              : { type: "ed25519" },
        nameConstraints: {
          permitted: { dns: ["lab.example"], email: [".lab.example"] },
          excluded: { ip: ["0.0.0.0/0"], uri: ["x.example"] },
        },
      });
      workshop.write("asked.csr", request.csrPem);
      expect(openssl("req -in asked.csr -noout -verify")).toContain("verify OK");
      const text = openssl("req -in asked.csr -noout -text").replaceAll(/\s+/g, " ");
      for (const words of [
        "Basic Constraints: critical CA:TRUE, pathlen:0",
        "Key Usage: critical Certificate Sign, CRL Sign",
        "Extended Key Usage: TLS Web Server Authentication, TLS Web Client Authentication",
        "Name Constraints: critical Permitted: DNS:lab.example email:.lab.example Excluded: IP:0.0.0.0/0.0.0.0 URI:x.example",
      ])
        expect(text).toContain(words);
      const certificatePem = answer(
        kind,
        request.csrPem,
        "-copy_extensions copyall -extfile extensions.cnf -extensions minimal",
      );
      const issuer = await installIntermediate({
        request,
        certificatePem,
        trustAnchorPem: read(`${kind}.pem`),
      });
      expect(issuer.parsed.basicConstraints).toEqual({ ca: true, pathLength: 0 });
      expect(issuer.nameConstraints[0]?.permitted.map(formatSubtree)).toEqual([
        "dns:lab.example",
        "email:.lab.example",
      ]);
    },
  );

  test.each(kinds)("openssl ca answers: %s", async (kind) => {
    const request = await createIntermediateRequest({ commonName: "Lab Intermediate", organization: "Büro" });
    workshop.write("ca/index.txt", "");
    workshop.write("ca/serial", "1000\n");
    workshop.write(
      "ca.cnf",
      `[ca]
default_ca=root
[root]
database=ca/index.txt
serial=ca/serial
new_certs_dir=ca
certificate=${kind}.pem
private_key=${kind}.key
default_md=sha256
default_days=20
policy=any
unique_subject=no
[any]
organizationName=optional
commonName=supplied
`,
    );
    workshop.write("ca.csr", request.csrPem);
    openssl(
      "ca -batch -utf8 -config ca.cnf -extfile extensions.cnf -extensions intermediate -in ca.csr -out ca.pem",
    );
    // openssl ca writes the certificate as text for people before the PEM block.
    const certificatePem = read("ca.pem");
    expect(certificatePem).toContain("Certificate:\n");
    const issuer = await installIntermediate({
      request,
      certificatePem,
      trustAnchorPem: read(`${kind}.pem`),
    });
    expect(issuer.subject).toBe("O=Büro, CN=Lab Intermediate");
  });

  test("says what is wrong with answers that openssl gives all too easily", async () => {
    const request = await createIntermediateRequest({
      commonName: "Lab Intermediate",
      permittedDns: ["lab.example"],
    });
    const install = (certificatePem: string): Promise<unknown> =>
      installIntermediate({ request, certificatePem, trustAnchorPem: read("rsa.pem") });
    const wrong = [
      // Without -extfile it makes a certificate of version 1 (and version 3 without extensions from OpenSSL 3.2 on).
      { more: "", says: /malformed|not a certificate authority/ },
      { more: "-extfile extensions.cnf -extensions minimal", says: /is not a certificate authority/ },
      {
        more: "-extfile extensions.cnf -extensions servers",
        says: /may not issue for serverAuth, which was requested/,
      },
      {
        more: "-extfile extensions.cnf -extensions elsewhere",
        says: /do not permit dns:lab.example, which was requested/,
      },
      {
        more: "-sha1 -extfile extensions.cnf -extensions intermediate",
        says: /is signed with SHA-1 with RSA/,
      },
    ];
    for (const { more, says } of wrong) {
      await expect(install(answer("rsa", request.csrPem, more)), more).rejects.toMatchObject({
        code: "ERR_ISSUER_UNFIT",
        message: expect.stringMatching(says),
      });
    }
    const stranger = answer("ec", request.csrPem, "-extfile extensions.cnf -extensions intermediate");
    await expect(install(stranger)).rejects.toMatchObject({
      message: expect.stringMatching(
        /names another issuer key|signature of "CN=Lab Intermediate" does not verify/,
      ),
    });
  });

  test.skipIf(!isInstalled("certtool"))(
    "certtool answers, and reads the request (skipped without gnutls-bin)",
    async () => {
      const request = await createIntermediateRequest({ commonName: "Lab Intermediate" });
      workshop.write("certtool.csr", request.csrPem);
      const crq = run("certtool", ["--crq-info", "--infile", "certtool.csr"]);
      expect(crq).toContain("Certificate Authority (CA): TRUE");
      expect(crq).toContain("Self signature: verified");
      workshop.write(
        "certtool.tmpl",
        "ca\npath_len = 0\ncert_signing_key\ncrl_signing_key\nexpiration_days = 20\n",
      );
      const files = ["--load-ca-certificate", "rsa.pem", "--load-ca-privkey", "rsa.key"];
      run("certtool", [
        ...["--generate-certificate", "--load-request", "certtool.csr", "--template", "certtool.tmpl"],
        ...[...files, "--outfile", "certtool.pem"],
      ]);
      const issuer = await installIntermediate({
        request,
        certificatePem: read("certtool.pem"),
        trustAnchorPem: read("rsa.pem"),
      });
      expect(issuer.subject).toBe("CN=Lab Intermediate");
    },
  );

  test.skipIf(!isInstalled("go"))(
    "Go answers, and verifies the request (skipped without golang-go)",
    async () => {
      const request = await createIntermediateRequest({
        commonName: "Lab Intermediate",
        organization: "Büro",
      });
      const source = new URL("interop/go-root/main.go", import.meta.url).pathname;
      const program = join(workshop.folder, "go-root");
      expect(workshop.run("env", ["GO111MODULE=off", "go", "build", "-o", program, source]).output).toBe("");
      const { ok, output } = workshop.run(program, [], request.csrPem);
      expect(ok, output).toBe(true);
      const [certificatePem = "", trustAnchorPem = ""] = output.split(/(?<=-----END CERTIFICATE-----\n)/);
      const issuer = await installIntermediate({ request, certificatePem, trustAnchorPem });
      expect(issuer.subject).toBe("O=Büro, CN=Lab Intermediate");
    },
  );
});

describe("B-130, B-133, D-002: our root certifies requests that openssl made", () => {
  const root = createRoot({ commonName: "Own Root", validity: "P30D" });

  test.each([
    { why: "without extensions", key: "rsa:2048", more: "", granted: true },
    {
      why: "with a path length that is not given",
      key: "ed25519",
      more: "-addext basicConstraints=critical,CA:TRUE,pathlen:3",
      granted: false,
    },
    {
      why: "with name constraints",
      key: "rsa:3072",
      more: "-addext basicConstraints=CA:TRUE -addext nameConstraints=critical,permitted;DNS:lab.example",
      granted: true,
    },
  ])("$why", async ({ key, more, granted }) => {
    openssl(
      `req -new -newkey ${key} -nodes -keyout own.key -utf8 -subj /O=Büro/CN=Below ${more} -out own.csr`.replaceAll(
        / +/g,
        " ",
      ),
    );
    const { issuer } = await root;
    const { chainPem } = await certifyIntermediate({ issuer, request: read("own.csr"), validity: "P10D" });
    workshop.write("own.pem", chainPem);
    workshop.write("own-root.pem", encodePem("CERTIFICATE", issuer.certificate));
    expect(openssl("verify -x509_strict -CAfile own-root.pem own.pem")).toBe("own.pem: OK\n");
    expect(openssl("x509 -in own.pem -noout -ext basicConstraints")).toContain("CA:TRUE, pathlen:0");
    const installing = installIntermediate({
      signer: createLocalSigner(await decodePrivateKeyPem(read("own.key"))),
      csr: read("own.csr"),
      certificatePem: chainPem,
      trustAnchorPem: read("own-root.pem"),
    });
    if (granted) await expect(installing).resolves.toMatchObject({ subject: "O=Büro, CN=Below" });
    else
      await expect(installing).rejects.toMatchObject({
        message: expect.stringContaining("requested were 3"),
      });
  });
});

function openssl(args: string): string {
  return run("openssl", args.trim().split(/ +/));
}

function run(program: string, args: readonly string[]): string {
  const { ok, output } = workshop.run(program, args);
  expect(ok, output).toBe(true);
  return output;
}

function read(name: string): string {
  return readFileSync(join(workshop.folder, name), "utf8");
}
