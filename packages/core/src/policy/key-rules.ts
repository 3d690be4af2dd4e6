import type { EllipticCurve, KeyAlgorithm } from "../crypto/provider.ts";
import { printable } from "../text.ts";
import { senseless } from "./configured.ts";
import { oneOf } from "./one-of.ts";
import type { Policy, PolicyDecision, PolicyInput } from "./policy.ts";

/** Which keys are accepted; at least one of these is given. */
export interface KeyRequirements {
  /** Default: every type. */
  readonly types?: readonly KeyType[];
  /** Curves of keys of type `ec`; default: every curve. */
  readonly curves?: readonly EllipticCurve[];
  /** Size of keys of type `rsa`; whatever it is, less than 2048 is refused everywhere. */
  readonly minimumRsaBits?: number;
}

/** A kind of public key, by the name of its algorithm. */
export type KeyType = KeyAlgorithm["type"];

/**
 * Denies requests for other keys than these. It allows nothing, and says nothing as long as there is no key.
 *
 * @example requireKey({ types: ["ec", "rsa"], curves: ["P-256"], minimumRsaBits: 3072 })
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no requirement, an unknown type or curve, or a size that is not
 * at least 2048.
 */
export function requireKey(requirements: KeyRequirements): Policy {
  const checks = readChecks(requirements);
  return Object.freeze({
    name: "require key",
    canAllow: false,
    evaluate({ key }: PolicyInput): readonly PolicyDecision[] {
      if (key === undefined) return noKey;
      const denials = checks.flatMap((check) => check(key));
      return denials.length > 0 ? denials : accepted;
    },
  });
}

const accepted: readonly PolicyDecision[] = Object.freeze([
  { verdict: "abstain", reason: "the key is as required" },
]);

const noKey: readonly PolicyDecision[] = Object.freeze([
  { verdict: "abstain", reason: "there is no key yet" },
]);

type Check = (key: KeyAlgorithm) => readonly PolicyDecision[];

function readChecks({ types, curves, minimumRsaBits }: KeyRequirements): readonly Check[] {
  const checks = [
    ...(types === undefined ? [] : [typeCheck(types)]),
    ...(curves === undefined ? [] : [curveCheck(curves)]),
    ...(minimumRsaBits === undefined ? [] : [sizeCheck(minimumRsaBits)]),
  ];
  if (checks.length === 0) throw senseless("a rule about keys requires nothing");
  return checks;
}

function typeCheck(given: readonly KeyType[]): Check {
  const types: readonly string[] = [...given];
  const limit = listed("key type", types, ["ec", "ed25519", "ml-dsa", "rsa"]);
  return ({ type }) =>
    types.includes(type)
      ? []
      : [{ verdict: "deny", reason: `key type ${type} is not ${oneOf(types)}`, limit, asked: type }];
}

function curveCheck(given: readonly EllipticCurve[]): Check {
  const curves = [...given];
  const limit = listed("curve", curves, ["P-256", "P-384", "P-521"]);
  return (key) =>
    key.type !== "ec" || curves.includes(key.curve)
      ? []
      : [{ verdict: "deny", reason: `curve ${key.curve} is not ${oneOf(curves)}`, limit, asked: key.curve }];
}

function sizeCheck(minimum: number): Check {
  if (!Number.isInteger(minimum) || minimum < 2048)
    throw senseless(`minimumRsaBits of ${minimum} is not a whole number from 2048`);
  const limit = `${minimum} bits`;
  return (key) => {
    if (key.type !== "rsa" || key.bits >= minimum) return [];
    const asked = `${key.bits} bits`;
    return [{ verdict: "deny", reason: `RSA key of ${asked} is below ${limit}`, limit, asked }];
  };
}

function listed(what: string, given: readonly string[], known: readonly string[]): string {
  const unknown = given.find((one) => !known.includes(one));
  if (unknown !== undefined)
    throw senseless(`${what} "${printable(unknown)}" is not one of ${known.join(", ")}`);
  if (given.length === 0) throw senseless(`a rule about keys lists no ${what}`);
  return given.join(", ");
}
