import type { SqliteDatabase } from "../database.ts";
import type { IdentifierSetRow, PlannedRow } from "./rows.ts";

/**
 * Keeps `chancery_unreplaced_certificate`: of each set of identifiers the certificates that end last, of those neither
 * revoked nor on hold. Each transition that changes which those are calls it, once the certificate's row is changed.
 */
export interface Unreplaced {
  /** A certificate stands from now on: it was issued, or a hold on it has ended. */
  enter(certificate: StandingRow): void;
  /** A certificate stands no more: it was revoked or put on hold. */
  leave(certificate: StandingRow): void;
}

type StandingRow = IdentifierSetRow &
  Pick<PlannedRow, "issuer_id" | "not_after" | "not_before" | "serial_number">;

const standing = `
  chancery_certificate INDEXED BY chancery_certificate_standing
  WHERE certificate IS NOT NULL AND revoked_at IS NULL AND identifier_set = ?
`;

/** Creates the keeper. */
export function createUnreplaced({ prepare }: SqliteDatabase): Unreplaced {
  const lastEnds = prepare<{ readonly not_after: number }>(`
    SELECT not_after FROM ${standing} ORDER BY not_after DESC LIMIT 2
  `);
  const add = prepare(`
    INSERT INTO chancery_unreplaced_certificate (serial_number, issuer_id, renewal_due_at) VALUES (?, ?, ?)
  `);
  const addEnding = prepare(`
    INSERT INTO chancery_unreplaced_certificate (serial_number, issuer_id, renewal_due_at)
    SELECT serial_number, issuer_id, not_after - (not_after - not_before) / 3 FROM ${standing} AND not_after = ?
    ON CONFLICT DO NOTHING
  `);
  const remove = prepare(`
    DELETE FROM chancery_unreplaced_certificate WHERE serial_number = ? AND issuer_id = ?
  `);
  const removeEnding = prepare(`
    DELETE FROM chancery_unreplaced_certificate
    WHERE (serial_number, issuer_id) IN (SELECT serial_number, issuer_id FROM ${standing} AND not_after = ?)
  `);
  return {
    enter({ serial_number, issuer_id, identifier_set, not_before, not_after }) {
      if (identifier_set === null) return;
      const [last, second] = lastEnds.all(identifier_set);
      if (last === undefined || last.not_after > not_after) return;
      add.run(serial_number, issuer_id, not_after - Math.trunc((not_after - not_before) / 3));
      // One that ends at the same time has taken the place of those before it already.
      if (second !== undefined && second.not_after < not_after)
        removeEnding.run(identifier_set, second.not_after);
    },
    leave({ serial_number, issuer_id, identifier_set }) {
      if (remove.run(serial_number, issuer_id) === 0) return;
      const last = lastEnds.get(identifier_set);
      if (last !== undefined) addEnding.run(identifier_set, last.not_after);
    },
  };
}
