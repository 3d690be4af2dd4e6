export { createSqliteAcmeStore } from "./acme/store.ts";
