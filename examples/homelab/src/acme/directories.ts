import { type AcmeServer, type AcmeStore, createAcmeServer } from "@chancery/acme-server";
import type { CertificateAuthority } from "@chancery/core";
import type { FetchHandler } from "@chancery/http";
import type { Configuration } from "../configuration/configuration.ts";
import { describeError, type Log } from "../log/log.ts";
import { createValidators } from "./validators.ts";

/** What {@link createDirectories} works with. */
export interface DirectoriesOptions {
  readonly configuration: Pick<Configuration, "acme" | "validation">;
  readonly ca: CertificateAuthority;
  readonly store: AcmeStore;
  /** Of the whole server, without a slash at its end. */
  readonly baseUrl: string;
  readonly clock: () => Date;
  readonly log: Log;
}

/** An ACME directory in service. */
export interface AcmeDirectory {
  readonly id: string;
  /** Path below which all its URLs are, with a slash at its end. */
  readonly path: string;
  /** What clients are configured with. */
  readonly url: string;
  readonly server: AcmeServer;
  readonly fetch: FetchHandler;
}

/** Makes an ACME server for each configured directory, all on one store. None validates before it is started. */
export function createDirectories(options: DirectoriesOptions): readonly AcmeDirectory[] {
  const { configuration, ca, store, clock, log } = options;
  const validators = createValidators(configuration.validation, log);
  return configuration.acme.map(({ id, profile, challenges, ...meta }) => {
    const baseUrl = `${options.baseUrl}/acme/${id}`;
    const server = createAcmeServer({
      ...meta,
      id,
      ca,
      store,
      baseUrl,
      profile,
      challenges: challenges.map((type) => validators[type]),
      clock,
      onError: (error) => log("error", "acme.failed", { directory: id, ...describeError(error) }),
    });
    return {
      id,
      path: `${new URL(baseUrl).pathname}/`,
      url: server.directoryUrl,
      server,
      fetch: server.fetch,
    };
  });
}
