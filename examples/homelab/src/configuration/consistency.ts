import { type ClaimsOptions, isCaError, tlsServer } from "@chancery/core";
import type { Configuration } from "./configuration.ts";

/** Something that is wrong at a key of a configuration. */
export interface Fault {
  readonly path: readonly (number | string)[];
  /** What is wrong, to be read after the key. */
  readonly message: string;
  /** Whether it is the key and not its value. */
  readonly atKey?: boolean;
}

/** Finds what is wrong between the parts of a configuration that are each right; parts that are not are left out. */
export function findInconsistencies(sound: Partial<Configuration>): readonly Fault[] {
  return [
    ...namesOutsideConstraint(sound),
    ...listenTwice(sound),
    ...passphraseTwice(sound),
    ...policyWithoutAllow(sound),
    ...claimsOutOfOrder(sound),
    ...directoryIdTwice(sound),
    ...unknownProfile(sound),
    ...unresolvable(sound),
  ];
}

function* namesOutsideConstraint({ server, authority }: Partial<Configuration>): Iterable<Fault> {
  const permitted = authority?.permittedDns ?? [];
  if (permitted.length === 0) return;
  for (const [index, { type, value }] of (server?.names ?? []).entries()) {
    if (type !== "dns" || permitted.some((base) => value === base || value.endsWith(`.${base}`))) continue;
    yield {
      path: ["server", "names", index],
      message: `"${value}" is not below authority.permittedDns (${permitted.join(", ")})`,
    };
  }
}

function* listenTwice({ server }: Partial<Configuration>): Iterable<Fault> {
  const { listen, plainListen } = server ?? {};
  if (listen === undefined || plainListen === undefined || listen.port === 0) return;
  if (listen.host === plainListen.host && listen.port === plainListen.port) {
    yield { path: ["server", "plainListen"], message: "is the same address and port as server.listen" };
  }
}

function* passphraseTwice({ authority }: Partial<Configuration>): Iterable<Fault> {
  if (authority?.passphraseFile === undefined || authority.passphraseEnvironment === undefined) return;
  yield {
    path: ["authority", "passphraseEnvironment"],
    message: "cannot be given together with authority.passphraseFile",
  };
}

function* policyWithoutAllow({ policy }: Partial<Configuration>): Iterable<Fault> {
  if (policy === undefined || policy.allow.dns.length + policy.allow.ip.length > 0) return;
  yield { path: ["policy", "allow"], message: "names nothing, so every request would be refused" };
}

function* claimsOutOfOrder({ claims, profiles }: Partial<Configuration>): Iterable<Fault> {
  if (claims === undefined || profiles === undefined) return;
  const shared = faultOfClaims(claims);
  if (shared !== undefined) yield { path: ["claims"], message: shared };
  for (const [name, profile] of Object.entries(profiles)) {
    const own = faultOfClaims({ ...claims, ...profile.claims });
    if (own !== undefined && own !== shared) yield { path: ["profiles", name, "claims"], message: own };
  }
}

function faultOfClaims(claims: ClaimsOptions): string | undefined {
  try {
    tlsServer({ claims });
    return undefined;
  } catch (error) {
    if (isCaError(error)) return error.message;
    throw error;
  }
}

function* directoryIdTwice({ acme }: Partial<Configuration>): Iterable<Fault> {
  const ids = (acme ?? []).map(({ id }) => id);
  for (const [index, id] of ids.entries()) {
    if (ids.indexOf(id) < index) {
      yield { path: ["acme", index, "id"], message: `"${id}" is the id of another directory` };
    }
  }
}

function* unknownProfile({ acme, profiles }: Partial<Configuration>): Iterable<Fault> {
  if (profiles === undefined) return;
  for (const [index, { profile }] of (acme ?? []).entries()) {
    if (Object.hasOwn(profiles, profile)) continue;
    const known = Object.keys(profiles).join(", ");
    yield { path: ["acme", index, "profile"], message: `"${profile}" is not among the profiles: ${known}` };
  }
}

function* unresolvable({ acme, validation }: Partial<Configuration>): Iterable<Fault> {
  if (validation === undefined || validation.resolvers.length + Object.keys(validation.zones).length > 0)
    return;
  for (const [index, { challenges }] of (acme ?? []).entries()) {
    if (!challenges.includes("dns-01")) continue;
    yield {
      path: ["acme", index, "challenges"],
      message: "has dns-01, but validation has neither resolvers nor zones to ask",
    };
  }
}
