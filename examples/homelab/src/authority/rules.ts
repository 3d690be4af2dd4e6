import {
  abstain,
  allowDns,
  allowIp,
  definePolicy,
  denyDns,
  denyIp,
  formatIdentifier,
  type Identifier,
  type Policy,
  type Profile,
  type Requester,
  sameIdentifier,
  tlsClient,
  tlsServer,
  tlsServerAndClient,
} from "@chancery/core";
import type { Configuration, PolicyConfiguration, PresetName } from "../configuration/configuration.ts";

/** Who asks for the server's own certificate. */
export const ownRequester: Requester = Object.freeze({ kind: "application", id: "homelab" });

/** The profile of the server's own certificate; configured ones have no dot in their name. */
export const ownProfile = "homelab.endpoint";

/** Makes the configured profiles and the one of the server's own certificate, which is the last and so never the default. */
export function createProfiles({ profiles, claims, server }: Configuration): readonly Profile[] {
  const configured = Object.entries(profiles).map(([name, profile]) =>
    presets[profile.preset]({
      name,
      subject: { commonName: profile.commonName ? "identifier" : "none" },
      claims: { ...claims, ...profile.claims },
    }),
  );
  const validity = server.certificateValidity;
  const own = { defaultValidity: validity, minimumValidity: "PT1S", maximumValidity: validity };
  return [...configured, tlsServer({ name: ownProfile, claims: own })];
}

const presets: Readonly<Record<PresetName, typeof tlsServer>> = { tlsClient, tlsServer, tlsServerAndClient };

/** Makes the configured rules, and one that lets the server certify itself. */
export function createPolicies({ policy, server }: Configuration): readonly Policy[] {
  return [...denials(policy), ...allowances(policy), allowOwnNames(server.names)];
}

function denials({ deny: { dns, ip } }: PolicyConfiguration): readonly Policy[] {
  return [...(dns.length > 0 ? [denyDns(...dns)] : []), ...(ip.length > 0 ? [denyIp(...ip)] : [])];
}

function allowances({ allow: { dns, ip } }: PolicyConfiguration): readonly Policy[] {
  return [...(dns.length > 0 ? [allowDns(...dns)] : []), ...(ip.length > 0 ? [allowIp(...ip)] : [])];
}

function allowOwnNames(names: readonly Identifier[]): Policy {
  return definePolicy("server.names", ({ requester, identifiers }) => {
    if (requester.kind !== ownRequester.kind || requester.id !== ownRequester.id) return abstain;
    return identifiers
      .filter((identifier) => names.some((name) => sameIdentifier(name, identifier)))
      .map((identifier) => ({
        verdict: "allow" as const,
        identifier,
        reason: `${formatIdentifier(identifier)} is a name of this server`,
      }));
  });
}
