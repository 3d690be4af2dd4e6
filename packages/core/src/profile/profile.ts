import type { CertificatePolicy } from "../certificate/certificate-policies.ts";
import type { KeyIdentifierMethod } from "../certificate/key-identifier.ts";
import type { NameAttribute, SubjectAttribute } from "../certificate/name.ts";
import type { ExtKeyUsage, KeyType, KeyUsage } from "../certificate/usages.ts";
import { type Claims, type ClaimsOptions, parseClaims } from "../claims/claims.ts";
import type { KeyAlgorithm } from "../crypto/provider.ts";
import { ConfigurationError } from "../errors.ts";
import type { Identifier, IdentifierType } from "../identifier/identifier.ts";
import { parseCertificatePolicies } from "./certificate-policies.ts";
import { type CustomExtension, parseCustomExtensions } from "./custom-extension.ts";
import { encodeFixedExtensions, type FixedExtensions } from "./fixed-extensions.ts";
import {
  assertIdentifiers,
  type IdentifierOptions,
  type IdentifierPlan,
  parseIdentifiers,
} from "./identifiers.ts";
import { invalid } from "./invalid.ts";
import { assertKey, type KeyOptions, type KeyPlan, parseKeyUsage, usagesOf } from "./key-usage.ts";
import { type PurposeOptions, parsePurposes } from "./purposes.ts";
import {
  namesSomebody,
  parseSubject,
  planSubject,
  type SubjectOptions,
  type SubjectPlan,
} from "./subject.ts";

/** What certificates of one kind say, and about whom; see {@link defineProfile}. Frozen; its methods do not use `this`. */
export interface Profile {
  readonly name: string;
  readonly claims: Claims;
  readonly extKeyUsage: readonly ExtKeyUsage[];
  /** OIDs of every purpose, those without a name in `extKeyUsage` too. */
  readonly purposes: readonly string[];
  /** Kinds of identifier that certificates of this profile may carry; empty when they carry none. */
  readonly identifierTypes: readonly IdentifierType[];
  readonly maximumIdentifiers: number;
  readonly keyTypes: readonly KeyType[];
  readonly mustStaple: boolean;
  readonly noRevAvail: boolean;
  readonly distribution: "authority" | "none";
  readonly provisionerExtension: boolean;
  readonly subjectKeyIdentifier: KeyIdentifierMethod;
  readonly subjectAltNameOrder: "kind" | "request";
  /** OIDs of the extensions that this profile writes as they were given. */
  readonly customExtensions: readonly string[];
  /** What is the same in every certificate of the profile, encoded once. */
  readonly fixedExtensions: FixedExtensions;

  /**
   * @param key - Absent when names are judged before there is a key: the answer is what every kind of key is used for.
   */
  keyUsage(key: KeyAlgorithm | undefined): readonly KeyUsage[];

  /**
   * Plans the subject of a certificate from the profile, the identifiers and what the request asks for. Attributes that the
   * profile does not take from requests are left out.
   *
   * @param issuer - Subject of the issuer, Name DER, which nobody else gets. Default: not compared.
   * @throws {RequestError} `ERR_SUBJECT_REFUSED`: an attribute that cannot be written, more than 32 of them, two commonNames, a
   * commonName that reads as a host and is none of the identifiers, the subject of the issuer, or neither identifiers nor a
   * subject.
   */
  planSubject(
    identifiers: readonly Identifier[],
    requested: readonly NameAttribute[],
    issuer?: Uint8Array,
  ): readonly SubjectAttribute[];

  /**
   * @throws {RequestError} `ERR_IDENTIFIER_UNSUPPORTED`: a kind that is not certified, too many, a SPIFFE ID beside another URI
   * or of another trust domain; `ERR_IDENTIFIER_MALFORMED`: none at all where the profile wants one.
   */
  assertIdentifiers(identifiers: readonly Identifier[]): void;

  /** @throws {RequestError} `ERR_KEY_UNSUPPORTED` */
  assertKey(key: KeyAlgorithm): void;
}

/** Input of {@link defineProfile}. */
export interface ProfileOptions extends IdentifierOptions, KeyOptions, PurposeOptions {
  /** 1 to 64 letters, digits, `.`, `_`, `-`; unique within an authority. */
  readonly name: string;
  readonly claims?: ClaimsOptions;
  /** Default: no subject, so that the subjectAltName is critical. */
  readonly subject?: SubjectOptions;
  /** Policies that the certificates are issued under. Default: none. */
  readonly certificatePolicies?: readonly CertificatePolicy[];
  /** Demands a stapled OCSP response of servers (RFC 7633); only for an authority with an OCSP URL. Default: false. */
  readonly mustStaple?: boolean;
  /**
   * Says that nobody will tell whether the certificate was revoked (RFC 9608), so neither CRLs nor OCSP are named; for
   * certificates that live for days at most. Default: false.
   */
  readonly noRevAvail?: boolean;
  /** Trusts an OCSP responder without asking about its own certificate (RFC 6960 section 4.2.2.2.1). Default: false. */
  readonly ocspNoCheck?: boolean;
  /** Whether certificates name the CRLs, OCSP responders and issuer certificates of the authority. Default: `authority`. */
  readonly distribution?: "authority" | "none";
  /** An empty basicConstraints that is critical says out loud that this is no authority. Default: `critical`. */
  readonly basicConstraints?: "absent" | "critical";
  /** Default: `sha-256`. */
  readonly subjectKeyIdentifier?: KeyIdentifierMethod;
  /** `kind`: dns, email, ip, uri, as Go and step-ca write them. Default: `request`, in the order of the request. */
  readonly subjectAltNameOrder?: "kind" | "request";
  /** Whether step-ca's provisioner extension is written for requests that bring one. Default: false. */
  readonly provisionerExtension?: boolean;
  /** Extensions written as they are, after all others. Default: none. */
  readonly extensions?: readonly CustomExtension[];
}

