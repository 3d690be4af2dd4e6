import {
  encodeBoolean,
  encodeDer,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSmallInteger,
  tags,
} from "@chancery/core/asn1";
import {
  der,
  extension,
  generalizedTime,
  issuerKeyIdentifier,
  name,
  publicKeys,
  type TbsParts,
  type TbsRole,
  tbsNames,
  utcTime,
} from "./tbs-certificate.ts";

/** A certificate, and what the lint says to it. */
export interface LintCase {
  /** The one rule that it breaks. */
  readonly rule: string;
  readonly why: string;
  /** Default: endEntity. */
  readonly role?: TbsRole;
  readonly parts: TbsParts;
  /** What the message has to name: what is there and what may be. */
  readonly says: readonly string[];
  /** OIDs of the extensions that the profile writes as they were given. */
  readonly custom?: readonly string[];
}

const ocsp = "1.3.6.1.5.5.7.48.1";
const caIssuers = "1.3.6.1.5.5.7.48.2";
const serverAuth = "1.3.6.1.5.5.7.3.1";
const ocspSigning = "1.3.6.1.5.5.7.3.9";
const noRevAvail = notCritical("2.5.29.56", "0500");
const mustStaple = notCritical("1.3.6.1.5.5.7.1.24", "3003020105");
const provisioner = notCritical("1.3.6.1.4.1.37476.9000.64.1", "300b 020106 040461636d65 0400");
/** Not critical: for certificates with a subject. */
const subjectAltName = extension("2.5.29.17", encodeSequence(text(0x82, "a.example")));

