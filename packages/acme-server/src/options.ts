import { type CertificateAuthority, ConfigurationError, isCaError, parseDuration } from "@chancery/core";
import { cryptoProvider } from "@chancery/core/crypto";
import type { DirectoryMeta, Limits } from "./context.ts";
import type { AcmeStore } from "./store/acme-store.ts";
import type { ChallengeValidator } from "./validation/challenge-validator.ts";
import type { WorkerSettings } from "./worker/settings.ts";

/** Input of `createAcmeServer`. Durations are ISO 8601 (`PT1H`) or of the form `1h30m`. */
export interface AcmeServerOptions {
  /** Tells the directories of one store apart, for ever: 1 to 64 of letters, digits, `.`, `_` and `-`. */
  readonly id: string;
  readonly ca: CertificateAuthority;
  readonly store: AcmeStore;
  /**
   * Where clients reach the server, for example `https://ca.example.net/acme`. Every URL the server hands out begins with
   * it, and every URL that a client signs is compared with it; `Host` is never looked at.
   */
  readonly baseUrl: string;
  /** What clients may prove control with, in the order in which it is offered; at least one. */
  readonly challenges: readonly ChallengeValidator[];
  /** Profile of the certificates; default: the authority's default. */
  readonly profile?: string;
  /** Default: nonces that only this process knows, which a restart invalidates. */
  readonly nonces?: NonceSettings;
  /** URL of the terms that new accounts have to agree to. */
  readonly termsOfService?: string;
  readonly website?: string;
  /** Host names that CAA records name this authority by (RFC 8659). They are published, not checked. */
  readonly caaIdentities?: readonly string[];
  /** How long an order and its pending authorizations live; default `PT24H`. */
  readonly orderLifetime?: string;
  /** How long an authorization counts once it is valid; default `PT24H`. */
  readonly authorizationLifetime?: string;
  /** Whether a new order takes over valid authorizations of its account; default false. */
  readonly reuseAuthorizations?: boolean;
  /** Most names in one order; default 100. */
  readonly maximumIdentifiers?: number;
  /** Largest request body in octets; default 65 536. */
  readonly maximumBodyOctets?: number;
  readonly worker?: WorkerOptions;
  /** Default: the system's clock. */
  readonly clock?: () => Date;
  /** Source of random octets; default: the platform's generator. */
  readonly random?: (length: number) => Uint8Array;
  /** Gets every error that clients only see as `serverInternal`; default: nobody does. */
  readonly onError?: (error: unknown) => void;
  /** Lets `baseUrl` begin with http://, for tests on a loopback address: RFC 8555 section 6.1 demands https. */
  readonly unsafeAllowHttp?: boolean;
}

/** How nonces are made and remembered. */
export interface NonceSettings {
  /**
   * Keys that all replicas share, each of at least 32 secret octets. The first makes nonces, all are accepted: to change
   * keys, put the new one in front and take the old one away after `lifetime`. Used nonces are then kept in the store.
   */
  readonly sharedKeys?: readonly Uint8Array[];
  /** How long a nonce can be used; default `PT1H`. */
  readonly lifetime?: string;
}

/** How the worker validates challenges. */
export interface WorkerOptions {
  /** Tasks at a time in this process; default 64. */
  readonly concurrency?: number;
  /** Tasks at a time for one name in this process; default 4. */
  readonly concurrencyPerName?: number;
  /** After how many failed attempts a challenge is invalid, unless its validator says fewer; default 5. */
  readonly maximumAttempts?: number;
  /** Time between the first and the second attempt, doubled each time; default `PT5S`. */
  readonly retryDelay?: string;
  /** When an attempt is given up although its validator does not answer; default `PT15S`. */
  readonly validationTimeout?: string;
  /** How often a worker that nobody wakes looks for tasks of other processes; default `PT1S`. */
  readonly pollInterval?: string;
  /** How long `close` waits for running attempts; default `PT5S`. */
  readonly drainTimeout?: string;
}

/** The options of a server, checked and completed. Times are milliseconds. */
export interface Settings {
  readonly meta: DirectoryMeta;
  readonly limits: Limits;
  readonly nonceLifetime: number;
  readonly nonceKeys: readonly Uint8Array[] | undefined;
  readonly orderLifetime: number;
  readonly authorizationLifetime: number;
  readonly reuseAuthorizations: boolean;
  readonly worker: WorkerSettings;
  readonly clock: () => Date;
  readonly random: (length: number) => Uint8Array;
  readonly onError: (error: unknown) => void;
}

/**
 * Checks the options of a server and fills in the defaults.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`; the message names the option and says what to pass.
 */
