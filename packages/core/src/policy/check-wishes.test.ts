import { describe, expect, test } from "vitest";
import { attribute, names } from "../../test/support/policy-input.ts";
import { checkWishes } from "./check-wishes.ts";

const identifiers = names("dns:www.lab.example", "ip:192.0.2.1", "email:anna@lab.example");
const faults = (...subject: Parameters<typeof checkWishes>[0]["subject"]): readonly string[] =>
  checkWishes({ identifiers, subject }).flatMap(({ denials }) =>
    denials.map(({ rule, input, reason }) => `${rule}: ${input}: ${reason}`),
  );

describe("checkWishes", () => {
  test.each([
    { why: "no wishes", subject: [] },
    { why: "an attribute of one script", subject: [attribute("organization", "Лаборатория")] },
    { why: "an operator's attribute of two", subject: [attribute("organization", "Lab Лаб", "profile")] },
    { why: "a commonName that is an identifier", subject: [attribute("commonName", "WWW.Lab.example")] },
    { why: "a commonName that is an address", subject: [attribute("commonName", "192.0.2.1")] },
    { why: "a commonName that is no host", subject: [attribute("commonName", "Anna Berg")] },
    {
      why: "a commonName of one label, which may be anything",
      subject: [attribute("commonName", "printer")],
    },
    { why: "a host in another attribute", subject: [attribute("organization", "bank.example")] },
    {
      why: "an operator's commonName",
      subject: [attribute("commonName", "bank.example", "profile")],
    },
  ])("says nothing about $why", ({ subject }) => {
    expect(checkWishes({ identifiers, subject })).toEqual([]);
  });

  test.each([
    {
      why: "B-057: an attribute of two scripts",
      subject: [attribute("organization", "L\u0430b")],
      says: [
        "single script: subject.organization:L?b: the value mixes scripts that are not written together",
      ],
    },
    {
      why: "B-057: an attribute with what cannot be seen",
      subject: [attribute("commonName", "Anna\u200bBerg")],
      says: ["single script: subject.commonName:Anna?Berg: the value has a character that cannot be seen"],
    },
    {
      why: "B-056: a commonName that looks like a host and is no identifier",
      subject: [attribute("commonName", "www.bank.example")],
      says: [
        "common name: subject.commonName:www.bank.example: the value looks like a host and is none of the identifiers",
      ],
    },
    {
      why: "B-056: a commonName that is another address",
      subject: [attribute("commonName", "192.0.2.2")],
      says: [
        "common name: subject.commonName:192.0.2.2: the value looks like a host and is none of the identifiers",
      ],
    },
    {
      why: "B-056: a commonName that is an IPv6 address",
      subject: [attribute("commonName", "2001:db8::1")],
      says: [
        "common name: subject.commonName:2001:db8::1: the value looks like a host and is none of the identifiers",
      ],
    },
    {
      why: "B-056: a commonName that is a wildcard",
      subject: [attribute("commonName", "*.lab.example")],
      says: [
        "common name: subject.commonName:*.lab.example: the value looks like a host and is none of the identifiers",
      ],
    },
    {
      why: "B-056: a commonName that is an identifier in other dress",
      subject: [attribute("commonName", "www.lab.example.")],
      says: [
        "common name: subject.commonName:www.lab.example.: the value looks like a host and is none of the identifiers",
      ],
    },
    {
      why: "B-056: a commonName that is a host with a port",
      subject: [attribute("commonName", "bank:443")],
      says: [
        "common name: subject.commonName:bank:443: the value looks like a host and is none of the identifiers",
      ],
    },
    {
      why: "all that is wrong",
      subject: [attribute("locality", "\u041bab"), attribute("commonName", "bank.example")],
      says: [
        "single script: subject.locality:?ab: the value mixes scripts that are not written together",
        "common name: subject.commonName:bank.example: the value looks like a host and is none of the identifiers",
      ],
    },
  ])("denies $why", ({ subject, says }) => {
    expect(faults(...subject)).toEqual(says);
  });

  test("B-057: denies a mail address whose local part mixes scripts", () => {
    // No identifier has one today: rfc822Name is ASCII.
    const identifier = { type: "email", value: "\u0430nna@lab.example" } as const;
    expect(checkWishes({ identifiers: [identifier], subject: [] })).toMatchObject([
      { level: "built in", verdict: "deny", denials: [{ rule: "single script" }] },
    ]);
  });

  test("shows its rules as policies of a level that holds for every request", () => {
    const subject = [attribute("locality", "\u041bab"), attribute("commonName", "bank.example")];
    expect(checkWishes({ identifiers, subject })).toMatchObject([
      {
        level: "built in",
        verdict: "deny",
        policies: [
          { policy: "single script", verdict: "deny", decisions: [{ input: "subject.locality:?ab" }] },
          {
            policy: "common name",
            verdict: "deny",
            decisions: [{ input: "subject.commonName:bank.example" }],
          },
        ],
      },
    ]);
  });
});
