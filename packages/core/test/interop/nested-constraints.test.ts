import "reflect-metadata";
import {
  createCertificateAuthority,
  encodePem,
  encodePrivateKeyPem,
  importIssuer,
  tlsClient,
} from "@chancery/core";
import { contextConstructed, encodeDer, encodeSequence } from "@chancery/core/asn1";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import * as x509 from "@peculiar/x509";
import { afterAll, describe, expect, test } from "vitest";
import { encodeName } from "../../src/certificate/name.ts";
import { createIntermediate } from "../../src/issuer/create.ts";
import type { Issuer } from "../../src/issuer/issuer.ts";
import type { NameConstraintOptions } from "../../src/issuer/name-constraint-options.ts";
import { allowEverything, identifierOf, now, requester } from "../support/authority.ts";
import { createForeignAuthority } from "../support/foreign-authority.ts";
import { createWorkshop } from "../support/workshop.ts";

const workshop = createWorkshop();
afterAll(() => workshop.dispose());
const clock = (): Date => now;
openssl(["genpkey", "-algorithm", "ed25519", "-out", "leaf.key"]);

/** Constraints of a root and of an intermediate below it, and what is left of the name space. */
interface Chain {
  readonly why: string;
  readonly root: Uint8Array;
  readonly intermediate?: NameConstraintOptions;
  /** Subject of the end entity, besides its names. */
  readonly organization?: string;
  readonly granted: readonly string[];
  readonly refused: readonly string[];
}

const base = (number: number, text: string | readonly number[]): Uint8Array =>
  encodeSequence(
    encodeDer(
      0x80 | number,
      typeof text === "string" ? new TextEncoder().encode(text) : Uint8Array.from(text),
    ),
  );
const directory = (organization: string): Uint8Array =>
  encodeSequence(encodeDer(contextConstructed(4), encodeName([["organization", organization]])));
const constraints = (permitted: readonly Uint8Array[], excluded: readonly Uint8Array[] = []): Uint8Array =>
  encodeSequence(
    ...(permitted.length === 0 ? [] : [encodeDer(contextConstructed(0), ...permitted)]),
    ...(excluded.length === 0 ? [] : [encodeDer(contextConstructed(1), ...excluded)]),
  );

const chains: readonly Chain[] = [
  {
    why: "DNS: what both permit",
    root: constraints([base(2, "lab.example"), base(2, "office.example")]),
    intermediate: { permitted: { dns: ["a.lab.example"] } },
    granted: ["dns:a.lab.example", "dns:x.a.lab.example", "dns:*.a.lab.example"],
    refused: ["dns:b.lab.example", "dns:lab.example", "dns:x.office.example", "dns:*.lab.example"],
  },
  {
    why: "DNS: what one permits and the other does not exclude",
    root: constraints([base(2, "lab.example")]),
    intermediate: { excluded: { dns: ["secret.lab.example"] } },
    granted: ["dns:a.lab.example"],
    refused: ["dns:secret.lab.example", "dns:x.secret.lab.example", "dns:other.example"],
  },
  {
    why: "DNS: an exclusion of the root is not taken back below",
    root: constraints([], [base(2, "secret.lab.example")]),
    intermediate: { permitted: { dns: ["lab.example"] } },
    granted: ["dns:a.lab.example"],
    refused: ["dns:x.secret.lab.example", "dns:other.example"],
  },
  {
    why: "IP: the smaller network, less what is excluded",
    root: constraints([base(7, [10, 0, 0, 0, 255, 0, 0, 0])]),
    intermediate: { permitted: { ip: ["10.1.0.0/16"] }, excluded: { ip: ["10.1.9.0/24"] } },
    granted: ["ip:10.1.0.1", "ip:10.1.8.255", "dns:other.example"],
    refused: ["ip:10.2.0.1", "ip:10.1.9.1", "ip:192.0.2.1", "ip:2001:db8::1"],
  },
  {
    why: "email: the mailboxes of one host below those of a domain",
    root: constraints([base(1, ".lab.example")]),
    intermediate: {
      permitted: { email: ["mail.lab.example"] },
      excluded: { email: ["root@mail.lab.example"] },
    },
    granted: ["email:a@mail.lab.example"],
    refused: ["email:a@x.lab.example", "email:a@lab.example", "email:root@mail.lab.example"],
  },
  {
    why: "URI: one host below those of a domain",
    root: constraints([base(6, ".lab.example")], [base(6, "x.lab.example")]),
    intermediate: { permitted: { uri: [".lab.example"] }, excluded: { uri: ["y.lab.example"] } },
    granted: ["uri:https://a.lab.example/x", "uri:spiffe://b.lab.example/web"],
    refused: ["uri:https://x.lab.example/", "uri:https://y.lab.example/", "uri:https://lab.example/"],
  },
  {
    why: "every kind on its own: constraints of one say nothing about the others",
    root: constraints([base(2, "lab.example")], [base(1, "x.example")]),
    intermediate: { permitted: { ip: ["10.0.0.0/8"] }, excluded: { uri: [".x.example"] } },
    granted: ["dns:a.lab.example", "ip:10.0.0.1", "email:a@lab.example", "uri:https://lab.example/"],
    refused: ["dns:x.example", "ip:11.0.0.1", "email:a@x.example", "uri:https://a.x.example/"],
  },
  {
    why: "directory: the subject begins with the permitted name",
    root: constraints([directory("Lab")]),
    organization: "Lab",
    granted: ["dns:a.example"],
    refused: [],
  },
  {
    why: "directory: the subject does not begin with the permitted name",
    root: constraints([directory("Lab")]),
    organization: "Labor",
    granted: [],
    refused: ["dns:a.example"],
  },
  {
    why: "directory: the subject is excluded, whatever its case and spaces",
    root: constraints([], [directory("The Lab")]),
    organization: "THE  lab",
    granted: [],
    refused: ["dns:a.example"],
  },
  {
    why: "directory: the subject is not excluded",
    root: constraints([], [directory("The Lab")]),
    organization: "Lab",
    granted: ["dns:a.example"],
    refused: [],
  },
];

