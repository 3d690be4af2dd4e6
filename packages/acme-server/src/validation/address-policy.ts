import { BlockList } from "node:net";
import { ConfigurationError } from "@chancery/core";
import { type IpAddress, parseAddress } from "./ip-address.ts";

/** Networks that an {@link AddressPolicy} treats differently from the rest; each a CIDR block or one address. */
export interface AddressPolicyOptions {
  /** Special networks that may be reached all the same, for example `10.0.0.0/8`. */
  readonly allow?: readonly string[];
  /** Networks that are refused before anything else is looked at, for example one's own public block. */
  readonly deny?: readonly string[];
}

/** Judges an address. @returns The rule that refuses it, as words after "refused as"; undefined when it may be reached. */
export type AddressPolicy = (address: IpAddress) => string | undefined;

/**
 * Creates the rule for where a validator may connect: global unicast addresses, and what `allow` names.
 *
 * Addresses of cloud metadata services are stricter: a block that merely contains one does not allow it, only an entry that is
 * that very address. A NAT64 address (RFC 6052) in an allowed block is judged once more by the IPv4 address inside.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: an entry is not a CIDR block, or has bits set after its prefix.
 * @see [IANA special-purpose address registries](https://www.iana.org/assignments/iana-ipv6-special-registry), RFC 6890
 */
export function createAddressPolicy({ allow = [], deny = [] }: AddressPolicyOptions): AddressPolicy {
  const allowedNetworks = parseNetworks("allow", allow);
  const allowed = networkList(allowedNetworks);
  const denied = networkList(parseNetworks("deny", deny));
  const exactly = new Set(allowedNetworks.filter(isSingle).map(({ address }) => address.text));
  return function judge(address): string | undefined {
    if (contains(denied, address)) return "denied by the operator";
    if (exactly.has(address.text)) return undefined;
    if (contains(metadata, address)) return "the address of a cloud metadata service";
    if (!contains(allowed, address)) return specialPurpose(address);
    const embedded = embeddedAddress(address);
    return embedded === undefined ? undefined : judge(embedded);
  };
}

interface Network {
  readonly address: IpAddress;
  readonly prefix: number;
}

/**
 * Networks, each family by itself: asked about an IPv4 address, a `BlockList` also looks at IPv6 subnets, where it takes the
 * address for a mapped one, and `::/0` would mean every IPv4 address too.
 */
type NetworkList = Readonly<Record<IpAddress["family"], BlockList>>;

function networkList(networks: readonly Network[]): NetworkList {
  const list = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const { address, prefix } of networks) {
    list[address.family].addSubnet(address.text, prefix, address.family);
  }
  return list;
}

function parseNetworks(option: string, entries: readonly string[]): Network[] {
  return entries.map((entry) => parseNetwork(option, entry));
}

function parseNetwork(option: string, entry: string): Network {
  const [, text = "", prefixText] = /^([^/]+)(?:\/(0|[1-9][0-9]{0,2}))?$/.exec(entry) ?? [];
  const address = parseAddress(text);
  const bits = address === undefined ? 0 : address.octets.length * 8;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  // A mapped address has become IPv4, so a prefix meant for IPv6 would not mean what it says.
  if (address === undefined || prefix > bits || (address.family === "ipv4" && text.includes(":"))) {
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `${option} entry "${entry}" is not a CIDR block such as 10.0.0.0/8`,
    );
  }
  if (hasBitsAfter(address.octets, prefix)) {
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `${option} entry "${entry}" has bits set after its prefix of ${prefix}`,
    );
  }
  return { address, prefix };
}

function hasBitsAfter(octets: Uint8Array, prefix: number): boolean {
  return octets.some((octet, index) => {
    const kept = Math.min(Math.max(prefix - index * 8, 0), 8);
    return (octet & (0xff >> kept)) !== 0;
  });
}

function isSingle({ address, prefix }: Network): boolean {
  return prefix === address.octets.length * 8;
}

function contains(list: NetworkList, { text, family }: IpAddress): boolean {
  return list[family].check(text, family);
}

/** The IPv4 address that a NAT64 gateway would go on to: the last 32 bits below the well-known prefix. */
function embeddedAddress(address: IpAddress): IpAddress | undefined {
  return contains(nat64, address) ? parseAddress(address.octets.subarray(12).join(".")) : undefined;
}

function specialPurpose(address: IpAddress): string | undefined {
  const entry = specialNetworks.find(({ list }) => contains(list, address));
  if (entry !== undefined) return entry.rule;
  return address.family === "ipv6" && !contains(globalUnicast, address)
    ? "not global unicast (RFC 4291)"
    : undefined;
}

function knownList(...entries: readonly string[]): NetworkList {
  return networkList(parseNetworks("special-purpose", entries));
}

/** Link-local and other fixed addresses at which clouds hand credentials to whoever asks from inside. */
const metadata = knownList(
  "100.100.100.200",
  "168.63.129.16",
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "192.0.0.192",
  "fd00:ec2::23",
  "fd00:ec2::254",
  "fd20:ce::254",
);

const nat64 = knownList("64:ff9b::/96");

/** The only block from which global unicast addresses have been given out. */
const globalUnicast = knownList("2000::/3");

const specialNetworks = (
  [
    ["0.0.0.0/8", "this network (RFC 791)"],
    ["10.0.0.0/8", "private use (RFC 1918)"],
    ["100.64.0.0/10", "shared address space (RFC 6598)"],
    ["127.0.0.0/8", "loopback (RFC 1122)"],
    ["169.254.0.0/16", "link-local (RFC 3927)"],
    ["172.16.0.0/12", "private use (RFC 1918)"],
    ["192.0.0.0/24", "a protocol assignment (RFC 6890)"],
    ["192.0.2.0/24", "documentation (RFC 5737)"],
    ["192.88.99.0/24", "a 6to4 relay (RFC 7526)"],
    ["192.168.0.0/16", "private use (RFC 1918)"],
    ["198.18.0.0/15", "benchmarking (RFC 2544)"],
    ["198.51.100.0/24", "documentation (RFC 5737)"],
    ["203.0.113.0/24", "documentation (RFC 5737)"],
    ["224.0.0.0/4", "multicast (RFC 1112)"],
    ["255.255.255.255/32", "broadcast (RFC 919)"],
    ["240.0.0.0/4", "reserved (RFC 1112)"],
    ["::/128", "unspecified (RFC 4291)"],
    ["::1/128", "loopback (RFC 4291)"],
    ["64:ff9b::/96", "NAT64 (RFC 6052)"],
    ["64:ff9b:1::/48", "local NAT64 (RFC 8215)"],
    ["100::/64", "discard only (RFC 6666)"],
    ["2001::/32", "Teredo (RFC 4380)"],
    ["2001:2::/48", "benchmarking (RFC 5180)"],
    ["2001::/23", "a protocol assignment (RFC 2928)"],
    ["2001:db8::/32", "documentation (RFC 3849)"],
    ["2002::/16", "6to4 (RFC 3056)"],
    ["3fff::/20", "documentation (RFC 9637)"],
    ["fc00::/7", "unique local (RFC 4193)"],
    ["fe80::/10", "link-local (RFC 4291)"],
    ["fec0::/10", "site-local (RFC 3879)"],
    ["ff00::/8", "multicast (RFC 4291)"],
  ] as const
).map(([network, rule]) => ({ list: knownList(network), rule }));
