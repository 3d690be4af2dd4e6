export { createMemoryCertificateStore } from "../store/memory.ts";
export {
  createTestAuthority,
  type TestAuthority,
  type TestAuthorityOptions,
  type TestCertificate,
  type TestCertificateOptions,
} from "./test-authority.ts";
