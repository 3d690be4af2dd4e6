export { decodePem, encodePem } from "./asn1/pem.ts";
export { exportAudit } from "./audit/export.ts";
export { extendAuditChain } from "./audit/extend.ts";
export { type AuditVerification, verifyAuditChain } from "./audit/verify.ts";
export { createCertificateAuthority } from "./authority.ts";
export type { CertificateAuthorityOptions } from "./authority-options.ts";
export type { CertificatePolicy } from "./certificate/certificate-policies.ts";
export {
  type AttributeType,
  type DistinguishedName,
  formatName,
  type NameAttribute,
  type SubjectAttribute,
} from "./certificate/name.ts";
export { type ParsedCertificate, type ParsedExtension, parseCertificate } from "./certificate/parse.ts";
export {
  type RevocationReason,
  revocationReasonFromNumber,
  revocationReasons,
} from "./certificate/revocation-reasons.ts";
export { readSubjectAltName } from "./certificate/subject-alt-name.ts";
export type { ExtKeyUsage, KeyType, KeyUsage } from "./certificate/usages.ts";
export type {
  AuditTrail,
  AuthorityHealth,
  BlockKeyRequest,
  CertificateAuthority,
  HoldRequest,
  InventoryConditions,
  InventoryQuery,
  IssuedCertificate,
  IssueRequest,
  IssuerHealth,
  IssueSubject,
  NamesRequest,
  RekeyRequest,
  RenewRequest,
  RequestTerms,
  RevokeRequest,
} from "./certificate-authority.ts";
export type { Claims, ClaimsOptions, Validity } from "./claims/claims.ts";
export { formatDuration, parseDuration } from "./claims/duration.ts";
export { inheritClaims } from "./claims/inherit.ts";
export type { CrlOptions } from "./crl/options.ts";
export { type CertificateRevocationList, parseCertificateRevocationList } from "./crl/parse.ts";
export type { CrlPublisher } from "./crl/publish.ts";
export { type SignCrlOptions, signCrl } from "./crl/sign-crl.ts";
export { verifyCertificateRevocationList } from "./crl/verify.ts";
export type {
  KeyAlgorithm,
  KeySpecification,
  MaybePromise,
  MlDsaParameterSet,
  PrivateKey,
  SignatureAlgorithm,
} from "./crypto/provider.ts";
export { type CertificationRequest, parseCertificationRequest } from "./csr/certification-request.ts";
export { type IntermediateRequest, parseIntermediateRequest } from "./csr/intermediate-request.ts";
export {
  CaError,
  type CaErrorCode,
  ConfigurationError,
  CsrError,
  caErrorCodes,
  type Denial,
  DerError,
  isCaError,
  RequestError,
  SignerError,
  StoreError,
} from "./errors.ts";
export type { AuthorityEvent } from "./events/authority-event.ts";
export type { AuthorityListener } from "./events/emit.ts";
export {
  formatIdentifier,
  type Identifier,
  type IdentifierType,
  parseIdentifier,
  sameIdentifier,
} from "./identifier/identifier.ts";
export type { AlternateChain } from "./issuer/alternate-chain.ts";
export {
  type Artefact,
  createTranscript,
  type DetachedSignature,
  signTranscript,
  type TranscriptOptions,
  type TranscriptVerification,
  verifyTranscript,
} from "./issuer/ceremony.ts";
export type { AuthorityName, AuthorityOptions } from "./issuer/certificate-options.ts";
export {
  type CertifiedIntermediate,
  type CertifyIntermediateOptions,
  certifyIntermediate,
  type IntermediateSubject,
} from "./issuer/certify-intermediate.ts";
export { type CertifyRootOptions, certifyRoot } from "./issuer/certify-root.ts";
export {
  type CreatedIssuer,
  type CreateIssuerOptions,
  createIntermediate,
  createRoot,
} from "./issuer/create.ts";
export { type CrossCertifyOptions, crossCertify } from "./issuer/cross-certify.ts";
export { type InstallIntermediateOptions, installIntermediate } from "./issuer/install.ts";
export type { IntermediateDistribution, IntermediateOptions } from "./issuer/intermediate-options.ts";
export { type ImportIssuerOptions, type Issuer, importIssuer } from "./issuer/issuer.ts";
export type { ConstrainedNames, NameConstraintOptions } from "./issuer/name-constraint-options.ts";
export {
  createIntermediateRequest,
  type IntermediateRequestOptions,
  type PendingIntermediate,
} from "./issuer/request.ts";
export type { IssuerAssignment } from "./issuer/roster.ts";
export {
  decodePrivateKeyPem,
  encodePrivateKeyPem,
  encryptPrivateKeyPem,
  generatePrivateKey,
} from "./key/private-key.ts";
export { hashPublicKey } from "./key/public-key.ts";
export { lintTbsCertificate } from "./lint/lint.ts";
export { LintError, type LintFinding } from "./lint/lint-error.ts";
export type { LintContext, LintIssuer, LintRole } from "./lint/rule.ts";
export type { ExplainedPlan, Explanation } from "./policy/explanation.ts";
export { formatJudgement } from "./policy/format-judgement.ts";
export type {
  Judgement,
  LevelJudgement,
  PolicyJudgement,
  RuleDecision,
  Verdict,
} from "./policy/judgement.ts";
export {
  abstain,
  allow,
  definePolicy,
  deny,
  type Policy,
  type PolicyAnswer,
  type PolicyDecision,
  type PolicyInput,
  type PolicyLevel,
} from "./policy/policy.ts";
export { PolicyError } from "./policy/policy-error.ts";
export {
  allowCommonName,
  allowDns,
  allowEmail,
  allowIp,
  allowSpiffe,
  allowSubject,
  allowUri,
  denyDns,
  denyEmail,
  denyIp,
  denyUri,
  type KeyRequirements,
  limitUsages,
  limitValidity,
  named,
  type RequesterCondition,
  requireKey,
  requireProfile,
  requireRequester,
  requireSubject,
  type SubjectValues,
  type UsageLimits,
  when,
} from "./policy/rules.ts";
export {
  type StepNamePolicy,
  type StepNameRules,
  type StepPolicyOptions,
  stepPolicy,
} from "./policy/step-policy.ts";
export type { CustomExtension } from "./profile/custom-extension.ts";
export type { DistributionOptions, DistributionUrls } from "./profile/distribution.ts";
export {
  codeSigning,
  emailProtection,
  ocspResponder,
  type PresetOptions,
  spiffe,
  stepLeaf,
  tlsClient,
  tlsServer,
  tlsServerAndClient,
} from "./profile/presets.ts";
export { defineProfile, type Profile, type ProfileOptions } from "./profile/profile.ts";
export type { ProvisionerExtension } from "./profile/provisioner-extension.ts";
export {
  type SpiffeBundle,
  type SpiffeBundleKey,
  type SpiffeBundleOptions,
  spiffeBundle,
} from "./profile/spiffe-bundle.ts";
export type { SubjectAttributeType, SubjectOptions } from "./profile/subject.ts";
export { formatRequester, type Requester } from "./requester.ts";
export { createLocalSigner, type LocalSignerOptions } from "./signer/local-signer.ts";
export { probeSigner } from "./signer/probe.ts";
export type { Signer } from "./signer/signer.ts";
export type {
  AuditChainExtension,
  AuditEntry,
  AuditFact,
  AuditLink,
  BlockedKey,
  BlockKeyOutcome,
  CertificateConditions,
  CertificateKey,
  CertificateQuery,
  CertificateRecord,
  CertificateStatus,
  CertificateStore,
  ChainedAuditEntry,
  Completion,
  CrlPartition,
  CrlRecord,
  EarlierOutcome,
  PlannedCertificate,
  PublishCrlOutcome,
  ReleaseOutcome,
  ReleaseTransition,
  Reservation,
  ReserveOutcome,
  RevocationFacts,
  RevocationTransition,
  RevokedCertificate,
  RevokedQuery,
  RevokeOutcome,
} from "./store/certificate-store.ts";
export { printable } from "./text.ts";
