import { generalNameTags } from "../certificate/general-name.ts";
import type { GeneralSubtree, NameConstraints } from "../certificate/name-constraints.ts";
import { CaError } from "../errors.ts";
import { parseDnsName } from "../identifier/dns-name.ts";
import { parseEmailAddress } from "../identifier/email-address.ts";
import type { IdentifierType } from "../identifier/identifier.ts";
import { readIpAddress } from "../identifier/ip-address.ts";
import { parseIpNetwork } from "../policy/ip-network.ts";
import { printable } from "../text.ts";
import { invalid } from "./invalid.ts";

/**
 * What a CA and all below it may certify. A kind of name that is not permitted by any entry is not limited at all: to shut
 * it out, exclude everything of it.
 */
export interface NameConstraintOptions {
  readonly permitted?: ConstrainedNames;
  /** Stronger than `permitted`. */
  readonly excluded?: ConstrainedNames;
}

/** Parts of the name space, by kind of name; a list that is given has at least one entry. */
export interface ConstrainedNames {
  /** DNS names, each standing for itself and all below, none of them a wildcard; `""`, only to be excluded, for every DNS name. */
  readonly dns?: readonly string[];
  /** Addresses and networks: `192.0.2.1`, `10.0.0.0/8`, `::/0`. */
  readonly ip?: readonly string[];
  /** A mailbox `a@lab.example`, the mailboxes of one host `lab.example`, or those of all hosts below it `.lab.example`. */
  readonly email?: readonly string[];
  /** Hosts of URIs, and trust domains of SPIFFE IDs: one host `lab.example`, or all below it `.lab.example`. */
  readonly uri?: readonly string[];
}

/** The two ways to say what is permitted. */
export interface ConstraintOptions {
  /** DNS names at and below which certificates may be issued, none of them a wildcard; default: no constraint. */
  readonly permittedDns?: readonly string[];
  /** Constraints on every kind of name, instead of `permittedDns`; default: none. */
  readonly nameConstraints?: NameConstraintOptions;
}

/**
 * Reads name constraints.
 *
 * @returns Undefined when there is none.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a name that cannot be constrained so, an empty list in `nameConstraints`
 * (which would constrain nothing), or both ways at once.
 * @see RFC 5280 section 4.2.1.10
 */
export function readNameConstraintOptions({
  permittedDns = [],
  nameConstraints,
}: ConstraintOptions): NameConstraints | undefined {
  if (permittedDns.length > 0) {
    if (nameConstraints !== undefined)
      throw invalid("permittedDns is the short form of nameConstraints.permitted.dns: only one may be given");
    return { permitted: permittedDns.map((text) => readDns(text, "permittedDns")), excluded: [] };
  }
  if (nameConstraints === undefined) return undefined;
  const permitted = readNames(nameConstraints.permitted, "permitted");
  const excluded = readNames(nameConstraints.excluded, "excluded");
  if (permitted.length + excluded.length === 0)
    throw invalid("nameConstraints constrains nothing: leave it out, or say what is permitted or excluded");
  return { permitted, excluded };
}

function readNames(names: ConstrainedNames = {}, list: "excluded" | "permitted"): readonly GeneralSubtree[] {
  return kinds.flatMap((kind) => {
    const texts = names[kind];
    const field = `nameConstraints.${list}.${kind}`;
    if (texts?.length === 0) throw invalid(`${field} is empty: leave it out, or name at least one`);
    return (texts ?? []).map((text) =>
      kind === "dns" && text === "" && list === "excluded" ? everyDnsName : readers[kind](text, field),
    );
  });
}

const kinds = ["dns", "ip", "email", "uri"] as const;

const readers: Readonly<Record<IdentifierType, (text: string, field: string) => GeneralSubtree>> = {
  dns: readDns,
  ip: readNetwork,
  email: (text, field) =>
    text.includes("@")
      ? subtree(
          "email",
          attempt(field, () => parseEmailAddress(text)),
        )
      : subtree("email", readHost(text, field)),
  uri: (text, field) => subtree("uri", readHost(text, field)),
};

const everyDnsName: GeneralSubtree = { tag: generalNameTags.dns, content: new Uint8Array() };

function readDns(text: string, field: string): GeneralSubtree {
  const name = attempt(field, () => parseDnsName(text));
  if (name.startsWith("*."))
    throw invalid(`${field} "${text}" is a wildcard; a constraint holds for all below a name anyway`);
  return subtree("dns", name);
}

function readHost(text: string, field: string): string {
  const dot = text.startsWith(".") ? "." : "";
  const host = attempt(field, () => parseDnsName(text.slice(dot.length)));
  if (host.startsWith("*."))
    throw invalid(
      `${field} "${printable(text)}" is a wildcard; all below a host is written with a leading dot`,
    );
  return dot + host;
}

/** Address and mask, 8 or 32 octets. */
function readNetwork(text: string, field: string): GeneralSubtree {
  attempt(field, () => parseIpNetwork(text));
  const [address = "", prefix] = text.split("/");
  const octets = readIpAddress(address) ?? new Uint8Array();
  const bits = prefix === undefined ? octets.length * 8 : Number(prefix);
  const mask = octets.map((_, index) => 0xff << (8 - Math.min(Math.max(bits - index * 8, 0), 8)));
  return { tag: generalNameTags.ip, content: Uint8Array.of(...octets, ...mask) };
}

function subtree(kind: IdentifierType, text: string): GeneralSubtree {
  return { tag: generalNameTags[kind], content: new TextEncoder().encode(text) };
}

function attempt<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof CaError)) throw cause;
    throw invalid(`${field}: ${cause.message}`, cause);
  }
}