/** Certificates that break one rule and no other. */
export const lintViolations: readonly LintCase[] = [
  // The whole.
  {
    rule: "rfc5280-4.1-tbs-certificate-form",
    why: "B-002: too few fields",
    parts: {
      validity: new Uint8Array(),
      subject: new Uint8Array(),
      publicKey: new Uint8Array(),
      extensionsField: null,
    },
    says: ["3 fields", "6"],
  },

  {
    rule: "rfc5280-4.1-tbs-certificate-form",
    why: "a field of another number",
    parts: { extensionsField: encodeDer(0xa4, encodeSequence()) },
    says: ["other than extensions"],
  },
  {
    rule: "rfc5280-4.1-tbs-certificate-form",
    why: "an empty list of extensions",
    parts: { extensionsField: encodeDer(0xa3, encodeSequence()) },
    says: ["extensions is empty"],
  },
  {
    rule: "rfc5280-4.1-tbs-certificate-form",
    why: "an extension without a value",
    parts: { extensions: { other: encodeSequence(encodeOid("1.2.3")) } },
    says: ["1.2.3"],
  },
  {
    rule: "rfc5280-4.1-tbs-certificate-form",
    why: "a unique identifier behind the extensions",
    parts: {
      more: [encodeDer(0xa3, encodeSequence(extension("1.2.3", der("0500"))))],
      extensionsField: der("81020001"),
    },
    says: ["other than extensions"],
  },

  // Basic fields.
  {
    rule: "rfc5280-4.1.2.1-version-form",
    why: "two versions",
    parts: { version: encodeDer(0xa0, encodeSmallInteger(2), encodeSmallInteger(2)) },
    says: ["more than one"],
  },
  { rule: "rfc5280-4.1.2.1-version", why: "B-010: version 1", parts: { version: null }, says: ["1", "3"] },
  {
    rule: "rfc5280-4.1.2.1-version",
    why: "B-010: version 2",
    parts: { version: encodeDer(0xa0, encodeSmallInteger(1)) },
    says: ["2", "3"],
  },
  {
    rule: "rfc5280-4.1.2.1-version",
    why: "B-010: version 4",
    parts: { version: encodeDer(0xa0, encodeSmallInteger(3)) },
    says: ["4", "3"],
  },
  {
    rule: "rfc5280-4.1.2.2-serial-number-form",
    why: "B-001: a needless zero",
    parts: { serialNumber: der("02020001") },
    says: ["minimal"],
  },
  {
    rule: "rfc5280-4.1.2.2-serial-number-positive",
    why: "B-011: zero",
    parts: { serialNumber: der("020100") },
    says: ["is 0", "positive"],
  },
  {
    rule: "rfc5280-4.1.2.2-serial-number-positive",
    why: "B-011: a negative number",
    parts: { serialNumber: der("020180") },
    says: ["80", "positive"],
  },
  {
    rule: "rfc5280-4.1.2.2-serial-number-length",
    why: "B-011: 21 octets",
    parts: { serialNumber: encodeDer(tags.integer, new Uint8Array(21).fill(1)) },
    says: ["21", "20"],
  },
  {
    rule: "rfc5280-4.1.2.3-signature",
    why: "B-003, B-142: another algorithm",
    parts: { signature: encodeSequence(encodeOid("1.2.840.10045.4.3.3")) },
    says: ["2a8648ce3d040303", "ecdsa-sha256", "2a8648ce3d040302"],
  },
  {
    rule: "rfc5280-4.1.2.3-signature",
    why: "B-003: parameters where there are none",
    parts: { signature: encodeSequence(encodeOid("1.2.840.10045.4.3.2"), der("0500")) },
    says: ["0500"],
  },
  {
    rule: "rfc5280-4.1.2.4-issuer",
    why: "B-012: the same issuer in another string type",
    parts: { issuer: commonName("Root", tags.utf8String) },
    says: ["0c04526f6f74", "1304526f6f74"],
  },
  {
    rule: "rfc5280-4.1.2.7-subject-public-key-info-form",
    why: "an RSA key without NULL",
    parts: {
      publicKey: encodeSequence(
        encodeSequence(encodeOid("1.2.840.113549.1.1.1")),
        der("0309003006020103020103"),
      ),
    },
    says: ["parameters"],
  },
  {
    rule: "rfc5280-4.1.2.7-subject-public-key-info-form",
    why: "B-140: a curve of others",
    parts: {
      publicKey: encodeSequence(
        encodeSequence(encodeOid("1.2.840.10045.2.1"), encodeOid("1.3.132.0.10")),
        der("03020004"),
      ),
    },
    says: ["1.3.132.0.10", "P-256"],
  },
  {
    rule: "rfc5280-4.1.2.8-unique-identifier",
    why: "B-010: an issuerUniqueID",
    parts: { more: [der("81020001")] },
    says: ["must not"],
  },
  {
    rule: "rfc5280-4.1.2.8-unique-identifier",
    why: "B-010: a subjectUniqueID",
    parts: { more: [der("82020001")] },
    says: ["must not"],
  },

  // Validity.
  {
    rule: "rfc5280-4.1.2.5-validity-form",
    why: "one time",
    parts: { validity: encodeSequence(utcTime("300101000000Z")) },
    says: ["two times"],
  },
  {
    rule: "rfc5280-4.1.2.5-validity-form",
    why: "B-014: no seconds",
    parts: { notBefore: utcTime("3001010000Z") },
    says: ["notBefore", "YYMMDDHHMMSSZ"],
  },
  {
    rule: "rfc5280-4.1.2.5-validity-form",
    why: "B-014: an offset",
    parts: { notBefore: utcTime("300101000000+0000") },
    says: ["notBefore"],
  },
  {
    rule: "rfc5280-4.1.2.5-validity-form",
    why: "B-014: a fraction",
    parts: { notAfter: generalizedTime("20510101000000.5Z") },
    says: ["notAfter", "YYYY"],
  },
  {
    rule: "rfc5280-4.1.2.5-validity-form",
    why: "B-014: no day of the calendar",
    parts: { notBefore: utcTime("300231000000Z") },
    says: ["calendar"],
  },
  {
    rule: "rfc5280-4.1.2.5-time-encoding",
    why: "B-014: GeneralizedTime in 2030",
    parts: { notAfter: generalizedTime("20300331235959Z") },
    says: ["2030-03-31T23:59:59Z", "UTCTime"],
  },
  {
    rule: "rfc5280-4.1.2.5-time-encoding",
    why: "B-014: GeneralizedTime in the last second of 2049",
    parts: { notAfter: generalizedTime("20491231235959Z") },
    says: ["2049", "UTCTime"],
  },
  {
    rule: "rfc5280-4.1.2.5-validity-order",
    why: "B-015: the end before the beginning",
    parts: { notBefore: utcTime("300331235959Z"), notAfter: utcTime("300101000000Z") },
    says: ["2030-01-01T00:00:00Z", "2030-03-31T23:59:59Z"],
  },
  {
    rule: "chancery-validity-nesting",
    why: "B-016: before the issuer",
    parts: { notBefore: utcTime("281231235959Z") },
    says: ["2028-12-31T23:59:59Z", "2029-01-01T00:00:00Z"],
  },
  {
    rule: "chancery-validity-nesting",
    why: "B-016: after the issuer",
    role: "intermediate",
    parts: { notAfter: generalizedTime("20590101000001Z") },
    says: ["2059-01-01T00:00:01Z", "2059-01-01T00:00:00Z"],
  },

  // Subject.
  {
    rule: "chancery-subject-is-no-issuer",
    why: "the issuer's subject, octet for octet",
    parts: { subject: commonName("Root", tags.printableString), extensions: { subjectAltName } },
    says: ["issuer"],
  },
  {
    rule: "chancery-subject-is-no-issuer",
    why: "the issuer's subject in another spelling",
    parts: { subject: commonName("ROOT", tags.utf8String), extensions: { subjectAltName } },
    says: ["issuer"],
  },
  {
    rule: "rfc5280-4.1.2.6-subject-form",
    why: "an empty RDN",
    parts: { subject: der("30023100") },
    says: ["empty RDN"],
  },
  {
    rule: "rfc5280-4.1.2.6-subject-form",
    why: "B-057: a right-to-left override",
    parts: { subject: commonName("a\u202eb", tags.utf8String) },
    says: ["bidirectional"],
  },
  {
    rule: "rfc5280-4.1.2.6-subject-form",
    why: "B-057: NUL",
    parts: { subject: commonName("a\u0000", tags.utf8String) },
    says: ["control"],
  },
  {
    rule: "rfc5280-4.1.2.6-subject-form",
    why: "B-013: an at sign in PrintableString",
    parts: { subject: commonName("a{b") },
    says: ["alphabet"],
  },
  {
    rule: "rfc5280-4.1.2.6-subject-of-authority",
    why: "B-018: an intermediate without a name",
    role: "intermediate",
    parts: { subject: encodeSequence() },
    says: ["empty"],
  },
  {
    rule: "rfc5280-4.1.2.6-subject-or-names",
    why: "B-018: nobody at all",
    parts: { extensions: { subjectAltName: null } },
    says: ["empty", "subjectAltName"],
  },
  {
    rule: "rfc5280-4.1.2.6-self-issued",
    why: "a root named otherwise than its issuer",
    role: "root",
    parts: { subject: commonName("Other") },
    says: ["issuer"],
  },
  {
    rule: "rfc5280-a.1-attribute-string-type",
    why: "B-013: TeletexString",
    parts: { subject: commonName("Anna", tags.teletexString), extensions: { subjectAltName } },
    says: ["commonName", "0x14", "0x13 or 0xc"],
  },
  {
    rule: "rfc5280-a.1-attribute-string-type",
    why: "B-013: a country in UTF8String",
    parts: { subject: name([["2.5.4.6", tags.utf8String, "DE"]]), extensions: { subjectAltName } },
    says: ["country", "0xc", "0x13"],
  },
  {
    rule: "rfc5280-a.1-attribute-string-type",
    why: "B-013: a domainComponent in PrintableString",
    parts: {
      subject: name([["0.9.2342.19200300.100.1.25", tags.printableString, "lab"]]),
      extensions: { subjectAltName },
    },
    says: ["domainComponent", "0x13", "0x16"],
  },
  {
    rule: "rfc5280-a.1-attribute-length",
    why: "B-013: a commonName of 65 characters",
    parts: { subject: commonName("x".repeat(65)), extensions: { subjectAltName } },
    says: ["65", "64"],
  },
  {
    rule: "rfc5280-a.1-attribute-length",
    why: "B-013: an empty organization",
    role: "intermediate",
    parts: { subject: name([["2.5.4.10", tags.utf8String, ""]]) },
    says: ["organization", "0", "1 to 64"],
  },
  {
    rule: "rfc5280-a.1-attribute-length",
    why: "B-013: a country of one letter",
    parts: { subject: name([["2.5.4.6", tags.printableString, "D"]]), extensions: { subjectAltName } },
    says: ["country", "1", "2"],
  },
  {
    rule: "rfc5280-4.1.2.6-email-address",
    why: "B-019: a mail address",
    parts: {
      subject: name([["1.2.840.113549.1.9.1", tags.ia5String, "a@b.example"]]),
      extensions: { subjectAltName },
    },
    says: ["a@b.example", "subjectAltName"],
  },
  {
    rule: "chancery-common-name-is-no-other-host",
    why: "B-056: another host",
    parts: { subject: commonName("b.example"), extensions: { subjectAltName } },
    says: ["b.example", "subjectAltName"],
  },
  {
    rule: "chancery-common-name-is-no-other-host",
    why: "B-056: an address, and no names at all",
    parts: { subject: commonName("192.0.2.1"), extensions: { subjectAltName: null } },
    says: ["192.0.2.1"],
  },

  // Extensions.
  {
    rule: "x690-11.5-critical-default",
    why: "B-001: critical FALSE",
    parts: {
      extensions: {
        extKeyUsage: encodeSequence(
          encodeOid("2.5.29.37"),
          encodeBoolean(false),
          encodeOctetString(encodeSequence(encodeOid(serverAuth))),
        ),
      },
    },
    says: ["2.5.29.37", "FALSE"],
  },
  {
    rule: "rfc5280-4.2-extension-twice",
    why: "B-010: subjectKeyIdentifier twice",
    parts: { extensions: { again: notCritical("2.5.29.14", "040101") } },
    says: ["2.5.29.14"],
  },
  {
    rule: "chancery-extension-known",
    why: "B-041: an extension that nobody knows",
    parts: { extensions: { other: critical("1.2.3.4", "0500") } },
    says: ["1.2.3.4, critical"],
  },
  {
    rule: "chancery-extension-known",
    why: "an answer to a challenge (RFC 8737)",
    parts: { extensions: { other: critical("1.3.6.1.5.5.7.1.31", "0500") } },
    says: ["1.3.6.1.5.5.7.1.31"],
  },
  {
    rule: "chancery-extension-known",
    why: "freshestCRL",
    parts: { extensions: { other: notCritical("2.5.29.46", "3000") } },
    says: ["2.5.29.46"],
  },
  {
    rule: "x690-10-custom-extension-value",
    why: "B-041: a value that is BER",
    parts: { extensions: { other: notCritical("1.2.3.4", "010101") } },
    custom: ["1.2.3.4"],
    says: ["1.2.3.4", "BOOLEAN"],
  },
  {
    rule: "rfc5280-4.2.1.1-authority-key-identifier-critical",
    why: "critical",
    parts: {
      extensions: {
        authorityKeyIdentifier: extension(
          "2.5.29.35",
          encodeSequence(encodeDer(0x80, issuerKeyIdentifier)),
          true,
        ),
      },
    },
    says: ["critical"],
  },
  {
    rule: "rfc5280-4.2.1.2-subject-key-identifier-critical",
    why: "critical",
    parts: { extensions: { subjectKeyIdentifier: critical("2.5.29.14", "040101") } },
    says: ["critical"],
  },
  {
    rule: "rfc5280-4.2.1.3-key-usage-critical",
    why: "not critical",
    parts: { extensions: { keyUsage: notCritical("2.5.29.15", "03020780") } },
    says: ["critical"],
  },
  {
    rule: "rfc5280-4.2.1.9-basic-constraints-critical",
    why: "not critical",
    parts: { extensions: { basicConstraints: notCritical("2.5.29.19", "3000") } },
    says: ["critical"],
  },
  {
    rule: "rfc5280-4.2.1.10-name-constraints-critical",
    why: "B-035: not critical",
    role: "intermediate",
    parts: { extensions: { nameConstraints: notCritical("2.5.29.30", "3007a0053003 820178") } },
    says: ["critical"],
  },
  {
    rule: "rfc5280-4.2.1.13-crl-distribution-points-critical",
    why: "critical",
    parts: {
      extensions: {
        crl: extension(
          "2.5.29.31",
          encodeSequence(encodeSequence(encodeDer(0xa0, encodeDer(0xa0, text(0x86, "http://a.example/"))))),
          true,
        ),
      },
    },
    says: ["critical"],
  },
  {
    rule: "rfc5280-4.2.2.1-authority-info-access-critical",
    why: "B-038: critical",
    parts: {
      extensions: {
        access: extension(
          "1.3.6.1.5.5.7.1.1",
          encodeSequence(encodeSequence(encodeOid(ocsp), text(0x86, "http://a.example/"))),
          true,
        ),
      },
    },
    says: ["critical"],
  },
  {
    rule: "chancery-certificate-policies-critical",
    why: "critical",
    parts: {
      extensions: {
        policies: extension("2.5.29.32", encodeSequence(encodeSequence(encodeOid("1.2.3"))), true),
      },
    },
    says: ["critical"],
  },
  {
    rule: "rfc9608-2-no-rev-avail-critical",
    why: "B-039: critical",
    parts: { extensions: { noRevAvail: critical("2.5.29.56", "0500") } },
    says: ["critical"],
  },
  {
    rule: "rfc7633-4-tls-feature-critical",
    why: "critical",
    parts: {
      extensions: {
        access: access([ocsp, "http://a.example/"]),
        staple: critical("1.3.6.1.5.5.7.1.24", "3003020105"),
      },
    },
    says: ["critical"],
  },
  {
    rule: "rfc6960-4.2.2.2.1-ocsp-nocheck-critical",
    why: "critical",
    parts: {
      extensions: { extKeyUsage: purposes(ocspSigning), noCheck: critical("1.3.6.1.5.5.7.48.1.5", "0500") },
    },
    says: ["critical"],
  },
  {
    rule: "chancery-step-provisioner-critical",
    why: "critical",
    parts: {
      extensions: { provisioner: critical("1.3.6.1.4.1.37476.9000.64.1", "300b 020106 040461636d65 0400") },
    },
    says: ["critical"],
  },

  // Usages.
  {
    rule: "rfc5280-4.2.1.3-key-usage-form",
    why: "B-001: trailing zero bits",
    parts: { extensions: { keyUsage: critical("2.5.29.15", "03020080") } },
    says: ["trailing zero bits"],
  },
  {
    rule: "rfc5280-4.2.1.3-key-usage-form",
    why: "no bit",
    parts: { extensions: { keyUsage: critical("2.5.29.15", "030100") } },
    says: ["no bit"],
  },
  {
    rule: "rfc5280-4.2.1.3-key-usage-present",
    why: "B-031: absent",
    parts: { extensions: { keyUsage: null } },
    says: ["absent"],
  },
  {
    rule: "rfc5280-4.2.1.3-key-usage-of-authority",
    why: "an authority that signs no CRLs",
    role: "root",
    parts: { extensions: { keyUsage: critical("2.5.29.15", "03020204") } },
    says: ["is keyCertSign", "cRLSign"],
  },
  {
    rule: "rfc5280-4.2.1.3-key-usage-of-end-entity",
    why: "B-031: an end entity that signs certificates",
    parts: { extensions: { keyUsage: critical("2.5.29.15", "03020284") } },
    says: ["digitalSignature, keyCertSign"],
  },
  {
    rule: "rfc5280-4.2.1.3-key-usage-of-end-entity",
    why: "B-031: an end entity that signs CRLs",
    parts: { extensions: { keyUsage: critical("2.5.29.15", "03020182") } },
    says: ["digitalSignature, cRLSign"],
  },
  {
    rule: "chancery-key-usage-fits-key",
    why: "B-031: keyEncipherment for EC",
    parts: { extensions: { keyUsage: critical("2.5.29.15", "030205a0") } },
    says: ["digitalSignature, keyEncipherment", "ec", "keyAgreement"],
  },
  {
    rule: "chancery-key-usage-fits-key",
    why: "B-031: keyAgreement for Ed25519",
    parts: { publicKey: publicKeys.ed25519, extensions: { keyUsage: critical("2.5.29.15", "03020388") } },
    says: ["keyAgreement", "ed25519"],
  },
  {
    rule: "chancery-key-usage-fits-key",
    why: "B-031: keyEncipherment for ML-DSA",
    parts: { publicKey: publicKeys["ml-dsa"], extensions: { keyUsage: critical("2.5.29.15", "030205a0") } },
    says: ["keyEncipherment", "ml-dsa"],
  },
  {
    rule: "rfc5280-4.1.2.7-subject-public-key-info-form",
    why: "B-154: an ML-DSA key of another length",
    parts: {
      publicKey: encodeSequence(
        encodeSequence(encodeOid("2.16.840.1.101.3.4.3.18")),
        encodeDer(tags.bitString, new Uint8Array(1 + 1312)),
      ),
    },
    says: ["1312", "1952"],
  },
  {
    rule: "chancery-key-usage-fits-key",
    why: "B-031: keyAgreement for RSA",
    parts: { publicKey: publicKeys.rsa, extensions: { keyUsage: critical("2.5.29.15", "03020388") } },
    says: ["keyAgreement", "rsa"],
  },
  {
    rule: "rfc5280-4.2.1.12-ext-key-usage-form",
    why: "no purpose",
    parts: { extensions: { extKeyUsage: notCritical("2.5.29.37", "3000") } },
    says: ["empty"],
  },
  {
    rule: "rfc5280-4.2.1.12-ext-key-usage-twice",
    why: "a purpose twice",
    parts: { extensions: { extKeyUsage: purposes(serverAuth, serverAuth) } },
    says: [serverAuth],
  },
  {
    rule: "chancery-ext-key-usage-any",
    why: "any purpose",
    role: "intermediate",
    parts: { extensions: { extKeyUsage: purposes("2.5.29.37.0") } },
    says: ["2.5.29.37.0"],
  },
  {
    rule: "chancery-ext-key-usage-of-root",
    why: "a root with purposes",
    role: "root",
    parts: { extensions: { extKeyUsage: purposes(serverAuth) } },
    says: ["root"],
  },
  {
    rule: "rfc5280-4.2.1.12-usages-agree",
    why: "B-033: a server that only repudiates",
    parts: { extensions: { keyUsage: critical("2.5.29.15", "03020640") } },
    says: [serverAuth, "digitalSignature, keyEncipherment, keyAgreement", "nonRepudiation"],
  },
  {
    rule: "rfc3161-2.3-time-stamping",
    why: "not critical",
    parts: { extensions: { extKeyUsage: purposes("1.3.6.1.5.5.7.3.8") } },
    says: ["critical"],
  },
  {
    rule: "rfc3161-2.3-time-stamping",
    why: "not alone",
    parts: {
      extensions: {
        extKeyUsage: extension(
          "2.5.29.37",
          encodeSequence(encodeOid("1.3.6.1.5.5.7.3.8"), encodeOid(serverAuth)),
          true,
        ),
      },
    },
    says: [serverAuth, "alone"],
  },
  {
    rule: "chancery-ext-key-usage-critical",
    why: "critical",
    parts: {
      extensions: { extKeyUsage: extension("2.5.29.37", encodeSequence(encodeOid(serverAuth)), true) },
    },
    says: ["critical"],
  },
  {
    rule: "chancery-ocsp-signing-alone",
    why: "a server that signs OCSP responses",
    parts: { extensions: { extKeyUsage: purposes(serverAuth, ocspSigning) } },
    says: [ocspSigning, "alone"],
  },
  {
    rule: "rfc6960-4.2.2.2.1-ocsp-nocheck-form",
    why: "a value other than NULL",
    parts: {
      extensions: {
        extKeyUsage: purposes(ocspSigning),
        noCheck: notCritical("1.3.6.1.5.5.7.48.1.5", "3000"),
      },
    },
    says: ["0x30", "0x5"],
  },
  {
    rule: "rfc6960-4.2.2.2.1-ocsp-nocheck-purpose",
    why: "for a server",
    parts: { extensions: { noCheck: notCritical("1.3.6.1.5.5.7.48.1.5", "0500") } },
    says: [serverAuth, "ocspSigning"],
  },

  // Authorities and keys.
  {
    rule: "rfc5280-4.2.1.9-basic-constraints-form",
    why: "B-001: cA FALSE spelled out",
    parts: { extensions: { basicConstraints: critical("2.5.29.19", "3003010100") } },
    says: ["cA FALSE"],
  },
  {
    rule: "rfc5280-4.2.1.9-basic-constraints-form",
    why: "a path length without cA",
    parts: { extensions: { basicConstraints: critical("2.5.29.19", "3003020100") } },
    says: ["no CA"],
  },
  {
    rule: "rfc5280-4.2.1.9-basic-constraints-of-authority",
    why: "no cA",
    role: "intermediate",
    parts: { extensions: { basicConstraints: critical("2.5.29.19", "3000") } },
    says: ["no cA"],
  },
  {
    rule: "rfc5280-4.2.1.9-basic-constraints-of-authority",
    why: "absent",
    role: "root",
    parts: { extensions: { basicConstraints: null } },
    says: ["absent"],
  },
  {
    rule: "rfc5280-4.2.1.9-basic-constraints-of-end-entity",
    why: "E-102: an end entity with cA",
    parts: { extensions: { basicConstraints: critical("2.5.29.19", "30030101ff") } },
    says: ["cA"],
  },
  {
    rule: "rfc5280-4.2.1.9-path-length",
    why: "B-034: as long as the issuer's",
    role: "intermediate",
    parts: { extensions: { basicConstraints: critical("2.5.29.19", "30060101ff020101") } },
    says: ["length 1", "is 1"],
  },
  {
    rule: "rfc5280-4.2.1.9-path-length",
    why: "B-034: none beneath one",
    role: "intermediate",
    parts: { extensions: { basicConstraints: critical("2.5.29.19", "30030101ff") } },
    says: ["Infinity", "is 1"],
  },
  {
    rule: "rfc5280-4.2.1.2-subject-key-identifier-form",
    why: "empty",
    parts: { extensions: { subjectKeyIdentifier: notCritical("2.5.29.14", "0400") } },
    says: ["empty"],
  },
  {
    rule: "rfc5280-4.2.1.2-subject-key-identifier-present",
    why: "absent",
    role: "root",
    parts: { extensions: { subjectKeyIdentifier: null } },
    says: ["absent"],
  },
  {
    rule: "rfc5280-4.2.1.1-authority-key-identifier-form",
    why: "no keyIdentifier",
    parts: { extensions: { authorityKeyIdentifier: notCritical("2.5.29.35", "3000") } },
    says: ["missing"],
  },
  {
    rule: "rfc5280-4.2.1.1-authority-key-identifier-form",
    why: "issuer and serial number",
    parts: { extensions: { authorityKeyIdentifier: notCritical("2.5.29.35", "3008 800102 a100 820101") } },
    says: ["more than a keyIdentifier"],
  },
  {
    rule: "rfc5280-4.2.1.1-authority-key-identifier-present",
    why: "absent",
    role: "intermediate",
    parts: { extensions: { authorityKeyIdentifier: null } },
    says: ["absent"],
  },
  {
    rule: "rfc5280-4.2.1.1-authority-key-identifier",
    why: "B-030: another key",
    parts: { extensions: { authorityKeyIdentifier: notCritical("2.5.29.35", "3003800103") } },
    says: ["is 03", "02020202"],
  },
  {
    rule: "rfc5280-4.2.1.1-authority-key-identifier",
    why: "B-030: a root that names another key",
    role: "root",
    parts: { extensions: { authorityKeyIdentifier: notCritical("2.5.29.35", "3003800103") } },
    says: ["is 03", "02020202"],
  },
  {
    rule: "rfc5280-4.2.1.10-name-constraints-form",
    why: "B-035: empty",
    role: "intermediate",
    parts: { extensions: { nameConstraints: critical("2.5.29.30", "3000") } },
    says: ["empty"],
  },
  {
    rule: "rfc5280-4.2.1.10-name-constraints-of-end-entity",
    why: "B-035: in an end entity",
    parts: { extensions: { nameConstraints: critical("2.5.29.30", "3007a0053003 820178") } },
    says: ["endEntity"],
  },

  // Names.
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-form",
    why: "B-050: no name",
    parts: { extensions: { subjectAltName: altName() } },
    says: ["0 names", "100"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-form",
    why: "B-051: 101 names",
    parts: {
      extensions: {
        subjectAltName: altName(
          ...Array.from({ length: 101 }, (_, index) => text(0x82, `a${index}.example`)),
        ),
      },
    },
    says: ["101", "100"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-form",
    why: "B-050: an empty name",
    parts: { extensions: { subjectAltName: altName(text(0x82, "")) } },
    says: ["empty"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-form",
    why: "B-051: a leading dot",
    parts: { extensions: { subjectAltName: altName(text(0x82, ".example")) } },
    says: [".example", "empty label"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-form",
    why: "B-051: a trailing dot",
    parts: { extensions: { subjectAltName: altName(text(0x82, "a.example.")) } },
    says: ["ends in a dot"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-form",
    why: "B-051: a port",
    parts: { extensions: { subjectAltName: altName(text(0x82, "a.example:443")) } },
    says: ["a.example:443"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-form",
    why: "B-055: half a wildcard",
    parts: { extensions: { subjectAltName: altName(text(0x82, "f*.example")) } },
    says: ["wildcard"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-form",
    why: "B-055: two wildcards",
    parts: { extensions: { subjectAltName: altName(text(0x82, "*.*.example")) } },
    says: ["wildcard"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-form",
    why: "B-052: five octets",
    parts: { extensions: { subjectAltName: altName(der("87050102030405")) } },
    says: ["5 octets", "4 or 16"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-form",
    why: "B-052: a mapped address",
    parts: { extensions: { subjectAltName: altName(der("8710 00000000000000000000ffff c0000201")) } },
    says: ["mapped"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-form",
    why: "B-053: a relative URI",
    parts: { extensions: { subjectAltName: altName(text(0x86, "/a")) } },
    says: ["absolute"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-form",
    why: "B-054: no domain",
    parts: { extensions: { subjectAltName: altName(text(0x81, "anna")) } },
    says: ["anna"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-form",
    why: "an otherName",
    parts: { extensions: { subjectAltName: altName(der("a000")) } },
    says: ["kind [0]"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-critical",
    why: "B-050: not critical under an empty subject",
    parts: { extensions: { subjectAltName } },
    says: ["not critical"],
  },
  {
    rule: "rfc5280-4.2.1.6-subject-alt-name-critical",
    why: "B-050: critical beside a subject",
    parts: { subject: commonName("Anna") },
    says: ["critical"],
  },
  {
    rule: "chancery-names-canonical",
    why: "B-051: capitals",
    parts: { extensions: { subjectAltName: altName(text(0x82, "A.example")) } },
    says: ["dns:a.example"],
  },
  {
    rule: "chancery-names-twice",
    why: "the same name twice",
    parts: { extensions: { subjectAltName: altName(text(0x82, "a.example"), text(0x82, "a.example")) } },
    says: ["dns:a.example"],
  },
  {
    rule: "spiffe-x509-svid-2-one-uri",
    why: "B-053, C-005: two URIs",
    parts: {
      extensions: { subjectAltName: altName(text(0x86, "spiffe://lab/a"), text(0x86, "https://lab/a")) },
    },
    says: ["spiffe://lab/a", "2"],
  },
  {
    rule: "spiffe-x509-svid-3.1-path-of-end-entity",
    why: "B-053: a trust domain",
    parts: { extensions: { subjectAltName: altName(text(0x86, "spiffe://lab")) } },
    says: ["spiffe://lab"],
  },
  {
    rule: "chancery-names-of-authority",
    why: "an authority for a host",
    role: "intermediate",
    parts: { extensions: { subjectAltName } },
    says: ["dns:a.example"],
  },
  {
    rule: "chancery-step-provisioner-form",
    why: "cut off",
    parts: { extensions: { provisioner: notCritical("1.3.6.1.4.1.37476.9000.64.1", "3003020106") } },
    says: ["name"],
  },
  {
    rule: "chancery-step-provisioner-of-authority",
    why: "in an authority",
    role: "root",
    parts: { extensions: { provisioner } },
    says: ["root"],
  },

  // Revocation.
  {
    rule: "rfc5280-4.2.1.13-crl-distribution-points-form",
    why: "B-037: reasons alone",
    parts: { extensions: { crl: notCritical("2.5.29.31", "3006 3004 81020780") } },
    says: ["distributionPoint"],
  },
  {
    rule: "rfc5280-4.2.1.13-crl-distribution-points-form",
    why: "B-037: a cRLIssuer",
    parts: {
      extensions: { crl: crl("http://a.example/", [encodeDer(0xa2, text(0x86, "http://b.example/"))]) },
    },
    says: ["cRLIssuer"],
  },
  {
    rule: "chancery-crl-distribution-points-http",
    why: "B-037: https",
    parts: { extensions: { crl: crl("https://a.example/") } },
    says: ["https://a.example/", "http"],
  },
  {
    rule: "chancery-crl-distribution-points-http",
    why: "B-037: ldap",
    parts: { extensions: { crl: crl("ldap://a.example/") } },
    says: ["ldap"],
  },
  {
    rule: "chancery-crl-distribution-points-of-root",
    why: "in a root",
    role: "root",
    parts: { extensions: { crl: crl("http://a.example/") } },
    says: ["root"],
  },
  {
    rule: "rfc5280-4.2.2.1-authority-info-access-form",
    why: "nothing at all",
    parts: { extensions: { access: access() } },
    says: ["empty"],
  },
  {
    rule: "rfc5280-4.2.2.1-authority-info-access-form",
    why: "an unknown method",
    parts: { extensions: { access: access(["1.3.6.1.5.5.7.48.3", "http://a.example/"]) } },
    says: ["1.3.6.1.5.5.7.48.3"],
  },
  {
    rule: "chancery-authority-info-access-http",
    why: "B-038: an OCSP responder over https",
    parts: { extensions: { access: access([ocsp, "https://a.example/"]) } },
    says: ["https://a.example/"],
  },
  {
    rule: "chancery-authority-info-access-http",
    why: "B-038: a file",
    parts: { extensions: { access: access([caIssuers, "file:///ca.der"]) } },
    says: ["file"],
  },
  {
    rule: "chancery-authority-info-access-of-root",
    why: "in a root",
    role: "root",
    parts: { extensions: { access: access([caIssuers, "http://a.example/"]) } },
    says: ["root"],
  },
  {
    rule: "rfc9608-2-no-rev-avail-form",
    why: "B-039: a value other than NULL",
    parts: { extensions: { noRevAvail: notCritical("2.5.29.56", "3000") } },
    says: ["0x30", "0x5"],
  },
  {
    rule: "rfc9608-2-no-rev-avail-of-authority",
    why: "B-039: in an authority",
    role: "intermediate",
    parts: { extensions: { noRevAvail } },
    says: ["intermediate"],
  },
  {
    rule: "rfc9608-3-no-rev-avail-alone",
    why: "B-039: beside CRLs",
    parts: { extensions: { noRevAvail, crl: crl("http://a.example/") } },
    says: ["cRLDistributionPoints"],
  },
  {
    rule: "rfc9608-3-no-rev-avail-alone",
    why: "B-039: beside OCSP",
    parts: { extensions: { noRevAvail, access: access([ocsp, "http://a.example/"]) } },
    says: ["http://a.example/"],
  },
  {
    rule: "rfc7633-4-tls-feature-form",
    why: "another feature",
    parts: {
      extensions: {
        access: access([ocsp, "http://a.example/"]),
        staple: notCritical("1.3.6.1.5.5.7.1.24", "3003020111"),
      },
    },
    says: ["17", "5"],
  },
  {
    rule: "chancery-tls-feature-of-authority",
    why: "in an authority",
    role: "intermediate",
    parts: { extensions: { mustStaple } },
    says: ["intermediate"],
  },
  {
    rule: "chancery-tls-feature-needs-ocsp",
    why: "B-040: no OCSP responder",
    parts: { extensions: { mustStaple, access: access([caIssuers, "http://a.example/"]) } },
    says: ["no OCSP responder"],
  },

  // Policies.
  {
    rule: "rfc5280-4.2.1.4-certificate-policies-form",
    why: "no policy",
    parts: { extensions: { policies: policies() } },
    says: ["empty"],
  },
  {
    rule: "rfc5280-4.2.1.4-certificate-policies-form",
    why: "B-036: a noticeRef",
    parts: {
      extensions: {
        policies: policies(
          encodeSequence(
            encodeOid("1.2.3"),
            encodeSequence(encodeSequence(encodeOid("1.3.6.1.5.5.7.2.2"), encodeSequence(encodeSequence()))),
          ),
        ),
      },
    },
    says: ["explicitText"],
  },
  {
    rule: "rfc5280-4.2.1.4-certificate-policies-form",
    why: "B-036: an explicitText of 201 characters",
    parts: {
      extensions: {
        policies: policies(
          encodeSequence(
            encodeOid("1.2.3"),
            encodeSequence(
              encodeSequence(
                encodeOid("1.3.6.1.5.5.7.2.2"),
                encodeSequence(text(tags.utf8String, "x".repeat(201))),
              ),
            ),
          ),
        ),
      },
    },
    says: ["201", "200"],
  },
  {
    rule: "rfc5280-4.2.1.4-certificate-policy-twice",
    why: "B-036: a policy twice",
    role: "intermediate",
    parts: {
      extensions: {
        policies: policies(encodeSequence(encodeOid("1.2.3")), encodeSequence(encodeOid("1.2.3"))),
      },
    },
    says: ["1.2.3"],
  },
  {
    rule: "chancery-certificate-policies-of-root",
    why: "in a root",
    role: "root",
    parts: { extensions: { policies: policies(encodeSequence(encodeOid("1.2.3"))) } },
    says: ["root"],
  },
];

/** Certificates that break no rule. */
export const lintAccepted: readonly Omit<LintCase, "rule" | "says">[] = [
  { why: "an end entity", parts: {} },
  { why: "an intermediate", role: "intermediate", parts: {} },
  { why: "a root", role: "root", parts: {} },
  {
    why: "a root that names its own key",
    role: "root",
    parts: {
      extensions: {
        authorityKeyIdentifier: extension("2.5.29.35", encodeSequence(encodeDer(0x80, issuerKeyIdentifier))),
      },
    },
  },
  {
    why: "C-005: an authority of a trust domain",
    role: "intermediate",
    parts: {
      extensions: {
        subjectAltName: extension("2.5.29.17", encodeSequence(text(0x86, "spiffe://lab.example"))),
      },
    },
  },
  {
    why: "an intermediate that signs OCSP responses",
    role: "intermediate",
    parts: { extensions: { keyUsage: critical("2.5.29.15", "03020186") } },
  },
  {
    why: "an intermediate with an old name",
    role: "intermediate",
    parts: {
      subject: name([
        ["2.5.4.3", tags.teletexString, "Old"],
        ["1.2.840.113549.1.9.1", tags.ia5String, "a@b.example"],
      ]),
    },
  },
  {
    why: "an intermediate with everything",
    role: "intermediate",
    parts: {
      extensions: {
        nameConstraints: critical("2.5.29.30", "3007a0053003 820178"),
        extKeyUsage: purposes(serverAuth),
        crl: crl("http://a.example/crl"),
        access: access([ocsp, "http://a.example/"], [caIssuers, "http://a.example/ca"]),
        policies: policies(encodeSequence(encodeOid("2.5.29.32.0"))),
      },
    },
  },
  {
    why: "B-034: a self-issued intermediate with the path length of its issuer",
    role: "intermediate",
    parts: {
      subject: tbsNames.root,
      extensions: { basicConstraints: critical("2.5.29.19", "30060101ff020101") },
    },
  },
  {
    why: "B-011: a serial number of 20 octets",
    parts: { serialNumber: encodeDer(tags.integer, new Uint8Array(20).fill(0x7f)) },
  },
  {
    why: "B-014: the last UTCTime and the first GeneralizedTime",
    parts: { notBefore: utcTime("491231235959Z"), notAfter: generalizedTime("20500101000000Z") },
  },
  { why: "B-015: a validity of one second", parts: { notAfter: utcTime("300101000000Z") } },
  {
    why: "B-016: the whole validity of the issuer",
    parts: { notBefore: utcTime("290101000000Z"), notAfter: generalizedTime("20590101000000Z") },
  },
  {
    why: "B-013: a commonName of 64 characters",
    parts: { subject: commonName("x".repeat(64)), extensions: { subjectAltName } },
  },
  {
    why: "B-051: 100 names",
    parts: {
      extensions: {
        subjectAltName: altName(
          ...Array.from({ length: 100 }, (_, index) => text(0x82, `a${index}.example`)),
        ),
      },
    },
  },
  { why: "no basicConstraints", parts: { extensions: { basicConstraints: null } } },
  { why: "no extKeyUsage", parts: { extensions: { extKeyUsage: null } } },
  { why: "B-031: an ML-DSA key that signs", parts: { publicKey: publicKeys["ml-dsa"] } },
  {
    why: "B-031: keyEncipherment for RSA",
    parts: { publicKey: publicKeys.rsa, extensions: { keyUsage: critical("2.5.29.15", "030205a0") } },
  },
  {
    why: "B-031: keyAgreement for EC",
    parts: { extensions: { keyUsage: critical("2.5.29.15", "03020308") } },
  },
  {
    why: "a time stamping authority",
    parts: {
      extensions: {
        extKeyUsage: extension("2.5.29.37", encodeSequence(encodeOid("1.3.6.1.5.5.7.3.8")), true),
      },
    },
  },
  {
    why: "an OCSP responder",
    parts: {
      subject: commonName("OCSP"),
      extensions: {
        subjectAltName: null,
        extKeyUsage: purposes(ocspSigning),
        noCheck: notCritical("1.3.6.1.5.5.7.48.1.5", "0500"),
      },
    },
  },
  {
    why: "B-056: a commonName that is one of the names",
    parts: { subject: commonName("A.example"), extensions: { subjectAltName } },
  },
  {
    why: "B-056: a commonName that is no host",
    parts: { subject: commonName("Anna B. Example"), extensions: { subjectAltName } },
  },
  {
    why: "every kind of name",
    parts: {
      extensions: {
        subjectAltName: altName(
          text(0x81, "Anna@a.example"),
          text(0x82, "*.a.example"),
          text(0x82, "xn--bro-hoa.example"),
          text(0x86, "https://a.example/x"),
          der("8704c0000201"),
          der("8710 20010db8000000000000000000000001"),
        ),
      },
    },
  },
  {
    why: "C-005: a SPIFFE ID",
    parts: { extensions: { subjectAltName: altName(text(0x86, "spiffe://lab_1/ns/web")) } },
  },
  {
    why: "B-039: no word on revocation, and where the issuer is",
    parts: { extensions: { noRevAvail, access: access([caIssuers, "http://a.example/ca"]) } },
  },
  {
    why: "B-040: stapling",
    parts: { extensions: { mustStaple, access: access([ocsp, "http://a.example/ocsp"]) } },
  },
  {
    why: "B-036: policies with qualifiers",
    parts: {
      extensions: {
        policies: policies(
          encodeSequence(
            encodeOid("1.2.3"),
            encodeSequence(
              encodeSequence(encodeOid("1.3.6.1.5.5.7.2.1"), text(tags.ia5String, "http://a.example/")),
              encodeSequence(
                encodeOid("1.3.6.1.5.5.7.2.2"),
                encodeSequence(text(tags.utf8String, "x".repeat(200))),
              ),
            ),
          ),
          encodeSequence(encodeOid("1.2.4")),
        ),
      },
    },
  },
  { why: "a provisioner", parts: { extensions: { provisioner } } },
  {
    why: "B-041: an extension of the profile",
    parts: { extensions: { other: critical("1.2.3.4", "0500") } },
    custom: ["1.2.3.4"],
  },
];

function commonName(value: string, tag: number = tags.printableString): Uint8Array {
  return name([["2.5.4.3", tag, value]]);
}

function critical(oid: string, hex: string): Uint8Array {
  return extension(oid, der(hex), true);
}

function notCritical(oid: string, hex: string): Uint8Array {
  return extension(oid, der(hex));
}

function altName(...names: readonly Uint8Array[]): Uint8Array {
  return extension("2.5.29.17", encodeSequence(...names), true);
}

function text(tag: number, value: string): Uint8Array {
  return encodeDer(tag, Buffer.from(value, "latin1"));
}

function purposes(...oids: readonly string[]): Uint8Array {
  return extension("2.5.29.37", encodeSequence(...oids.map(encodeOid)));
}

function crl(uri: string, more: readonly Uint8Array[] = []): Uint8Array {
  const name = encodeDer(0xa0, encodeDer(0xa0, text(0x86, uri)));
  return extension("2.5.29.31", encodeSequence(encodeSequence(name, ...more)));
}

function access(...descriptions: readonly (readonly [string, string])[]): Uint8Array {
  const values = descriptions.map(([oid, uri]) => encodeSequence(encodeOid(oid), text(0x86, uri)));
  return extension("1.3.6.1.5.5.7.1.1", encodeSequence(...values));
}

function policies(...values: readonly Uint8Array[]): Uint8Array {
  return extension("2.5.29.32", encodeSequence(...values));
}
