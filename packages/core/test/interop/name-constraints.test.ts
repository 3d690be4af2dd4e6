import "reflect-metadata";
import { createCertificateAuthority, importIssuer, tlsClient } from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import * as x509 from "@peculiar/x509";
import { afterAll, describe, expect, test } from "vitest";
import { allowEverything, identifierOf, now, requester } from "../support/authority.ts";
import { createForeignAuthority, createKeys, type ForeignAuthority } from "../support/foreign-authority.ts";
import { constraintsDer, nameConstraintCases } from "../support/name-constraint-cases.ts";
import { createWorkshop } from "../support/workshop.ts";

const workshop = createWorkshop();
afterAll(() => workshop.dispose());
const keys = await createKeys();

describe("B-035: name constraints, judged by us and by openssl verify", () => {
  test.each(nameConstraintCases.map((row, index) => ({ ...row, index })))("$why", async (row) => {
    const { granted = [], refused = [], differs = {}, index } = row;
    const constraints = new x509.Extension("2.5.29.30", true, new Uint8Array(constraintsDer(row)));
    const root = await createForeignAuthority({ subject: "CN=Constrained", extensions: [constraints] });
    const names = [...granted, ...refused];
    const theirs = await judgeWithOpenssl(`${index}`, root, names);
    const ours = await judgeByExplaining(root, names);
    expect(ours).toEqual(names.map((name) => granted.includes(name)));
    for (const [position, name] of names.entries()) {
      const agreed = ours[position] === theirs[position];
      expect({ name, agreed }).toEqual({ name, agreed: !(name in differs) });
      if (ours[position]) expect(theirs[position], name).toBe(true);
    }
  });
});

async function judgeByExplaining(root: ForeignAuthority, names: readonly string[]): Promise<boolean[]> {
  const clock = (): Date => now;
  const ca = await createCertificateAuthority({
    issuers: [await importIssuer({ chainPem: root.pem, signer: root.signer, clock })],
    store: createMemoryCertificateStore(),
    policies: [allowEverything],
    profiles: [tlsClient()],
    clock,
  });
  const explanations = await Promise.all(
    names.map((name) => ca.explainNames({ identifiers: [identifierOf(name)], requester })),
  );
  return explanations.map(({ verdict }) => verdict === "allow");
}

async function judgeWithOpenssl(
  folder: string,
  root: ForeignAuthority,
  names: readonly string[],
): Promise<boolean[]> {
  const trusted = workshop.write(`${folder}/root.pem`, root.pem);
  const files = await Promise.all(
    names.map(async (name, index) => workshop.write(`${folder}/${index}.pem`, await certify(root, name))),
  );
  const { output } = workshop.run("openssl", [
    ...["verify", "-attime", String(now.getTime() / 1000), "-CAfile", trusted],
    ...files,
  ]);
  return files.map((file) => {
    const accepted = output.includes(`${file}: OK`);
    const refused = /(permitted|excluded) subtree violation|unsupported.*name constraint/;
    if (!accepted) expect(output).toMatch(refused);
    return accepted;
  });
}

async function certify(root: ForeignAuthority, name: string): Promise<string> {
  const { type, value } = identifierOf(name);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: "02",
    issuer: root.subject,
    notBefore: new Date(now.getTime() - 60_000),
    notAfter: new Date(now.getTime() + 86_400_000),
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" },
    publicKey: keys.publicKey,
    signingKey: root.keys.privateKey,
    extensions: [
      new x509.SubjectAlternativeNameExtension([{ type: type === "uri" ? "url" : type, value }], true),
    ],
  });
  return certificate.toString("pem");
}
