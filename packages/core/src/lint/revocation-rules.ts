import { extensionOids } from "../asn1/oids.ts";
import { printable } from "../text.ts";
import { absent, form, type LintRule } from "./rule.ts";

/** Where to learn of revocation: RFC 5280 sections 4.2.1.13 and 4.2.2.1, RFC 7633, RFC 9608. */
export const revocationRules: readonly LintRule[] = [
  form("rfc5280-4.2.1.13-crl-distribution-points-form", "cRLDistributionPoints"),
  {
    id: "chancery-crl-distribution-points-http",
    field: "cRLDistributionPoints",
    check: ({ crlDistributionPoints = [] }) => foreignUrl(crlDistributionPoints),
  },
  absent(
    "chancery-crl-distribution-points-of-root",
    "cRLDistributionPoints",
    extensionOids.crlDistributionPoints,
    ["root"],
  ),
  form("rfc5280-4.2.2.1-authority-info-access-form", "authorityInfoAccess"),
  {
    id: "chancery-authority-info-access-http",
    field: "authorityInfoAccess",
    check: ({ authorityInfoAccess: { ocsp, caIssuers } = { ocsp: [], caIssuers: [] } }) =>
      foreignUrl(ocsp) ?? foreignUrl(caIssuers),
  },
  absent("chancery-authority-info-access-of-root", "authorityInfoAccess", extensionOids.authorityInfoAccess, [
    "root",
  ]),
  form("rfc9608-2-no-rev-avail-form", "noRevAvail"),
  absent("rfc9608-2-no-rev-avail-of-authority", "noRevAvail", extensionOids.noRevAvail, [
    "intermediate",
    "root",
  ]),
  {
    id: "rfc9608-3-no-rev-avail-alone",
    field: "noRevAvail",
    check: ({ find, authorityInfoAccess }) => {
      if (find(extensionOids.noRevAvail) === undefined) return undefined;
      if (find(extensionOids.crlDistributionPoints) !== undefined)
        return "is there and so is cRLDistributionPoints, one excludes the other";
      const responder = authorityInfoAccess?.ocsp[0];
      return (
        responder && `is there and so is the OCSP responder ${printable(responder)}, one excludes the other`
      );
    },
  },
  form("rfc7633-4-tls-feature-form", "tlsFeature"),
  absent("chancery-tls-feature-of-authority", "tlsFeature", extensionOids.tlsFeature, [
    "intermediate",
    "root",
  ]),
  {
    id: "chancery-tls-feature-needs-ocsp",
    field: "tlsFeature",
    roles: ["endEntity"],
    check: ({ find, authorityInfoAccess, faults }) => {
      if (find(extensionOids.tlsFeature) === undefined || faults.has("authorityInfoAccess")) return undefined;
      if ((authorityInfoAccess?.ocsp.length ?? 0) > 0) return undefined;
      return "wants a stapled OCSP response and authorityInfoAccess names no OCSP responder";
    },
  },
];

/** https would need the very check that the URL serves; other schemes are for directories that nobody here runs. */
function foreignUrl(urls: readonly string[]): string | undefined {
  const foreign = urls.find(
    (url) => !/^http:\/\/[^/?#@]+(?:[/?][\x21-\x7e]*)?$/.test(url) || url.includes("#"),
  );
  return foreign && `has ${printable(foreign)}, which is no absolute http URL in ASCII`;
}
