import type { AddressInfo, Server } from "node:net";
import type { ListenAddress } from "../configuration/configuration.ts";
import { hasCode } from "../data-directory/files.ts";
import { StartRefusal } from "../start-refusal.ts";

/**
 * Makes a server listen.
 *
 * @returns The port, which the system has chosen when the one asked for is 0.
 * @throws {StartRefusal} The address and port cannot be had.
 */
export async function listen(server: Server, address: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => reject(refusalOf(error, address));
    server.once("error", refuse);
    server.listen({ host: address.host, port: address.port }, () => {
      server.off("error", refuse);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Writes an address as it stands in a URL. */
export function formatAddress({ host, port }: ListenAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function refusalOf(error: Error, address: ListenAddress): Error {
  const reason = hasCode(error, ...Object.keys(reasons)) ? reasons[error.code] : undefined;
  if (reason === undefined) return error;
  return new StartRefusal(`the server cannot listen on ${formatAddress(address)}: ${reason}`, {
    cause: error,
  });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "ports below 1024 need a privilege (CAP_NET_BIND_SERVICE)",
  EADDRINUSE: "another process has that port",
  EADDRNOTAVAIL: "that is no address of this machine",
  EAFNOSUPPORT: "this machine does not speak that version of IP",
};
