import type { ClaimsOptions, Identifier } from "@chancery/core";

/** A configuration file, checked and completed. Its keys are those of the file; `chancery.example.yaml` explains them. */
export interface Configuration {
  readonly server: ServerConfiguration;
  /** Absolute. */
  readonly dataDirectory: string;
  readonly authority: AuthorityConfiguration;
  readonly policy: PolicyConfiguration;
  /** For every profile, where the profile does not say otherwise. */
  readonly claims: ClaimsOptions;
  /** By name. */
  readonly profiles: Readonly<Record<string, ProfileConfiguration>>;
  /** Each has an id of its own. */
  readonly acme: NonEmpty<DirectoryConfiguration>;
  readonly validation: ValidationConfiguration;
  readonly log: LogConfiguration;
}

/** A list of at least one. */
export type NonEmpty<Value> = readonly [Value, ...Value[]];

/** Where the server listens and under which names it is reached. */
export interface ServerConfiguration {
  /** What the server's own certificate names; URLs begin with the first unless `baseUrl` is given. */
  readonly names: NonEmpty<Identifier>;
  readonly listen: ListenAddress;
  /** Without a slash at its end. Absent: made of the first name and the port. */
  readonly baseUrl?: string;
  /** Where `/roots.pem` alone is served without TLS. */
  readonly plainListen?: ListenAddress;
  /** Validity of the server's own certificate, a duration. */
  readonly certificateValidity: string;
  /** How long a stop waits for requests that are being answered, a duration. */
  readonly stopTimeout: string;
}

/** A host and a TCP port; port 0 lets the system choose. */
export interface ListenAddress {
  /** An IP address, without brackets, or `localhost`. */
  readonly host: string;
  readonly port: number;
}

/** The root and the intermediate, and the passphrase for their private keys. */
export interface AuthorityConfiguration {
  /** Whether a data directory without an authority gets a new one. */
  readonly createIfMissing: boolean;
  readonly organization?: string;
  readonly root: IssuerConfiguration;
  readonly intermediate: IssuerConfiguration;
  /** DNS names at and below which the authority can issue; none: no constraint. */
  readonly permittedDns: readonly string[];
  /** Absolute. */
  readonly passphraseFile?: string;
  /** Name of an environment variable. */
  readonly passphraseEnvironment?: string;
}

/** What a new CA certificate says. */
export interface IssuerConfiguration {
  readonly commonName: string;
  /** A duration. */
  readonly validity: string;
}

/** Which names may be certified; what `deny` names is refused whatever `allow` says. */
export interface PolicyConfiguration {
  readonly allow: NamePatterns;
  readonly deny: NamePatterns;
}

/** Patterns as `allowDns` and `allowIp` of `@chancery/core` read them. */
export interface NamePatterns {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
}

/** Names of the presets of `@chancery/core`. */
export type PresetName = "tlsClient" | "tlsServer" | "tlsServerAndClient";

/** A kind of certificate. */
export interface ProfileConfiguration {
  readonly preset: PresetName;
  readonly commonName: boolean;
  readonly claims: ClaimsOptions;
}

/** An ACME directory, served below `/acme/<id>`. */
export interface DirectoryConfiguration {
  readonly id: string;
  readonly profile: string;
  readonly challenges: NonEmpty<ChallengeType>;
  readonly termsOfService?: string;
  readonly website?: string;
}

/** Challenges that the server can validate. */
export type ChallengeType = "dns-01" | "http-01" | "tls-alpn-01";

/** How the server finds and reaches what it validates. */
export interface ValidationConfiguration {
  /** IP addresses with an optional port; `system` stands for the servers of the system's configuration, read at start. */
  readonly resolvers: readonly string[];
  /** Servers for a zone and what is below it. */
  readonly zones: Readonly<Record<string, readonly string[]>>;
  /** Addresses of names that DNS does not know. */
  readonly hosts: Readonly<Record<string, readonly string[]>>;
  /** Networks besides the public ones that validation may connect to, as CIDR blocks. */
  readonly networks: readonly string[];
  /** Port of http-01. */
  readonly httpPort: number;
  /** Port of tls-alpn-01. */
  readonly tlsPort: number;
}

/** What is written to the log, and how. */
export interface LogConfiguration {
  readonly level: LogLevel;
  /** `auto`: `pretty` on a terminal, `json` everywhere else. */
  readonly format: "auto" | "json" | "pretty";
}

/** From the most to the least. */
export type LogLevel = "debug" | "error" | "info" | "warn";
