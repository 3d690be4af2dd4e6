import { hash } from "node:crypto";
import type { AcmeStore } from "@chancery/acme-server";
import type { SqliteDatabase } from "../database.ts";

/** How long a nonce is remembered past its end, so that a clock that is set back revives none. */
const KEPT_PAST_END = 60 * 60 * 1000;

/** The transition that uses nonces up. */
export function createNonceTransitions({ prepare, write }: SqliteDatabase): Pick<AcmeStore, "consumeNonce"> {
  const insert = prepare(`
    INSERT INTO chancery_acme_used_nonce (hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING
  `);
  // Two out for each one in: the table follows the rate of use, and needs no sweeper.
  const forgetTwo = prepare(`
    DELETE FROM chancery_acme_used_nonce WHERE hash IN
      (SELECT hash FROM chancery_acme_used_nonce WHERE expires_at < ? ORDER BY expires_at LIMIT 2)
  `);
  return {
    consumeNonce: async ({ nonce, expiresAt, now }) => {
      // Past its end it may be forgotten already, and then it would look unused.
      if (expiresAt <= now) return false;
      const digest = hash("sha256", nonce, "buffer");
      return write(() => {
        if (insert.run(digest, expiresAt) === 0) return false;
        forgetTwo.run(now - KEPT_PAST_END);
        return true;
      });
    },
  };
}
