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

/** Certificate extensions (RFC 5280 section 4.2; RFC 7633; RFC 8737; RFC 9608). */
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

/** Attributes of certification requests (RFC 2985 section 5.4; Microsoft's older form of extensionRequest). */
export const csrAttributeOids = {
  challengePassword: "1.2.840.113549.1.9.7",
  extensionRequest: "1.2.840.113549.1.9.14",
  microsoftExtensionRequest: "1.3.6.1.4.1.311.2.1.14",
} as const;

/** Public key algorithms and named curves (RFC 3279 section 2.3.1; RFC 5480 section 2.1; RFC 8410 section 3). */
export const keyAlgorithmOids = {
  rsaEncryption: "1.2.840.113549.1.1.1",
  ecPublicKey: "1.2.840.10045.2.1",
  ed25519: "1.3.101.112",
} as const;

/** Named curves (RFC 5480 section 2.1.1.1). */
export const curveOids = {
  "P-256": "1.2.840.10045.3.1.7",
  "P-384": "1.3.132.0.34",
  "P-521": "1.3.132.0.35",
} as const;

/** Signature algorithms (RFC 4055 section 5; RFC 5758 section 3.2; RFC 8410 section 3). */
export const signatureAlgorithmOids = {
  "ecdsa-sha256": "1.2.840.10045.4.3.2",
  "ecdsa-sha384": "1.2.840.10045.4.3.3",
  "ecdsa-sha512": "1.2.840.10045.4.3.4",
  ed25519: "1.3.101.112",
  "rsa-pkcs1-sha256": "1.2.840.113549.1.1.11",
  "rsa-pkcs1-sha384": "1.2.840.113549.1.1.12",
  "rsa-pkcs1-sha512": "1.2.840.113549.1.1.13",
  "rsa-pss": "1.2.840.113549.1.1.10",
} as const;

/** Hashes and mask generation (RFC 4055 section 2; RFC 8018 appendix B.1). */
export const digestOids = {
  "sha-1": "1.3.14.3.2.26",
  "sha-256": "2.16.840.1.101.3.4.2.1",
  "sha-384": "2.16.840.1.101.3.4.2.2",
  "sha-512": "2.16.840.1.101.3.4.2.3",
  mgf1: "1.2.840.113549.1.1.8",
} as const;

/** Password-based encryption of private keys (RFC 8018 appendix A, B). */
export const passwordEncryptionOids = {
  pbes2: "1.2.840.113549.1.5.13",
  pbkdf2: "1.2.840.113549.1.5.12",
  hmacSha1: "1.2.840.113549.2.7",
  hmacSha256: "1.2.840.113549.2.9",
  hmacSha384: "1.2.840.113549.2.10",
  hmacSha512: "1.2.840.113549.2.11",
  aes128Cbc: "2.16.840.1.101.3.4.1.2",
  aes192Cbc: "2.16.840.1.101.3.4.1.22",
  aes256Cbc: "2.16.840.1.101.3.4.1.42",
} as const;
