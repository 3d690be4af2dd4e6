import { createServer } from "node:http";
import { join } from "node:path";
import { type CertificateAuthority, createCertificateAuthority, extendAuditChain } from "@chancery/core";
import { createSqliteCertificateStore, type SqliteDatabase } from "@chancery/storage-sqlite";
import { createSqliteAcmeStore, endLeases } from "@chancery/storage-sqlite/acme";
import { type AcmeDirectory, createDirectories } from "./acme/directories.ts";
import { createAuditChain } from "./authority/audit-chain.ts";
import { watchHealth } from "./authority/health-watch.ts";
import type { OpenedIssuer } from "./authority/issuers.ts";
import { logAuthority } from "./authority/logged-authority.ts";
import { logEvents } from "./authority/logged-events.ts";
import { createPolicies, createProfiles } from "./authority/rules.ts";
import type { Configuration, ServerConfiguration } from "./configuration/configuration.ts";
import { openDatabase } from "./database.ts";
import { openEndpoint } from "./endpoint/endpoint.ts";
import type { Host } from "./host.ts";
import { openListener, timeouts } from "./http/listener.ts";
import { formatOrigin } from "./http/origin.ts";
import { createPlainRouter, createRouter } from "./http/router.ts";
import { describeError } from "./log/log.ts";
import type { Undo } from "./undo.ts";

/** What runs, and is taken back with the steps of its {@link Undo}. */
export interface Service {
  readonly ca: CertificateAuthority;
  /** Where clients reach it, without a slash at its end. */
  readonly baseUrl: string;
  readonly directories: readonly AcmeDirectory[];
}

/**
 * Starts everything that needs an issuer: database, authority, endpoints, ACME directories.
 *
 * @param opening - The issuer; the database is opened meanwhile.
 * @throws {StartRefusal} Also what `opening` rejects with.
 */
export async function startService(
  configuration: Configuration,
  opening: Promise<OpenedIssuer>,
  host: Host,
  undo: Undo,
): Promise<Service> {
  const { server } = configuration;
  const database = await openStore(configuration, opening, undo);
  const ca = await createAuthority(configuration, await opening, database, host, undo);
  await recover(configuration, ca, database, host);

  const endpoint = await openEndpoint(server, ca, host, undo);
  const { baseUrl } = endpoint;
  const store = createSqliteAcmeStore(database);
  const directories = createDirectories({ ...host, configuration, ca, store, baseUrl });
  undo.add(async () => {
    // What is being answered may still need the workers.
    await endpoint.drain();
    await Promise.all(directories.map((directory) => directory.server.close()));
  });
  endpoint.serve(createRouter(directories, ca, baseUrl), baseUrl);
  for (const directory of directories) directory.server.start();
  await openPlainListener(server, ca, host, undo);
  undo.add(watchHealth(ca, host));
  return { ca, baseUrl, directories };
}

/** Opens the database; fails only when it is also known how the opening of the issuer ended, so that nothing goes on behind. */
async function openStore(
  { dataDirectory }: Configuration,
  opening: Promise<OpenedIssuer>,
  undo: Undo,
): Promise<SqliteDatabase> {
  const [database] = await Promise.allSettled([openDatabase(join(dataDirectory, "chancery.db")), opening]);
  if (database.status === "rejected") throw database.reason;
  undo.add(() => database.value.connection.close());
  return database.value;
}

async function createAuthority(
  configuration: Configuration,
  { issuer, isNew }: OpenedIssuer,
  database: SqliteDatabase,
  host: Host,
  undo: Undo,
): Promise<CertificateAuthority> {
  const { clock, log } = host;
  const store = createSqliteCertificateStore(database);
  const chain = createAuditChain(() => extendAuditChain(store), host);
  undo.add(chain.end);
  const logEvent = logEvents(log);
  const ca = await createCertificateAuthority({
    issuers: [issuer],
    store,
    policies: createPolicies(configuration),
    profiles: createProfiles(configuration),
    onEvent(event) {
      logEvent(event);
      chain.wake();
    },
    clock,
  });
  chain.wake(); // what the last run has left
  const { subject, validity } = issuer;
  log("info", isNew ? "authority.created" : "authority.loaded", {
    issuer: subject,
    notAfter: new Date(validity.notAfter),
  });
  return logAuthority(ca, log);
}

async function recover(
  { acme }: Configuration,
  ca: CertificateAuthority,
  database: SqliteDatabase,
  { clock, log }: Host,
): Promise<void> {
  try {
    // The data directory is locked: what is unfinished belongs to nobody.
    const now = clock().getTime();
    for (const { id: directoryId } of acme) await endLeases(database, { directoryId, now });
    const completed = await ca.recover({ olderThan: 0 });
    if (completed > 0) log("info", "authority.recovered", { certificates: completed });
  } catch (error) {
    log("error", "authority.recoveryFailed", describeError(error));
  }
}

async function openPlainListener(
  { plainListen: address, stopTimeout, names }: ServerConfiguration,
  ca: CertificateAuthority,
  host: Host,
  undo: Undo,
): Promise<void> {
  if (address === undefined) return;
  const listener = await openListener({ server: createServer(timeouts), address, stopTimeout, host });
  undo.add(listener.drain);
  const baseUrl = formatOrigin("http", names[0], listener.port);
  listener.serve(createPlainRouter(ca, baseUrl), baseUrl);
  host.log("info", "plain.listening", { rootsUrl: `${baseUrl}/roots.pem` });
}
