export { acmeStoreConformance } from "./acme-store.ts";
