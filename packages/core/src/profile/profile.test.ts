import { describe, expect, test } from "vitest";
import { extKeyUsageOids } from "../asn1/oids.ts";
import { encodeHex } from "../encoding/hex.ts";
import { type Identifier, parseIdentifier } from "../identifier/identifier.ts";
import {
  codeSigning,
  emailProtection,
  ocspResponder,
  spiffe,
  stepLeaf,
  tlsClient,
  tlsServer,
  tlsServerAndClient,
} from "./presets.ts";
import { defineProfile, type Profile, type ProfileOptions } from "./profile.ts";

const digitalSignature = "300e0603551d0f0101ff040403020780"; // keyUsage, critical
const digitalSignatureAndKeyEncipherment = "300e0603551d0f0101ff0404030205a0";
const noAuthority = "300c0603551d130101ff04023000"; // basicConstraints, critical, empty
const ec = { type: "ec", curve: "P-256" } as const;
const rsa = { type: "rsa", bits: 2048 } as const;
const day = 86_400_000;

/** extKeyUsage with one purpose of RFC 5280 section 4.2.1.12, not critical. */
const purpose = (number: string): string => `30130603551d25040c300a06082b060105050703${number}`;

describe("presets", () => {
  const presets: readonly {
    profile: Profile;
    name: string;
    identifierTypes: readonly string[];
    extKeyUsage: readonly string[];
    leading: string;
    rsaLeading?: string;
    trailing?: string;
    longest: number;
  }[] = [
    {
      profile: tlsServer(),
      name: "tlsServer",
      identifierTypes: ["dns", "ip"],
      extKeyUsage: ["serverAuth"],
      leading: digitalSignature + purpose("01") + noAuthority,
      longest: 90 * day,
    },
    {
      profile: tlsClient(),
      name: "tlsClient",
      identifierTypes: ["dns", "ip", "email", "uri"],
      extKeyUsage: ["clientAuth"],
      leading: digitalSignature + purpose("02") + noAuthority,
      longest: 90 * day,
    },
    {
      profile: tlsServerAndClient(),
      name: "tlsServerAndClient",
      identifierTypes: ["dns", "ip", "email", "uri"],
      extKeyUsage: ["serverAuth", "clientAuth"],
      leading: `${digitalSignature}301d0603551d250416301406082b0601050507030106082b06010505070302${noAuthority}`,
      longest: 90 * day,
    },
    {
      profile: spiffe({ trustDomain: "lab.example" }),
      name: "spiffe",
      identifierTypes: ["uri"],
      extKeyUsage: ["serverAuth", "clientAuth"],
      leading: `${digitalSignature}301d0603551d250416301406082b0601050507030106082b06010505070302${noAuthority}`,
      longest: day,
    },
    {
      profile: ocspResponder(),
      name: "ocspResponder",
      identifierTypes: [],
      extKeyUsage: ["ocspSigning"],
      leading: digitalSignature + purpose("09") + noAuthority,
      trailing: "300f06092b060105050730010504020500", // ocsp-nocheck: NULL
      longest: 7 * day,
    },
    {
      profile: codeSigning(),
      name: "codeSigning",
      identifierTypes: [],
      extKeyUsage: ["codeSigning"],
      leading: digitalSignature + purpose("03") + noAuthority,
      longest: 90 * day,
    },
    {
      profile: emailProtection(),
      name: "emailProtection",
      identifierTypes: ["email"],
      extKeyUsage: ["emailProtection"],
      leading: digitalSignature + purpose("04") + noAuthority,
      longest: 90 * day,
    },
    {
      profile: stepLeaf(),
      name: "stepLeaf",
      identifierTypes: ["dns", "ip", "email", "uri"],
      extKeyUsage: ["serverAuth", "clientAuth"],
      leading: `${digitalSignature}301d0603551d250416301406082b0601050507030106082b06010505070302`,
      rsaLeading: `${digitalSignatureAndKeyEncipherment}301d0603551d250416301406082b0601050507030106082b06010505070302`,
      longest: day,
    },
  ];

  test.each(presets)("B-031, B-033: $name signs, and only for its purpose", (preset) => {
    const {
      profile,
      name,
      identifierTypes,
      extKeyUsage,
      leading,
      rsaLeading = leading,
      trailing = "",
    } = preset;
    expect(profile).toMatchObject({ name, identifierTypes, extKeyUsage });
    const { fixedExtensions } = profile;
    const written = (type: "ec" | "ed25519" | "ml-dsa" | "rsa"): string =>
      encodeHex(fixedExtensions.leading.get(type) ?? new Uint8Array());
    expect([written("ec"), written("ed25519"), written("ml-dsa")]).toEqual([leading, leading, leading]);
    expect(written("rsa")).toBe(rsaLeading);
    expect(encodeHex(fixedExtensions.policies)).toBe("");
    expect(encodeHex(fixedExtensions.trailing)).toBe(trailing);
    expect(Object.isFrozen(profile)).toBe(true);
  });

  test.each(presets)("B-017: $name stays within 397 days unless told otherwise", ({ profile, longest }) => {
    expect(longest).toBeLessThanOrEqual(397 * day);
    expect(profile.claims.maximumValidity).toBe(longest);
  });

  test("take a name, claims and kinds of identifier, but no other purpose", () => {
    const options = { name: "web", claims: { defaultValidity: "P1D" }, extKeyUsage: ["clientAuth"] };
    const profile = tlsServer(options);
    expect(profile).toMatchObject({ name: "web", extKeyUsage: ["serverAuth"] });
    expect(profile.claims.defaultValidity).toBe(day);
  });

  test("C-005: tlsServerAndClient can be for SPIFFE too", () => {
    expect(tlsServerAndClient({ spiffe: { trustDomain: "lab" } }).identifierTypes).toEqual(["uri"]);
  });

  test("stepLeaf takes another choice of keys", () => {
    const profile = stepLeaf({ keyTypes: ["ec"] });
    expect(profile.keyUsage(ec)).toEqual(["digitalSignature"]);
    expect(() => profile.assertKey(rsa)).toThrow(expect.objectContaining({ code: "ERR_KEY_UNSUPPORTED" }));
  });
});

