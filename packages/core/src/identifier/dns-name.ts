import { RequestError } from "../errors.ts";
import { printable } from "../text.ts";

/**
 * Reads a DNS name as certificates carry it: A-labels, lower-cased, optionally with a leading `*.`.
 *
 * @throws {RequestError} `ERR_IDENTIFIER_MALFORMED`: an empty or over-long label or name, a character outside letters,
 * digits and hyphen, a hyphen at an end, a trailing dot, an IP address, an `xn--` label that is not a valid A-label
 * (by UTS #46, which forgives symbols that IDNA 2008 does not), a `*` anywhere but as the whole
 * first label.
 * @see RFC 5280 section 4.2.1.6, RFC 1034 section 3.5, RFC 5890 section 2.3.2, RFC 9525 section 6.3
 */
export function parseDnsName(text: string): string {
  // Only A to Z: toLowerCase() alone would turn U+212A, the Kelvin sign, into the letter k.
  const name = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  const host = name.startsWith("*.") ? name.slice(2) : name;
  const fault =
    faultOf(host) ?? (name.length > maximumName ? `has more than ${maximumName} characters` : undefined);
  if (fault !== undefined)
    throw new RequestError("ERR_IDENTIFIER_MALFORMED", `dns name "${printable(text)}" ${fault}`);
  return name;
}

/** 255 octets on the wire, less the root label and the first length octet: RFC 1034 section 3.1. */
const maximumName = 253;

function faultOf(host: string): string | undefined {
  if (host === "") return "is empty";
  if (host.length > maximumName) return `has more than ${maximumName} characters`;
  if (host.endsWith(".")) return "ends in a dot";
  const labels = host.split(".");
  for (const label of labels) {
    const fault = labelFault(label);
    if (fault !== undefined) return fault;
  }
  if (/^(?:0x[0-9a-f]*|[0-9]+)$/.test(labels[labels.length - 1] ?? ""))
    return "ends in a number and could be taken for an IP address";
  return host.includes("xn--") && !hasValidALabels(host)
    ? "has an xn-- label that is not a valid A-label"
    : undefined;
}

function labelFault(label: string): string | undefined {
  if (label === "") return "has an empty label";
  if (label.length > 63) return "has a label of more than 63 characters"; // RFC 1034 section 3.1
  if (label.includes("*")) return "has a wildcard that is not the whole first label";
  if (!/^[a-z0-9-]*$/.test(label)) return "has a character other than letters, digits and hyphen";
  if (label.startsWith("-") || label.endsWith("-")) return "has a label that begins or ends with a hyphen";
  if (label.slice(2, 4) === "--" && !label.startsWith("xn--"))
    return "has a label with hyphens in places 3 and 4 that is no A-label";
  return undefined;
}

/**
 * The URL parser decodes every `xn--` label, checks it against UTS #46 and encodes it again: only A-labels survive. The label
 * in front of the name is there because the URL standard lets a host pass unchecked that is ASCII all over.
 */
function hasValidALabels(host: string): boolean {
  try {
    return new URL(`http://\u00fc.${host}/`).hostname === `xn--tda.${host}`;
  } catch {
    return false;
  }
}
