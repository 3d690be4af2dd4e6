import { describe, expect, test } from "vitest";
import { createTestAuthority } from "../testing/test-authority.ts";
import { parseCertificate } from "./parse.ts";
import { readSubjectAltName } from "./subject-alt-name.ts";

describe("readSubjectAltName", () => {
  test("reads what was certified, in its order (B-050)", async () => {
    const authority = await createTestAuthority();
    const { certificate } = await authority.issueServerCertificate({
      identifiers: ["b.test", "*.a.test", "10.1.2.3", "2001:db8::1"],
    });
    expect(readSubjectAltName(parseCertificate(certificate.certificate))).toEqual([
      { type: "dns", value: "b.test" },
      { type: "dns", value: "*.a.test" },
      { type: "ip", value: "10.1.2.3" },
      { type: "ip", value: "2001:db8::1" },
    ]);
  });

  test("has nothing to read in a root", async () => {
    const { issuer } = await createTestAuthority();
    expect(readSubjectAltName(issuer.parsed)).toEqual([]);
  });
});
