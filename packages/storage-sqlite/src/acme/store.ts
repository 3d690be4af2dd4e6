import type { AcmeStore } from "@chancery/acme-server";
import type { SqliteDatabase } from "../database.ts";
import { requireSchema } from "../migrate.ts";
import { createAccountTransitions } from "./accounts.ts";
import { createAuthorizationTransitions } from "./authorizations.ts";
import { createFinalizationTransitions } from "./finalizations.ts";
import { createNonceTransitions } from "./nonces.ts";
import { createOrderTransitions } from "./orders.ts";
import { createTaskTransitions } from "./tasks.ts";
import { createValidationTransitions } from "./validations.ts";

/**
 * Creates an ACME store on a SQLite database.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the schema is older or newer than this package; see `migrate`.
 */
export function createSqliteAcmeStore(database: SqliteDatabase): AcmeStore {
  requireSchema(database);
  return Object.freeze<AcmeStore>({
    ...createAccountTransitions(database),
    ...createOrderTransitions(database),
    ...createAuthorizationTransitions(database),
    ...createTaskTransitions(database),
    ...createValidationTransitions(database),
    ...createFinalizationTransitions(database),
    ...createNonceTransitions(database),
  });
}
