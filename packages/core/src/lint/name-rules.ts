import { extensionOids } from "../asn1/oids.ts";
import { formatIdentifier } from "../identifier/identifier.ts";
import { isSpiffeId, isTrustDomainId } from "../profile/trust-domain.ts";
import { absent, form, type LintRule } from "./rule.ts";

/** The names that a certificate vouches for: RFC 5280 section 4.2.1.6. */
export const nameRules: readonly LintRule[] = [
  form("rfc5280-4.2.1.6-subject-alt-name-form", "subjectAltName"),
  {
    id: "rfc5280-4.2.1.6-subject-alt-name-critical",
    field: "subjectAltName",
    check: ({ find, subjectAttributes }) => {
      const extension = find(extensionOids.subjectAltName);
      if (extension === undefined || subjectAttributes === undefined) return undefined;
      const subjectIsEmpty = subjectAttributes.length === 0;
      if (extension.critical === subjectIsEmpty) return undefined;
      return subjectIsEmpty
        ? "is not critical and the subject is empty: it has to be"
        : "is critical and there is a subject: it need not be";
    },
  },
  {
    id: "chancery-names-canonical",
    field: "subjectAltName",
    check: ({ subjectAltName = [] }) => {
      const odd = subjectAltName.find(({ canonical }) => !canonical);
      return odd && `has a name in another spelling than ${formatIdentifier(odd.identifier)}`;
    },
  },
  {
    id: "chancery-names-twice",
    field: "subjectAltName",
    check: ({ subjectAltName = [] }) => {
      if (subjectAltName.length < 2) return undefined;
      const seen = new Set<string>();
      for (const { identifier } of subjectAltName) {
        const name = formatIdentifier(identifier);
        if (seen.has(name)) return `has ${name} twice, allowed is once`;
        seen.add(name);
      }
      return undefined;
    },
  },
  {
    id: "spiffe-x509-svid-2-one-uri",
    field: "subjectAltName",
    check: ({ subjectAltName = [] }) => {
      const spiffeId = subjectAltName.find(({ identifier }) => isSpiffeId(identifier));
      const uris = subjectAltName.filter(({ identifier }) => identifier.type === "uri").length;
      if (spiffeId === undefined || uris === 1) return undefined;
      return `has ${formatIdentifier(spiffeId.identifier)} among ${uris} URIs, an X509-SVID has one`;
    },
  },
  {
    id: "spiffe-x509-svid-3.1-path-of-end-entity",
    field: "subjectAltName",
    roles: ["endEntity"],
    check: ({ subjectAltName = [] }) => {
      const trustDomain = subjectAltName.find(({ identifier }) => isTrustDomainId(identifier.value));
      return trustDomain && `has ${trustDomain.identifier.value}, that of an end entity has a path`;
    },
  },
  {
    id: "chancery-names-of-authority",
    field: "subjectAltName",
    roles: ["intermediate", "root"],
    check: ({ subjectAltName = [] }) => {
      const other = subjectAltName.find(({ identifier }) => !isTrustDomainId(identifier.value));
      return (
        other && `has ${formatIdentifier(other.identifier)}, an authority has its SPIFFE trust domain at most`
      );
    },
  },
  form("chancery-step-provisioner-form", "stepProvisioner"),
  absent("chancery-step-provisioner-of-authority", "stepProvisioner", extensionOids.stepProvisioner, [
    "intermediate",
    "root",
  ]),
];
