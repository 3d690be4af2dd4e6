export { adapterConformance } from "./adapter.ts";
export type { AdapterConformanceOptions, AdapterMount, MountedAdapter } from "./harness.ts";
export { listen } from "./listen.ts";
