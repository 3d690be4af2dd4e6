import { extensionOids, extKeyUsageOids, ocspOids } from "../asn1/oids.ts";
import { type ExtKeyUsage, type KeyUsage, usagesForPurposes, usagesOfKeys } from "../certificate/usages.ts";
import { absent, form, type LintRule } from "./rule.ts";

/** What a key may be used for: RFC 5280 sections 4.2.1.3 and 4.2.1.12. */
export const usageRules: readonly LintRule[] = [
  form("rfc5280-4.2.1.3-key-usage-form", "keyUsage"),
  {
    id: "rfc5280-4.2.1.3-key-usage-present",
    field: "keyUsage",
    check: ({ find }) => (find(extensionOids.keyUsage) === undefined ? "is absent" : undefined),
  },
  {
    id: "rfc5280-4.2.1.3-key-usage-of-authority",
    field: "keyUsage",
    roles: ["intermediate", "root"],
    check: ({ keyUsage }) => {
      if (keyUsage === undefined || (keyUsage.has("keyCertSign") && keyUsage.has("cRLSign")))
        return undefined;
      return `is ${listed(keyUsage)}, that of an authority has keyCertSign and cRLSign`;
    },
  },
  {
    id: "rfc5280-4.2.1.3-key-usage-of-end-entity",
    field: "keyUsage",
    roles: ["endEntity"],
    check: ({ keyUsage }) => {
      if (keyUsage?.has("keyCertSign") !== true && keyUsage?.has("cRLSign") !== true) return undefined;
      return `is ${listed(keyUsage)}, keyCertSign and cRLSign are for authorities`;
    },
  },
  {
    // RFC 3279 section 2.3.1, RFC 5480 section 3, RFC 8813 section 3, RFC 9295 section 3, RFC 9881 section 5
    id: "chancery-key-usage-fits-key",
    field: "keyUsage",
    check: ({ keyUsage, keyType }) => {
      if (keyUsage === undefined || keyType === undefined) return undefined;
      const allowed = usagesOfKeys[keyType];
      if ([...keyUsage].every((usage) => allowed.includes(usage))) return undefined;
      return `is ${listed(keyUsage)}, a key of type ${keyType} is for ${allowed.join(", ")}`;
    },
  },
  form("rfc5280-4.2.1.12-ext-key-usage-form", "extKeyUsage"),
  {
    id: "rfc5280-4.2.1.12-ext-key-usage-twice",
    field: "extKeyUsage",
    check: ({ extKeyUsage = [] }) =>
      new Set(extKeyUsage).size === extKeyUsage.length
        ? undefined
        : `has a purpose twice: ${extKeyUsage.join(", ")}`,
  },
  {
    id: "chancery-ext-key-usage-any",
    field: "extKeyUsage",
    check: ({ extKeyUsage = [] }) =>
      extKeyUsage.includes(extKeyUsageOids.any)
        ? `is ${extKeyUsage.join(", ")}, anyExtendedKeyUsage permits whatever comes`
        : undefined,
  },
  absent("chancery-ext-key-usage-of-root", "extKeyUsage", extensionOids.extKeyUsage, ["root"]),
  {
    id: "rfc5280-4.2.1.12-usages-agree",
    field: "extKeyUsage",
    roles: ["endEntity"],
    check: ({ extKeyUsage = [], keyUsage }) => {
      if (keyUsage === undefined) return undefined;
      for (const oid of extKeyUsage) {
        const wanted = usagesByPurpose.get(oid);
        if (wanted === undefined || wanted.some((usage) => keyUsage.has(usage))) continue;
        return `has ${oid}, which wants one of ${wanted.join(", ")}, and keyUsage is ${listed(keyUsage)}`;
      }
      return undefined;
    },
  },
  {
    id: "rfc3161-2.3-time-stamping",
    field: "extKeyUsage",
    roles: ["endEntity"],
    check: ({ extKeyUsage = [], find }) => {
      if (!extKeyUsage.includes(extKeyUsageOids.timeStamping)) return undefined;
      if (extKeyUsage.length > 1) return `is ${extKeyUsage.join(", ")}, timeStamping has to stand alone`;
      if (find(extensionOids.extKeyUsage)?.critical === true) return undefined;
      return "is timeStamping and not critical, it has to be";
    },
  },
  {
    id: "chancery-ext-key-usage-critical",
    field: "extKeyUsage",
    check: ({ extKeyUsage = [], find }) =>
      find(extensionOids.extKeyUsage)?.critical === true &&
      !extKeyUsage.includes(extKeyUsageOids.timeStamping)
        ? "is critical, it is for timeStamping alone"
        : undefined,
  },
  {
    id: "chancery-ocsp-signing-alone",
    field: "extKeyUsage",
    roles: ["endEntity"],
    check: ({ extKeyUsage = [] }) =>
      extKeyUsage.length > 1 && extKeyUsage.includes(extKeyUsageOids.ocspSigning)
        ? `is ${extKeyUsage.join(", ")}, ocspSigning has to stand alone`
        : undefined,
  },
  form("rfc6960-4.2.2.2.1-ocsp-nocheck-form", "ocspNoCheck"),
  {
    id: "rfc6960-4.2.2.2.1-ocsp-nocheck-purpose",
    field: "ocspNoCheck",
    check: ({ extKeyUsage = [], find }) =>
      find(ocspOids.noCheck) !== undefined && !extKeyUsage.includes(extKeyUsageOids.ocspSigning)
        ? `is there and extKeyUsage is ${extKeyUsage.join(", ") || "absent"}, it is for ocspSigning`
        : undefined,
  },
];

const usagesByPurpose: ReadonlyMap<string, readonly KeyUsage[]> = new Map(
  (Object.entries(usagesForPurposes) as [ExtKeyUsage, readonly KeyUsage[]][]).map(([purpose, usages]) => [
    extKeyUsageOids[purpose],
    usages,
  ]),
);

function listed(usages: ReadonlySet<KeyUsage>): string {
  return [...usages].join(", ");
}
