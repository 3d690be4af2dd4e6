import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assertDistribution, type DistributionOptions, parseDistribution } from "./distribution.ts";
import { tlsServer } from "./presets.ts";

const issuerId = "0a".repeat(32);

describe("parseDistribution", () => {
  test("fills issuer and partition in, wherever and however often they stand", () => {
    const { templates, urlsOf } = parseDistribution({
      crl: "http://pki.lab.example/{issuer}/{partition}.crl?of={issuer}",
      deltaCrl: "http://pki.lab.example/?{partition}",
      ocsp: "http://pki.lab.example:8080/ocsp",
      issuer: "http://pki.lab.example/{issuer}.der",
    });
    expect(urlsOf({ issuerId, partition: 65535 })).toEqual({
      crl: `http://pki.lab.example/${issuerId}/65535.crl?of=${issuerId}`,
      deltaCrl: "http://pki.lab.example/?65535",
      ocsp: "http://pki.lab.example:8080/ocsp",
      issuer: `http://pki.lab.example/${issuerId}.der`,
    });
    expect(templates.ocsp).toBe("http://pki.lab.example:8080/ocsp");
    expect(Object.isFrozen(templates)).toBe(true);
  });

  test("answers nothing for what is not configured", () => {
    expect(parseDistribution().urlsOf({ issuerId, partition: 0 })).toEqual({});
    expect(parseDistribution({ crl: "http://a.example" }).urlsOf({ issuerId, partition: 0 })).toEqual({
      crl: "http://a.example",
    });
  });

  const refused: readonly { why: string; options: DistributionOptions; says: RegExp }[] = [
    { why: "B-037: https", options: { crl: "https://a.example/crl" }, says: /crl "https:.*http URL/ },
    { why: "ldap", options: { crl: "ldap://a.example/cn=x" }, says: /crl/ },
    { why: "a relative URL", options: { issuer: "/ca.der" }, says: /issuer "\/ca\.der"/ },
    { why: "no host", options: { ocsp: "http:///ocsp" }, says: /ocsp/ },
    { why: "user information", options: { ocsp: "http://anna:secret@a.example/" }, says: /user information/ },
    { why: "a fragment", options: { crl: "http://a.example/crl#x" }, says: /fragment/ },
    { why: "a space", options: { crl: "http://a.example/a b" }, says: /ASCII/ },
    { why: "a letter outside ASCII", options: { crl: "http://a.example/bücher" }, says: /ASCII/ },
    { why: "a host outside ASCII", options: { crl: "http://büro.example/" }, says: /ASCII/ },
    { why: "a placeholder for a host", options: { crl: "http://{issuer}/crl" }, says: /fixed host/ },
    {
      why: "a placeholder for a port",
      options: { crl: "http://a.example:{partition}/crl" },
      says: /fixed host/,
    },
    { why: "capitals in the host", options: { crl: "http://A.example/" }, says: /crl/ },
    { why: "dot segments", options: { crl: "http://a.example/b/../crl" }, says: /crl/ },
    {
      why: "an unknown placeholder",
      options: { crl: "http://a.example/{serial}" },
      says: /\{serial\}.*\{issuer\}, \{partition\}/,
    },
    {
      why: "a placeholder that is not closed",
      options: { crl: "http://a.example/{issuer" },
      says: /\{issuer/,
    },
    { why: "half a placeholder", options: { crl: "http://a.example/issuer}" }, says: /\}/ },
    {
      why: "a partition of a responder",
      options: { ocsp: "http://a.example/{partition}" },
      says: /ocsp.*\{partition\}.*one of \{issuer\}$/,
    },
    {
      why: "a partition of an issuer",
      options: { issuer: "http://a.example/{partition}" },
      says: /issuer.*\{partition\}/,
    },
    { why: "1025 characters", options: { crl: `http://a.example/${"x".repeat(1008)}` }, says: /1025.*1024/ },
    {
      why: "delta CRLs without full ones",
      options: { deltaCrl: "http://a.example/d" },
      says: /deltaCrl.*crl is absent/,
    },
  ];

  test.each(refused)("B-037, B-038: refuses $why", ({ options, says }) => {
    expect(() => parseDistribution(options)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.stringMatching(says) }),
    );
  });

  test("what it takes becomes ASCII http URLs that a parser reads back", () => {
    const part = fc.constantFrom(
      "{issuer}",
      "{partition}",
      "a",
      "/",
      "?",
      "%20",
      "b.example",
      "{",
      "ü",
      "#",
      ":",
      "8",
    );
    const template = fc.array(part, { maxLength: 8 }).map((parts) => `http://pki.example${parts.join("")}`);
    fc.assert(
      fc.property(template, (crl) => {
        let url: string | undefined;
        try {
          url = parseDistribution({ crl }).urlsOf({ issuerId, partition: 7 }).crl;
        } catch (error) {
          expect(error).toMatchObject({ code: "ERR_OPTION_INVALID" });
          return;
        }
        expect(url).toMatch(/^http:\/\/[\x21-\x7e]+$/);
        expect([url, `${url}/`]).toContain(new URL(url ?? "").href);
      }),
      { numRuns: 500 },
    );
  });
});

describe("assertDistribution", () => {
  const one = { issuerIds: [issuerId], partitions: 1 };
  const two = { issuerIds: [issuerId, "0b".repeat(32)], partitions: 1 };
  const split = { issuerIds: [issuerId], partitions: 2 };

  const rows: readonly {
    why: string;
    options: DistributionOptions;
    place?: typeof one;
    mustStaple?: boolean;
    says?: RegExp;
  }[] = [
    {
      why: "takes fixed URLs for one issuer",
      options: { crl: "http://a.example/crl", issuer: "http://a.example/ca" },
    },
    { why: "takes nothing at all", options: {}, place: { ...two, partitions: 9 } },
    { why: "takes one responder for many issuers", options: { ocsp: "http://a.example/ocsp" }, place: two },
    {
      why: "refuses one CRL for two issuers",
      options: { crl: "http://a.example/{partition}" },
      place: two,
      says: /crl.*\{issuer\}.*2 issuers/,
    },
    {
      why: "refuses one certificate for two issuers",
      options: { issuer: "http://a.example/ca" },
      place: two,
      says: /issuer .*2 issuers/,
    },
    {
      why: "takes the same issuer twice",
      options: { crl: "http://a.example/crl" },
      place: { issuerIds: [issuerId, issuerId], partitions: 1 },
    },
    {
      why: "refuses one CRL for two partitions",
      options: { crl: "http://a.example/{issuer}" },
      place: split,
      says: /\{partition\}.*2 CRL partitions/,
    },
    {
      why: "refuses one delta CRL for two partitions",
      options: { crl: "http://a.example/{partition}", deltaCrl: "http://a.example/delta" },
      place: split,
      says: /deltaCrl/,
    },
    {
      why: "B-040: refuses stapling without OCSP",
      options: { crl: "http://a.example/crl" },
      mustStaple: true,
      says: /profile tlsServer: mustStaple.*ocsp/,
    },
    { why: "B-040: takes stapling with OCSP", options: { ocsp: "http://a.example/ocsp" }, mustStaple: true },
  ];

  test.each(rows)("$why", ({ options, place = one, mustStaple = false, says }) => {
    const check = (): void =>
      assertDistribution(parseDistribution(options), [tlsServer({ mustStaple })], place);
    if (says === undefined) expect(check).not.toThrow();
    else
      expect(check).toThrow(
        expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.stringMatching(says) }),
      );
  });
});
