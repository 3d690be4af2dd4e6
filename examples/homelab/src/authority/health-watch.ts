import type { CertificateAuthority } from "@chancery/core";
import type { Host } from "../host.ts";

/**
 * Writes to the log, at once and then daily, what an operator must know about the health of an authority.
 *
 * @returns Ends the watch.
 */
export function watchHealth(
  ca: Pick<CertificateAuthority, "health">,
  { scheduler, log }: Pick<Host, "log" | "scheduler">,
): () => void {
  let cancel = look();
  return () => cancel();

  function look(): () => void {
    for (const warning of ca.health().warnings) log("warn", "authority.health", { warning });
    return scheduler.after(day, () => {
      cancel = look();
    });
  }
}

const day = 86_400_000;
