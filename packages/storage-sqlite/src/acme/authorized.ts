import type { SqliteDatabase } from "../database.ts";
import type { AuthorizationRow } from "./rows.ts";

/** What decides whether an authorization can serve an order. */
export type Standing = Pick<AuthorizationRow, "account_id" | "expires_at" | "state">;

/** Looks up {@link Standing}s inside a transition. */
export interface Standings {
  find(authorizationId: string): Standing | undefined;
  /** Tells whether all of these authorizations are valid and unexpired. */
  areValid(authorizationIds: readonly string[], now: number): boolean;
}

/** Prepares the look-up. */
export function createStandings({ prepare }: SqliteDatabase): Standings {
  const select = prepare<Standing>(`
    SELECT account_id, state, expires_at FROM chancery_acme_authorization WHERE id = ?
  `);
  return {
    find: (id) => select.get(id),
    areValid: (ids, now) => ids.every((id) => isValid(select.get(id), now)),
  };
}

/** Tells whether an authorization is valid and unexpired. */
export function isValid(standing: Standing | undefined, now: number): boolean {
  return standing?.state === "valid" && now < standing.expires_at;
}
