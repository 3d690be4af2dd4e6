/** Attribute types of names (X.520; RFC 5280 appendix A.1; RFC 4519). */
export const attributeTypeOids = {
  commonName: "2.5.4.3",
  surname: "2.5.4.4",
  serialNumber: "2.5.4.5",
  country: "2.5.4.6",
  locality: "2.5.4.7",
  stateOrProvince: "2.5.4.8",
  street: "2.5.4.9",
  organization: "2.5.4.10",
  organizationalUnit: "2.5.4.11",
  domainComponent: "0.9.2342.19200300.100.1.25",
  emailAddress: "1.2.840.113549.1.9.1",
} as const;

/** Certificate extensions (RFC 5280 section 4.2; RFC 7633; RFC 8737; RFC 9608; step-ca's own). */
export const extensionOids = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  crlDistributionPoints: "2.5.29.31",
  certificatePolicies: "2.5.29.32",
  authorityKeyIdentifier: "2.5.29.35",
  extKeyUsage: "2.5.29.37",
  noRevAvail: "2.5.29.56",
  authorityInfoAccess: "1.3.6.1.5.5.7.1.1",
  tlsFeature: "1.3.6.1.5.5.7.1.24",
  acmeIdentifier: "1.3.6.1.5.5.7.1.31",
  stepProvisioner: "1.3.6.1.4.1.37476.9000.64.1",
} as const;

/** Purposes of extKeyUsage (RFC 5280 section 4.2.1.12). */
export const extKeyUsageOids = {
  any: "2.5.29.37.0",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  emailProtection: "1.3.6.1.5.5.7.3.4",
  timeStamping: "1.3.6.1.5.5.7.3.8",
  ocspSigning: "1.3.6.1.5.5.7.3.9",
} as const;

/** Qualifiers of certificatePolicies (RFC 5280 section 4.2.1.4). */
export const policyQualifierOids = {
  cps: "1.3.6.1.5.5.7.2.1",
  userNotice: "1.3.6.1.5.5.7.2.2",
} as const;

/** Access methods of authorityInfoAccess (RFC 5280 section 4.2.2.1). */
export const accessMethodOids = {
  ocsp: "1.3.6.1.5.5.7.48.1",
  caIssuers: "1.3.6.1.5.5.7.48.2",
} as const;

/** Attributes of certification requests (RFC 2985 section 5.4; Microsoft's older form of extensionRequest). */
export const csrAttributeOids = {
  challengePassword: "1.2.840.113549.1.9.7",
  extensionRequest: "1.2.840.113549.1.9.14",
  microsoftExtensionRequest: "1.3.6.1.4.1.311.2.1.14",
} as const;

/** Public key algorithms (RFC 3279 section 2.3.1; RFC 5480 section 2.1; RFC 8410 section 3; RFC 9881 section 2). */
export const keyAlgorithmOids = {
  rsaEncryption: "1.2.840.113549.1.1.1",
  ecPublicKey: "1.2.840.10045.2.1",
  ed25519: "1.3.101.112",
  "ml-dsa-44": "2.16.840.1.101.3.4.3.17",
  "ml-dsa-65": "2.16.840.1.101.3.4.3.18",
  "ml-dsa-87": "2.16.840.1.101.3.4.3.19",
} as const;

/** Named curves (RFC 5480 section 2.1.1.1). */
export const curveOids = {
  "P-256": "1.2.840.10045.3.1.7",
  "P-384": "1.3.132.0.34",
  "P-521": "1.3.132.0.35",
} as const;

/** Signature algorithms (RFC 4055 section 5; RFC 5758 section 3.2; RFC 8410 section 3; RFC 9881 section 2). */
export const signatureAlgorithmOids = {
  "ecdsa-sha256": "1.2.840.10045.4.3.2",
  "ecdsa-sha384": "1.2.840.10045.4.3.3",
  "ecdsa-sha512": "1.2.840.10045.4.3.4",
  ed25519: "1.3.101.112",
  "rsa-pkcs1-sha256": "1.2.840.113549.1.1.11",
  "rsa-pkcs1-sha384": "1.2.840.113549.1.1.12",
  "rsa-pkcs1-sha512": "1.2.840.113549.1.1.13",
  "rsa-pss": "1.2.840.113549.1.1.10",
  "ml-dsa-44": "2.16.840.1.101.3.4.3.17",
  "ml-dsa-65": "2.16.840.1.101.3.4.3.18",
  "ml-dsa-87": "2.16.840.1.101.3.4.3.19",
} as const;

/** Hashes and mask generation (RFC 4055 section 2; RFC 8018 appendix B.1). */
export const digestOids = {
  "sha-1": "1.3.14.3.2.26",
  "sha-256": "2.16.840.1.101.3.4.2.1",
  "sha-384": "2.16.840.1.101.3.4.2.2",
  "sha-512": "2.16.840.1.101.3.4.2.3",
  mgf1: "1.2.840.113549.1.1.8",
} as const;

/** Password-based encryption of private keys (RFC 8018 appendix A, B; RFC 7914 section 7). */
export const passwordEncryptionOids = {
  pbes2: "1.2.840.113549.1.5.13",
  pbkdf2: "1.2.840.113549.1.5.12",
  scrypt: "1.3.6.1.4.1.11591.4.11",
  hmacSha1: "1.2.840.113549.2.7",
  hmacSha256: "1.2.840.113549.2.9",
  hmacSha384: "1.2.840.113549.2.10",
  hmacSha512: "1.2.840.113549.2.11",
  aes128Cbc: "2.16.840.1.101.3.4.1.2",
  aes192Cbc: "2.16.840.1.101.3.4.1.22",
  aes256Cbc: "2.16.840.1.101.3.4.1.42",
} as const;

/** Content types of CMS and PKCS#7 (RFC 5652 sections 4, 5.1, 8). */
export const contentTypeOids = {
  data: "1.2.840.113549.1.7.1",
  signedData: "1.2.840.113549.1.7.2",
  encryptedData: "1.2.840.113549.1.7.6",
} as const;

/** Bags, their attributes, and encryption of PKCS#12 (RFC 7292 section 4.2 and appendix C; RFC 2985 section 5.5). */
export const pkcs12Oids = {
  pkcs8ShroudedKeyBag: "1.2.840.113549.1.12.10.1.2",
  certBag: "1.2.840.113549.1.12.10.1.3",
  x509Certificate: "1.2.840.113549.1.9.22.1",
  friendlyName: "1.2.840.113549.1.9.20",
  localKeyId: "1.2.840.113549.1.9.21",
  pbeWithShaAnd3KeyTripleDesCbc: "1.2.840.113549.1.12.1.3",
} as const;

/** Response type and extensions of OCSP (RFC 6960 sections 4.2.1, 4.2.2.2.1 and 4.4). */
export const ocspOids = {
  basic: "1.3.6.1.5.5.7.48.1.1",
  nonce: "1.3.6.1.5.5.7.48.1.2",
  noCheck: "1.3.6.1.5.5.7.48.1.5",
  extendedRevoke: "1.3.6.1.5.5.7.48.1.9",
} as const;

/** Extensions of CRLs (RFC 5280 section 5.2); authorityKeyIdentifier is that of certificates. */
export const crlExtensionOids = {
  crlNumber: "2.5.29.20",
  deltaCrlIndicator: "2.5.29.27",
  issuingDistributionPoint: "2.5.29.28",
  freshestCrl: "2.5.29.46",
} as const;

/** Extensions of CRL entries (RFC 5280 section 5.3). */
export const crlEntryExtensionOids = {
  reasonCode: "2.5.29.21",
  invalidityDate: "2.5.29.24",
} as const;
