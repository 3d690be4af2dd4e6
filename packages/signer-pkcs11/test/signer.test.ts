import { createPublicKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KeySpecification } from "@chancery/core";
import {
  type GeneratedPkcs11Key,
  generatePkcs11Key,
  openPkcs11Signer,
  type Pkcs11Signer,
} from "@chancery/signer-pkcs11";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createSoftHsm, hasSoftHsm, pin, run, type SoftHsm, softHsmLibrary } from "./support/softhsm.ts";

const data = new TextEncoder().encode("to be signed");
const token = { modulePath: softHsmLibrary, tokenLabel: "ca", pin };

const keys = {
  "p-256": { type: "ec", curve: "P-256" },
  "p-384": { type: "ec", curve: "P-384" },
  "p-521": { type: "ec", curve: "P-521" },
  ed25519: { type: "ed25519" },
  rsa: { type: "rsa", bits: 2048 },
} as const satisfies Readonly<Record<string, KeySpecification>>;

const algorithms = [
  { keyLabel: "p-256", algorithm: "ecdsa-sha256", isDefault: true, options: ["-sha256"] },
  { keyLabel: "p-384", algorithm: "ecdsa-sha384", isDefault: true, options: ["-sha384"] },
  { keyLabel: "p-521", algorithm: "ecdsa-sha512", isDefault: true, options: ["-sha512"] },
  { keyLabel: "ed25519", algorithm: "ed25519", isDefault: true, options: [] },
  { keyLabel: "rsa", algorithm: "rsa-pkcs1-sha256", isDefault: true, options: ["-sha256"] },
  { keyLabel: "rsa", algorithm: "rsa-pkcs1-sha384", isDefault: false, options: ["-sha384"] },
  { keyLabel: "rsa", algorithm: "rsa-pkcs1-sha512", isDefault: false, options: ["-sha512"] },
  { keyLabel: "rsa", algorithm: "rsa-pss-sha256", isDefault: false, options: ["-sha256", ...pss(32)] },
  { keyLabel: "rsa", algorithm: "rsa-pss-sha384", isDefault: false, options: ["-sha384", ...pss(48)] },
  { keyLabel: "rsa", algorithm: "rsa-pss-sha512", isDefault: false, options: ["-sha512", ...pss(64)] },
] as const;

describe.skipIf(!hasSoftHsm)("a signer in SoftHSM (softhsm2, opensc)", () => {
  let hsm: SoftHsm;
  const generated = new Map<string, GeneratedPkcs11Key>();
  const opened: Pkcs11Signer[] = [];
  const open: typeof openPkcs11Signer = async (options) => {
    const signer = await openPkcs11Signer(options);
    opened.push(signer);
    return signer;
  };

  beforeAll(async () => {
    hsm = createSoftHsm("ca");
    for (const [keyLabel, key] of Object.entries(keys)) {
      generated.set(keyLabel, await generatePkcs11Key({ ...token, keyLabel, key }));
    }
  });
  afterEach(() => Promise.all(opened.splice(0).map((signer) => signer.close())));
  afterAll(() => hsm.dispose());

  test.each(algorithms)(
    "B-141, B-142: signs with $algorithm as X.509 wants it; openssl verifies",
    async ({ keyLabel, algorithm, isDefault, options }) => {
      const signer = await open({ ...token, keyLabel, ...(isDefault ? {} : { algorithm }) });
      expect(signer.algorithm).toBe(algorithm);
      expect(signer.publicKey).toEqual(generated.get(keyLabel)?.publicKey);
      const signature = await signer.sign(data);
      const { publicKey, files } = filesFor(hsm.folder, signer.publicKey, data, signature);
      const verdict = ["pkeyutl", "-verify", "-pubin", "-inkey", publicKey, "-rawin", ...files];
      const digest = options.flatMap((option) =>
        option.startsWith("-sha") ? ["-digest", option.slice(1)] : [option],
      );
      expect(run("openssl", [...verdict, ...digest])).toContain("Signature Verified Successfully");
    },
  );
});

function pss(saltLength: number): string[] {
  return ["-pkeyopt", "rsa_padding_mode:pss", "-pkeyopt", `rsa_pss_saltlen:${saltLength}`];
}

function filesFor(
  folder: string,
  spki: Uint8Array,
  signed: Uint8Array,
  signature: Uint8Array,
): { publicKey: string; files: string[] } {
  const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
  const [publicKey = "", input = "", output = ""] = ["key.pem", "signed", "signature"].map((name) =>
    join(folder, name),
  );
  writeFileSync(publicKey, key.export({ format: "pem", type: "spki" }));
  writeFileSync(input, signed);
  writeFileSync(output, signature);
  return { publicKey, files: ["-in", input, "-sigfile", output] };
}
