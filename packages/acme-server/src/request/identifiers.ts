import { type Identifier, isCaError, parseIdentifier, printable, sameIdentifier } from "@chancery/core";
import { AcmeProblem, problemOfIdentifiers, type Subproblem } from "../problem.ts";
import type { ChallengeValidator } from "../validation/challenge-validator.ts";
import { optionalArray, requireString } from "./members.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "./strict-json.ts";

/** An identifier as an authorization has it: for a wildcard without `*.`, and marked (RFC 8555 section 7.1.4). */
export interface AuthorizedIdentifier {
  readonly identifier: Identifier;
  readonly wildcard: boolean;
}

/**
 * Reads the identifiers of a new order; DNS names are brought into lower case, everything else has to be canonical.
 *
 * Every identifier that cannot be accepted gets a subproblem, so that the client learns of all at once.
 *
 * @throws {AcmeProblem} `malformed`: none, too many, one twice, not a name; `unsupportedIdentifier`: a type that no
 * challenge can prove; `rejectedIdentifier`: a kind of name that no challenge can prove, such as a wildcard.
 * @see RFC 8555 sections 7.1.3 and 7.4, RFC 8738 section 3
 */
export function readIdentifiers(
  payload: JsonObject,
  validators: readonly ChallengeValidator[],
  maximum: number,
): readonly Identifier[] {
  const members = optionalArray(payload, "identifiers") ?? [];
  if (members.length === 0 || members.length > maximum) {
    throw new AcmeProblem(
      "malformed",
      `an order has to have 1 to ${maximum} identifiers, this one has ${members.length}`,
    );
  }
  const accepted: Identifier[] = [];
  const subproblems: Subproblem[] = [];
  for (const { type, value } of members.map(readMember)) {
    const outcome = judge(type, value, accepted, validators);
    if ("identifier" in outcome) accepted.push(outcome.identifier);
    else subproblems.push({ ...outcome, identifier: { type: printable(type), value: printable(value) } });
  }
  const [first, ...others] = subproblems;
  if (first !== undefined) throw problemOfIdentifiers([first, ...others]);
  return accepted;
}

/** What has to be authorized for an identifier. */
export function toAuthorize({ type, value }: Identifier): AuthorizedIdentifier {
  const wildcard = type === "dns" && value.startsWith("*.");
  return { identifier: { type, value: wildcard ? value.slice(2) : value }, wildcard };
}

function readMember(member: JsonValue): { type: string; value: string } {
  if (!isJsonObject(member))
    throw new AcmeProblem("malformed", "identifiers has an entry that is not an object");
  return { type: requireString(member, "type"), value: requireString(member, "value") };
}

type Verdict = { readonly identifier: Identifier } | Pick<Subproblem, "detail" | "type">;

function judge(
  type: string,
  value: string,
  accepted: readonly Identifier[],
  validators: readonly ChallengeValidator[],
): Verdict {
  const verdict = parse(type, value);
  if (!("identifier" in verdict)) return verdict;
  const { identifier } = verdict;
  // RFC 8738 section 3: an address has one spelling. A DNS name in upper case is still the same name.
  if (type === "ip" && identifier.value !== value)
    return malformed(`ip address is not written as ${identifier.value}`);
  if (accepted.some((other) => sameIdentifier(other, identifier)))
    return malformed("identifier is there twice");
  const proof = toAuthorize(identifier);
  if (validators.some((validator) => validator.supports(proof.identifier, proof.wildcard))) return verdict;
  if (type !== "dns")
    return { type: "unsupportedIdentifier", detail: `identifier type ${type} is not supported` };
  const kind = proof.wildcard ? "a wildcard" : "a host name";
  return { type: "rejectedIdentifier", detail: `this server offers no challenge that proves ${kind}` };
}

function parse(type: string, value: string): Verdict {
  try {
    return { identifier: parseIdentifier(type, value) };
  } catch (error) {
    if (!isCaError(error)) throw error;
    const unsupported = error.code === "ERR_IDENTIFIER_UNSUPPORTED";
    return { type: unsupported ? "unsupportedIdentifier" : "malformed", detail: error.message };
  }
}

function malformed(detail: string): Verdict {
  return { type: "malformed", detail };
}
