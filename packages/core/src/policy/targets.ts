import { attributeTypeOf, type NameAttribute } from "../certificate/name.ts";
import { formatIdentifier, type Identifier } from "../identifier/identifier.ts";
import { printable } from "../text.ts";
import type { PolicyInput } from "./policy.ts";

/** One thing that policies decide about. Compared by identity: what is shown of it may be cut. */
export interface Target {
  /** As explanations show it. */
  readonly shown: string;
  /** Why it is refused when no policy allows it. */
  readonly unallowed: string;
}

/** All that the policies of a level decide about. */
export interface Targets {
  /** The request as a whole. */
  readonly request: Target;
  /** What every level has to allow, one by one or as a whole. */
  readonly needed: readonly Target[];
  /** Finds what a decision is about; undefined when the request has no such thing. */
  find(identifier: Identifier | undefined, attribute: NameAttribute | undefined): Target | undefined;
}

/** Lists what a plan wants allowed: its identifiers, and the subject attributes that the requester asked for. */
export function readTargets({ identifiers, subject }: Pick<PolicyInput, "identifiers" | "subject">): Targets {
  const names = new Map<string, Target>();
  const attributes = new Map<string, Target>();
  const needed = new Set<Target>();
  for (const identifier of identifiers) {
    const shown = formatIdentifier(identifier);
    const target = { shown, unallowed: "no policy allows this name" };
    names.set(shown, target);
    needed.add(target);
  }
  for (const attribute of subject) {
    const key = attributeKey(attribute);
    const target = attributes.get(key) ?? attributeTarget(attribute);
    attributes.set(key, target);
    if (attribute.source === "request") needed.add(target);
  }
  return {
    request: wholeRequest,
    needed: needed.size === 0 ? [wholeRequest] : [...needed],
    find(identifier, attribute) {
      if (identifier === undefined)
        return attribute === undefined ? wholeRequest : attributes.get(attributeKey(attribute));
      return attribute === undefined ? names.get(formatIdentifier(identifier)) : undefined;
    },
  };
}

const wholeRequest: Target = Object.freeze({
  shown: "request",
  unallowed: "no policy allows this request",
});

function attributeTarget(attribute: NameAttribute): Target {
  return { shown: formatAttribute(attribute), unallowed: "no policy allows this subject attribute" };
}

/** Writes an attribute as explanations show it: `subject.organization:Lab`. */
export function formatAttribute({ type, value }: NameAttribute): string {
  return `subject.${attributeTypeOf(type) ?? type}:${printable(value)}`;
}

function attributeKey({ type, value }: NameAttribute): string {
  return `${type}=${value}`;
}
