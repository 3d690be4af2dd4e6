import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  allowDns,
  type CertificateAuthority,
  createCertificateAuthority,
  encodePem,
  generatePrivateKey,
  type Issuer,
  importIssuer,
  parseIdentifier,
} from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import { generatePkcs11Key, openPkcs11Signer, type Pkcs11Signer } from "@chancery/signer-pkcs11";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOpenSslRoot, type OpenSslRoot } from "./support/root.ts";
import { createSoftHsm, hasSoftHsm, pin, run, type SoftHsm } from "./support/softhsm.ts";

const requester = { kind: "application", id: "tests" } as const;

describe.skipIf(!hasSoftHsm)("an issuer whose key is in SoftHSM (softhsm2, opensc)", () => {
  let hsm: SoftHsm;
  let root: OpenSslRoot;
  const signers: Pkcs11Signer[] = [];

  beforeAll(() => {
    hsm = createSoftHsm("ca");
    root = createOpenSslRoot(hsm.folder);
  });
  afterAll(async () => {
    await Promise.all(signers.map((signer) => signer.close()));
    hsm.dispose();
  });

  /** Generates a key where it is used, has openssl certify it, and takes the two into service. */
  async function importFromToken(
    keyLabel: string,
    key: Parameters<typeof generatePkcs11Key>[0]["key"],
  ): Promise<Issuer> {
    const token = { modulePath: hsm.faultyLibrary, tokenLabel: "ca", pin };
    const { publicKey } = await generatePkcs11Key({ ...token, keyLabel, ...(key !== undefined && { key }) });
    const chainPem = root.certify(publicKey, `Issuing CA ${keyLabel}`);
    const signer = await openPkcs11Signer({ ...token, keyLabel });
    signers.push(signer);
    writeFileSync(join(hsm.folder, `${keyLabel}.pem`), chainPem);
    return importIssuer({ chainPem, trustAnchorPem: root.certificatePem, signer });
  }

  test.each([
    { keyLabel: "p-256", key: { type: "ec", curve: "P-256" }, algorithm: "ecdsa-with-SHA256" },
    { keyLabel: "p-384", key: { type: "ec", curve: "P-384" }, algorithm: "ecdsa-with-SHA384" },
    { keyLabel: "rsa", key: { type: "rsa", bits: 3072 }, algorithm: "sha256WithRSAEncryption" },
    { keyLabel: "ed25519", key: { type: "ed25519" }, algorithm: "ED25519" },
  ] as const)(
    "D-002, D-003: certifies with $keyLabel what openssl -x509_strict verifies",
    async ({ keyLabel, key, algorithm }) => {
      const ca = await createAuthority(await importFromToken(keyLabel, key));
      const { certificate } = await issue(ca, "www.lab.example");
      writeFileSync(join(hsm.folder, "end.pem"), encodePem("CERTIFICATE", certificate));
      const chain = ["-CAfile", "root.pem", "-untrusted", `${keyLabel}.pem`, "end.pem"];
      expect(run("openssl", ["verify", "-x509_strict", "-purpose", "sslserver", ...chain], hsm.folder)).toBe(
        "end.pem: OK\n",
      );
      expect(run("openssl", ["x509", "-in", "end.pem", "-noout", "-text"], hsm.folder)).toContain(
        `Signature Algorithm: ${algorithm}\n`,
      );
    },
  );

  test("loses nothing while the token is away: the same requestId is completed when it is back", async () => {
    const ca = await createAuthority(await importFromToken("away", undefined));
    hsm.setFault("removed");
    await expect(issue(ca, "away.lab.example", "request-1")).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
    });
    hsm.setFault();
    const { serialNumber } = await issue(ca, "away.lab.example", "request-1");
    expect((await issue(ca, "away.lab.example", "request-1")).serialNumber).toBe(serialNumber);
  });

  test("certifies many at once", async () => {
    const ca = await createAuthority(await importFromToken("many", undefined));
    const issued = await Promise.all(
      Array.from({ length: 30 }, (_, index) => issue(ca, `n${index}.lab.example`)),
    );
    const files = issued.map(({ certificate }, index) => {
      writeFileSync(join(hsm.folder, `end-${index}.pem`), encodePem("CERTIFICATE", certificate));
      return `end-${index}.pem`;
    });
    const verified = run(
      "openssl",
      ["verify", "-CAfile", "root.pem", "-untrusted", "many.pem", ...files],
      hsm.folder,
    );
    expect(verified.match(/: OK$/gm)).toHaveLength(30);
  });
});

function createAuthority(issuer: Issuer): Promise<CertificateAuthority> {
  return createCertificateAuthority({
    issuers: [issuer],
    store: createMemoryCertificateStore(),
    policies: [allowDns("**.lab.example")],
  });
}

async function issue(
  ca: CertificateAuthority,
  name: string,
  requestId?: string,
): ReturnType<CertificateAuthority["issue"]> {
  const { publicKey } = await subjectKey;
  const identifiers = [parseIdentifier("dns", name)];
  return ca.issue({ publicKey, identifiers, requester, ...(requestId !== undefined && { requestId }) });
}

const subjectKey = generatePrivateKey();
