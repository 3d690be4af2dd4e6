import type { Policy, PolicyLevel } from "./policy.ts";
import { singleLine } from "./single-line.ts";

/**
 * Reads levels, every field of them once: what is asked is what is shown.
 *
 * What is no level, or has no policies, becomes a level whose one policy fails; what is no policy becomes one that fails.
 * So a fault in them refuses the request, and takes no other way out.
 */
export function readLevels(levels: readonly PolicyLevel[]): readonly PolicyLevel[] {
  // Not `map`, which passes over holes.
  return Array.from(levels, readLevel);
}

function readLevel(level: PolicyLevel): PolicyLevel {
  try {
    const { name, policies } = level;
    if (typeof name !== "string" || !Array.isArray(policies))
      throw new TypeError("a policy level has no name, or no list of policies");
    return { name: singleLine(name), policies: Array.from<Policy, Policy>(policies, readPolicy) };
  } catch (failure) {
    return { name: unreadable, policies: [failing(failure)] };
  }
}

function readPolicy(policy: Policy): Policy {
  try {
    const { name, canAllow } = policy;
    if (typeof name !== "string") throw new TypeError("a policy has no name");
    return {
      name: singleLine(name),
      canAllow,
      evaluate: (input) => policy.evaluate(input),
    };
  } catch (failure) {
    return failing(failure);
  }
}

const unreadable = "unreadable";

function failing(failure: unknown): Policy {
  return {
    name: unreadable,
    canAllow: false,
    evaluate() {
      throw failure;
    },
  };
}
