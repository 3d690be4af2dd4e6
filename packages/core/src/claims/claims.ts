import { ConfigurationError, RequestError } from "../errors.ts";
import { parseDuration } from "./duration.ts";

/**
 * How long certificates of a profile may live, and how they are renewed. Durations as {@link parseDuration} reads
 * them.
 */
export interface ClaimsOptions {
  /**
   * Validity when the requester asks for none; default `P90D`. Less than 31 days wants care: certbot, lego and
   * dehydrated renew a certificate that has 30 days left, so they would renew it on every run.
   */
  readonly defaultValidity?: string;
  /** Shortest validity that may be asked for, and that clamping to the issuer may leave; default `PT5M`. */
  readonly minimumValidity?: string;
  /** Longest validity that may be asked for; default `P90D`. */
  readonly maximumValidity?: string;
  /** How far notBefore lies in the past, for clients whose clock is behind: a minute (the default, `PT1M`) to an hour. */
  readonly backdate?: string;
  /** Whether certificates are not renewed at all; default: false. Whoever needs another one asks as if for the first. */
  readonly disableRenewal?: boolean;
  /**
   * How long after its notAfter a certificate may still be renewed, for machines that sleep; `true` is forever,
   * `false` (the default) not at all.
   */
  readonly allowRenewalAfterExpiry?: boolean | string;
}

/** Claims with every value known, in milliseconds. */
export interface Claims {
  readonly defaultValidity: number;
  readonly minimumValidity: number;
  readonly maximumValidity: number;
  readonly backdate: number;
  readonly disableRenewal: boolean;
  /** 0 where a certificate that has expired is not renewed, Infinity where it always is. */
  readonly allowRenewalAfterExpiry: number;
}

/** First and last second of a certificate, milliseconds since 1970 UTC; the last is inclusive. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/**
 * Reads claims and fills in the defaults.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: not a duration in whole seconds, a backdate of less than a minute or
 * more than an hour, or not minimum <= default <= maximum.
 */
export function parseClaims(options: ClaimsOptions = {}): Claims {
  const claims = {
    defaultValidity: parseWholeSeconds("defaultValidity", options.defaultValidity ?? "P90D"),
    minimumValidity: parseWholeSeconds("minimumValidity", options.minimumValidity ?? "PT5M"),
    maximumValidity: parseWholeSeconds("maximumValidity", options.maximumValidity ?? "P90D"),
    backdate: parseWholeSeconds("backdate", options.backdate ?? "PT1M"),
    disableRenewal: options.disableRenewal ?? false,
    allowRenewalAfterExpiry: parseGrace(options.allowRenewalAfterExpiry ?? false),
  };
  const { defaultValidity, minimumValidity, maximumValidity, backdate } = claims;
  if (minimumValidity > defaultValidity || defaultValidity > maximumValidity) {
    throw invalid(
      `claims are not in order: minimumValidity ${seconds(minimumValidity)}, defaultValidity ${seconds(defaultValidity)}, maximumValidity ${seconds(maximumValidity)}`,
    );
  }
  if (backdate < 60_000 || backdate > 3_600_000)
    throw invalid(`backdate of ${seconds(backdate)} is not within 60 s to 3600 s`);
  return Object.freeze(claims);
}

function parseGrace(grace: boolean | string): number {
  if (typeof grace === "string") return parseWholeSeconds("allowRenewalAfterExpiry", grace);
  return grace ? Number.POSITIVE_INFINITY : 0;
}

/** Certificates know whole seconds only, so anything finer would be granted and not written. */
function parseWholeSeconds(claim: string, text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds % 1000 === 0) return milliseconds;
  throw invalid(`${claim} of ${milliseconds} ms is not a whole number of seconds`);
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message);
}

