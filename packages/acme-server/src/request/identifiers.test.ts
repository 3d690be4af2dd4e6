import { describe, expect, test } from "vitest";
import type { ChallengeValidator } from "../validation/challenge-validator.ts";
import { readIdentifiers } from "./identifiers.ts";

const validate = () => expect.unreachable();
const http: ChallengeValidator = {
  type: "http-01",
  supports: ({ type }, wildcard) => type !== "email" && !wildcard,
  validate,
};
const dns: ChallengeValidator = { type: "dns-01", supports: ({ type }) => type === "dns", validate };

const read = (members: unknown, validators = [http, dns]) =>
  readIdentifiers({ identifiers: members as never }, validators, 4);
const name = (value: string, type = "dns") => ({ type, value });

describe("readIdentifiers", () => {
  test("brings DNS names into lower case and keeps their order (A-113)", () => {
    expect(
      read([name("B.Test"), name("*.a.test"), name("10.1.2.3", "ip"), name("2001:db8::1", "ip")]),
    ).toEqual([name("b.test"), name("*.a.test"), name("10.1.2.3", "ip"), name("2001:db8::1", "ip")]);
  });

  test.each([
    { why: "missing", members: undefined },
    { why: "no array", members: {} },
    { why: "empty", members: [] },
    { why: "more than the limit", members: ["a", "b", "c", "d", "e"].map((label) => name(`${label}.test`)) },
    { why: "with an entry that is no object", members: [name("a.test"), "b.test"] },
    { why: "with an entry that is null", members: [null] },
    { why: "with an entry without type", members: [{ value: "a.test" }] },
    { why: "with a value that is no string", members: [{ type: "dns", value: 5 }] },
  ])("refuses identifiers that are $why (case 75)", ({ members }) => {
    expect(() => read(members)).toThrow(expect.objectContaining({ type: "malformed", status: 400 }));
  });

  test.each([
    { why: "a type nobody knows (case 76)", members: [name("a", "npi")], type: "unsupportedIdentifier" },
    {
      why: "a type no challenge proves",
      members: [name("a@b.test", "email")],
      type: "unsupportedIdentifier",
    },
    { why: "a type of Object.prototype", members: [name("a", "constructor")], type: "unsupportedIdentifier" },
    { why: "a name twice (case 77)", members: [name("a.test"), name("a.test")], type: "malformed" },
    {
      why: "a name twice in another case (case 77)",
      members: [name("a.test"), name("A.TEST")],
      type: "malformed",
    },
    {
      why: "an address in long form (A-170, case 80)",
      members: [name("2001:db8:0:0:0:0:0:1", "ip")],
      type: "malformed",
    },
    {
      why: "an address in upper case (A-170, case 80)",
      members: [name("2001:DB8::1", "ip")],
      type: "malformed",
    },
  ])("refuses $why with a subproblem", ({ members, type }) => {
    const identifier = members.at(-1);
    const subproblems = [expect.objectContaining({ type, identifier })];
    expect(() => read(members)).toThrow(expect.objectContaining({ type, extras: { subproblems } }));
  });

  test("collects every fault (A-114)", () => {
    const subproblems = [
      expect.objectContaining({ type: "malformed", identifier: name("a_b.test") }),
      expect.objectContaining({ type: "unsupportedIdentifier", identifier: name("x", "y") }),
    ];
    expect(() => read([name("a_b.test"), name("ok.test"), name("x", "y")])).toThrow(
      expect.objectContaining({ type: "compound", extras: { subproblems } }),
    );
  });

  test("makes foreign text printable before it repeats it", () => {
    const subproblems = [expect.objectContaining({ identifier: name("a?[31m.test") })];
    expect(() => read([name("a\u001b[31m.test")])).toThrow(
      expect.objectContaining({ extras: { subproblems } }),
    );
  });

  test("rejects a wildcard when nothing that is offered proves one (A-116)", () => {
    expect(() => read([name("*.a.test")], [http])).toThrow(
      expect.objectContaining({ type: "rejectedIdentifier" }),
    );
  });

  test("does not support addresses when nothing that is offered proves one", () => {
    expect(() => read([name("10.1.2.3", "ip")], [dns])).toThrow(
      expect.objectContaining({ type: "unsupportedIdentifier" }),
    );
  });
});
