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
    identifierTypes: ["dns", "ip", "email", "uri"],
    ...options,
    extKeyUsage: ["clientAuth"],
  });
}

/** Certificates for both ends of mutual TLS: extKeyUsage is serverAuth and clientAuth. Default name `tlsServerAndClient`. */
export function tlsServerAndClient(options: PresetOptions = {}): Profile {
  return defineProfile({
    name: "tlsServerAndClient",
    identifierTypes: ["dns", "ip", "email", "uri"],
    ...options,
    extKeyUsage: ["serverAuth", "clientAuth"],
  });
}
