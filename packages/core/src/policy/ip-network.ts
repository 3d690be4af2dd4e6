import { ConfigurationError } from "../errors.ts";
import { readIpAddress } from "../identifier/ip-address.ts";

/** A set of IP addresses of one family. */
export interface IpNetwork {
  /** As written. */
  readonly text: string;
  /** @param address - Canonical text of an address. */
  contains(address: string): boolean;
}

/**
 * Reads an address or a CIDR block (`10.0.0.0/8`, `fd00::/8`).
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: not an address, a prefix that is too long, or host bits that are set.
 * @see RFC 4632 section 3.1, RFC 4291 section 2.3
 */
export function parseIpNetwork(text: string): IpNetwork {
  const [, address = "", prefixText] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const base = readIpAddress(address);
  const bits = (base?.length ?? 0) * 8;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (base === undefined || prefix > bits)
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `ip network "${text}" is not an address or address/prefix`,
    );
  const masked = base.map((octet, index) => octet & maskOctet(prefix, index));
  if (masked.some((octet, index) => octet !== base[index])) {
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `ip network "${text}" has bits set beyond its prefix of ${prefix}`,
    );
  }
  return {
    text,
    contains(candidate) {
      const octets = readIpAddress(candidate);
      return (
        octets?.length === masked.length &&
        octets.every((octet, index) => (octet & maskOctet(prefix, index)) === masked[index])
      );
    },
  };
}

function maskOctet(prefix: number, index: number): number {
  const bits = Math.min(Math.max(prefix - index * 8, 0), 8);
  return (0xff << (8 - bits)) & 0xff;
}
