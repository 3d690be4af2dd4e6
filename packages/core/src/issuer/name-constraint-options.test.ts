import { describe, expect, test } from "vitest";
import type { GeneralSubtree } from "../certificate/name-constraints.ts";
import { formatSubtree } from "./format-subtree.ts";
import { type ConstraintOptions, readNameConstraintOptions } from "./name-constraint-options.ts";

const texts = (subtrees: readonly GeneralSubtree[] = []): readonly string[] => subtrees.map(formatSubtree);

describe("readNameConstraintOptions", () => {
  test("no constraint is none", () => {
    expect(readNameConstraintOptions({})).toBeUndefined();
    expect(readNameConstraintOptions({ permittedDns: [] })).toBeUndefined();
  });

  test("B-035: reads every kind of name into its canonical form", () => {
    const constraints = readNameConstraintOptions({
      nameConstraints: {
        permitted: {
          dns: ["Lab.Example", "localhost"],
          ip: ["10.0.0.0/8", "192.0.2.1", "2001:db8::/33"],
          email: ["Anna@LAB.example", "lab.example", ".LAB.example"],
          uri: ["lab.example", ".Lab.example"],
        },
        excluded: { dns: [""], ip: ["0.0.0.0/0", "::/0"], email: ["x.example"], uri: [".x.example"] },
      },
    });
    expect(texts(constraints?.permitted)).toEqual([
      "dns:lab.example",
      "dns:localhost",
      "ip:10.0.0.0/255.0.0.0",
      "ip:192.0.2.1/255.255.255.255",
      "ip:2001:db8::/ffff:ffff:8000::",
      "email:Anna@lab.example",
      "email:lab.example",
      "email:.lab.example",
      "uri:lab.example",
      "uri:.lab.example",
    ]);
    expect(texts(constraints?.excluded)).toEqual([
      "dns:",
      "ip:0.0.0.0/0.0.0.0",
      "ip:::/::",
      "email:x.example",
      "uri:.x.example",
    ]);
  });

  test("B-035: permittedDns is the short form", () => {
    const short = readNameConstraintOptions({ permittedDns: ["lab.example"] });
    expect(short).toEqual(
      readNameConstraintOptions({ nameConstraints: { permitted: { dns: ["lab.example"] } } }),
    );
    expect(texts(short?.permitted)).toEqual(["dns:lab.example"]);
  });

  test.each<{ why: string; options: ConstraintOptions; says: string }>([
    {
      why: "both forms at once",
      options: { permittedDns: ["a.example"], nameConstraints: { excluded: { dns: ["b.example"] } } },
      says: "only one may be given",
    },
    { why: "constraints on nothing", options: { nameConstraints: {} }, says: "constrains nothing" },
    {
      why: "an empty list, which would permit everything",
      options: { nameConstraints: { permitted: { ip: [] } } },
      says: "nameConstraints.permitted.ip is empty",
    },
    {
      why: "every DNS name as a permission",
      options: { nameConstraints: { permitted: { dns: [""] } } },
      says: "is empty",
    },
    {
      why: "a leading dot before a DNS name",
      options: { nameConstraints: { permitted: { dns: [".lab.example"] } } },
      says: "empty label",
    },
    {
      why: "a wildcard",
      options: { nameConstraints: { excluded: { dns: ["*.lab.example"] } } },
      says: 'nameConstraints.excluded.dns "*.lab.example" is a wildcard',
    },
    {
      why: "a wildcard mail host",
      options: { nameConstraints: { permitted: { email: ["*.lab.example"] } } },
      says: "written with a leading dot",
    },
    {
      why: "a mailbox that is none",
      options: { nameConstraints: { permitted: { email: ["a b@lab.example"] } } },
      says: "nameConstraints.permitted.email: email address",
    },
    {
      why: "a network with bits beyond its prefix",
      options: { nameConstraints: { permitted: { ip: ["10.0.0.1/8"] } } },
      says: "bits set beyond its prefix",
    },
    {
      why: "a network that is none",
      options: { nameConstraints: { permitted: { ip: ["lab.example"] } } },
      says: "nameConstraints.permitted.ip: ip network",
    },
    {
      why: "a URI in place of its host",
      options: { nameConstraints: { permitted: { uri: ["https://lab.example/"] } } },
      says: "nameConstraints.permitted.uri: dns name",
    },
    {
      why: "an address in place of a URI's host",
      options: { nameConstraints: { permitted: { uri: ["10.0.0.1"] } } },
      says: "could be taken for an IP address",
    },
  ])("B-035: refuses $why", ({ options, says }) => {
    expect(() => readNameConstraintOptions(options)).toThrow(
      expect.objectContaining({
        name: "ConfigurationError",
        code: "ERR_OPTION_INVALID",
        message: expect.stringContaining(says),
      }),
    );
  });
});

test("a part of the name space of a kind without a word is shown by its number", () => {
  expect(formatSubtree({ tag: 0x88, content: Uint8Array.of(0x2a) })).toBe("[8]:2a");
});
