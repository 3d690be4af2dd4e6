import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attributeTypeOids } from "../asn1/oids.ts";
import {
  type AttributeType,
  encodeName,
  encodeNameAttributes,
  type NameAttribute,
} from "../certificate/name.ts";
import { RequestError } from "../errors.ts";
import { type Identifier, parseIdentifier } from "../identifier/identifier.ts";
import { codeSigning, tlsClient, tlsServer } from "./presets.ts";
import { defineProfile, type Profile } from "./profile.ts";

const a = parseIdentifier("dns", "a.lab.example");

describe("subject options", () => {
  const refused: readonly { why: string; subject: object; says: RegExp }[] = [
    {
      why: "an unknown attribute",
      subject: { fixed: { nickname: "x" } },
      says: /subject\.fixed has nickname.*commonName/,
    },
    {
      why: "B-019: a mail address, fixed",
      subject: { fixed: { emailAddress: "a@b.example" } },
      says: /emailAddress/,
    },
    {
      why: "B-019: a mail address, asked for",
      subject: { fromRequest: ["emailAddress"] },
      says: /emailAddress/,
    },
    {
      why: "a commonName that is asked for in two ways",
      subject: { fromRequest: ["commonName"] },
      says: /commonName/,
    },
    {
      why: "B-013: a country of three letters",
      subject: { fixed: { country: "GER" } },
      says: /fixed\.country "GER".*2/,
    },
    { why: "B-013: a name too long", subject: { fixed: { organization: "x".repeat(65) } }, says: /65.*64/ },
    {
      why: "B-013: one of two names too long",
      subject: { fixed: { organization: ["Lab", ""] } },
      says: /0 char/,
    },
    {
      why: "B-057: a name that reads backwards",
      subject: { fixed: { organization: "a\u202eb" } },
      says: /bidirectional/,
    },
    {
      why: "an attribute from two places",
      subject: { fixed: { organization: "Lab" }, fromRequest: ["organization"] },
      says: /organization.*"Lab".*request/,
    },
    {
      why: "a commonName from the profile and the request",
      subject: { fixed: { commonName: "x" }, commonName: "request" },
      says: /commonName.*"x".*request/,
    },
    {
      why: "a commonName from the profile and the identifiers",
      subject: { fixed: { commonName: "x" }, commonName: "identifier" },
      says: /commonName/,
    },
    {
      why: "an unknown source of the commonName",
      subject: { commonName: "both" },
      says: /"both".*identifier, none, request/,
    },
    {
      why: "B-056: a commonName that reads as a host",
      subject: { fixed: { commonName: "lab.example" } },
      says: /"lab\.example" reads as a host/,
    },
  ];

  test.each(refused)("refuses $why", ({ subject, says }) => {
    expect(() => defineProfile({ name: "x", subject })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.stringMatching(says) }),
    );
  });
});

