import { describeError, type Log } from "../log/log.ts";
import type { Scheduler } from "../scheduler.ts";
import type { EndpointCertificate } from "./endpoint-certificate.ts";

/** What {@link startRenewal} works with. */
export interface RenewalOptions {
  readonly current: EndpointCertificate;
  readonly issue: () => Promise<EndpointCertificate>;
  /** Puts a certificate into service. */
  readonly install: (certificate: EndpointCertificate) => void;
  readonly clock: () => Date;
  readonly scheduler: Scheduler;
  readonly log: Log;
}

/**
 * Renews a certificate when two thirds of its life are over, for as long as the server runs.
 *
 * Looks at the clock at least once an hour, so neither a machine that slept nor a clock that was set makes it late by more.
 * After a failure it tries again every minute.
 *
 * @returns Ends the renewals.
 */
export function startRenewal(options: RenewalOptions): () => void {
  const { issue, install, clock, scheduler, log } = options;
  let renewAt = renewalTime(options.current);
  let isStopped = false;
  let cancel = plan(untilRenewal());

  return () => {
    isStopped = true;
    cancel();
  };

  function plan(milliseconds: number): () => void {
    return scheduler.after(milliseconds, () => void look());
  }

  async function look(): Promise<void> {
    const wait = clock().getTime() < renewAt ? untilRenewal() : await renew();
    if (!isStopped) cancel = plan(wait);
  }

  async function renew(): Promise<number> {
    try {
      const certificate = await issue();
      if (isStopped) return 0;
      install(certificate);
      renewAt = renewalTime(certificate);
      log("info", "endpoint.renewed", describeEndpoint(certificate));
      return untilRenewal();
    } catch (error) {
      log("error", "endpoint.renewalFailed", describeError(error));
      return retryDelay;
    }
  }

  function untilRenewal(): number {
    return Math.min(Math.max(renewAt - clock().getTime(), shortestDelay), longestDelay);
  }
}

/** What the log says about a certificate of the server. */
export function describeEndpoint(certificate: EndpointCertificate): Parameters<Log>[2] {
  return {
    serialNumber: certificate.serialNumber,
    notAfter: certificate.notAfter,
    renewal: new Date(renewalTime(certificate)),
  };
}

const shortestDelay = 1000;
const longestDelay = 3_600_000;
const retryDelay = 60_000;

function renewalTime({ notBefore, notAfter }: EndpointCertificate): number {
  return notBefore.getTime() + ((notAfter.getTime() - notBefore.getTime()) * 2) / 3;
}
