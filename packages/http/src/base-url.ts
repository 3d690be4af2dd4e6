import { ConfigurationError } from "@chancery/core";

/**
 * Reads the URL under which clients reach a service.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: not an absolute http or https URL, or one with credentials, a
 * query or a fragment.
 */
export function parseBaseUrl(baseUrl: string | URL): URL {
  const url = URL.parse(String(baseUrl));
  const usable =
    url !== null &&
    (url.protocol === "https:" || url.protocol === "http:") &&
    url.username + url.password + url.search + url.hash === "";
  if (!usable) {
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      "baseUrl is not an absolute http or https URL of scheme, host, port and path alone",
    );
  }
  return url;
}

/** The path of a base URL without its final slash: empty where the service has the whole host. */
export function basePath(baseUrl: URL): string {
  return baseUrl.pathname.replace(/\/+$/, "");
}
