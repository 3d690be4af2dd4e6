import { formatRequester, type Requester } from "../requester.ts";
import { senseless } from "./configured.ts";
import { oneOf } from "./one-of.ts";
import type { Policy, PolicyDecision, PolicyInput } from "./policy.ts";

/**
 * Denies requests for certificates of other profiles. It allows nothing.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: none is named.
 */
export function requireProfile(...profiles: readonly string[]): Policy {
  if (profiles.length === 0) throw senseless("a rule about profiles names none");
  const [limit, choices] = [profiles.join(", "), oneOf(profiles)];
  return Object.freeze({
    name: "require profile",
    canAllow: false,
    evaluate: ({ profile }: PolicyInput) =>
      profiles.includes(profile) ? fitting : [denial(`profile ${profile} is not ${choices}`, limit, profile)],
  });
}

/** Some requesters: those that have all of what is given. */
export type RequesterCondition = Partial<Pick<Requester, "id" | "kind" | "provisioner">>;

/**
 * Denies requests of other requesters. It allows nothing.
 *
 * @example requireRequester({ kind: "operator" }, { kind: "acme", provisioner: "corp" })
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no condition, or one that everybody meets.
 */
export function requireRequester(...requesters: readonly RequesterCondition[]): Policy {
  const conditions = requesters.map((requester) => ({ ...requester }));
  if (conditions.length === 0) throw senseless("a rule about requesters names none");
  const described = conditions.map(describe);
  const [limit, choices] = [described.join(", "), oneOf(described)];
  return Object.freeze({
    name: "require requester",
    canAllow: false,
    evaluate({ requester }: PolicyInput): readonly PolicyDecision[] {
      if (conditions.some((condition) => meets(requester, condition))) return fitting;
      const asked = formatRequester(requester);
      return [denial(`requester ${asked} is not ${choices}`, limit, asked)];
    },
  });
}

const fitting: readonly PolicyDecision[] = Object.freeze([{ verdict: "abstain", reason: "is as required" }]);

function denial(reason: string, limit: string, asked: string): PolicyDecision {
  return { verdict: "deny", reason, limit, asked };
}

function meets(requester: Requester, { kind, id, provisioner }: RequesterCondition): boolean {
  return (
    (kind === undefined || kind === requester.kind) &&
    (id === undefined || id === requester.id) &&
    (provisioner === undefined || provisioner === requester.provisioner)
  );
}

function describe({ kind, id, provisioner }: RequesterCondition): string {
  if (kind === undefined && id === undefined && provisioner === undefined)
    throw senseless("a condition on requesters is met by everybody");
  const who = `${kind ?? "*"}:${id ?? "*"}`;
  return provisioner === undefined ? who : `${who} of ${provisioner}`;
}
