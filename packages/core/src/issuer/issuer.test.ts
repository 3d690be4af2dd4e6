import "reflect-metadata";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { afterAll, describe, expect, test } from "vitest";
import { now } from "../../test/support/authority.ts";
import { createForeignAuthority, createKeys } from "../../test/support/foreign-authority.ts";
import { createWorkshop } from "../../test/support/workshop.ts";
import { encodeDer, encodeSequence } from "../asn1/der-writer.ts";
import { contextConstructed, contextPrimitive } from "../asn1/tags.ts";
import { encodeName } from "../certificate/name.ts";
import { decodePrivateKeyPem, generatePrivateKey } from "../key/private-key.ts";
import { createLocalSigner } from "../signer/local-signer.ts";
import { type ImportIssuerOptions, importIssuer } from "./issuer.ts";

const clock = (): Date => now;
const day = 86_400_000;
const root = await createForeignAuthority({ subject: "O=Lab, CN=Root" });
const intermediate = await createForeignAuthority({ subject: "CN=Intermediate", issuer: root });

const workshop = createWorkshop();
afterAll(() => workshop.dispose());

describe("importIssuer", () => {
  test("takes a root alone", async () => {
    const issuer = await importIssuer({ chainPem: root.pem, signer: root.signer, clock });
    expect(issuer).toMatchObject({ subject: "O=Lab, CN=Root", chain: [] });
    expect(Object.isFrozen(issuer)).toBe(true);
  });

  test("takes a chain, with its trust anchor at the end or beside it or both", async () => {
    const ways: readonly Pick<ImportIssuerOptions, "chainPem" | "trustAnchorPem">[] = [
      { chainPem: intermediate.pem + root.pem },
      { chainPem: intermediate.pem, trustAnchorPem: root.pem },
      { chainPem: intermediate.pem + root.pem, trustAnchorPem: root.pem },
    ];
    for (const way of ways) {
      const issuer = await importIssuer({ ...way, signer: intermediate.signer, clock });
      expect(issuer.subject).toBe("CN=Intermediate");
      expect(issuer.chain).toHaveLength(1);
      expect(Buffer.from(issuer.trustAnchor).equals(Buffer.from(root.certificate.rawData))).toBe(true);
    }
  });

  test("B-016: the validity of an issuer is what the whole chain has in common", async () => {
    const short = await createForeignAuthority({
      subject: "CN=Root",
      notBefore: new Date(now.getTime() - 3000),
      notAfter: new Date(now.getTime() + 5000),
    });
    const long = await createForeignAuthority({ subject: "CN=Intermediate", issuer: short });
    const issuer = await importIssuer({ chainPem: long.pem + short.pem, signer: long.signer, clock });
    expect(issuer.validity).toEqual({ notBefore: now.getTime() - 3000, notAfter: now.getTime() + 5000 });
  });

  const weakPem = (): string => {
    const made = workshop.run(
      "openssl",
      "req -x509 -newkey rsa:1024 -nodes -keyout weak.key -out weak.pem -subj /CN=Weak -days 9999".split(" "),
    );
    expect(made.ok, made.output).toBe(true);
    return readFileSync(join(workshop.folder, "weak.pem"), "utf8");
  };

  const refused: readonly {
    why: string;
    code?: "ERR_ISSUER_EXPIRED";
    says: string;
    options: () => Promise<Omit<ImportIssuerOptions, "clock">>;
  }[] = [
    {
      why: "no certificate",
      says: "holds no certificate",
      options: async () => ({ chainPem: "", signer: root.signer }),
    },
    {
      why: "text that is no certificate",
      says: "cannot be read",
      options: async () => ({
        chainPem: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        signer: root.signer,
      }),
    },
    {
      why: "B-190: a private key among the certificates",
      says: "cannot be read",
      options: async () => ({
        chainPem: `${root.pem}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`,
        signer: root.signer,
      }),
    },
    {
      why: "a certificate that is no CA",
      says: '"CN=Server" is not a certificate authority (basicConstraints)',
      options: async () => {
        const server = await createForeignAuthority({ subject: "CN=Server", issuer: root, ca: false });
        return { chainPem: server.pem + root.pem, signer: server.signer };
      },
    },
    {
      why: "a CA without keyCertSign",
      says: '"CN=CRL only" may not sign certificates (keyUsage without keyCertSign)',
      options: async () => {
        const keyUsage = "03020102"; // cRLSign alone
        const crlOnly = await createForeignAuthority({ subject: "CN=CRL only", keyUsage });
        return { chainPem: crlOnly.pem, signer: crlOnly.signer };
      },
    },
    {
      why: "the key of another CA",
      says: 'the private key does not belong to the certificate of issuer "CN=Intermediate"',
      options: async () => ({ chainPem: intermediate.pem + root.pem, signer: root.signer }),
    },
    {
      why: "a signer whose algorithm is not its key's",
      says: "signs with ed25519, its key is of type ec",
      options: async () => ({ chainPem: root.pem, signer: { ...root.signer, algorithm: "ed25519" } }),
    },
    {
      why: "no subjectKeyIdentifier",
      says: 'issuer "CN=Nameless" has no subjectKeyIdentifier',
      options: async () => {
        const nameless = await createForeignAuthority({
          subject: "CN=Nameless",
          subjectKeyIdentifier: false,
        });
        return { chainPem: nameless.pem, signer: nameless.signer };
      },
    },
    {
      why: "a certificate that has expired",
      code: "ERR_ISSUER_EXPIRED",
      says: '"CN=Old" expired on 2029-12-31, it is 2030-01-01',
      options: async () => {
        const notAfter = new Date(now.getTime() - 1000);
        const old = await createForeignAuthority({ subject: "CN=Old", notAfter });
        return { chainPem: old.pem, signer: old.signer };
      },
    },
    {
      why: "a trust anchor that has expired above a valid issuer",
      code: "ERR_ISSUER_EXPIRED",
      says: '"CN=Old" expired on 2029-12-31',
      options: async () => {
        const notAfter = new Date(now.getTime() - 1000);
        const old = await createForeignAuthority({ subject: "CN=Old", notAfter });
        const young = await createForeignAuthority({ subject: "CN=Young", issuer: old });
        return { chainPem: young.pem + old.pem, signer: young.signer };
      },
    },
    {
      why: "a certificate that has not begun",
      code: "ERR_ISSUER_EXPIRED",
      says: '"CN=Early" is not valid before 2030-01-02, it is 2030-01-01',
      options: async () => {
        const notBefore = new Date(now.getTime() + day);
        const early = await createForeignAuthority({ subject: "CN=Early", notBefore });
        return { chainPem: early.pem, signer: early.signer };
      },
    },
    {
      why: "a chain in the wrong order",
      says: '"O=Lab, CN=Root" was issued by "O=Lab, CN=Root", the next certificate is "CN=Intermediate"',
      options: async () => ({ chainPem: root.pem + intermediate.pem, signer: root.signer }),
    },
    {
      why: "a chain with a link missing",
      says: '"CN=Bottom" was issued by "CN=Intermediate", the next certificate is "O=Lab, CN=Root"',
      options: async () => {
        const bottom = await createForeignAuthority({ subject: "CN=Bottom", issuer: intermediate });
        return { chainPem: bottom.pem + root.pem, signer: bottom.signer };
      },
    },
    {
      why: "a chain without its trust anchor",
      says: 'the chain of the issuer ends at "CN=Intermediate", which is not self-signed: the trust anchor is missing',
      options: async () => ({ chainPem: intermediate.pem, signer: intermediate.signer }),
    },
    {
      why: "a signature by another key under the right name",
      says: 'the signature of "CN=Forged" does not verify under the key of "O=Lab, CN=Root"',
      options: async () => {
        const signedBy = await createKeys();
        const forged = await createForeignAuthority({ subject: "CN=Forged", issuer: root, signedBy });
        return { chainPem: forged.pem + root.pem, signer: forged.signer };
      },
    },
    {
      why: "B-030: the key identifier of another issuer",
      says: '"CN=Astray" names another issuer key than that of "O=Lab, CN=Root"',
      options: async () => {
        const authorityKeyIdentifier = "00".repeat(20);
        const astray = await createForeignAuthority({
          subject: "CN=Astray",
          issuer: root,
          authorityKeyIdentifier,
        });
        return { chainPem: astray.pem + root.pem, signer: astray.signer };
      },
    },
    {
      why: "B-034: more certificate authorities than the path length allows",
      says: '"CN=Narrow" allows 0 certificate authorities below it, the chain has 1',
      options: async () => {
        const narrow = await createForeignAuthority({ subject: "CN=Narrow", pathLength: 0 });
        const below = await createForeignAuthority({ subject: "CN=Below", issuer: narrow });
        return { chainPem: below.pem + narrow.pem, signer: below.signer };
      },
    },
    {
      why: "a critical extension that nobody here understands",
      says: '"CN=Odd" has the critical extension 1.2.3.4, which is not understood',
      options: async () => {
        const extensions = [new x509.Extension("1.2.3.4", true, new Uint8Array([5, 0]).buffer)];
        const odd = await createForeignAuthority({ subject: "CN=Odd", extensions });
        return { chainPem: odd.pem, signer: odd.signer };
      },
    },
    {
      why: "B-035: an intermediate whose own name its issuer's constraints exclude",
      says: '"CN=Outside" is outside the name constraints of "CN=Strict"',
      options: async () => {
        // permittedSubtrees: directoryName O=Elsewhere
        const constraints = Buffer.from(
          "301ca01a3018a416301431123010060355040a0c09456c73657768657265",
          "hex",
        );
        const extensions = [new x509.Extension("2.5.29.30", true, constraints)];
        const strict = await createForeignAuthority({ subject: "CN=Strict", extensions });
        const outside = await createForeignAuthority({ subject: "CN=Outside", issuer: strict });
        return { chainPem: outside.pem + strict.pem, signer: outside.signer };
      },
    },
    {
      why: "B-035: an intermediate with a name of its own that its issuer's constraints exclude",
      says: '"CN=Outside" is outside the name constraints of "CN=Strict"',
      options: async () => {
        const strict = await createForeignAuthority({
          subject: "CN=Strict",
          extensions: [permits("uri", "lab.example")],
        });
        const names = new x509.SubjectAlternativeNameExtension([
          { type: "url", value: "spiffe://Other.example" },
        ]);
        const outside = await createForeignAuthority({
          subject: "CN=Outside",
          issuer: strict,
          extensions: [names],
        });
        return { chainPem: outside.pem + strict.pem, signer: outside.signer };
      },
    },
    {
      why: "B-035: an intermediate with a name of a kind that cannot be judged by the constraints on it",
      says: '"CN=Outside" is outside the name constraints of "CN=Strict"',
      options: async () => {
        // excludedSubtrees: registeredID 1.2
        const constraints = new x509.Extension("2.5.29.30", true, Buffer.from("3007a105300388012a", "hex"));
        const strict = await createForeignAuthority({ subject: "CN=Strict", extensions: [constraints] });
        const names = new x509.Extension("2.5.29.17", false, Buffer.from("300388012b", "hex"));
        const outside = await createForeignAuthority({
          subject: "CN=Outside",
          issuer: strict,
          extensions: [names],
        });
        return { chainPem: outside.pem + strict.pem, signer: outside.signer };
      },
    },
    {
      why: "D-003: a signer that holds another key than it says",
      says: "answered a signature that does not verify under its public key",
      options: async () => ({
        chainPem: root.pem,
        signer: { ...root.signer, sign: (data: Uint8Array) => intermediate.signer.sign(data) },
      }),
    },
    {
      why: "B-150: an RSA key of 1024 bits beneath a strong one",
      says: 'the key of "CN=Weak Link" is not accepted: RSA modulus of 1024 bits',
      options: async () => {
        const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent: Uint8Array.of(1, 0, 1) };
        const keys = await crypto.subtle.generateKey({ ...rsa, modulusLength: 1024 }, true, [
          "sign",
          "verify",
        ]);
        const link = await createForeignAuthority({ subject: "CN=Weak Link", issuer: root, keys });
        return { chainPem: link.pem + root.pem, signer: link.signer };
      },
    },
    {
      why: "B-150: an RSA key of 1024 bits",
      says: 'the key of "CN=Weak" is not accepted: RSA modulus of 1024 bits',
      options: async () => ({ chainPem: weakPem(), signer: createLocalSigner(await generatePrivateKey()) }),
    },
  ];

  test.each(refused)("refuses $why", async ({ code = "ERR_ISSUER_UNFIT", says, options }) => {
    await expect(importIssuer({ ...(await options()), clock })).rejects.toMatchObject({
      name: "ConfigurationError",
      code,
      message: expect.stringContaining(says),
    });
  });

  test.each([
    { hash: "sha1", key: "rsa:2048", says: "is signed with SHA-1 with RSA, which is not accepted" },
    { hash: "md5", key: "rsa:2048", says: "is signed with MD5 with RSA, which is not accepted" },
    {
      hash: "sha224",
      key: "rsa:2048",
      says: "is signed with the algorithm 1.2.840.113549.1.1.14, which is not",
    },
  ])("B-142: refuses a root that is signed with $hash", async ({ hash, key, says }) => {
    const made = workshop.run(
      "openssl",
      `req -x509 -newkey ${key} -nodes -keyout ${hash}.key -out ${hash}.pem -subj /CN=Old -days 9999 -${hash}`.split(
        " ",
      ),
    );
    expect(made.ok, made.output).toBe(true);
    const pem = (name: string): string => readFileSync(join(workshop.folder, name), "utf8");
    const signer = createLocalSigner(await decodePrivateKeyPem(pem(`${hash}.key`)));
    await expect(importIssuer({ chainPem: pem(`${hash}.pem`), signer, clock })).rejects.toMatchObject({
      code: "ERR_ISSUER_UNFIT",
      message: expect.stringContaining(says),
    });
  });

  test("D-003: a signer that fails when it is asked is a SignerError", async () => {
    const boom = new Error("token removed");
    const signer = { ...root.signer, sign: () => Promise.reject(boom) };
    await expect(importIssuer({ chainPem: root.pem, signer, clock })).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
      cause: boom,
    });
  });

  test("D-003: what a signer is asked to sign on import is no certificate", async () => {
    const asked: Uint8Array[] = [];
    const signer = {
      ...root.signer,
      sign: (data: Uint8Array) => {
        asked.push(data);
        return root.signer.sign(data);
      },
    };
    await importIssuer({ chainPem: root.pem, signer, clock });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.[0]).not.toBe(0x30);
  });

  test("B-034, D-011: a certificate under its issuer's own name takes no place in the path", async () => {
    const narrow = await createForeignAuthority({ subject: "CN=Root", pathLength: 1 });
    const renewed = await createForeignAuthority({ subject: "CN=Root", issuer: narrow, pathLength: 1 });
    const below = await createForeignAuthority({ subject: "CN=Below", issuer: renewed, pathLength: 0 });
    await expect(
      importIssuer({ chainPem: below.pem + renewed.pem + narrow.pem, signer: below.signer, clock }),
    ).resolves.toMatchObject({ subject: "CN=Below" });
    const further = await createForeignAuthority({ subject: "CN=Further", issuer: below });
    await expect(
      importIssuer({
        chainPem: further.pem + below.pem + renewed.pem + narrow.pem,
        signer: further.signer,
        clock,
      }),
    ).rejects.toMatchObject({
      message: '"CN=Below" allows 0 certificate authorities below it, the chain has 1',
    });
  });

  test("B-035: constraints do not bind a certificate under its issuer's own name", async () => {
    const strict = await createForeignAuthority({
      subject: "CN=Root",
      extensions: [permits("directoryName", "Elsewhere")],
    });
    const renewed = await createForeignAuthority({ subject: "CN=Root", issuer: strict });
    await expect(
      importIssuer({ chainPem: renewed.pem + strict.pem, signer: renewed.signer, clock }),
    ).resolves.toMatchObject({ subject: "CN=Root" });
  });

  test("B-035: a name of an intermediate that is within the constraints is no obstacle, whatever its case", async () => {
    const strict = await createForeignAuthority({
      subject: "CN=Strict",
      extensions: [permits("uri", "lab.example")],
    });
    const names = new x509.SubjectAlternativeNameExtension([{ type: "url", value: "spiffe://LAB.example" }]);
    const inside = await createForeignAuthority({
      subject: "CN=Inside",
      issuer: strict,
      extensions: [names],
    });
    await expect(
      importIssuer({ chainPem: inside.pem + strict.pem, signer: inside.signer, clock }),
    ).resolves.toMatchObject({ subject: "CN=Inside" });
  });

  test("E-060: a certificate counts in its first and in its last second, and in none beside them", async () => {
    const edge = await createForeignAuthority({
      subject: "CN=Edge",
      notBefore: new Date(now.getTime()),
      notAfter: new Date(now.getTime() + 1000),
    });
    const at = (offset: number): Promise<unknown> =>
      importIssuer({
        chainPem: edge.pem,
        signer: edge.signer,
        clock: () => new Date(now.getTime() + offset),
      });
    await expect(at(0)).resolves.toBeDefined();
    await expect(at(1000)).resolves.toBeDefined();
    await expect(at(-1000)).rejects.toMatchObject({ code: "ERR_ISSUER_EXPIRED" });
    await expect(at(2000)).rejects.toMatchObject({ code: "ERR_ISSUER_EXPIRED" });
  });
});

/** A critical nameConstraints extension that permits one name: a URI host, or a directory name of one organization. */
function permits(kind: "directoryName" | "uri", text: string): x509.Extension {
  const base =
    kind === "uri"
      ? encodeDer(contextPrimitive(6), new TextEncoder().encode(text))
      : encodeDer(contextConstructed(4), encodeName([["organization", text]]));
  const value = encodeSequence(encodeDer(contextConstructed(0), encodeSequence(base)));
  return new x509.Extension("2.5.29.30", true, new Uint8Array(value));
}
