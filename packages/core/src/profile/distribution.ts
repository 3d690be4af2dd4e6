import { ConfigurationError } from "../errors.ts";
import { printable } from "../text.ts";
import { invalid } from "./invalid.ts";
import type { Profile } from "./profile.ts";

/**
 * Where relying parties fetch CRLs and issuer certificates and ask about revocation, as URL templates: `{issuer}` becomes the
 * issuer's id in hexadecimal, `{partition}` the number of a CRL partition. What is absent is not written.
 */
export interface DistributionOptions {
  /** Full CRLs, for example `http://pki.lab.example/crl/{issuer}/{partition}`. */
  readonly crl?: string;
  /** Delta CRLs; named by full CRLs and never by certificates. Only together with `crl`. */
  readonly deltaCrl?: string;
  /** OCSP responder. */
  readonly ocsp?: string;
  /** The issuer's certificate, DER. */
  readonly issuer?: string;
}

/** The URLs for one issuer and one of its CRL partitions. */
export interface DistributionUrls {
  readonly crl?: string;
  readonly deltaCrl?: string;
  readonly ocsp?: string;
  readonly issuer?: string;
}

/** {@link DistributionOptions}, checked. */
export interface Distribution {
  /** The templates, as they were given. */
  readonly templates: DistributionOptions;
  urlsOf(place: { readonly issuerId: string; readonly partition: number }): DistributionUrls;
}

/**
 * Checks URL templates.
 *
 * They are plain http: what is fetched is signed, and fetching it over https would need the very revocation check that it
 * serves (RFC 5280 section 8).
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: no absolute http URL in ASCII, user information or a fragment, a placeholder that
 * is unknown, means nothing there or stands in the host, more than 1024 characters, a deltaCrl without crl.
 * @see RFC 5280 sections 4.2.1.13, 4.2.1.15 and 4.2.2.1
 */
export function parseDistribution(options: DistributionOptions = {}): Distribution {
  const given = fields.flatMap((field) => {
    const template = options[field];
    return template === undefined ? [] : [[field, parseTemplate(field, template)] as const];
  });
  if (options.deltaCrl !== undefined && options.crl === undefined)
    throw invalidTemplate("deltaCrl", `is ${options.deltaCrl} and distribution.crl is absent`);
  return Object.freeze<Distribution>({
    templates: Object.freeze(Object.fromEntries(given)),
    urlsOf: ({ issuerId, partition }) =>
      Object.fromEntries(
        given.map(([field, template]) => [field, expand(template, issuerId, String(partition))]),
      ),
  });
}

/**
 * Checks that profiles and issuers get on with the URLs.
 *
 * @param place.issuerIds - Ids of all issuers of the authority.
 * @param place.partitions - How many CRLs each of them spreads its certificates over.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a profile with mustStaple and no OCSP URL, one URL for two CRLs, one URL for the
 * certificates of two issuers.
 */
export function assertDistribution(
  { templates }: Distribution,
  profiles: readonly Profile[],
  { issuerIds, partitions }: { readonly issuerIds: readonly string[]; readonly partitions: number },
): void {
  const stapling = profiles.find(({ mustStaple }) => mustStaple);
  if (stapling !== undefined && templates.ocsp === undefined)
    throw invalid(
      stapling.name,
      "mustStaple",
      "is true and distribution.ocsp is absent: there is no OCSP URL",
    );
  const issuers = new Set(issuerIds).size;
  for (const field of ["crl", "deltaCrl", "issuer"] as const) {
    const template = templates[field];
    if (template === undefined) continue;
    if (issuers > 1 && !template.includes("{issuer}"))
      throw invalidTemplate(field, `${template} has no {issuer} and there are ${issuers} issuers`);
    if (partitions > 1 && field !== "issuer" && !template.includes("{partition}"))
      throw invalidTemplate(
        field,
        `${template} has no {partition} and there are ${partitions} CRL partitions`,
      );
  }
}

const fields = ["crl", "deltaCrl", "ocsp", "issuer"] as const;

/** CRLs alone are split; a responder and an issuer's certificate serve all partitions. */
const placeholders: Readonly<Record<(typeof fields)[number], readonly string[]>> = {
  crl: ["{issuer}", "{partition}"],
  deltaCrl: ["{issuer}", "{partition}"],
  ocsp: ["{issuer}"],
  issuer: ["{issuer}"],
};

/**
 * Placeholders stand behind the host, and what is put in is letters and digits: what holds for the template with such in
 * their place holds for every URL.
 */
function parseTemplate(field: (typeof fields)[number], template: string): string {
  if (template.length > 1024)
    throw invalidTemplate(field, `has ${template.length} characters, allowed are 1024`);
  const unknown = template.match(/\{[^}]*\}?|\}/g)?.find((found) => !placeholders[field].includes(found));
  if (unknown !== undefined)
    throw invalidTemplate(
      field,
      `"${printable(template)}" has ${printable(unknown)}, which is not one of ${placeholders[field].join(", ")}`,
    );
  const url = expand(template, "0", "0");
  if (
    !/^http:\/\/[^/?#@{}]+(?:[/?][\x21-\x7e]*)?$/.test(template) ||
    url.includes("#") ||
    !isWrittenAsParsed(url)
  )
    throw invalidTemplate(
      field,
      `"${printable(template)}" is not an absolute http URL in ASCII with a fixed host and without user information and fragment`,
    );
  return template;
}

function isWrittenAsParsed(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { href } = new URL(url);
  return href === url || href === `${url}/`;
}

function expand(template: string, issuer: string, partition: string): string {
  return template.replaceAll("{issuer}", issuer).replaceAll("{partition}", partition);
}

function invalidTemplate(field: string, fault: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", `distribution.${field} ${fault}`);
}
