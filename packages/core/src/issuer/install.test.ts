import "reflect-metadata";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { afterAll, describe, expect, test } from "vitest";
import { now } from "../../test/support/authority.ts";
import {
  createForeignAuthority,
  createKeys,
  type ForeignAuthorityOptions,
} from "../../test/support/foreign-authority.ts";
import { createWorkshop } from "../../test/support/workshop.ts";
import { encodeDer, encodeSequence } from "../asn1/der-writer.ts";
import { contextConstructed, contextPrimitive } from "../asn1/tags.ts";
import { decodePrivateKeyPem } from "../key/private-key.ts";
import { createLocalSigner } from "../signer/local-signer.ts";
import { certifyIntermediate } from "./certify-intermediate.ts";
import { createRoot } from "./create.ts";
import { type InstallIntermediateOptions, installIntermediate } from "./install.ts";
import {
  createIntermediateRequest,
  type IntermediateRequestOptions,
  type PendingIntermediate,
} from "./request.ts";

const day = 86_400_000;
const clock = (): Date => now;
const subject = "CN=Lab Intermediate";
const keys = await createKeys();
const root = await createForeignAuthority({ subject: "CN=Offline Root" });
const answer = await createForeignAuthority({ subject, issuer: root, keys, pathLength: 0 });
const { signer } = answer;

const ask = (options: Partial<IntermediateRequestOptions> = {}): Promise<PendingIntermediate> =>
  createIntermediateRequest({ commonName: "Lab Intermediate", signer, ...options });
const request = await ask();

const workshop = createWorkshop();
afterAll(() => workshop.dispose());

/** Answers the request as the options say, from the root unless they say otherwise. */
async function answerWith(options: Partial<ForeignAuthorityOptions>): Promise<string> {
  return (await createForeignAuthority({ subject, issuer: root, keys, ...options })).pem;
}

/** Constraints on DNS names: 0 permitted, 1 excluded. */
function constrain(list: 0 | 1, name: string): x509.Extension {
  const base = encodeDer(contextPrimitive(2), new TextEncoder().encode(name));
  const value = encodeSequence(encodeDer(contextConstructed(list), encodeSequence(base)));
  return new x509.Extension("2.5.29.30", true, new Uint8Array(value));
}