describe("planSubject", () => {
  const profiles = {
    none: tlsServer(),
    identifier: tlsClient({ subject: { commonName: "identifier" } }),
    request: tlsClient({ subject: { commonName: "request", fromRequest: ["organizationalUnit"] } }),
    all: tlsClient({
      subject: {
        fixed: { country: "DE", organization: "Lab", organizationalUnit: ["A", "B"] },
        fromRequest: ["locality"],
        commonName: "identifier",
      },
    }),
  };

  test("is empty by default, whatever the request asks for", () => {
    const asked = [attribute("commonName", "a.lab.example"), attribute("organization", "Lab")];
    expect(profiles.none.planSubject([a], asked)).toEqual([]);
  });

  test("B-019, B-056: the first identifier that fits is repeated, and never a mail address", () => {
    const planned = (...names: readonly Identifier[]): readonly unknown[] =>
      profiles.identifier.planSubject(names, []);
    const long = parseIdentifier("dns", `${"a".repeat(60)}.lab.example`);
    const mail = parseIdentifier("email", "a@lab.example");
    const repeated = { ...attribute("commonName", "a.lab.example"), source: "identifier" };
    expect(planned(a)).toEqual([repeated]);
    expect(planned(long, mail, a)).toEqual([repeated]);
    expect(planned(long, mail)).toEqual([]);
  });

  test("takes from the request what the profile lets it say, in its order, and leaves the rest", () => {
    const asked = [
      attribute("organizationalUnit", "Ops"),
      attribute("organization", "Other"),
      attribute("commonName", "Anna"),
      attribute("organizationalUnit", "Night"),
      { type: "1.2.3.4", value: "x" },
    ];
    expect(profiles.request.planSubject([a], asked)).toEqual([
      { ...attribute("organizationalUnit", "Ops"), source: "request" },
      { ...attribute("commonName", "Anna"), source: "request" },
      { ...attribute("organizationalUnit", "Night"), source: "request" },
    ]);
  });

  test("writes what is fixed first, then the request's, the identifier last", () => {
    const planned = profiles.all.planSubject([a], [attribute("locality", "Ulm")]);
    expect(planned.map(({ value, source }) => `${source} ${value}`)).toEqual([
      "profile DE",
      "profile Lab",
      "profile A",
      "profile B",
      "request Ulm",
      "identifier a.lab.example",
    ]);
  });

  const hosts: readonly { commonName: string; identifiers: readonly Identifier[]; fits: boolean }[] = [
    { commonName: "a.lab.example", identifiers: [a], fits: true },
    { commonName: "A.LAB.example", identifiers: [a], fits: true },
    { commonName: "b.lab.example", identifiers: [a], fits: false },
    { commonName: "*.lab.example", identifiers: [a], fits: false },
    { commonName: "192.0.2.1", identifiers: [a], fits: false },
    { commonName: "192.0.2.1", identifiers: [parseIdentifier("ip", "192.0.2.1")], fits: true },
    { commonName: "2001:db8::1", identifiers: [a], fits: false },
    { commonName: "a.lab.example.", identifiers: [a], fits: false },
    { commonName: " b.lab.example", identifiers: [a], fits: false },
    { commonName: "b.lab.example:443", identifiers: [a], fits: false },
    { commonName: "\uff42.lab.example", identifiers: [a], fits: false },
    { commonName: "b\u00fccher.example", identifiers: [a], fits: false },
    { commonName: "127.1", identifiers: [a], fits: false },
    { commonName: "::ffff:192.0.2.1", identifiers: [a], fits: false },
    { commonName: "Anna", identifiers: [a], fits: true },
    { commonName: "Anna B. Example", identifiers: [a], fits: true },
  ];

  test.each(hosts)(
    "B-056: commonName $commonName beside $identifiers: $fits",
    ({ commonName, identifiers, fits }) => {
      const plan = (): unknown =>
        profiles.request.planSubject(identifiers, [attribute("commonName", commonName)]);
      if (fits) expect(plan()).toHaveLength(1);
      else expect(plan).toThrow(refusal(/reads as a host and is none of the identifiers/));
    },
  );

  const refused: readonly { why: string; asked: readonly NameAttribute[]; says: RegExp }[] = [
    { why: "B-013: a commonName too long", asked: [attribute("commonName", "x".repeat(65))], says: /65/ },
    { why: "B-057: NUL", asked: [attribute("commonName", "a\u0000b")], says: /control/ },
    {
      why: "two commonNames",
      asked: [attribute("commonName", "a"), attribute("commonName", "b")],
      says: /2 commonNames/,
    },
    {
      why: "33 attributes",
      asked: Array.from({ length: 33 }, (_, index) => attribute("organizationalUnit", `Unit ${index}`)),
      says: /33 attributes, allowed are 32/,
    },
    { why: "an empty unit", asked: [attribute("organizationalUnit", "")], says: /0 characters/ },
  ];

  test.each(refused)("refuses $why", ({ asked, says }) => {
    expect(() => profiles.request.planSubject([a], asked)).toThrow(refusal(says));
  });

  test("counts what is fixed with what is asked for, and not what is left out", () => {
    const units = (count: number) =>
      Array.from({ length: count }, (_, index) => attribute("organizationalUnit", `Unit ${index}`));
    expect(profiles.request.planSubject([a], units(32))).toHaveLength(32);
    expect(profiles.none.planSubject([a], units(1500))).toEqual([]);
    const locality = Array.from({ length: 29 }, (_, index) => attribute("locality", `Place ${index}`));
    expect(() => profiles.all.planSubject([a], locality)).toThrow(refusal(/33 attributes, allowed are 32/));
    const tooMany = units(33).map(({ value }) => value);
    expect(() => defineProfile({ name: "x", subject: { fixed: { organizationalUnit: tooMany } } })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.stringMatching(/33.*32/) }),
    );
  });

  test.each(["Lab Root", "LAB ROOT", "lab  root"])(
    "refuses the subject of the issuer, spelled %s",
    (commonName) => {
      const issuer = encodeName([["commonName", "Lab Root"]]);
      const plan = (): unknown =>
        codeSigning().planSubject([], [attribute("commonName", commonName)], issuer);
      expect(plan).toThrow(refusal(/that of the issuer/));
      expect(codeSigning().planSubject([], [attribute("commonName", "Lab")], issuer)).toHaveLength(1);
    },
  );

  test("B-018: refuses a certificate that would name nobody", () => {
    expect(() => codeSigning().planSubject([], [])).toThrow(refusal(/profile codeSigning has no subject/));
    expect(() => codeSigning().planSubject([], [attribute("surname", "x")])).toThrow(
      refusal(/names nothing/),
    );
    expect(codeSigning().planSubject([], [attribute("commonName", "Builds")])).toHaveLength(1);
  });

  test("whatever a request asks for, the plan can be written or is refused", () => {
    const anything = fc.record({
      type: fc.constantFrom(...Object.values(attributeTypeOids), "1.2.3"),
      value: fc.oneof(fc.string({ unit: "binary", maxLength: 70 }), fc.domain(), fc.ipV4()),
    });
    const profile = fc.constantFrom<Profile>(...Object.values(profiles), codeSigning());
    fc.assert(
      fc.property(profile, fc.array(anything, { maxLength: 4 }), fc.boolean(), (one, asked, named) => {
        try {
          const planned = one.planSubject(named ? [a] : [], asked);
          expect(planned.length > 0 || named).toBe(true);
          expect(() => encodeNameAttributes(planned)).not.toThrow();
        } catch (error) {
          expect(error).toBeInstanceOf(RequestError);
          expect(error).toMatchObject({ code: "ERR_SUBJECT_REFUSED" });
        }
      }),
      { numRuns: 300 },
    );
  });
});

function attribute(type: AttributeType, value: string): NameAttribute {
  return { type: attributeTypeOids[type], value };
}

function refusal(says: RegExp): unknown {
  return expect.objectContaining({ code: "ERR_SUBJECT_REFUSED", message: expect.stringMatching(says) });
}
