import { z } from "zod";
import type { Configuration } from "./configuration.ts";
import {
  address,
  baseUrl,
  dnsName,
  dnsPattern,
  dnsServer,
  duration,
  environmentVariable,
  hostName,
  id,
  line,
  listenAddress,
  network,
  nonEmpty,
  oneOf,
  path,
  port,
  resolver,
  section,
  webUrl,
} from "./fields.ts";

/** What a configuration file may say, and what holds where it says nothing. */
export type ConfigurationSchema = { readonly [Key in keyof Configuration]: z.ZodType<Configuration[Key]> };

/**
 * Makes the schema of a configuration file, one for each of its top-level keys.
 *
 * @param directory - Where relative paths begin: the directory of the file.
 */
export function createSchema(directory: string): ConfigurationSchema {
  return {
    server,
    dataDirectory: path(directory),
    authority: createAuthority(directory),
    policy,
    claims: sharedClaims,
    profiles: z.record(profileName, profile).prefault({ tlsServer: { preset: "tlsServer" } }),
    acme: nonEmpty(directorySection),
    validation,
    log,
  };
}

const server = section({
  names: nonEmpty(hostName),
  listen: listenAddress.default({ host: "127.0.0.1", port: 8443 }),
  baseUrl: baseUrl.exactOptional(),
  plainListen: listenAddress.exactOptional(),
  certificateValidity: duration.default("P30D"),
  stopTimeout: duration.default("PT10S"),
});

function createAuthority(directory: string): ConfigurationSchema["authority"] {
  return section({
    createIfMissing: z.boolean().default(false),
    organization: line(64).exactOptional(),
    root: issuer("Chancery Root", "P3650D"),
    intermediate: issuer("Chancery Intermediate", "P1825D"),
    permittedDns: z.array(dnsName).default([]),
    passphraseFile: path(directory).exactOptional(),
    passphraseEnvironment: environmentVariable.exactOptional(),
  });
}

function issuer(commonName: string, validity: string): z.ZodType<{ commonName: string; validity: string }> {
  return section({
    commonName: line(64).default(commonName),
    validity: duration.default(validity),
  }).prefault({});
}

const namePatterns = section({
  dns: z.array(dnsPattern).default([]),
  ip: z.array(network).default([]),
}).prefault({});

const policy = section({ allow: namePatterns, deny: namePatterns });

const claims = section({
  defaultValidity: duration.exactOptional(),
  minimumValidity: duration.exactOptional(),
  maximumValidity: duration.exactOptional(),
  backdate: duration.exactOptional(),
});

// The common clients renew once 30 days are left: what is valid for no longer than that is renewed by every run of theirs.
const sharedClaims = claims.extend({ defaultValidity: duration.default("P90D") }).prefault({});

const profileName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, "is not a name of 1 to 64 letters, digits, hyphens and underscores");

const profile = section({
  preset: oneOf("tlsServer", "tlsClient", "tlsServerAndClient"),
  commonName: z.boolean().default(false),
  claims: claims.prefault({}),
});

const directorySection = section({
  id,
  profile: z.string().default("tlsServer"),
  challenges: nonEmpty(oneOf("http-01", "dns-01", "tls-alpn-01")).default([
    "http-01",
    "dns-01",
    "tls-alpn-01",
  ]),
  termsOfService: webUrl.exactOptional(),
  website: webUrl.exactOptional(),
});

const validation = section({
  resolvers: z.array(resolver).default(["system"]),
  zones: z.record(dnsName, z.array(dnsServer)).default({}),
  hosts: z.record(dnsName, z.array(address)).default({}),
  networks: z.array(network).default([]),
  httpPort: port.default(80),
  tlsPort: port.default(443),
}).prefault({});

const log = section({
  level: oneOf("debug", "info", "warn", "error").default("info"),
  format: oneOf("auto", "json", "pretty").default("auto"),
}).prefault({});
