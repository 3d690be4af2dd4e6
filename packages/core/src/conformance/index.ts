export { certificateStoreConformance } from "./certificate-store.ts";
export { errorCode, expectEqual, expectStoreError, spoil, tally } from "./expect.ts";
export {
  type ConformanceCases,
  type ConformanceOptions,
  nextTurn,
  type OpenedStore,
  type RegisterTest,
  race,
  registerCases,
} from "./harness.ts";
