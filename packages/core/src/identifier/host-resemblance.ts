import type { Identifier } from "./identifier.ts";
import { readIpAddress } from "./ip-address.ts";

/**
 * Whether somebody, or some lenient software, could read a text as the name or the address of a host: DNS names of at least
 * two labels, in their own letters too; addresses, shortened or in other bases too; either with a scheme, a port, a path, a
 * dot at the end, spaces around it or full-width letters.
 *
 * A single label could be anything, so it does not count; with a port it does.
 *
 * @see RFC 9525 section 6.3, UTS #46 section 2.3
 */
export function readsAsHost(text: string): boolean {
  const plain = text
    .normalize("NFKC")
    .replace(/[\p{Default_Ignorable_Code_Point}\u00ad]/gu, "")
    .trim();
  const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*:\/\/)?(.*)$/isu.exec(plain) ?? [];
  const authority = rest.replace(/[/\\?#].*$/su, "");
  if (isIpAddress(authority)) return true;
  const [, name = "", port] =
    /^(.*?)(:[0-9]{1,5})?$/su.exec(scheme === undefined ? authority : authority.replace(/^.*@/su, "")) ?? [];
  if (isIpAddress(name)) return true;
  const labels = name.replace(/[.\u3002]$/u, "").split(/[.\u3002]/u);
  const least = scheme === undefined && port === undefined ? 2 : 1;
  return labels.length >= least && labels.every((label) => /^[\p{L}\p{M}\p{N}_*-]+$/u.test(label));
}

/** Whether a text reads as a host, and is spelled as none of the identifiers is. */
export function readsAsOtherHost(text: string, identifiers: readonly Identifier[]): boolean {
  // Only A to Z: toLowerCase() alone would turn U+212A, the Kelvin sign, into the letter k.
  const folded = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return !identifiers.some(({ value }) => value === text || value === folded) && readsAsHost(text);
}

/** In brackets or not, with a zone or not. */
function isIpAddress(text: string): boolean {
  const address = text.replace(/^\[(.*)\]$/su, "$1").replace(/%.*$/su, "");
  return readIpAddress(address) !== undefined;
}
