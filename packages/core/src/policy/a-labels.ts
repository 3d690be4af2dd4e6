/**
 * Writes a domain name in A-labels (RFC 5890 section 2.3.2.1), for names that people spell in their own letters.
 *
 * Only the conversion: whether the result is a name is for whoever reads it.
 *
 * @throws {TypeError} Characters that names do not have, or letters that no A-label is made of (UTS #46).
 */
export function toALabels(domain: string): string {
  if (/^[\x21-\x7e]*$/.test(domain)) return domain;
  // A-labels are longer than what they stand for, and a name has at most 253 characters (RFC 1034 section 3.1).
  if (domain.length > 253) throw new TypeError("it has more than 253 characters");
  // No character that the URL parser takes for its own syntax or passes over. The dots are those of UTS #46 section 2.3.
  if (!/^[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]+$/u.test(domain))
    throw new TypeError("it has a character other than letters, digits, hyphens and dots");
  return new URL(`http://${domain}`).hostname;
}