export function readOptions(options: AcmeServerOptions): Settings {
  assertId(options.id);
  assertBaseUrl(options);
  assertChallenges(options.challenges);
  assertProfile(options);
  return {
    meta: readMeta(options),
    limits: {
      bodyOctets: readCount("maximumBodyOctets", options.maximumBodyOctets ?? 65_536),
      identifiers: readCount("maximumIdentifiers", options.maximumIdentifiers ?? 100),
    },
    nonceLifetime: readDuration("nonces.lifetime", options.nonces?.lifetime ?? "PT1H"),
    nonceKeys: readNonceKeys(options.nonces),
    orderLifetime: readDuration("orderLifetime", options.orderLifetime ?? "PT24H"),
    authorizationLifetime: readDuration("authorizationLifetime", options.authorizationLifetime ?? "PT24H"),
    reuseAuthorizations: options.reuseAuthorizations ?? false,
    worker: readWorker(options.worker ?? {}),
    clock: options.clock ?? (() => new Date()),
    random: options.random ?? cryptoProvider.randomBytes,
    onError: options.onError ?? (() => undefined),
  };
}

function readWorker(options: WorkerOptions): WorkerSettings {
  return {
    concurrency: readCount("worker.concurrency", options.concurrency ?? 64),
    concurrencyPerName: readCount("worker.concurrencyPerName", options.concurrencyPerName ?? 4),
    maximumAttempts: readCount("worker.maximumAttempts", options.maximumAttempts ?? 5),
    retryDelay: readDuration("worker.retryDelay", options.retryDelay ?? "PT5S"),
    validationTimeout: readTimer("worker.validationTimeout", options.validationTimeout ?? "PT15S"),
    pollInterval: readTimer("worker.pollInterval", options.pollInterval ?? "PT1S"),
    drainTimeout: readTimer("worker.drainTimeout", options.drainTimeout ?? "PT5S"),
  };
}

function assertId(id: string): void {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(id))
    throw invalid("id", "pass 1 to 64 letters, digits, dots, hyphens or underscores");
}

function assertBaseUrl({ baseUrl, unsafeAllowHttp = false }: AcmeServerOptions): void {
  const url = URL.parse(baseUrl);
  if (url === null) throw invalid("baseUrl", "pass an absolute URL such as https://ca.example.net/acme");
  if (url.protocol !== "https:" && !(unsafeAllowHttp && url.protocol === "http:")) {
    throw invalid("baseUrl", "pass a URL that begins with https://, or for tests unsafeAllowHttp: true");
  }
  if (url.username !== "" || url.password !== "" || /[?#]/.test(baseUrl)) {
    throw invalid("baseUrl", "pass a URL without user, query and fragment");
  }
}

function assertChallenges(challenges: readonly ChallengeValidator[]): void {
  if (challenges.length === 0)
    throw invalid("challenges", "pass at least one validator, for example http01(...)");
  const types = challenges.map(({ type }) => type);
  const strange = types.find((type) => !/^[a-z0-9-]{1,32}$/.test(type));
  if (strange !== undefined)
    throw invalid("challenges", "pass validators whose type is a registered name such as http-01");
  if (new Set(types).size < types.length) throw invalid("challenges", "pass one validator of each type");
  for (const { type, maximumAttempts = 1 } of challenges)
    readCount(`challenges (maximumAttempts of ${type})`, maximumAttempts);
}

function assertProfile({ ca: { profiles }, profile }: AcmeServerOptions): void {
  if (profile === undefined || profiles.includes(profile)) return;
  throw invalid("profile", `pass a profile of the authority: ${profiles.join(", ")}`);
}

function readMeta({ termsOfService, website, caaIdentities }: AcmeServerOptions): DirectoryMeta {
  return {
    ...(termsOfService !== undefined && { termsOfService: readUrl("termsOfService", termsOfService) }),
    ...(website !== undefined && { website: readUrl("website", website) }),
    ...(caaIdentities !== undefined && { caaIdentities: [...caaIdentities] }),
  };
}

/** In ASCII, as a header field can carry it. */
function readUrl(name: string, text: string): string {
  const url = URL.parse(text);
  if (url === null) throw invalid(name, "pass an absolute URL");
  return url.href;
}

function readNonceKeys(nonces: NonceSettings | undefined): readonly Uint8Array[] | undefined {
  const keys = nonces?.sharedKeys;
  if (keys === undefined) return undefined;
  if (keys.length === 0) throw invalid("nonces.sharedKeys", "pass at least one key, or leave it out");
  if (keys.some(({ length }) => length < 32))
    throw invalid("nonces.sharedKeys", "pass keys of at least 32 octets");
  return keys.map((key) => key.slice());
}

function readCount(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw invalid(name, "pass a whole number of at least 1");
  return value;
}

function readDuration(name: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw isCaError(cause)
      ? invalid(name, `pass a duration such as PT1H: ${cause.message}`, { cause })
      : cause;
  }
}

/** Timers take a signed 32-bit number of milliseconds, and run at once when given more. */
function readTimer(name: string, text: string): number {
  const duration = readDuration(name, text);
  if (duration >= 2 ** 31) throw invalid(name, "pass at most 24 days");
  return duration;
}

function invalid(name: string, advice: string, options?: ErrorOptions): ConfigurationError {
  return new ConfigurationError(
    "ERR_OPTION_INVALID",
    `option ${name} of the ACME server cannot work: ${advice}`,
    options,
  );
}