describe("installIntermediate", () => {
  test("D-001: takes the root's answer, alone or with those above it", async () => {
    const ways: readonly string[] = [
      answer.pem,
      answer.pem + root.pem,
      `Bag Attributes\n\n${answer.pem}\r\n`,
    ];
    for (const certificatePem of ways) {
      const issuer = await installIntermediate({ request, certificatePem, trustAnchorPem: root.pem, clock });
      expect(issuer).toMatchObject({ subject, signer });
      expect(issuer.chain).toHaveLength(1);
      expect(Buffer.from(issuer.trustAnchor)).toEqual(Buffer.from(root.certificate.rawData));
    }
  });

  test("D-001: takes a chain of several, and alternates", async () => {
    const middle = await createForeignAuthority({ subject: "CN=Middle", issuer: root });
    const other = await createForeignAuthority({ subject: "CN=Other Root" });
    const issuer = await installIntermediate({
      request,
      certificatePem: (await answerWith({ issuer: middle })) + middle.pem,
      trustAnchorPem: root.pem,
      alternateChainsPem: [(await answerWith({ issuer: other })) + other.pem],
      clock,
    });
    expect(issuer.chain).toHaveLength(2);
    expect(issuer.alternates).toHaveLength(1);
  });

  test("D-001: after a restart the key is enough, and the request tells more", async () => {
    const rest = { certificatePem: answer.pem, trustAnchorPem: root.pem, clock };
    await expect(installIntermediate({ signer, ...rest })).resolves.toMatchObject({ subject });
    for (const csr of [request.csr, request.csrPem])
      await expect(installIntermediate({ signer, csr, ...rest })).resolves.toMatchObject({ subject });
    const { csr } = await ask({ commonName: "Another" });
    await expect(installIntermediate({ signer, csr, ...rest })).rejects.toMatchObject({
      message: 'the certificate is for "CN=Lab Intermediate", requested was "CN=Another"',
    });
  });

  test("D-001: takes what our own root answers, to the letter", async () => {
    const own = await createRoot({ commonName: "Own Root", clock });
    const pending = await createIntermediateRequest({
      commonName: "Lab Intermediate",
      organization: "Büro",
      pathLength: 1,
      permittedDns: ["lab.example"],
    });
    const answered = await certifyIntermediate({
      issuer: own.issuer,
      request: pending.csrPem,
      pathLength: 1,
      clock,
    });
    const trustAnchorPem = new x509.X509Certificate(new Uint8Array(answered.trustAnchor)).toString("pem");
    const issuer = await installIntermediate({
      request: pending,
      certificatePem: answered.chainPem,
      trustAnchorPem,
      clock,
    });
    expect(issuer.subject).toBe("O=Büro, CN=Lab Intermediate");
    expect(issuer.parsed.basicConstraints).toEqual({ ca: true, pathLength: 1 });
    expect(issuer.nameConstraints).toHaveLength(1);
  });

  test("B-012: a subject in another string type is the same subject", async () => {
    // @peculiar/x509 writes UTF8String where the request has PrintableString.
    const utf8 = await createForeignAuthority({
      subject: "2.5.4.3=#0c104c616220496e7465726d656469617465",
      issuer: root,
      keys,
    });
    await expect(
      installIntermediate({ request, certificatePem: utf8.pem, trustAnchorPem: root.pem, clock }),
    ).resolves.toMatchObject({ subject });
  });

  interface Refused {
    readonly why: string;
    readonly code?: "ERR_ISSUER_EXPIRED";
    readonly says: string;
    /** Of what is as it should be, this is not. */
    readonly changes: () => Promise<{
      certificatePem?: string;
      trustAnchorPem?: string;
      request?: PendingIntermediate;
    }>;
  }

  const refused: readonly Refused[] = [
    {
      why: "an answer that is no certificate",
      says: "a certificate of certificatePem cannot be read",
      changes: async () => ({
        certificatePem: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      }),
    },
    {
      why: "an answer that is cut off",
      says: 'a certificate of certificatePem cannot be read: PEM block "CERTIFICATE" is not closed',
      changes: async () => ({ certificatePem: answer.pem.slice(0, 200) }),
    },
    {
      why: "the request in place of the answer",
      says: 'PEM block is labelled "CERTIFICATE REQUEST"',
      changes: async () => ({ certificatePem: request.csrPem }),
    },
    {
      why: "an empty answer",
      says: "the PEM text of certificatePem holds no certificate",
      changes: async () => ({ certificatePem: "\n" }),
    },
    {
      why: "an empty trust anchor",
      says: "the PEM text of trustAnchorPem holds no certificate",
      changes: async () => ({ trustAnchorPem: "" }),
    },
    {
      why: "two trust anchors",
      says: "trustAnchorPem holds 2 certificates, expected the root alone",
      changes: async () => ({ trustAnchorPem: root.pem + answer.pem }),
    },
    {
      why: "two certificates that are swapped",
      says: "certificatePem and trustAnchorPem are swapped",
      changes: async () => ({ certificatePem: root.pem, trustAnchorPem: answer.pem }),
    },
    {
      why: "a chain upside down",
      says: "the certificate for the requested key is number 2 in certificatePem",
      changes: async () => ({ certificatePem: root.pem + answer.pem }),
    },
    {
      why: "the root in place of the answer",
      says: 'certificatePem holds the trust anchor "CN=Offline Root" where the requested certificate belongs',
      changes: async () => ({ certificatePem: root.pem }),
    },
    {
      why: "an answer for another key",
      says: `the certificate of "${subject}" is for another key than the requested one`,
      changes: async () => ({ certificatePem: await answerWith({ keys: await createKeys() }) }),
    },
    {
      why: "an answer for another subject",
      says: `the certificate is for "CN=Someone", requested was "${subject}"`,
      changes: async () => ({ certificatePem: await answerWith({ subject: "CN=Someone" }) }),
    },
    {
      why: "an answer for the requested subject and more",
      says: `the certificate is for "CN=Lab Intermediate, OU=Lab", requested was "${subject}"`,
      changes: async () => ({ certificatePem: await answerWith({ subject: `${subject}, OU=Lab` }) }),
    },
    {
      why: "an end entity",
      says: `"${subject}" is not a certificate authority (basicConstraints)`,
      changes: async () => ({ certificatePem: await answerWith({ ca: false }) }),
    },
    {
      why: "no keyCertSign",
      says: `"${subject}" may not sign certificates (keyUsage without keyCertSign)`,
      changes: async () => ({ certificatePem: await answerWith({ keyUsage: "03020102" }) }),
    },
    {
      why: "no cRLSign",
      says: `"${subject}" may not sign CRLs (keyUsage without cRLSign)`,
      changes: async () => ({ certificatePem: await answerWith({ keyUsage: "03020204" }) }),
    },
    {
      why: "B-034: a root that allows no intermediate",
      says: '"CN=Narrow Root" allows 0 certificate authorities below it, the chain has 1',
      changes: async () => {
        const narrow = await createForeignAuthority({ subject: "CN=Narrow Root", pathLength: 0 });
        return { certificatePem: await answerWith({ issuer: narrow }), trustAnchorPem: narrow.pem };
      },
    },
    {
      why: "B-034: no room for what is to stand below",
      says: `"${subject}" leaves room for 0 certificate authorities below the intermediate, requested were 1`,
      changes: async () => ({ certificatePem: answer.pem, request: await ask({ pathLength: 1 }) }),
    },
    {
      why: "B-034: no room for what is to stand below, by the root's path length",
      says: '"CN=Narrow Root" leaves room for 0 certificate authorities below the intermediate, requested were 1',
      changes: async () => {
        const narrow = await createForeignAuthority({ subject: "CN=Narrow Root", pathLength: 1 });
        const certificatePem = await answerWith({ issuer: narrow });
        return { certificatePem, trustAnchorPem: narrow.pem, request: await ask({ pathLength: 1 }) };
      },
    },
    {
      why: "an answer that has expired",
      code: "ERR_ISSUER_EXPIRED",
      says: `"${subject}" expired on 2029-12-31, it is 2030-01-01`,
      changes: async () => ({
        certificatePem: await answerWith({ notAfter: new Date(now.getTime() - 1000) }),
      }),
    },
    {
      why: "an answer that has not begun",
      code: "ERR_ISSUER_EXPIRED",
      says: `"${subject}" is not valid before 2030-01-02, it is 2030-01-01`,
      changes: async () => ({
        certificatePem: await answerWith({ notBefore: new Date(now.getTime() + day) }),
      }),
    },
    {
      why: "a root that has expired",
      code: "ERR_ISSUER_EXPIRED",
      says: '"CN=Old Root" expired on 2029-12-31',
      changes: async () => {
        const old = await createForeignAuthority({
          subject: "CN=Old Root",
          notAfter: new Date(now.getTime() - 1000),
        });
        return { certificatePem: await answerWith({ issuer: old }), trustAnchorPem: old.pem };
      },
    },
    {
      why: "a signature by another key than the root's",
      says: `the signature of "${subject}" does not verify under the key of "CN=Offline Root"`,
      changes: async () => ({ certificatePem: await answerWith({ signedBy: await createKeys() }) }),
    },
    {
      why: "the answer of another root",
      says: `"${subject}" was issued by "CN=Other Root", the next certificate is "CN=Offline Root"`,
      changes: async () => {
        const other = await createForeignAuthority({ subject: "CN=Other Root" });
        return { certificatePem: await answerWith({ issuer: other }) };
      },
    },
    {
      why: "a root that came with the answer and is not ours",
      says: 'certificatePem comes with the root "CN=Other Root", which is not the one in trustAnchorPem, "CN=Offline Root"',
      changes: async () => {
        const other = await createForeignAuthority({ subject: "CN=Other Root" });
        return { certificatePem: (await answerWith({ issuer: other })) + other.pem };
      },
    },
    {
      why: "B-030: a reference to another key of the root",
      says: `"${subject}" names another issuer key than that of "CN=Offline Root"`,
      changes: async () => ({
        certificatePem: await answerWith({ authorityKeyIdentifier: "00".repeat(20) }),
      }),
    },
    {
      why: "a trust anchor that is not self-signed",
      says: 'the chain of the issuer ends at "CN=Middle", which is not self-signed: the trust anchor is missing',
      changes: async () => {
        const middle = await createForeignAuthority({ subject: "CN=Middle", issuer: root });
        return { certificatePem: await answerWith({ issuer: middle }), trustAnchorPem: middle.pem };
      },
    },
    {
      why: "B-035: constraints of the answer that exclude what was requested",
      says: `the name constraints of "${subject}" do not permit dns:lab.example, which was requested`,
      changes: async () => ({
        certificatePem: await answerWith({ extensions: [constrain(1, "lab.example")] }),
        request: await ask({ permittedDns: ["lab.example"] }),
      }),
    },
    {
      why: "B-035: constraints of the answer that permit something else",
      says: `the name constraints of "${subject}" do not permit dns:lab.example, which was requested`,
      changes: async () => ({
        certificatePem: await answerWith({ extensions: [constrain(0, "other.example")] }),
        request: await ask({ permittedDns: ["lab.example"] }),
      }),
    },
    {
      why: "B-035: constraints of the root that exclude what was requested",
      says: 'the name constraints of "CN=Strict Root" do not permit dns:lab.example, which was requested',
      changes: async () => {
        const extensions = [constrain(0, "a.lab.example")];
        const strict = await createForeignAuthority({ subject: "CN=Strict Root", extensions });
        const certificatePem = await answerWith({ issuer: strict });
        return {
          certificatePem,
          trustAnchorPem: strict.pem,
          request: await ask({ permittedDns: ["lab.example"] }),
        };
      },
    },
    {
      why: "B-033: purposes without one that was requested",
      says: `issuer "${subject}" may not issue for clientAuth, which was requested`,
      changes: async () => {
        const servers = new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1"]);
        return { certificatePem: await answerWith({ extensions: [servers] }) };
      },
    },
    {
      why: "no subjectKeyIdentifier",
      says: `issuer "${subject}" has no subjectKeyIdentifier`,
      changes: async () => ({ certificatePem: await answerWith({ subjectKeyIdentifier: false }) }),
    },
    {
      why: "a critical extension that nobody here understands",
      says: `"${subject}" has the critical extension 1.2.3.4, which is not understood`,
      changes: async () => {
        const odd = new x509.Extension("1.2.3.4", true, new Uint8Array([5, 0]).buffer);
        return { certificatePem: await answerWith({ extensions: [odd] }) };
      },
    },
    {
      why: "D-003: a signer that has lost its key since",
      says: "answered a signature that does not verify under its public key",
      changes: async () => ({ request: { ...request, signer: { ...signer, sign: root.signer.sign } } }),
    },
  ];

  test.each(refused)("D-001: refuses $why", async ({ code = "ERR_ISSUER_UNFIT", says, changes }) => {
    const right = { request, certificatePem: answer.pem, trustAnchorPem: root.pem };
    await expect(installIntermediate({ ...right, ...(await changes()), clock })).rejects.toMatchObject({
      name: "ConfigurationError",
      code,
      message: expect.stringContaining(says),
    });
  });

  test("B-033: when nothing is known of the request, the chain has to serve TLS at one end at least", async () => {
    const install = async (oid: string): Promise<unknown> => {
      const certificatePem = await answerWith({ extensions: [new x509.ExtendedKeyUsageExtension([oid])] });
      return installIntermediate({ signer, certificatePem, trustAnchorPem: root.pem, clock });
    };
    await expect(install("1.3.6.1.5.5.7.3.1")).resolves.toBeDefined();
    await expect(install("1.3.6.1.5.5.7.3.2")).resolves.toBeDefined();
    await expect(install("2.5.29.37.0")).resolves.toBeDefined();
    await expect(install("1.3.6.1.5.5.7.3.3")).rejects.toMatchObject({
      code: "ERR_ISSUER_UNFIT",
      message: `"${subject}" may not issue for TLS: its extKeyUsage has neither serverAuth nor clientAuth`,
    });
  });

  test("an answer without keyUsage is refused, as old as it may be", async () => {
    workshop.write("key.pem", await exportPem(keys.privateKey));
    const openssl = (args: readonly string[]): void => {
      const { ok, output } = workshop.run("openssl", args);
      expect(ok, output).toBe(true);
    };
    const days = ["-days", "3"];
    openssl([
      "req",
      "-x509",
      "-newkey",
      "ed25519",
      "-nodes",
      "-keyout",
      "root.key",
      "-subj",
      "/CN=Root",
      ...days,
      "-out",
      "root.pem",
    ]);
    openssl(["req", "-new", "-key", "key.pem", "-subj", "/CN=Lab Intermediate", "-out", "int.csr"]);
    workshop.write("plain.cnf", "basicConstraints=critical,CA:true\nsubjectKeyIdentifier=hash\n");
    openssl([
      "x509",
      "-req",
      "-in",
      "int.csr",
      "-CA",
      "root.pem",
      "-CAkey",
      "root.key",
      ...days,
      "-extfile",
      "plain.cnf",
      "-out",
      "int.pem",
    ]);
    const read = (name: string): string => readFileSync(join(workshop.folder, name), "utf8");
    const options: InstallIntermediateOptions = {
      signer: createLocalSigner(await decodePrivateKeyPem(read("key.pem"))),
      certificatePem: read("int.pem"),
      trustAnchorPem: read("root.pem"),
    };
    await expect(installIntermediate(options)).rejects.toMatchObject({
      code: "ERR_ISSUER_UNFIT",
      message: `"${subject}" has no keyUsage`,
    });
  });
});

async function exportPem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", key)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
}
