import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  createCertificateAuthority,
  createLocalSigner,
  decodePrivateKeyPem,
  encodePem,
  importIssuer,
} from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import { afterAll, expect, test } from "vitest";
import { allowEverything, requester } from "../support/authority.ts";
import { createWorkshop } from "../support/workshop.ts";

const workshop = createWorkshop();
afterAll(() => workshop.dispose());

test("B-012, B-030: openssl makes root, intermediate and request, we certify, openssl verifies the whole", async () => {
  workshop.write(
    "extensions.cnf",
    "[ca]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
  );
  // An EC root above an RSA intermediate, names in UTF8String, key identifiers by SHA-1: all as openssl does it.
  openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out root.key");
  openssl(
    "req -x509 -key root.key -sha384 -days 30 -utf8 -subj /O=Büro/CN=Root -addext keyUsage=critical,keyCertSign,cRLSign -out root.pem",
  );
  openssl("req -new -newkey rsa:2048 -nodes -keyout int.key -utf8 -subj /O=Büro/CN=Int -out int.csr");
  openssl(
    "x509 -req -in int.csr -CA root.pem -CAkey root.key -days 30 -extfile extensions.cnf -extensions ca -out int.pem",
  );
  openssl(
    "req -new -newkey rsa:2048 -nodes -keyout end.key -subj / -addext subjectAltName=DNS:a.lab.example -out end.csr",
  );

  const issuer = await importIssuer({
    chainPem: read("int.pem"),
    trustAnchorPem: read("root.pem"),
    signer: createLocalSigner(await decodePrivateKeyPem(read("int.key"))),
  });
  expect(issuer.subject).toBe("O=Büro, CN=Int");
  const ca = await createCertificateAuthority({
    issuers: [issuer],
    store: createMemoryCertificateStore(),
    policies: [allowEverything],
  });
  const issued = await ca.issue({ csr: read("end.csr"), requester });

  workshop.write("end.pem", encodePem("CERTIFICATE", issued.certificate));
  expect(openssl("verify -x509_strict -purpose sslserver -CAfile root.pem -untrusted int.pem end.pem")).toBe(
    "end.pem: OK\n",
  );
  const intermediate = openssl("x509 -in int.pem -noout -subject -ext subjectKeyIdentifier -nameopt RFC2253");
  const end = openssl("x509 -in end.pem -noout -issuer -ext authorityKeyIdentifier -nameopt RFC2253");
  const [, subject] = /^subject=(.*)$/m.exec(intermediate) ?? [];
  const [, keyIdentifier] = /^ +([0-9A-F:]{59})$/m.exec(intermediate) ?? [];
  expect(end).toContain(`issuer=${subject}\n`);
  expect(end).toContain(keyIdentifier);
});

function openssl(args: string): string {
  const { ok, output } = workshop.run("openssl", args.split(" "));
  expect(ok, output).toBe(true);
  return output;
}

function read(name: string): string {
  return readFileSync(join(workshop.folder, name), "utf8");
}
