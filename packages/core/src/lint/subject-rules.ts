import { attributeTypeOids } from "../asn1/oids.ts";
import { tags } from "../asn1/tags.ts";
import { type AttributeType, attributeTypeOf, attributeUpperBounds } from "../certificate/name.ts";
import { resemblesName } from "../certificate/name-resemblance.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { readsAsOtherHost } from "../identifier/host-resemblance.ts";
import { printable } from "../text.ts";
import type { LintedCertificate } from "./linted-certificate.ts";
import { form, type LintRule } from "./rule.ts";
import type { WrittenAttribute } from "./written-fields.ts";

/** The subject: RFC 5280 section 4.1.2.6. */
export const subjectRules: readonly LintRule[] = [
  form("rfc5280-4.1.2.6-subject-form", "subject"),
  {
    id: "rfc5280-4.1.2.6-subject-of-authority",
    field: "subject",
    roles: ["intermediate", "root"],
    check: ({ subjectAttributes }) =>
      subjectAttributes?.length === 0 ? "is empty, that of an authority must not be" : undefined,
  },
  {
    id: "rfc5280-4.1.2.6-subject-or-names",
    field: "subject",
    roles: ["endEntity"],
    check: ({ subjectAttributes, subjectAltName, faults }) =>
      subjectAttributes?.length === 0 && subjectAltName === undefined && !faults.has("subjectAltName")
        ? "is empty and there is no subjectAltName either"
        : undefined,
  },
  {
    id: "rfc5280-4.1.2.6-self-issued",
    field: "subject",
    roles: ["root"],
    check: ({ subject, issuer }) =>
      equalBytes(subject, issuer) ? undefined : "is not the issuer, that of a root is, octet for octet",
  },
  {
    id: "chancery-subject-is-no-issuer",
    field: "subject",
    roles: ["endEntity"],
    check: ({ subject, issuer, subjectAttributes }) =>
      subjectAttributes !== undefined && subjectAttributes.length > 0 && resemblesName(subject, issuer)
        ? "is that of the issuer, so the certificate would pass for one of an authority"
        : undefined,
  },
  {
    // Authorities keep the strings of names that they had before (RFC 5280 section 4.1.2.6).
    id: "rfc5280-a.1-attribute-string-type",
    field: "subject",
    roles: ["endEntity"],
    check: (certificate) => firstFault(certificate, stringTypeFault),
  },
  {
    id: "rfc5280-a.1-attribute-length",
    field: "subject",
    check: (certificate) => firstFault(certificate, lengthFault),
  },
  {
    id: "rfc5280-4.1.2.6-email-address",
    field: "subject",
    roles: ["endEntity"],
    check: (certificate) =>
      firstFault(certificate, ({ type, text }) =>
        type === attributeTypeOids.emailAddress
          ? `has emailAddress ${printable(text)}, which belongs into subjectAltName`
          : undefined,
      ),
  },
  {
    id: "chancery-common-name-is-no-other-host",
    field: "subject",
    roles: ["endEntity"],
    check: (certificate) =>
      firstFault(certificate, ({ type, text }) => {
        if (type !== attributeTypeOids.commonName) return undefined;
        const identifiers = (certificate.subjectAltName ?? []).map(({ identifier }) => identifier);
        if (!readsAsOtherHost(text, identifiers)) return undefined;
        return `has commonName ${printable(text)}, which reads as a host and is none of the subjectAltName`;
      }),
  },
];

function firstFault(
  { subjectAttributes = [] }: LintedCertificate,
  faultOf: (attribute: WrittenAttribute) => string | undefined,
): string | undefined {
  for (const attribute of subjectAttributes) {
    const fault = faultOf(attribute);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const printableOnly: ReadonlySet<AttributeType | undefined> = new Set(["country", "serialNumber"]);
const ia5Only: ReadonlySet<AttributeType | undefined> = new Set(["domainComponent", "emailAddress"]);

function stringTypeFault({ type, tag }: WrittenAttribute): string | undefined {
  const name = attributeTypeOf(type);
  const allowed = printableOnly.has(name)
    ? [tags.printableString]
    : ia5Only.has(name)
      ? [tags.ia5String]
      : [tags.printableString, tags.utf8String];
  if (allowed.some((one) => one === tag)) return undefined;
  const octets = allowed.map((one) => `0x${one.toString(16)}`).join(" or ");
  return `has ${name ?? type} with tag 0x${tag.toString(16)}, expected ${octets}`;
}

function lengthFault({ type, text }: WrittenAttribute): string | undefined {
  const name = attributeTypeOf(type);
  const length = Array.from(text).length; // characters, as the upper bounds count them
  const longest = name === undefined ? Number.POSITIVE_INFINITY : attributeUpperBounds[name];
  if (name === "country" && length !== 2) return `has country of ${length} characters, it has 2`;
  if (length >= 1 && length <= longest) return undefined;
  return `has ${name ?? type} of ${length} characters, allowed are 1 to ${longest}`;
}
