import { getServers } from "node:dns";
import {
  type ChallengeValidator,
  createOutboundNetwork,
  createResolver,
  dns01,
  http01,
  tlsAlpn01,
} from "@chancery/acme-server";
import type { ChallengeType, ValidationConfiguration } from "../configuration/configuration.ts";
import type { Log } from "../log/log.ts";
import { StartRefusal } from "../start-refusal.ts";
import { logValidator } from "./logged-validator.ts";

/**
 * Makes the validators of the configured challenges. They share one resolver and one guard of what may be reached.
 *
 * @throws {StartRefusal} `system` is among the resolvers and the system's configuration names none.
 */
export function createValidators(
  configuration: ValidationConfiguration,
  log: Log,
): Readonly<Record<ChallengeType, ChallengeValidator>> {
  const servers = configuration.resolvers.flatMap((server) =>
    server === "system" ? systemServers() : [server],
  );
  log("info", "validation.resolvers", { servers });
  warnAboutCaches(servers, log);
  const resolver = createResolver({ servers, zones: configuration.zones, hosts: configuration.hosts });
  const network = createOutboundNetwork({ resolver, allow: configuration.networks });
  return {
    "http-01": logValidator(http01({ network, port: configuration.httpPort }), log),
    "dns-01": logValidator(dns01({ resolver }), log),
    "tls-alpn-01": logValidator(tlsAlpn01({ network, port: configuration.tlsPort }), log),
  };
}

function systemServers(): readonly string[] {
  const servers = getServers();
  if (servers.length > 0) return servers;
  throw new StartRefusal(
    'validation.resolvers has "system", but the system is configured with no DNS server: list servers instead',
    { exitCode: 78 },
  );
}

/** A negative answer that a cache keeps fails every attempt after the client has published its record. */
function warnAboutCaches(servers: readonly string[], log: Log): void {
  const stubs = servers.filter((server) => server.startsWith("127.0.0.53"));
  if (stubs.length === 0) return;
  log("warn", "validation.cached", {
    servers: stubs,
    advice: "systemd-resolved caches answers: name the network's own DNS servers in validation.resolvers",
  });
}
