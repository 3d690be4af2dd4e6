import { isIP, SocketAddress } from "node:net";

/** An IP address in its one canonical form. */
export interface IpAddress {
  readonly family: "ipv4" | "ipv6";
  /** Dotted quad, or RFC 5952. */
  readonly text: string;
  /** Network order: 4 octets or 16. */
  readonly octets: Uint8Array;
}

/**
 * Reads an IP address; one of IPv4 that is mapped into IPv6 becomes the IPv4 address, because that is where a socket would go.
 *
 * @returns Undefined for everything else: names, zones, octal, hexadecimal and shortened forms.
 */
export function parseAddress(text: string): IpAddress | undefined {
  const version = isIP(text);
  if (version === 0 || text.includes("%")) return undefined;
  if (version === 4) return { family: "ipv4", text, octets: ipv4Octets(text) };
  const canonical = new SocketAddress({ address: text, family: "ipv6" }).address;
  const octets = ipv6Octets(canonical);
  return isMapped(octets)
    ? { family: "ipv4", text: octets.subarray(12).join("."), octets: octets.subarray(12) }
    : { family: "ipv6", text: canonical, octets };
}

/** The name of an address in the reverse tree (RFC 1034 section 5.2.1, RFC 3596 section 2.5). */
export function reverseName({ family, octets }: IpAddress): string {
  if (family === "ipv4") return `${[...octets].toReversed().join(".")}.in-addr.arpa`;
  const nibbles = Buffer.from(octets).toString("hex").split("");
  return `${nibbles.toReversed().join(".")}.ip6.arpa`;
}

function ipv4Octets(text: string): Uint8Array {
  return Uint8Array.from(text.split("."), Number);
}

function ipv6Octets(canonical: string): Uint8Array {
  const [head = "", tail] = canonical.split("::");
  const before = groupOctets(head);
  const after = groupOctets(tail ?? "");
  return Uint8Array.from([...before, ...new Uint8Array(16 - before.length - after.length), ...after]);
}

function groupOctets(groups: string): number[] {
  if (groups === "") return [];
  return groups.split(":").flatMap((group) => {
    if (group.includes(".")) return [...ipv4Octets(group)];
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** `::ffff:0:0/96`, RFC 4291 section 2.5.5.2. */
function isMapped(octets: Uint8Array): boolean {
  return octets.subarray(0, 10).every((octet) => octet === 0) && octets[10] === 0xff && octets[11] === 0xff;
}
