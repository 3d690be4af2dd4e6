import { extensionOids } from "../asn1/oids.ts";
import { equalBytes } from "../encoding/bytes.ts";
import { encodeHex } from "../encoding/hex.ts";
import { absent, form, type LintRule } from "./rule.ts";

/** Who is an authority, and whose key signs whom: RFC 5280 sections 4.2.1.1, 4.2.1.2, 4.2.1.9 and 4.2.1.10. */
export const authorityRules: readonly LintRule[] = [
  form("rfc5280-4.2.1.9-basic-constraints-form", "basicConstraints"),
  {
    id: "rfc5280-4.2.1.9-basic-constraints-of-authority",
    field: "basicConstraints",
    roles: ["intermediate", "root"],
    check: ({ basicConstraints, faults }) =>
      basicConstraints?.ca === true || faults.has("basicConstraints")
        ? undefined
        : `${basicConstraints === undefined ? "is absent" : "has no cA"}, an authority has cA`,
  },
  {
    id: "rfc5280-4.2.1.9-basic-constraints-of-end-entity",
    field: "basicConstraints",
    roles: ["endEntity"],
    check: ({ basicConstraints }) =>
      basicConstraints?.ca === true ? "has cA, an end entity has not" : undefined,
  },
  {
    id: "rfc5280-4.2.1.9-path-length",
    field: "basicConstraints",
    roles: ["intermediate"],
    check: ({ basicConstraints, ...names }, { issuer }) => {
      const limit = issuer.parsed.basicConstraints?.pathLength;
      if (limit === undefined || basicConstraints?.ca !== true) return undefined;
      const { pathLength = Number.POSITIVE_INFINITY } = basicConstraints;
      // One that is self-issued, as between an old key and a new one, takes no place: RFC 5280 section 6.1.4 (l).
      if (pathLength < limit || (pathLength === limit && equalBytes(names.subject, names.issuer)))
        return undefined;
      return `has path length ${pathLength}, the issuer's is ${limit} and what is below it has less`;
    },
  },
  form("rfc5280-4.2.1.2-subject-key-identifier-form", "subjectKeyIdentifier"),
  {
    id: "rfc5280-4.2.1.2-subject-key-identifier-present",
    field: "subjectKeyIdentifier",
    check: ({ find }) => (find(extensionOids.subjectKeyIdentifier) === undefined ? "is absent" : undefined),
  },
  form("rfc5280-4.2.1.1-authority-key-identifier-form", "authorityKeyIdentifier"),
  {
    id: "rfc5280-4.2.1.1-authority-key-identifier-present",
    field: "authorityKeyIdentifier",
    roles: ["endEntity", "intermediate"],
    check: ({ find }) => (find(extensionOids.authorityKeyIdentifier) === undefined ? "is absent" : undefined),
  },
  {
    id: "rfc5280-4.2.1.1-authority-key-identifier",
    field: "authorityKeyIdentifier",
    check: ({ authorityKeyIdentifier }, { issuer }) => {
      if (authorityKeyIdentifier === undefined || equalBytes(authorityKeyIdentifier, issuer.keyIdentifier))
        return undefined;
      return `is ${encodeHex(authorityKeyIdentifier)}, the issuer's subjectKeyIdentifier is ${encodeHex(issuer.keyIdentifier)}`;
    },
  },
  form("rfc5280-4.2.1.10-name-constraints-form", "nameConstraints"),
  absent(
    "rfc5280-4.2.1.10-name-constraints-of-end-entity",
    "nameConstraints",
    extensionOids.nameConstraints,
    ["endEntity"],
  ),
];
