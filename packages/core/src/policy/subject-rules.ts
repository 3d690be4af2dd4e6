import { attributeTypeOids } from "../asn1/oids.ts";
import type { AttributeType } from "../certificate/name.ts";
import { printable } from "../text.ts";
import { senseless } from "./configured.ts";
import { oneOf } from "./one-of.ts";
import type { Policy, PolicyDecision, PolicyInput } from "./policy.ts";
import { parseTextPattern, type TextPattern } from "./text-pattern.ts";

/**
 * Values of subject attributes, by the name of the attribute. In each, `*` stands for any characters or none, so
 * `"*"` alone is any value; case counts.
 */
export type SubjectValues = { readonly [Type in AttributeType]?: string | readonly string[] };

/**
 * Allows subject attributes that the requester asked for: those with one of the given values. What no policy allows
 * is refused.
 *
 * @example allowSubject({ organization: "Lab", country: ["DE", "FR"], organizationalUnit: "*" })
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no attribute, an unknown one, or one without a value.
 */
export function allowSubject(values: SubjectValues): Policy {
  return subjectAllowance("allow subject", readValues(values));
}

/**
 * Allows common names that the requester asked for; patterns as in {@link SubjectValues}.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function allowCommonName(...patterns: readonly string[]): Policy {
  return subjectAllowance("allow common name", readValues({ commonName: patterns }));
}

/**
 * Denies requests whose subject lacks one of the given attributes, or has it with another value; whoever wanted the
 * attribute. It allows nothing.
 *
 * @example requireSubject({ organization: "Lab" })
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function requireSubject(values: SubjectValues): Policy {
  const required = readValues(values);
  return Object.freeze({
    name: "require subject",
    canAllow: false,
    evaluate: ({ subject }: PolicyInput) =>
      required.flatMap(({ oid, type, patterns, limit, choices }): PolicyDecision[] => {
        const present = subject.filter((attribute) => attribute.type === oid);
        if (present.length === 0) {
          const reason = `the subject has no ${type}, it must be ${choices}`;
          return [{ verdict: "deny", reason, limit, asked: "none" }];
        }
        return present.map((attribute): PolicyDecision => {
          const found = patterns.find(({ matches }) => matches(attribute.value));
          const asked = printable(attribute.value);
          return found === undefined
            ? {
                verdict: "deny",
                attribute,
                reason: `${type} is "${asked}", it must be ${choices}`,
                limit,
                asked,
              }
            : { verdict: "abstain", attribute, reason: `matches ${found.text}` };
        });
      }),
  });
}

function subjectAllowance(name: string, allowed: readonly Values[]): Policy {
  return Object.freeze({
    name,
    canAllow: true,
    evaluate: ({ subject }: PolicyInput) =>
      subject
        .filter(({ source }) => source === "request")
        .flatMap((attribute): PolicyDecision[] => {
          const values = allowed.find(({ oid }) => oid === attribute.type);
          if (values === undefined) return [];
          const found = values.patterns.find(({ matches }) => matches(attribute.value));
          return [
            found === undefined
              ? { verdict: "abstain", attribute, reason: `matches none of ${values.limit}` }
              : { verdict: "allow", attribute, reason: `matches ${found.text}` },
          ];
        }),
  });
}

interface Values {
  readonly oid: string;
  readonly type: string;
  readonly patterns: readonly TextPattern[];
  /** The patterns, for people. */
  readonly limit: string;
  /** What a value must be. */
  readonly choices: string;
}

function readValues(values: SubjectValues): readonly Values[] {
  const entries = Object.entries(values);
  if (entries.length === 0) throw senseless("a rule about the subject names no attribute");
  return entries.map(([type, written]) => {
    if (!isAttributeType(type)) {
      const known = Object.keys(attributeTypeOids).join(", ");
      throw senseless(`subject attribute "${printable(type)}" is not one of ${known}`);
    }
    const patterns = (typeof written === "string" ? [written] : written).map(parseTextPattern);
    if (patterns.length === 0) throw senseless(`a rule about the subject has no value for ${type}`);
    const texts = patterns.map(({ text }) => text);
    return { oid: attributeTypeOids[type], type, patterns, limit: texts.join(", "), choices: oneOf(texts) };
  });
}

function isAttributeType(type: string): type is AttributeType {
  return Object.hasOwn(attributeTypeOids, type);
}
