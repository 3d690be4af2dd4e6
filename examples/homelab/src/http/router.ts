import type { CertificateAuthority } from "@chancery/core";
import { createRepositoryHandler, type FetchHandler } from "@chancery/http";
import type { AcmeDirectory } from "../acme/directories.ts";

/** Hands each request to the ACME directory whose path it is below, and everything else to the repository. */
export function createRouter(
  directories: readonly AcmeDirectory[],
  ca: CertificateAuthority,
  baseUrl: string,
): FetchHandler {
  const repository = createRepositoryHandler({ ca, baseUrl });
  return (request, connection) => {
    const { pathname } = new URL(request.url);
    const directory = directories.find(({ path }) => pathname.startsWith(path));
    return (directory?.fetch ?? repository)(request, connection);
  };
}

/** Serves `/roots.pem` and nothing else: what is on plain HTTP may be read and changed on its way. */
export function createPlainRouter(ca: CertificateAuthority, baseUrl: string): FetchHandler {
  const repository = createRepositoryHandler({ ca, baseUrl });
  return (request, connection) => {
    if (new URL(request.url).pathname === "/roots.pem") return repository(request, connection);
    return new Response("not found\n", {
      status: 404,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  };
}