/**
 * Describes a kind of end entity certificate. Every contradiction is refused here, before anybody is served.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the message names the profile, the option, what it is and what it may be.
 * @see RFC 5280 section 4.2
 */
export function defineProfile(options: ProfileOptions): Profile {
  const { name } = options;
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name))
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `profile name "${name}" is not 1 to 64 letters, digits, dots, hyphens`,
    );
  assertChoices(options);
  assertRevocation(options);
  const purposes = parsePurposes(name, options);
  const extKeyUsage = Object.freeze([...(options.extKeyUsage ?? [])]);
  const keys = parseKeyUsage(name, options, extKeyUsage);
  const names = parseIdentifiers(name, options);
  if (names.trustDomain !== undefined) assertSvid(name, extKeyUsage, keys);
  const subject = parseSubject(name, options.subject);
  assertNamed(name, names, subject);
  const extensions = parseCustomExtensions(name, options.extensions);
  const certificatePolicies = parseCertificatePolicies(name, options.certificatePolicies);
  const {
    mustStaple = false,
    noRevAvail = false,
    ocspNoCheck = false,
    basicConstraints = "critical",
  } = options;
  return Object.freeze<Profile>({
    name,
    claims: parseClaims(options.claims),
    extKeyUsage,
    purposes,
    identifierTypes: names.types,
    maximumIdentifiers: names.maximum,
    keyTypes: Object.freeze([...keys.keys()]),
    mustStaple,
    noRevAvail,
    distribution: options.distribution ?? "authority",
    provisionerExtension: options.provisionerExtension ?? false,
    subjectKeyIdentifier: options.subjectKeyIdentifier ?? "sha-256",
    subjectAltNameOrder: options.subjectAltNameOrder ?? "request",
    customExtensions: Object.freeze(extensions.map(({ oid }) => oid)),
    fixedExtensions: encodeFixedExtensions({
      keys,
      purposes,
      basicConstraints,
      certificatePolicies,
      mustStaple,
      noRevAvail,
      ocspNoCheck,
      extensions,
    }),
    keyUsage: (key) => usagesOf(keys, key),
    planSubject: (identifiers, requested, issuer) =>
      planSubject(name, subject, { identifiers, requested, issuer }),
    assertIdentifiers: (identifiers) => assertIdentifiers(name, names, identifiers),
    assertKey: (key) => assertKey(name, keys, key),
  });
}

const choices = {
  distribution: ["authority", "none"],
  basicConstraints: ["absent", "critical"],
  subjectKeyIdentifier: ["sha-1", "sha-256"],
  subjectAltNameOrder: ["kind", "request"],
} as const;

function assertChoices(options: ProfileOptions): void {
  for (const field of Object.keys(choices) as (keyof typeof choices)[]) {
    const allowed: readonly string[] = choices[field];
    const given = options[field];
    if (given !== undefined && !allowed.includes(given))
      throw invalid(options.name, field, `"${given}" is not one of ${allowed.join(", ")}`);
  }
}

function assertRevocation(options: ProfileOptions): void {
  const { name, extKeyUsage = [], distribution = "authority", mustStaple, noRevAvail, ocspNoCheck } = options;
  if (mustStaple === true && noRevAvail === true)
    throw invalid(name, "mustStaple", "is true and so is noRevAvail: there is no OCSP response to staple");
  if (mustStaple === true && distribution === "none")
    throw invalid(name, "mustStaple", 'is true and distribution is "none": there is no OCSP URL');
  if (ocspNoCheck === true && extKeyUsage.join() !== "ocspSigning")
    throw invalid(
      name,
      "ocspNoCheck",
      `is true and extKeyUsage is ${extKeyUsage.join(", ") || "empty"}: it is for ocspSigning`,
    );
}

/** X509-SVID sections 4.3 and 4.4. */
function assertSvid(name: string, extKeyUsage: readonly ExtKeyUsage[], keys: KeyPlan): void {
  const bothEnds = extKeyUsage.includes("serverAuth") && extKeyUsage.includes("clientAuth");
  if (extKeyUsage.length > 0 && !bothEnds)
    throw invalid(
      name,
      "spiffe",
      `wants serverAuth and clientAuth, extKeyUsage is ${extKeyUsage.join(", ")}`,
    );
  for (const [type, usages] of keys)
    if (!usages.includes("digitalSignature"))
      throw invalid(name, "spiffe", `wants digitalSignature, keyUsage.${type} is ${usages.join(", ")}`);
}

function assertNamed(name: string, { types }: IdentifierPlan, subject: SubjectPlan): void {
  if (types.length === 0 && !namesSomebody(subject))
    throw invalid(name, "identifierTypes", "is empty and subject names nobody either");
  if (types.length === 0 && subject.commonName === "identifier")
    throw invalid(name, "subject.commonName", 'is "identifier" and identifierTypes is empty');
}
