import { defineProfile, type Profile, type ProfileOptions } from "./profile.ts";

/** What can be changed about a preset; the purposes cannot. */
export type PresetOptions = Partial<Omit<ProfileOptions, "extKeyUsage">>;

/** Certificates for TLS servers: names are DNS names and IP addresses, extKeyUsage is serverAuth. Default name `tlsServer`. */
export function tlsServer(options: PresetOptions = {}): Profile {
  return defineProfile({ name: "tlsServer", ...options, extKeyUsage: ["serverAuth"] });
}

/** Certificates for TLS clients: any kind of identifier, extKeyUsage is clientAuth. Default name `tlsClient`. */
export function tlsClient(options: PresetOptions = {}): Profile {
  return defineProfile({
    name: "tlsClient",
    ...anyIdentifier(options),
    ...options,
    extKeyUsage: ["clientAuth"],
  });
}

/** Certificates for both ends of mutual TLS: extKeyUsage is serverAuth and clientAuth. Default name `tlsServerAndClient`. */
export function tlsServerAndClient(options: PresetOptions = {}): Profile {
  return defineProfile({
    name: "tlsServerAndClient",
    ...anyIdentifier(options),
    ...options,
    extKeyUsage: ["serverAuth", "clientAuth"],
  });
}

/**
 * X509-SVIDs of a SPIFFE trust domain: one URI, `spiffe://trustDomain/path`, extKeyUsage is serverAuth and clientAuth. Default
 * name `spiffe`, default and maximum validity a day.
 *
 * @see X509-SVID sections 2, 3.1, 4.3 and 4.4
 */
export function spiffe(options: PresetOptions & { readonly trustDomain: string }): Profile {
  const { trustDomain, ...rest } = options;
  return defineProfile({
    name: "spiffe",
    claims: { defaultValidity: "P1D", maximumValidity: "P1D" },
    ...rest,
    spiffe: { trustDomain },
    extKeyUsage: ["serverAuth", "clientAuth"],
  });
}

/**
 * Certificates for OCSP responders: a subject and no identifiers, extKeyUsage is ocspSigning, ocsp-nocheck, seven days,
 * nothing about their own revocation. Default name `ocspResponder`, default subject `CN=OCSP Responder`.
 *
 * @see RFC 6960 sections 4.2.2.2 and 4.2.2.2.1
 */
export function ocspResponder(options: PresetOptions = {}): Profile {
  return defineProfile({
    name: "ocspResponder",
    subject: { fixed: { commonName: "OCSP Responder" } },
    identifierTypes: [],
    claims: { defaultValidity: "P7D", maximumValidity: "P7D" },
    ocspNoCheck: true,
    distribution: "none",
    ...options,
    extKeyUsage: ["ocspSigning"],
  });
}

/**
 * Certificates for signing code: the subject is that of the request (country, organization and its unit, locality, state,
 * commonName), there are no identifiers, extKeyUsage is codeSigning. Default name `codeSigning`.
 */
export function codeSigning(options: PresetOptions = {}): Profile {
  return defineProfile({
    name: "codeSigning",
    subject: {
      fromRequest: ["country", "organization", "organizationalUnit", "locality", "stateOrProvince"],
      commonName: "request",
    },
    identifierTypes: [],
    ...options,
    extKeyUsage: ["codeSigning"],
  });
}

/** Certificates for signing mail (S/MIME): identifiers are mail addresses, extKeyUsage is emailProtection. Default name `emailProtection`. */
export function emailProtection(options: PresetOptions = {}): Profile {
  return defineProfile({
    name: "emailProtection",
    identifierTypes: ["email"],
    ...options,
    extKeyUsage: ["emailProtection"],
  });
}

/**
 * What step-ca issues by default, octet for octet but for the dates: the commonName of the request, digitalSignature, for RSA
 * keys keyEncipherment too, serverAuth and clientAuth, a subjectKeyIdentifier by SHA-1, the provisioner extension of the
 * request, and no basicConstraints, CRLs, OCSP. Default name `stepLeaf`, default and maximum validity a day.
 */
export function stepLeaf(options: PresetOptions = {}): Profile {
  const certifiesRsa = options.keyTypes?.includes("rsa") ?? true;
  return defineProfile({
    name: "stepLeaf",
    subject: { commonName: "request" },
    ...anyIdentifier(options),
    claims: { defaultValidity: "P1D", maximumValidity: "P1D" },
    keyUsage: certifiesRsa ? { rsa: ["digitalSignature", "keyEncipherment"] } : {},
    basicConstraints: "absent",
    subjectKeyIdentifier: "sha-1",
    subjectAltNameOrder: "kind",
    distribution: "none",
    provisionerExtension: true,
    ...options,
    extKeyUsage: ["serverAuth", "clientAuth"],
  });
}

/** Nothing for X509-SVIDs, whose identifiers follow from the trust domain. */
function anyIdentifier({ spiffe }: PresetOptions): PresetOptions {
  return spiffe === undefined ? { identifierTypes: ["dns", "ip", "email", "uri"] } : {};
}
