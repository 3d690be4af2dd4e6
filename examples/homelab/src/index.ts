export type {
  AuthorityConfiguration,
  ChallengeType,
  Configuration,
  DirectoryConfiguration,
  IssuerConfiguration,
  ListenAddress,
  LogConfiguration,
  LogLevel,
  NamePatterns,
  NonEmpty,
  PolicyConfiguration,
  PresetName,
  ProfileConfiguration,
  ServerConfiguration,
  ValidationConfiguration,
} from "./configuration/configuration.ts";
export { parseConfiguration, readConfiguration } from "./configuration/read.ts";
export { type Homelab, startHomelab } from "./homelab.ts";
export type { Host } from "./host.ts";
export { createLog, type Log, type LogFields, type LogOptions, type LogValue } from "./log/log.ts";
export { type NextCommand, nextCommands } from "./next-steps.ts";
export type { Scheduler } from "./scheduler.ts";
export { StartRefusal } from "./start-refusal.ts";
