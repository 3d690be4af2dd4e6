import { describe, expect, test } from "vitest";
import { createAuthority, requestFor } from "../../test/support/authority.ts";
import { parseCertificate } from "../certificate/parse.ts";
import { stepLeaf, tlsServer } from "../profile/presets.ts";
import type { Profile } from "../profile/profile.ts";

describe("B-201: issue", () => {
  test("signs and reserves nothing that breaks a rule, and says which", async () => {
    const honest = tlsServer();
    const leading = new Map([["ec", new Uint8Array()]] as const); // a fault of the encoder: no keyUsage
    const faulty: Profile = { ...honest, fixedExtensions: { ...honest.fixedExtensions, leading } };
    const { ca, store } = await createAuthority({ profiles: [faulty] });
    await expect(ca.issue(await requestFor("dns:www.lab.example"))).rejects.toMatchObject({
      name: "LintError",
      code: "ERR_LINT_FAILED",
      findings: [{ rule: "rfc5280-4.2.1.3-key-usage-present", field: "keyUsage", message: "is absent" }],
    });
    expect(await store.listReservations({ reservedBefore: Number.MAX_SAFE_INTEGER, limit: 10 })).toEqual([]);
    expect(await store.list({ limit: 10 })).toEqual([]);
  });

  test("B-041: lets the custom extensions of the profile pass", async () => {
    const extensions = [{ oid: "1.2.3.4", critical: true, value: Uint8Array.of(5, 0) }];
    const { ca } = await createAuthority({ profiles: [tlsServer({ extensions })] });
    const { certificate } = await ca.issue(await requestFor("dns:www.lab.example"));
    expect(parseCertificate(certificate).extensions.get("1.2.3.4")).toEqual({
      critical: true,
      value: Uint8Array.of(5, 0),
    });
  });

  test("writes the provisioner extension that the request brings", async () => {
    const { ca } = await createAuthority({ profiles: [stepLeaf()] });
    const provisionerExtension = { type: 1, name: "anna", credentialId: "kid" };
    const request = { ...(await requestFor("dns:www.lab.example")), provisionerExtension };
    const { extensions } = parseCertificate((await ca.issue(request)).certificate);
    expect(Buffer.from(extensions.get("1.3.6.1.4.1.37476.9000.64.1")?.value ?? []).toString("hex")).toBe(
      "300e0201010404616e6e6104036b6964",
    );
  });
});
