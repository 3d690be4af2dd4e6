import { tags } from "../asn1/tags.ts";
import { form, type LintRule } from "./rule.ts";
import type { WrittenTime } from "./written-fields.ts";

/** The validity: RFC 5280 section 4.1.2.5. */
export const validityRules: readonly LintRule[] = [
  form("rfc5280-4.1.2.5-validity-form", "validity"),
  {
    id: "rfc5280-4.1.2.5-time-encoding",
    field: "validity",
    check: ({ validity }) =>
      validity && (encodingFault(validity.notBefore) ?? encodingFault(validity.notAfter)),
  },
  {
    id: "rfc5280-4.1.2.5-validity-order",
    field: "validity",
    check: ({ validity }) =>
      validity !== undefined && validity.notAfter.milliseconds < validity.notBefore.milliseconds
        ? `ends ${iso(validity.notAfter.milliseconds)}, before it begins ${iso(validity.notBefore.milliseconds)}`
        : undefined,
  },
  {
    id: "chancery-validity-nesting",
    field: "validity",
    roles: ["endEntity", "intermediate"],
    check: ({ validity }, { issuer }) => {
      if (validity === undefined) return undefined;
      const { notBefore, notAfter } = validity;
      if (notBefore.milliseconds < issuer.validity.notBefore)
        return `begins ${iso(notBefore.milliseconds)}, before the issuer's ${iso(issuer.validity.notBefore)}`;
      if (notAfter.milliseconds > issuer.validity.notAfter)
        return `ends ${iso(notAfter.milliseconds)}, after the issuer's ${iso(issuer.validity.notAfter)}`;
      return undefined;
    },
  },
];

const utcTimeFrom = Date.UTC(1950, 0, 1);
const generalizedTimeFrom = Date.UTC(2050, 0, 1);

function encodingFault({ tag, milliseconds }: WrittenTime): string | undefined {
  // A UTCTime outside these years cannot be written: its two digits mean one of them.
  if (tag === tags.generalizedTime && milliseconds >= utcTimeFrom && milliseconds < generalizedTimeFrom)
    return `has ${iso(milliseconds)} as GeneralizedTime, times from 1950 to 2049 are UTCTime`;
  return undefined;
}

function iso(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
