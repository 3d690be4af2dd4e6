export { decodePem, encodePem } from "./asn1/pem.ts";
export { type CertificateAuthorityOptions, createCertificateAuthority } from "./authority.ts";
export { type DistinguishedName, formatName, type NameAttribute } from "./certificate/name.ts";
export { type ParsedCertificate, type ParsedExtension, parseCertificate } from "./certificate/parse.ts";
export {
  type RevocationReason,
  revocationReasonFromNumber,
  revocationReasons,
} from "./certificate/revocation-reasons.ts";
export { readSubjectAltName } from "./certificate/subject-alt-name.ts";
export type { ExtKeyUsage, KeyUsage } from "./certificate/usages.ts";
export type {
  AuthorityHealth,
  CertificateAuthority,
  Explanation,
  IssuedCertificate,
  IssueRequest,
  IssueSubject,
  NamesRequest,
  RequestTerms,
  RevokeRequest,
} from "./certificate-authority.ts";
export type { Claims, ClaimsOptions, Validity } from "./claims/claims.ts";
export { parseDuration } from "./claims/duration.ts";
export type {
  KeyAlgorithm,
  KeySpecification,
  MaybePromise,
  PrivateKey,
  SignatureAlgorithm,
} from "./crypto/provider.ts";
export { type CertificationRequest, parseCertificationRequest } from "./csr/certification-request.ts";
export {
  CaError,
  type CaErrorCode,
  ConfigurationError,
  CsrError,
  caErrorCodes,
  type Denial,
  DerError,
  isCaError,
  PolicyError,
  RequestError,
  SignerError,
  StoreError,
} from "./errors.ts";
export {
  formatIdentifier,
  type Identifier,
  type IdentifierType,
  parseIdentifier,
  sameIdentifier,
} from "./identifier/identifier.ts";
export {
  type CreatedIssuer,
  type CreateIssuerOptions,
  createIntermediate,
  createRoot,
} from "./issuer/create.ts";
export { type ImportIssuerOptions, type Issuer, importIssuer } from "./issuer/issuer.ts";
export {
  decodePrivateKeyPem,
  encodePrivateKeyPem,
  encryptPrivateKeyPem,
  generatePrivateKey,
} from "./key/private-key.ts";
export type { RuleDecision } from "./policy/evaluate.ts";
export {
  abstain,
  allow,
  definePolicy,
  deny,
  type Policy,
  type PolicyAnswer,
  type PolicyDecision,
  type PolicyInput,
} from "./policy/policy.ts";
export { allowDns, allowEmail, allowIp, allowUri, denyDns, denyIp } from "./policy/rules.ts";
export { type PresetOptions, tlsClient, tlsServer, tlsServerAndClient } from "./profile/presets.ts";
export { defineProfile, type Profile, type ProfileOptions } from "./profile/profile.ts";
export { formatRequester, type Requester } from "./requester.ts";
export { createLocalSigner } from "./signer/local-signer.ts";
export type { Signer } from "./signer/signer.ts";
export type {
  AuditEntry,
  AuditFact,
  CertificateKey,
  CertificateQuery,
  CertificateRecord,
  CertificateStore,
  Completion,
  PlannedCertificate,
  Reservation,
  ReserveOutcome,
  RevocationFacts,
  RevocationTransition,
  RevokeOutcome,
} from "./store/certificate-store.ts";
export { printable } from "./text.ts";
