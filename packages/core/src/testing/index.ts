export { createMemoryCertificateStore } from "../store/memory.ts";
export { type CertificateDefect, certificateDefects } from "./certificate-defect.ts";
export {
  createTestAuthority,
  type DefectiveCertificateOptions,
  type TestAuthority,
  type TestAuthorityOptions,
} from "./test-authority.ts";
export type { TestCertificate, TestCertificateOptions } from "./test-certificate.ts";
export type { TestTlsOptions } from "./tls-options.ts";