describe("defineProfile", () => {
  const valid: ProfileOptions = { name: "x", extKeyUsage: ["codeSigning"] };

  const refused: readonly { why: string; options: object; says: readonly string[] }[] = [
    { why: "an empty name", options: { name: "" }, says: ["profile name"] },
    { why: "a name with a slash", options: { name: "a/b" }, says: ["a/b"] },
    { why: "a name with a line end", options: { name: "a\n" }, says: ["profile name"] },
    { why: "a name of 65 characters", options: { name: "x".repeat(65) }, says: ["profile name"] },
    { why: "bad claims", options: { claims: { defaultValidity: "P1000D" } }, says: ["not in order"] },

    {
      why: "a purpose twice",
      options: { extKeyUsage: ["clientAuth", "clientAuth"] },
      says: ["extKeyUsage", "twice"],
    },
    { why: "any purpose", options: { extKeyUsage: ["any"] }, says: ["extKeyUsage", "any", "serverAuth"] },
    { why: "an unknown purpose", options: { extKeyUsage: ["toString"] }, says: ["toString"] },
    {
      why: "any purpose by its OID",
      options: { furtherPurposes: [extKeyUsageOids.any] },
      says: ["furtherPurposes", "2.5.29.37.0"],
    },
    {
      why: "a named purpose by its OID",
      options: { furtherPurposes: [extKeyUsageOids.clientAuth] },
      says: ["furtherPurposes", "1.3.6.1.5.5.7.3.2"],
    },
    { why: "a purpose that is no OID", options: { furtherPurposes: ["1.3.06"] }, says: ["1.3.06"] },
    { why: "a further purpose twice", options: { furtherPurposes: ["1.2.3", "1.2.3"] }, says: ["twice"] },
    {
      why: "time stamping for more than that",
      options: { extKeyUsage: ["timeStamping", "clientAuth"] },
      says: ["timeStamping, clientAuth", "alone"],
    },
    {
      why: "OCSP signing beside an own purpose",
      options: { extKeyUsage: ["ocspSigning"], furtherPurposes: ["1.2.3"] },
      says: ["ocspSigning, 1.2.3", "alone"],
    },

    { why: "no kind of key", options: { keyTypes: [] }, says: ["keyTypes", "empty"] },
    { why: "an unknown kind of key", options: { keyTypes: ["dsa"] }, says: ["keyTypes", "dsa", "rsa"] },
    { why: "a kind of key twice", options: { keyTypes: ["ec", "ec"] }, says: ["keyTypes", "twice"] },
    {
      why: "a use of keys that are not certified",
      options: { keyTypes: ["ec"], keyUsage: { rsa: ["digitalSignature"] } },
      says: ["keyUsage", "rsa", "ec"],
    },
    { why: "no use of a key", options: { keyUsage: { ec: [] } }, says: ["keyUsage.ec", "empty"] },
    {
      why: "a use twice",
      options: { keyUsage: { ec: ["digitalSignature", "digitalSignature"] } },
      says: ["keyUsage.ec", "twice"],
    },
    {
      why: "a time stamp that nobody signs",
      options: { extKeyUsage: ["timeStamping"], keyUsage: { ec: ["keyAgreement"] } },
      says: ["keyUsage.ec", "keyAgreement", "timeStamping", "nonRepudiation"],
    },
    {
      why: "code signed by encryption",
      options: { keyUsage: { rsa: ["keyEncipherment"] } },
      says: ["keyUsage.rsa", "keyEncipherment", "codeSigning wants one of digitalSignature"],
    },

    { why: "an unknown kind of identifier", options: { identifierTypes: ["x400"] }, says: ["x400", "dns"] },
    { why: "a kind of identifier twice", options: { identifierTypes: ["dns", "dns"] }, says: ["twice"] },
    {
      why: "no identifier and no subject",
      options: { identifierTypes: [] },
      says: ["identifierTypes", "subject"],
    },
    {
      why: "a commonName from identifiers that are not there",
      options: { identifierTypes: [], subject: { fixed: { organization: "Lab" }, commonName: "identifier" } },
      says: ["subject.commonName", "identifierTypes"],
    },
    {
      why: "a maximum of none",
      options: { maximumIdentifiers: 0 },
      says: ["maximumIdentifiers", "0", "100"],
    },
    { why: "B-051: a maximum of 101", options: { maximumIdentifiers: 101 }, says: ["101", "100"] },
    { why: "half an identifier", options: { maximumIdentifiers: 1.5 }, says: ["1.5"] },
    {
      why: "B-053: a SPIFFE profile for DNS names",
      options: { spiffe: { trustDomain: "lab" }, identifierTypes: ["dns", "uri"] },
      says: ["spiffe", "dns, uri"],
    },
    {
      why: "B-053: a SPIFFE profile for two names",
      options: { spiffe: { trustDomain: "lab" }, maximumIdentifiers: 2 },
      says: ["spiffe", "2"],
    },
    {
      why: "C-005: an X509-SVID for clients alone",
      options: { spiffe: { trustDomain: "lab" }, extKeyUsage: ["clientAuth"] },
      says: ["spiffe", "serverAuth and clientAuth", "clientAuth"],
    },
    {
      why: "C-005: an X509-SVID that cannot sign",
      options: { spiffe: { trustDomain: "lab" }, extKeyUsage: [], keyUsage: { ec: ["keyAgreement"] } },
      says: ["spiffe", "digitalSignature", "keyUsage.ec is keyAgreement"],
    },
    { why: "B-053: a trust domain in capitals", options: { spiffe: { trustDomain: "Lab" } }, says: ["Lab"] },
    {
      why: "B-053: a trust domain with a port",
      options: { spiffe: { trustDomain: "lab:80" } },
      says: ["lab:80"],
    },
    {
      why: "B-053: a trust domain too long",
      options: { spiffe: { trustDomain: "x".repeat(256) } },
      says: ["255"],
    },

    {
      why: "B-036: a policy twice",
      options: policies({ oid: "1.2.3" }, { oid: "1.2.3" }),
      says: ["1.2.3 twice"],
    },
    { why: "a policy that is no OID", options: policies({ oid: "x" }), says: ["certificatePolicies", "x"] },
    {
      why: "a CPS that is no URI",
      options: policies({ oid: "1.2.3", cps: "our cellar" }),
      says: ["1.2.3", "our cellar"],
    },
    {
      why: "a CPS outside ASCII",
      options: policies({ oid: "1.2.3", cps: "http://büro.example/" }),
      says: ["cps", "ASCII"],
    },
    {
      why: "B-036: a notice of 201 characters",
      options: policies({ oid: "1.2.3", explicitText: "x".repeat(201) }),
      says: ["201", "200"],
    },
    { why: "an empty notice", options: policies({ oid: "1.2.3", explicitText: "" }), says: ["0", "200"] },
    {
      why: "B-057: a notice that reads backwards",
      options: policies({ oid: "1.2.3", explicitText: "a\u202eb" }),
      says: ["1.2.3", "bidirectional"],
    },

    {
      why: "B-039, B-040: stapling where there is no OCSP",
      options: { mustStaple: true, noRevAvail: true },
      says: ["mustStaple", "noRevAvail"],
    },
    {
      why: "B-040: stapling where no URL is written",
      options: { mustStaple: true, distribution: "none" },
      says: ["mustStaple", "none"],
    },
    {
      why: "ocsp-nocheck for who signs no OCSP responses",
      options: { ocspNoCheck: true },
      says: ["ocspNoCheck", "codeSigning", "ocspSigning"],
    },

    {
      why: "an unknown distribution",
      options: { distribution: "all" },
      says: ["distribution", "all", "none"],
    },
    { why: "unknown basicConstraints", options: { basicConstraints: "ca" }, says: ["ca", "critical"] },
    { why: "an unknown key identifier", options: { subjectKeyIdentifier: "md5" }, says: ["md5", "sha-256"] },
    { why: "an unknown order of names", options: { subjectAltNameOrder: "abc" }, says: ["abc", "kind"] },

    {
      why: "B-041: an extension of ours",
      options: custom({ oid: "2.5.29.17", value: Uint8Array.of(0x30, 0) }),
      says: ["extensions", "2.5.29.17"],
    },
    {
      why: "B-041: an extension of authorities",
      options: custom({ oid: "2.5.29.36", value: Uint8Array.of(0x30, 0) }),
      says: ["extensions", "2.5.29.36"],
    },
    {
      why: "B-041: ocsp-nocheck as an extension",
      options: custom({ oid: "1.3.6.1.5.5.7.48.1.5", value: Uint8Array.of(5, 0) }),
      says: ["1.3.6.1.5.5.7.48.1.5"],
    },
    {
      why: "B-041: an extension twice",
      options: custom(
        { oid: "1.2.3", value: Uint8Array.of(5, 0) },
        { oid: "1.2.3", value: Uint8Array.of(5, 0) },
      ),
      says: ["1.2.3 twice"],
    },
    {
      why: "B-041: an extension without an OID",
      options: custom({ oid: "1.2.", value: Uint8Array.of(5, 0) }),
      says: ["1.2."],
    },
    {
      why: "B-041: an empty value",
      options: custom({ oid: "1.2.3", value: new Uint8Array() }),
      says: ["1.2.3"],
    },
    {
      why: "B-041: two values",
      options: custom({ oid: "1.2.3", value: Uint8Array.of(5, 0, 5, 0) }),
      says: ["1.2.3", "2 bytes follow"],
    },
    {
      why: "B-041: a value that is BER",
      options: custom({ oid: "1.2.3", value: Uint8Array.of(1, 1, 1) }),
      says: ["1.2.3", "BOOLEAN"],
    },
  ];

  test.each(refused)("B-033: refuses $why, and names it", ({ options, says }) => {
    const message = expect.stringMatching(new RegExp(says.map(escapeRegExp).join(".*"), "s"));
    expect(() => defineProfile({ ...valid, ...options })).toThrow(
      expect.objectContaining({ name: "ConfigurationError", code: "ERR_OPTION_INVALID", message }),
    );
  });

  const neverEncipher = ["ec", "ed25519", "ml-dsa"] as const;
  test.each(neverEncipher)("B-031: keys of type %s never encipher", (type) => {
    for (const usage of ["keyEncipherment", "dataEncipherment", "keyCertSign", "cRLSign"] as const) {
      const options = { ...valid, keyUsage: { [type]: ["digitalSignature", usage] } };
      expect(() => defineProfile(options)).toThrow(
        expect.objectContaining({
          message: expect.stringMatching(`profile x: keyUsage.${type} has ${usage}`),
        }),
      );
    }
  });

  test("B-031: RSA keys may encipher, EC keys may agree, and nobody signs certificates", () => {
    const keyUsage = {
      rsa: ["digitalSignature", "keyEncipherment", "dataEncipherment"],
      ec: ["digitalSignature", "keyAgreement", "nonRepudiation"],
    } as const;
    const profile = tlsServer({ keyUsage });
    expect(profile.keyUsage(rsa)).toEqual(keyUsage.rsa);
    expect(profile.keyUsage(ec)).toEqual(keyUsage.ec);
    expect(profile.keyUsage({ type: "ed25519" })).toEqual(["digitalSignature"]);
    expect(profile.keyUsage(undefined)).toEqual(["digitalSignature"]);
    expect(() => tlsServer({ keyUsage: { rsa: ["digitalSignature", "keyCertSign"] } })).toThrow(
      /keyCertSign/,
    );
  });

  test("RFC 3161 section 2.3: extKeyUsage is critical for time stamping, and for nothing else", () => {
    const { leading } = defineProfile({ name: "tsa", extKeyUsage: ["timeStamping"] }).fixedExtensions;
    expect(encodeHex(leading.get("ec") ?? new Uint8Array())).toContain(
      "30160603551d250101ff040c300a06082b06010505070308",
    );
  });

  test("purposes: none at all, and further ones after the named", () => {
    for (const options of [{ name: "x" }, { name: "x", extKeyUsage: [] }]) {
      const { purposes, fixedExtensions } = defineProfile(options);
      expect(purposes).toEqual([]);
      expect(encodeHex(fixedExtensions.leading.get("ec") ?? new Uint8Array())).toBe(
        digitalSignature + noAuthority,
      );
    }
    const logon = "1.3.6.1.4.1.311.20.2.2";
    const { purposes, extKeyUsage } = tlsClient({ furtherPurposes: [logon] });
    expect(purposes).toEqual(["1.3.6.1.5.5.7.3.2", logon]);
    expect(extKeyUsage).toEqual(["clientAuth"]);
  });

  test("B-036, B-039..B-041: writes policies, and what else is the same everywhere", () => {
    const value = Uint8Array.of(4, 1, 7);
    const { fixedExtensions, customExtensions } = tlsServer({
      certificatePolicies: [{ oid: "1.2.3", cps: "http://a.example/", explicitText: "Büro" }],
      mustStaple: true,
      extensions: [
        { oid: "1.2.4", value },
        { oid: "1.2.5", critical: true, value },
      ],
    });
    value.fill(0); // a copy was taken
    const cps = "301d 06082b06010505070201 1611 687474703a2f2f612e6578616d706c652f";
    const notice = "3013 06082b06010505070202 3007 0c0542c3bc726f";
    expect(encodeHex(fixedExtensions.policies)).toBe(
      `3045 0603551d20 043e 303c 303a 06022a03 3034 ${cps} ${notice}`.replaceAll(" ", ""),
    );
    expect(encodeHex(fixedExtensions.trailing)).toBe(
      "3011 06082b06010505070118 0405 3003020105 3009 06022a04 0403 040107 300c 06022a05 0101ff 0403 040107".replaceAll(
        " ",
        "",
      ),
    );
    expect(customExtensions).toEqual(["1.2.4", "1.2.5"]);
    expect(encodeHex(tlsServer({ noRevAvail: true }).fixedExtensions.trailing)).toBe(
      "30090603551d3804020500",
    );
  });

  test("keeps copies: what it was given may change afterwards", () => {
    const extKeyUsage: "codeSigning"[] = ["codeSigning"];
    const identifierTypes: "dns"[] = ["dns"];
    const profile = defineProfile({ ...valid, extKeyUsage, identifierTypes });
    extKeyUsage.length = 0;
    identifierTypes.length = 0;
    expect(profile.extKeyUsage).toEqual(["codeSigning"]);
    expect(profile.identifierTypes).toEqual(["dns"]);
  });
});

