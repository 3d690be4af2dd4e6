import { attributeTypeOids } from "../asn1/oids.ts";
import {
  type AttributeType,
  attributeTypeOf,
  encodeName,
  encodeNameAttributes,
  type NameAttribute,
  type SubjectAttribute,
} from "../certificate/name.ts";
import { resemblesName } from "../certificate/name-resemblance.ts";
import { DerError, RequestError } from "../errors.ts";
import { readsAsHost, readsAsOtherHost } from "../identifier/host-resemblance.ts";
import type { Identifier } from "../identifier/identifier.ts";
import { printable } from "../text.ts";
import { invalid } from "./invalid.ts";

/** Attributes that subjects are written with; a mail address belongs into an identifier (RFC 5280 section 4.1.2.6). */
export type SubjectAttributeType = Exclude<AttributeType, "emailAddress">;

/** What the subject of a profile's certificates is made of, in this order. */
export interface SubjectOptions {
  /** Written into every certificate, in the order given: `{ country: "DE", organization: "Lab" }`. Default: nothing. */
  readonly fixed?: Readonly<Partial<Record<SubjectAttributeType, string | readonly string[]>>>;
  /** Attributes copied from the request, in its order; whatever else it asks for is left out. Default: none. */
  readonly fromRequest?: readonly Exclude<SubjectAttributeType, "commonName">[];
  /**
   * `identifier`: a copy of the first identifier that fits, for software that predates RFC 9525; `request`: as requested,
   * absent where it is not. Default `none`.
   */
  readonly commonName?: "identifier" | "none" | "request";
}

/** {@link SubjectOptions}, checked. */
export interface SubjectPlan {
  readonly fixed: readonly SubjectAttribute[];
  /** OIDs of the attributes that are taken from the request. */
  readonly requestable: ReadonlySet<string>;
  readonly commonName: "identifier" | "none" | "request";
}

/** Most attributes in one subject: far more than anybody reads, and a few kilobytes. */
const maximumAttributes = 32;

/**
 * Checks the options of a subject.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: an attribute type that is not written, a value that cannot be, an
 * attribute that is to come from two places, or more than 32 of them.
 */
export function parseSubject(profile: string, options: SubjectOptions = {}): SubjectPlan {
  const { fixed = {}, fromRequest = [], commonName = "none" } = options;
  if (!["identifier", "none", "request"].includes(commonName))
    throw invalid(profile, "subject.commonName", `"${commonName}" is not one of identifier, none, request`);
  const attributes = Object.entries(fixed).flatMap(([type, values]) =>
    [values].flat().map((value) => fixedAttribute(profile, type, value)),
  );
  if (attributes.length > maximumAttributes)
    throw invalid(
      profile,
      "subject.fixed",
      `has ${attributes.length} attributes, allowed are ${maximumAttributes}`,
    );
  const requestable = new Set(
    fromRequest.map((type) => oidOf(profile, "subject.fromRequest", type, ["commonName"])),
  );
  if (commonName === "request") requestable.add(attributeTypeOids.commonName);
  const twice = attributes.find(({ type }) => requestable.has(type));
  if (twice !== undefined)
    throw invalid(
      profile,
      "subject",
      `has ${attributeTypeOf(twice.type)} fixed as "${twice.value}" and takes it from the request`,
    );
  if (commonName === "identifier" && attributes.some(isCommonName))
    throw invalid(profile, "subject", 'has commonName fixed and commonName "identifier"');
  return Object.freeze({ fixed: Object.freeze(attributes), requestable, commonName });
}

/** Whether a plan gives every certificate a subject, or asks the request for one where there is no identifier. */
export function namesSomebody({ fixed, requestable }: SubjectPlan): boolean {
  return fixed.length > 0 || requestable.size > 0;
}

/** Whom a subject is planned for. */
export interface SubjectWish {
  readonly identifiers: readonly Identifier[];
  /** Attributes that the request asks for. */
  readonly requested: readonly NameAttribute[];
  /** Subject of the issuer, Name DER, which nobody else gets. Default: not compared. */
  readonly issuer?: Uint8Array | undefined;
}

