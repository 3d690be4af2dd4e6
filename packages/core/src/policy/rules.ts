export { named, when } from "./combinators.ts";
export { type KeyRequirements, requireKey } from "./key-rules.ts";
export {
  allowDns,
  allowEmail,
  allowIp,
  allowSpiffe,
  allowUri,
  denyDns,
  denyEmail,
  denyIp,
  denyUri,
} from "./name-rules.ts";
export { type RequesterCondition, requireProfile, requireRequester } from "./request-rules.ts";
export { allowCommonName, allowSubject, requireSubject, type SubjectValues } from "./subject-rules.ts";
export { limitUsages, type UsageLimits } from "./usage-rules.ts";
export { limitValidity } from "./validity-rules.ts";
