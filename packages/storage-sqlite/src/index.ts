export { createSqliteCertificateStore } from "./certificate/store.ts";
export type { SqliteStatistics } from "./commit-queue.ts";
export {
  createSqliteDatabase,
  type SqliteDatabase,
  type SqliteDatabaseOptions,
  type SqlValue,
  type Statement,
} from "./database.ts";
export { migrate } from "./migrate.ts";
export type { Wait } from "./patience.ts";
