import type { CertificateAuthority } from "@chancery/core";
import type { Host } from "../host.ts";
import { describeError } from "../log/log.ts";

/** Gives entries of the audit trail their place in the hash chain. */
export interface AuditChain {
  /** Something was appended: it is chained within a second. */
  wake(): void;
  /** Calls off what is to come; resolves once nothing is under way. */
  end(): Promise<void>;
}

/**
 * Creates the chain of an authority's audit trail. It asks nothing of the store while nothing happens.
 *
 * @param extend - `audit.extend` of the authority.
 */
export function createAuditChain(
  extend: CertificateAuthority["audit"]["extend"],
  { scheduler, log }: Pick<Host, "log" | "scheduler">,
): AuditChain {
  let running = Promise.resolve();
  let cancel: (() => void) | undefined;
  let isEnded = false;

  async function run(): Promise<void> {
    cancel = undefined;
    try {
      await extend();
    } catch (error) {
      log("error", "audit.chainFailed", describeError(error));
    }
  }

  return Object.freeze({
    wake() {
      if (isEnded || cancel !== undefined) return;
      cancel = scheduler.after(second, () => {
        running = running.then(run);
      });
    },
    end() {
      isEnded = true;
      cancel?.();
      return running;
    },
  });
}

const second = 1000;
