import { equalBytes } from "../encoding/bytes.ts";
import { encodeHex } from "../encoding/hex.ts";
import { signatureAlgorithmIdentifiers } from "../key/signature-algorithm.ts";
import { form, type LintRule } from "./rule.ts";

/** Version, serial number, algorithm, issuer, key, unique identifiers: RFC 5280 section 4.1.2. */
export const basicFieldRules: readonly LintRule[] = [
  form("rfc5280-4.1.2.1-version-form", "version"),
  {
    id: "rfc5280-4.1.2.1-version",
    field: "version",
    check: ({ version, faults }) =>
      version === 2 || faults.has("version")
        ? undefined
        : `is ${version === undefined ? "absent, which means 1" : version + 1}, it has to be 3`,
  },
  form("rfc5280-4.1.2.2-serial-number-form", "serialNumber"),
  {
    id: "rfc5280-4.1.2.2-serial-number-positive",
    field: "serialNumber",
    check: ({ serialNumber }) => {
      const [first = 1] = serialNumber ?? [];
      if (first < 0x80 && serialNumber?.every((octet) => octet === 0) !== true) return undefined;
      return `is ${first < 0x80 ? "0" : `negative (${encodeHex(serialNumber ?? new Uint8Array())})`}, it has to be positive`;
    },
  },
  {
    id: "rfc5280-4.1.2.2-serial-number-length",
    field: "serialNumber",
    check: ({ serialNumber = new Uint8Array() }) =>
      serialNumber.length > 20 ? `has ${serialNumber.length} octets, allowed are 20` : undefined,
  },
  {
    id: "rfc5280-4.1.2.3-signature",
    field: "signature",
    check: ({ signature }, { issuer }) => {
      const expected = signatureAlgorithmIdentifiers[issuer.signer.algorithm];
      if (equalBytes(signature, expected)) return undefined;
      return `is ${shown(signature)}, the signer's algorithm ${issuer.signer.algorithm} is ${shown(expected)}`;
    },
  },
  {
    id: "rfc5280-4.1.2.4-issuer-empty",
    field: "issuer",
    check: ({ issuer }) => (issuer.length <= 2 ? "is empty, it has to name the issuer" : undefined),
  },
  {
    id: "rfc5280-4.1.2.4-issuer",
    field: "issuer",
    check: ({ issuer }, { issuer: { parsed } }) => {
      if (equalBytes(issuer, parsed.subject.der)) return undefined;
      return `is ${shown(issuer)}, the issuer's subject is ${shown(parsed.subject.der)}`;
    },
  },
  form("rfc5280-4.1.2.7-subject-public-key-info-form", "subjectPublicKeyInfo"),
  {
    id: "rfc5280-4.1.2.8-unique-identifier",
    field: "issuerUniqueID",
    check: ({ hasUniqueIdentifier }) =>
      hasUniqueIdentifier ? "or subjectUniqueID is there, they must not be" : undefined,
  },
];

/** Octets for people: enough of them to tell two apart. */
function shown(octets: Uint8Array): string {
  const hex = encodeHex(octets.subarray(0, 64));
  return octets.length > 64 ? `${hex}... (${octets.length} octets)` : hex;
}
