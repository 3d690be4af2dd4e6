import { describe, expect, test } from "vitest";
import { allowEverything, createAuthority, requester, requestFor } from "../../test/support/authority.ts";
import {
  ask,
  buildRequest,
  dnsName,
  requestKey,
  subjectAltName,
} from "../../test/support/certification-request.ts";
import { attributeTypeOids } from "../asn1/oids.ts";
import { parseCertificate } from "../certificate/parse.ts";
import { type CertificationRequest, parseCertificationRequest } from "../csr/certification-request.ts";
import { limitUsages } from "../policy/rules.ts";
import { codeSigning } from "../profile/presets.ts";
import { defineProfile } from "../profile/profile.ts";

const der = buildRequest(ask(subjectAltName(dnsName("www.lab.example"))));

describe("a certification request that was verified", () => {
  test("is certified as it was verified, whatever becomes of what it shows", async () => {
    const { ca } = await createAuthority();
    const csr = await parseCertificationRequest(der);
    const { publicKey: other } = await requestFor();
    expect(() => Object.assign(csr.identifiers, { 1: { type: "dns", value: "bank.example" } })).toThrow(
      TypeError,
    );
    expect(() => Object.assign(csr.identifiers[0] ?? {}, { value: "bank.example" })).toThrow(TypeError);
    expect(csr.publicKey.der).toHaveLength(other.length);
    csr.publicKey.der.set(other);
    csr.der.fill(0);
    const issued = await ca.issue({ csr, requester });
    expect(issued.identifiers).toEqual([{ type: "dns", value: "www.lab.example" }]);
    expect(parseCertificate(issued.certificate).publicKey.der).toEqual(requestKey);
  });

  test("cannot be forged from one", async () => {
    const { ca } = await createAuthority();
    const csr = await parseCertificationRequest(der);
    const forged = { ...csr, identifiers: [{ type: "dns", value: "bank.example" }] };
    for (const mark of Object.getOwnPropertySymbols(csr)) Object.assign(forged, { [mark]: forged });
    await expect(ca.issue({ csr: forged as CertificationRequest, requester })).rejects.toMatchObject({
      code: "ERR_CSR_MALFORMED",
    });
  });
});

test("who asks is not changed by the levels that are looked up for the requester", async () => {
  const { ca } = await createAuthority({
    policyLevels: (asking) => {
      Reflect.set(asking, "id", "somebody else");
      return [];
    },
  });
  const issued = await ca.issue(await requestFor("dns:a.lab.example"));
  expect(issued.requester).toEqual(requester);
});

test("E-100: levels with a hole refuse the request", async () => {
  const { ca } = await createAuthority({ policyLevels: () => Object.assign([], { length: 1 }) });
  await expect(ca.issue(await requestFor("dns:a.lab.example"))).rejects.toMatchObject({
    code: "ERR_POLICY_FAILED",
  });
});

test("E-100: policies that may take longer than an hour are refused at the start", async () => {
  await expect(createAuthority({ policyTimeout: "P30D" })).rejects.toMatchObject({
    code: "ERR_OPTION_INVALID",
    message: "policyTimeout is P30D, allowed is PT1H at most",
  });
});

test("usages that a profile has without a name, or without a limit, are judged", async () => {
  const policies = [allowEverything, limitUsages({ extKeyUsage: ["serverAuth"] })];
  const request = await requestFor("dns:a.lab.example");
  const smartCardLogon = "1.3.6.1.4.1.311.20.2.2";
  const wide = [
    defineProfile({ name: "x", extKeyUsage: ["serverAuth"], furtherPurposes: [smartCardLogon] }),
    defineProfile({ name: "x" }),
  ];
  for (const profile of wide) {
    const { ca } = await createAuthority({ policies, profiles: [profile] });
    await expect(ca.issue(request)).rejects.toMatchObject({
      code: "ERR_POLICY_DENIED",
      denials: [{ rule: "limit usages" }],
    });
  }
  const narrow = defineProfile({ name: "x", extKeyUsage: ["serverAuth"] });
  const { ca } = await createAuthority({ policies, profiles: [narrow] });
  await expect(ca.issue(request)).resolves.toBeDefined();
});

test("nobody gets the subject of the issuer", async () => {
  const { ca } = await createAuthority({ profiles: [codeSigning()] });
  const { publicKey } = await requestFor();
  const subject = [{ type: attributeTypeOids.commonName, value: "lab root" }];
  await expect(ca.issue({ publicKey, identifiers: [], subject, requester })).rejects.toMatchObject({
    code: "ERR_SUBJECT_REFUSED",
    message: "the subject would be that of the issuer",
  });
});
