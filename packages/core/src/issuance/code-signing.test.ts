import "reflect-metadata";
import { X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { expect, test } from "vitest";
import { createAuthority, requester } from "../../test/support/authority.ts";
import { allowSubject } from "../policy/rules.ts";
import { codeSigning } from "../profile/presets.ts";

async function csrFor(name: string): Promise<Uint8Array> {
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name,
    keys,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
  });
  return new Uint8Array(csr.rawData);
}

test("a subject that a policy allows is certified, whatever its commonName looks like", async () => {
  const { ca } = await createAuthority({
    profiles: [codeSigning()],
    policies: [allowSubject({ organization: "Lab", commonName: "*" })],
  });
  for (const commonName of ["signer", "Release Signing 2030"]) {
    const { certificate, identifiers } = await ca.issue({
      csr: await csrFor(`O=Lab, CN=${commonName}`),
      requester,
    });
    expect(identifiers).toEqual([]);
    const read = new X509Certificate(certificate);
    expect(read.subject).toBe(`O=Lab\nCN=${commonName}`);
    expect(read.subjectAltName).toBeUndefined();
    expect(read.keyUsage).toEqual(["1.3.6.1.5.5.7.3.3"]);
  }
});

test("a subject attribute that no policy allows is refused by its name", async () => {
  const { ca } = await createAuthority({
    profiles: [codeSigning()],
    policies: [allowSubject({ organization: "Lab", commonName: "*" })],
  });
  await expect(ca.issue({ csr: await csrFor("O=Other, CN=signer"), requester })).rejects.toMatchObject({
    code: "ERR_POLICY_DENIED",
    denials: [{ input: "subject.organization:Other" }],
  });
});
