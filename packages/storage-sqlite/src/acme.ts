export { endLeases } from "./acme/leases.ts";
export { createSqliteAcmeStore } from "./acme/store.ts";
