import type { CertificateStore } from "@chancery/core";
import type { SqliteDatabase } from "../database.ts";
import { requireSchema } from "../migrate.ts";
import { createAuditTrail } from "./audit.ts";
import { createBlockedKeys } from "./blocked-keys.ts";
import { createCrlTransitions } from "./crls.ts";
import { createInventory } from "./inventory.ts";
import { createIssuanceTransitions } from "./issuance.ts";
import { createRevocationTransitions } from "./revocation.ts";
import { createUnreplaced } from "./unreplaced.ts";

/**
 * Creates a certificate store on a SQLite database.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the schema is older or newer than this package; see `migrate`.
 */
export function createSqliteCertificateStore(database: SqliteDatabase): CertificateStore {
  requireSchema(database);
  const trail = createAuditTrail(database);
  const blockedKeys = createBlockedKeys(database, trail);
  const parts = { trail, blockedKeys, unreplaced: createUnreplaced(database) };
  return Object.freeze<CertificateStore>({
    ...createIssuanceTransitions(database, parts),
    ...createRevocationTransitions(database, parts),
    ...createCrlTransitions(database, trail),
    ...createInventory(database),
    ...blockedKeys.transitions,
    ...trail.transitions,
  });
}