/** What {@link planValidity} decides on. */
export interface ValidityRequest {
  readonly claims: Claims;
  /** When the issuer and every certificate above it begin and end to be valid. */
  readonly issuer: Validity;
  readonly now: number;
  /** When this was asked, if that was before `now`: a notBefore that was right then has not become wrong by waiting. */
  readonly requestedAt?: number | undefined;
  readonly notBefore?: number | undefined;
  readonly notAfter?: number | undefined;
  /**
   * For how long the certificate was valid that this one renews, in milliseconds from its notBefore to its notAfter, both
   * included. Counts where no notAfter is asked for.
   */
  readonly length?: number | undefined;
}

/**
 * Decides the validity of a certificate.
 *
 * What was not asked for follows the claims and is clamped to the issuer: a certificate never outlives its chain. A
 * renewed one is valid for as long as the one before, clamped to the claims as well. What
 * was asked for is granted exactly or refused. A validity of 90 days spans 7 776 000 seconds, both ends included, so
 * notAfter is one second before the round figure.
 *
 * @throws {RequestError} `ERR_VALIDITY_REFUSED`: outside the claims or the issuer; the message names limit and ask.
 * @see RFC 5280 section 4.1.2.5
 */
export function planValidity(request: ValidityRequest): Validity {
  const { claims, issuer, now, notBefore, notAfter, length } = request;
  const start = wholeSecond(notBefore ?? now);
  const from =
    notBefore === undefined ? Math.max(wholeSecond(now - claims.backdate), issuer.notBefore) : start;
  const until =
    notAfter === undefined
      ? Math.min(start + grantedLength(claims, length, start - from) - 1000, issuer.notAfter)
      : wholeSecond(notAfter);
  assertStart(request, from);
  if (notAfter === undefined) assertRoom(claims, start, issuer);
  assertLength(claims, start, until);
  if (until > issuer.notAfter)
    throw refused(`notAfter ${iso(until)} is after the issuer's ${iso(issuer.notAfter)}`);
  if (until < now) throw refused(`notAfter ${iso(until)} has passed, it is ${iso(now)}`);
  return { notBefore: from, notAfter: until };
}

/** What the claims grant from `start` on; the length of an earlier certificate has its backdate in it. */
function grantedLength(claims: Claims, length: number | undefined, backdate: number): number {
  const { defaultValidity, minimumValidity, maximumValidity } = claims;
  if (length === undefined) return defaultValidity;
  return Math.min(Math.max(wholeSecond(length - backdate), minimumValidity), maximumValidity);
}

function assertStart({ claims, issuer, now, requestedAt = now }: ValidityRequest, from: number): void {
  if (now < issuer.notBefore)
    throw refused(`the issuer's notBefore ${iso(issuer.notBefore)} has not come, it is ${iso(now)}`);
  const earliest = wholeSecond(Math.min(requestedAt, now) - claims.backdate);
  if (from < earliest)
    throw refused(`notBefore ${iso(from)} is before ${iso(earliest)}, the furthest backdate`);
  if (from > now + claims.maximumValidity)
    throw refused(`notBefore ${iso(from)} is more than ${seconds(claims.maximumValidity)} ahead`);
  if (from < issuer.notBefore)
    throw refused(`notBefore ${iso(from)} is before the issuer's ${iso(issuer.notBefore)}`);
}

function assertRoom({ minimumValidity }: Claims, start: number, { notAfter }: Validity): void {
  const left = notAfter - start + 1000;
  if (left >= minimumValidity) return;
  throw refused(
    `the issuer's notAfter ${iso(notAfter)} leaves ${seconds(left)}, the minimum is ${seconds(minimumValidity)}`,
  );
}

function assertLength({ minimumValidity, maximumValidity }: Claims, start: number, until: number): void {
  if (until < start) throw refused(`notAfter ${iso(until)} is before notBefore ${iso(start)}`);
  const length = until - start + 1000;
  if (length < minimumValidity)
    throw refused(`validity of ${seconds(length)} is below the minimum of ${seconds(minimumValidity)}`);
  if (length > maximumValidity)
    throw refused(`validity of ${seconds(length)} is above the maximum of ${seconds(maximumValidity)}`);
}

function wholeSecond(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}

function iso(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

function refused(message: string): RequestError {
  return new RequestError("ERR_VALIDITY_REFUSED", message);
}