describe("assertIdentifiers", () => {
  const rows: readonly {
    why: string;
    profile: Profile;
    names: readonly string[];
    code?: string;
    says?: string;
  }[] = [
    { why: "takes DNS names and addresses", profile: tlsServer(), names: ["dns:a.example", "ip:10.0.0.1"] },
    {
      why: "refuses a kind that is not certified",
      profile: tlsServer(),
      names: ["dns:a.example", "email:a@b.example"],
      code: "ERR_IDENTIFIER_UNSUPPORTED",
      says: "profile tlsServer does not certify email:a@b.example, it certifies dns, ip",
    },
    {
      why: "refuses nothing at all",
      profile: tlsServer(),
      names: [],
      code: "ERR_IDENTIFIER_MALFORMED",
      says: "names nothing",
    },
    { why: "takes nothing where the subject names", profile: ocspResponder(), names: [] },
    {
      why: "refuses a name where only the subject names",
      profile: ocspResponder(),
      names: ["dns:a.example"],
      code: "ERR_IDENTIFIER_UNSUPPORTED",
      says: "certifies no identifiers",
    },
    {
      why: "takes as many as allowed",
      profile: tlsServer({ maximumIdentifiers: 2 }),
      names: ["dns:a.x", "dns:b.x"],
    },
    {
      why: "B-051: refuses one more",
      profile: tlsServer({ maximumIdentifiers: 2 }),
      names: ["dns:a.x", "dns:b.x", "dns:c.x"],
      code: "ERR_IDENTIFIER_UNSUPPORTED",
      says: "at most 2 identifiers, the request has 3",
    },
    {
      why: "B-053, C-005: takes a SPIFFE ID of the trust domain",
      profile: spiffe({ trustDomain: "lab.example" }),
      names: ["uri:spiffe://lab.example/ns/web"],
    },
    {
      why: "B-053, C-005: refuses one of another trust domain that begins alike",
      profile: spiffe({ trustDomain: "lab.example" }),
      names: ["uri:spiffe://lab.example.org/ns/web"],
      code: "ERR_IDENTIFIER_UNSUPPORTED",
      says: "spiffe://lab.example/",
    },
    {
      why: "B-053, C-005: refuses two SPIFFE IDs",
      profile: spiffe({ trustDomain: "lab" }),
      names: ["uri:spiffe://lab/a", "uri:spiffe://lab/b"],
      code: "ERR_IDENTIFIER_UNSUPPORTED",
      says: "at most 1",
    },
    {
      why: "B-053, C-005: refuses a DNS name for a workload",
      profile: spiffe({ trustDomain: "lab" }),
      names: ["dns:a.example"],
      code: "ERR_IDENTIFIER_UNSUPPORTED",
      says: "does not certify dns:a.example",
    },
    {
      why: "C-005: refuses a SPIFFE ID beside another URI, whatever the profile",
      profile: tlsClient(),
      names: ["uri:spiffe://lab/a", "uri:https://a.example/"],
      code: "ERR_IDENTIFIER_UNSUPPORTED",
      says: "uri:spiffe://lab/a is a SPIFFE ID, beside which there is no other uri; the request has 2",
    },
    {
      why: "takes a SPIFFE ID beside a DNS name",
      profile: tlsClient(),
      names: ["uri:spiffe://lab/a", "dns:a.example"],
    },
  ];

  test.each(rows)("$why", ({ profile, names, code, says = "" }) => {
    const check = (): void => profile.assertIdentifiers(names.map(identifier));
    if (code === undefined) expect(check).not.toThrow();
    else
      expect(check).toThrow(
        expect.objectContaining({ name: "RequestError", code, message: expect.stringContaining(says) }),
      );
  });
});

test("assertKey: names profile, key and what is certified", () => {
  const profile = tlsServer({ keyTypes: ["ec", "ed25519"] });
  expect(() => profile.assertKey(ec)).not.toThrow();
  expect(() => profile.assertKey(rsa)).toThrow(
    expect.objectContaining({
      name: "RequestError",
      code: "ERR_KEY_UNSUPPORTED",
      message: "profile tlsServer does not certify keys of type rsa, it certifies ec, ed25519",
    }),
  );
  for (const key of [ec, rsa, { type: "ed25519" }, { type: "ml-dsa", parameterSet: 65 }] as const)
    expect(() => tlsServer().assertKey(key)).not.toThrow();
});

function policies(...certificatePolicies: readonly object[]): object {
  return { certificatePolicies };
}

function custom(...extensions: readonly object[]): object {
  return { extensions };
}

function identifier(text: string): Identifier {
  const colon = text.indexOf(":");
  return parseIdentifier(text.slice(0, colon), text.slice(colon + 1));
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