describe("B-035: the constraints of a whole chain, judged by us and by openssl verify", () => {
  test.each(chains.map((chain, index) => ({ ...chain, index })))("$why", async (chain) => {
    const names = [...chain.granted, ...chain.refused];
    const { issuer, keyPem } = await createChain(chain);
    const expected = names.map((name) => chain.granted.includes(name));
    expect(await judge(issuer, chain, names)).toEqual(expected);
    writeAuthority(`${chain.index}`, issuer, keyPem);
    expect(judgeWithOpenssl(`${chain.index}`, chain, names)).toEqual(expected);
  });
});

async function createChain({ root, intermediate }: Chain): Promise<{ issuer: Issuer; keyPem: string }> {
  const extensions = [new x509.Extension("2.5.29.30", true, new Uint8Array(root))];
  const foreign = await createForeignAuthority({ subject: "CN=Root", extensions });
  const above = await importIssuer({ chainPem: foreign.pem, signer: foreign.signer, clock });
  if (intermediate === undefined) {
    const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", foreign.keys.privateKey));
    return { issuer: above, keyPem: encodePem("PRIVATE KEY", pkcs8) };
  }
  const { issuer, privateKey } = await createIntermediate({
    issuer: above,
    commonName: "Intermediate",
    nameConstraints: intermediate,
    clock,
  });
  return { issuer, keyPem: await encodePrivateKeyPem(privateKey) };
}

async function judge(issuer: Issuer, { organization }: Chain, names: readonly string[]): Promise<boolean[]> {
  const ca = await createCertificateAuthority({
    issuers: [issuer],
    store: createMemoryCertificateStore(),
    policies: [allowEverything],
    profiles: [tlsClient(organization === undefined ? {} : { subject: { fixed: { organization } } })],
    clock,
  });
  const explanations = await Promise.all(
    names.map((name) => ca.explainNames({ identifiers: [identifierOf(name)], requester })),
  );
  return explanations.map(({ verdict }) => verdict === "allow");
}

function writeAuthority(folder: string, { certificate, trustAnchor }: Issuer, keyPem: string): void {
  workshop.write(`${folder}/issuer.pem`, encodePem("CERTIFICATE", certificate));
  workshop.write(`${folder}/issuer.key`, keyPem);
  workshop.write(`${folder}/root.pem`, encodePem("CERTIFICATE", trustAnchor));
}

/** Has openssl sign certificates, whatever we think of them, and judge them. */
function judgeWithOpenssl(folder: string, { organization }: Chain, names: readonly string[]): boolean[] {
  const subject = organization === undefined ? "/" : `/O=${organization}`;
  openssl(["req", "-new", "-key", "leaf.key", "-subj", subject, "-out", `${folder}/leaf.csr`]);
  const files = names.map((name, index) => {
    const [kind = "", ...value] = name.split(":");
    const label = { dns: "DNS", ip: "IP", email: "email", uri: "URI" }[kind];
    const critical = organization === undefined ? "critical," : "";
    workshop.write(
      `${folder}/leaf.cnf`,
      `basicConstraints=critical,CA:false\nsubjectAltName=${critical}${label}:${value.join(":")}\n`,
    );
    openssl([
      ...["x509", "-req", "-in", `${folder}/leaf.csr`, "-out", `${folder}/${index}.pem`, "-days", "9999"],
      ...["-CA", `${folder}/issuer.pem`, "-CAkey", `${folder}/issuer.key`, "-extfile", `${folder}/leaf.cnf`],
    ]);
    return `${folder}/${index}.pem`;
  });
  const { output } = workshop.run("openssl", [
    ...["verify", "-attime", `${now.getTime() / 1000}`, "-CAfile", `${folder}/root.pem`],
    ...["-untrusted", `${folder}/issuer.pem`, ...files],
  ]);
  return files.map((file) => {
    const accepted = output.includes(`${file}: OK`);
    if (!accepted) expect(output).toMatch(/(permitted|excluded) subtree violation/);
    return accepted;
  });
}

function openssl(args: readonly string[]): void {
  const { ok, output } = workshop.run("openssl", args);
  expect(ok, output).toBe(true);
}
