import { contextConstructed, encodeDer, encodeSequence } from "@chancery/core/asn1";

type Base = readonly [keyof typeof generalNameTags, string | readonly number[]];

/** Constraints, and names that they grant or refuse. */
export interface NameConstraintCase {
  readonly why: string;
  readonly permitted?: readonly Base[];
  readonly excluded?: readonly Base[];
  readonly granted?: readonly string[];
  readonly refused?: readonly string[];
  /**
   * Names that OpenSSL judges otherwise, and why. A name that OpenSSL refuses is never granted here: the certificate would
   * be of no use.
   */
  readonly differs?: Readonly<Record<string, string>>;
}

const tenNet = [10, 0, 0, 0, 255, 0, 0, 0];
const documentationNet = [
  0x20,
  0x01,
  0x0d,
  0xb8,
  ...Array(12).fill(0),
  ...Array(4).fill(255),
  ...Array(12).fill(0),
];

/** Each row is one rule of RFC 5280 section 4.2.1.10, or of what we make of its silence. */
export const nameConstraintCases: readonly NameConstraintCase[] = [
  {
    why: "a DNS name permits itself and all below",
    permitted: [["dns", "lab.example"]],
    granted: [
      "dns:lab.example",
      "dns:a.lab.example",
      "dns:b.a.lab.example",
      "dns:*.lab.example",
      "dns:*.a.lab.example",
    ],
    refused: ["dns:example", "dns:xlab.example", "dns:*.example", "dns:other.example"],
  },
  {
    why: "a leading dot permits only what is below",
    permitted: [["dns", ".lab.example"]],
    granted: ["dns:a.lab.example", "dns:*.lab.example", "dns:*.a.lab.example"],
    refused: ["dns:lab.example", "dns:xlab.example"],
  },
  {
    why: "constraints have no case",
    permitted: [["dns", "LAB.Example"]],
    granted: ["dns:a.lab.example"],
    refused: ["dns:other.example"],
  },
  {
    why: "a constraint on one kind of name says nothing about another",
    permitted: [["dns", "lab.example"]],
    granted: ["ip:192.0.2.1", "email:a@b.example", "uri:https://b.example/"],
  },
  {
    why: "an empty permitted name permits every DNS name",
    permitted: [["dns", ""]],
    granted: ["dns:lab.example", "dns:*.example"],
  },
  {
    why: "several permitted names add up",
    permitted: [
      ["dns", "a.example"],
      ["dns", "b.example"],
    ],
    granted: ["dns:x.a.example", "dns:b.example"],
    refused: ["dns:c.example"],
  },
  {
    why: "an excluded name is stronger than a permitted one",
    permitted: [["dns", "example"]],
    excluded: [["dns", "secret.example"]],
    granted: ["dns:lab.example", "dns:*.lab.example"],
    refused: ["dns:secret.example", "dns:a.secret.example", "dns:*.secret.example"],
  },
  {
    why: "a wildcard that stands for an excluded name among others",
    excluded: [["dns", "secret.lab.example"]],
    granted: ["dns:lab.example", "dns:*.other.example", "dns:*.example"],
    refused: ["dns:*.lab.example"],
    differs: { "dns:*.lab.example": "the star is a label like any other to OpenSSL" },
  },
  {
    why: "a wildcard below an excluded name with a leading dot",
    excluded: [["dns", ".lab.example"]],
    granted: ["dns:lab.example", "dns:*.example"],
    refused: ["dns:*.lab.example", "dns:a.lab.example"],
  },
  {
    why: "an empty excluded name excludes every DNS name",
    excluded: [["dns", ""]],
    granted: ["ip:192.0.2.1"],
    refused: ["dns:lab.example", "dns:*.lab.example"],
  },
  {
    why: "a permitted network",
    permitted: [["ip", tenNet]],
    granted: ["ip:10.0.0.1", "ip:10.255.255.255", "dns:lab.example"],
    refused: ["ip:11.0.0.1", "ip:9.255.255.255", "ip:2001:db8::1"],
  },
  {
    why: "an excluded network, of IPv6",
    excluded: [["ip", documentationNet]],
    granted: ["ip:2001:db9::1", "ip:10.0.0.1"],
    refused: ["ip:2001:db8::1", "ip:2001:db8:ffff::1"],
  },
  {
    why: "no network at all: all excluded",
    excluded: [["ip", [0, 0, 0, 0, 0, 0, 0, 0]]],
    granted: ["ip:2001:db8::1"],
    refused: ["ip:10.0.0.1"],
  },
  {
    why: "a mail host permits the mailboxes of that host alone",
    permitted: [["email", "lab.example"]],
    granted: ["email:a@lab.example"],
    refused: ["email:a@mail.lab.example", "email:a@example"],
  },
  {
    why: "a mail domain with a leading dot permits the hosts below",
    permitted: [["email", ".lab.example"]],
    granted: ["email:a@mail.lab.example"],
    refused: ["email:a@lab.example"],
  },
  {
    why: "a mailbox permits itself, its domain without case",
    permitted: [["email", "Anna@LAB.example"]],
    granted: ["email:Anna@lab.example"],
    refused: ["email:anna@lab.example", "email:other@lab.example"],
  },
  {
    why: "an excluded mailbox, its domain without case",
    excluded: [["email", "anna@LAB.example"]],
    granted: ["email:other@lab.example"],
    refused: ["email:anna@lab.example"],
  },
  {
    why: "an at sign before a host means the host",
    permitted: [["email", "@lab.example"]],
    granted: ["email:a@lab.example"],
    refused: ["email:a@example"],
  },
  {
    why: "an empty excluded mailbox excludes all mail",
    excluded: [["email", ""]],
    refused: ["email:a@lab.example"],
    differs: { "email:a@lab.example": "RFC 5280 gives it no meaning; NSS and Go let it match everything" },
  },
  {
    why: "a URI's host, port and path aside",
    permitted: [["uri", "lab.example"]],
    granted: ["uri:https://lab.example/x", "uri:https://lab.example:8443/x", "uri:spiffe://lab.example/ns/x"],
    refused: ["uri:https://a.lab.example/", "uri:https://other.example/lab.example"],
  },
  {
    why: "a URI's domain with a leading dot",
    permitted: [["uri", ".lab.example"]],
    granted: ["uri:https://a.lab.example/"],
    refused: ["uri:https://lab.example/"],
  },
  {
    why: "a URI whose host is an address satisfies no constraint",
    permitted: [["uri", "192.0.2.1"]],
    refused: ["uri:https://192.0.2.1/", "uri:https://[2001:db8::1]/"],
    differs: { "uri:https://192.0.2.1/": "OpenSSL compares the address as a host name" },
  },
  {
    why: "a URI whose host is an address escapes no constraint",
    excluded: [["uri", "secret.example"]],
    granted: ["uri:https://lab.example/"],
    refused: ["uri:https://secret.example/", "uri:https://192.0.2.1/", "uri:https://[2001:db8::1]/"],
    differs: {
      "uri:https://192.0.2.1/": "OpenSSL compares the address as a host name",
      "uri:https://[2001:db8::1]/": "OpenSSL compares the address as a host name",
    },
  },
  {
    why: "an empty excluded URI excludes all URIs",
    excluded: [["uri", ""]],
    refused: ["uri:spiffe://lab.example/x"],
    differs: { "uri:spiffe://lab.example/x": "RFC 5280 gives it no meaning; Go lets it match everything" },
  },
];

/** Tags of GeneralName: RFC 5280 section 4.2.1.6. */
const generalNameTags = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const;

/** The value of a nameConstraints extension with the constraints of a case. */
export function constraintsDer({ permitted = [], excluded = [] }: NameConstraintCase): Uint8Array {
  const lists = [permitted, excluded].map((bases, number) =>
    bases.length === 0 ? new Uint8Array() : encodeDer(contextConstructed(number), ...bases.map(subtree)),
  );
  return encodeSequence(...lists);
}

function subtree([type, base]: Base): Uint8Array {
  const content = typeof base === "string" ? new TextEncoder().encode(base) : Uint8Array.from(base);
  return encodeSequence(encodeDer(generalNameTags[type], content));
}
