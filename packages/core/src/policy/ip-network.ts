import { readIpAddress } from "../identifier/ip-address.ts";
import { printable } from "../text.ts";
import { senseless } from "./configured.ts";

/** A set of IP addresses of one family. */
export interface IpNetwork {
  /** As written. */
  readonly text: string;
  /** @param address - Canonical text of an address. */
  contains(address: string): boolean;
}

/** Settings of {@link parseIpNetwork}. */
export interface IpNetworkOptions {
  /** Whether bits beyond the prefix may be set, and count for nothing; default: false. */
  readonly hostBits?: boolean;
}

/**
 * Reads an address or a CIDR block (`10.0.0.0/8`, `fd00::/8`).
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: not an address, a prefix that is too long, host bits that are set, or
 * IPv4 addresses mapped into IPv6, which no identifier is.
 * @see RFC 4632 section 3.1, RFC 4291 sections 2.3 and 2.5.5.2
 */
export function parseIpNetwork(text: string, { hostBits = false }: IpNetworkOptions = {}): IpNetwork {
  const [, address = "", prefixText] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const base = readIpAddress(address);
  const bits = (base?.length ?? 0) * 8;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (base === undefined || prefix > bits)
    throw senseless(`ip network "${printable(text)}" is not an address or address/prefix`);
  const masked = base.map((octet, index) => octet & maskOctet(prefix, index));
  if (!hostBits && masked.some((octet, index) => octet !== base[index]))
    throw senseless(`ip network "${text}" has bits set beyond its prefix of ${prefix}`);
  if (prefix >= 96 && isMapped(base))
    throw senseless(`ip network "${text}" has IPv4 addresses mapped into IPv6: write them as IPv4`);
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

function isMapped(octets: Uint8Array): boolean {
  return (
    octets.length === 16 && octets.subarray(0, 12).every((octet, index) => octet === (index < 10 ? 0 : 0xff))
  );
}