/**
 * Plans the subject of a certificate.
 *
 * @throws {RequestError} `ERR_SUBJECT_REFUSED`: an attribute that cannot be written, more than 32 of them, two commonNames, a
 * commonName that reads as a host and is none of the identifiers, the subject of the issuer, or neither identifiers nor a
 * subject.
 */
export function planSubject(
  profile: string,
  plan: SubjectPlan,
  { identifiers, requested, issuer }: SubjectWish,
): readonly SubjectAttribute[] {
  const taken = requested.filter(({ type }) => plan.requestable.has(type));
  const count = plan.fixed.length + taken.length;
  if (count > maximumAttributes)
    throw refused(`the subject would have ${count} attributes, allowed are ${maximumAttributes}`);
  if (taken.length > 0) assertRequested(taken, identifiers);
  const repeated = plan.commonName === "identifier" ? fittingName(identifiers) : undefined;
  const subject: readonly SubjectAttribute[] = [
    ...plan.fixed,
    ...taken.map(({ type, value }) => ({ type, value, source: "request" as const })),
    ...(repeated === undefined
      ? []
      : [{ type: attributeTypeOids.commonName, value: repeated.value, source: "identifier" as const }]),
  ];
  if (subject.length === 0 && identifiers.length === 0)
    throw refused(`the request names nothing, and profile ${profile} has no subject of its own`);
  // Where the request has no part in it, the fault is the profile's, and lint tells the operator.
  if (issuer !== undefined && taken.length > 0 && resemblesName(encodeNameAttributes(subject), issuer))
    throw refused("the subject would be that of the issuer");
  return subject;
}

function fixedAttribute(profile: string, type: string, value: string): SubjectAttribute {
  const oid = oidOf(profile, "subject.fixed", type, []);
  try {
    encodeName([[type as SubjectAttributeType, value]]);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw invalid(
      profile,
      `subject.fixed.${type}`,
      `"${printable(value)}" is refused: ${cause.message}`,
      cause,
    );
  }
  if (type === "commonName" && readsAsHost(value))
    throw invalid(
      profile,
      "subject.fixed.commonName",
      `"${value}" reads as a host, which no identifier would vouch for`,
    );
  return Object.freeze({ type: oid, value, source: "profile" });
}

function oidOf(profile: string, field: string, type: string, elsewhere: readonly string[]): string {
  const known = Object.keys(attributeTypeOids).filter(
    (name) => name !== "emailAddress" && !elsewhere.includes(name),
  );
  if (!known.includes(type))
    throw invalid(profile, field, `has ${type}, which is not one of ${known.join(", ")}`);
  return attributeTypeOids[type as SubjectAttributeType];
}

function assertRequested(taken: readonly NameAttribute[], identifiers: readonly Identifier[]): void {
  const [commonName, ...others] = taken.filter(isCommonName);
  if (others.length > 0) throw refused(`the request has ${others.length + 1} commonNames, allowed is 1`);
  try {
    encodeNameAttributes(taken);
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw refused(`the subject of the request cannot be written: ${cause.message}`, cause);
  }
  if (commonName === undefined || !readsAsOtherHost(commonName.value, identifiers)) return;
  throw refused(`commonName "${printable(commonName.value)}" reads as a host and is none of the identifiers`);
}

/** Never a mail address: those belong into rfc822Name alone (RFC 5280 section 4.1.2.6). */
function fittingName(identifiers: readonly Identifier[]): Identifier | undefined {
  return identifiers.find(({ type, value }) => type !== "email" && value.length <= maximumCommonName);
}

/** RFC 5280 appendix A.1, `ub-common-name`. */
const maximumCommonName = 64;

function isCommonName({ type }: NameAttribute): boolean {
  return type === attributeTypeOids.commonName;
}

function refused(message: string, cause?: unknown): RequestError {
  return new RequestError("ERR_SUBJECT_REFUSED", message, { cause });
}
