import { RequestError } from "../errors.ts";
import { printable } from "../text.ts";

/**
 * Reads an IP address and writes it in its canonical form: dotted quad, or RFC 5952.
 *
 * @throws {RequestError} `ERR_IDENTIFIER_MALFORMED`: not an address, a zone, leading zeros, hexadecimal or octal forms,
 * an IPv4 address mapped into IPv6, the unspecified address, a multicast address.
 * @see RFC 5952 section 4, RFC 8738 section 3
 */
export function parseIpAddress(text: string): string {
  const octets = readIpAddress(text);
  const fault = octets === undefined ? "is not an IP address" : faultOf(octets);
  if (octets === undefined || fault !== undefined) {
    throw new RequestError("ERR_IDENTIFIER_MALFORMED", `ip address "${printable(text)}" ${fault}`);
  }
  return formatIpAddress(octets);
}

/** Reads an address of either family as 4 or 16 octets; undefined when the text is not one. */
export function readIpAddress(text: string): Uint8Array | undefined {
  return text.includes(":") ? readIpv6(text) : readIpv4(text);
}

/** Writes 4 or 16 octets as dotted quad or in the form of RFC 5952. */
export function formatIpAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  // The URL parser writes RFC 5952: lower case, no leading zeros, the longest run of zeros as "::".
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((octets[index * 2] ?? 0) * 256 + (octets[index * 2 + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}

function readIpv4(text: string): Uint8Array | undefined {
  if (!/^(?:(?:0|[1-9][0-9]{0,2})(?:\.|$)){4}$/.test(text) || text.endsWith(".")) return undefined;
  const octets = text.split(".").map(Number);
  return octets.length === 4 && octets.every((octet) => octet <= 255) ? Uint8Array.from(octets) : undefined;
}

function readIpv6(text: string): Uint8Array | undefined {
  if (text.length > 45 || !/^[0-9a-fA-F:.]+$/.test(text)) return undefined;
  let host: string;
  try {
    host = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  } catch {
    return undefined;
  }
  const [head = "", tail = ""] = host.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === "" ? [] : tail.split(":");
  const groups = host.includes("::")
    ? [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after]
    : before;
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  );
}

function faultOf(octets: Uint8Array): string | undefined {
  if (octets.every((octet) => octet === 0)) return "is the unspecified address";
  const [first = 0] = octets;
  if (octets.length === 4) return first >= 224 && first < 240 ? "is a multicast address" : undefined;
  const mapped =
    octets.subarray(0, 10).every((octet) => octet === 0) && octets[10] === 0xff && octets[11] === 0xff;
  if (mapped) return "is an IPv4 address mapped into IPv6";
  return first === 0xff ? "is a multicast address" : undefined;
}
