import { isCaError, parseIdentifier } from "@chancery/core";
import { AcmeProblem } from "../problem.ts";
import { optionalArray } from "../request/members.ts";
import type { JsonObject, JsonValue } from "../request/strict-json.ts";

/**
 * Reads the `contact` member of an account, undefined where it is absent.
 *
 * @throws {AcmeProblem} `unsupportedContact`: a scheme other than mailto; `invalidContact`: more than 10 contacts, header
 * fields, several addresses, or not an address; `malformed`: not an array of strings.
 * @see RFC 8555 section 7.3, RFC 6068
 */
export function readContact(payload: JsonObject): readonly string[] | undefined {
  const contact = optionalArray(payload, "contact");
  if (contact !== undefined && contact.length > maximumContacts) {
    throw new AcmeProblem(
      "invalidContact",
      `contact has ${contact.length} entries, allowed are ${maximumContacts}`,
    );
  }
  return contact?.map(readUrl);
}

const maximumContacts = 10;

function readUrl(url: JsonValue): string {
  if (typeof url !== "string")
    throw new AcmeProblem("malformed", "contact has an entry that is not a string");
  const [, scheme = "", address = ""] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(url) ?? [];
  if (scheme === "") throw new AcmeProblem("invalidContact", "contact has an entry that is not a URL");
  if (scheme.toLowerCase() !== "mailto") {
    throw new AcmeProblem("unsupportedContact", `contact scheme ${scheme.slice(0, 20)} is not mailto`);
  }
  if (!isAddress(address))
    throw new AcmeProblem("invalidContact", "contact is not mailto: with exactly one address");
  return url;
}

function isAddress(address: string): boolean {
  try {
    // A question mark begins header fields in a mailto URL, although it may stand in an address.
    return !address.includes("?") && parseIdentifier("email", address).type === "email";
  } catch (error) {
    if (isCaError(error)) return false;
    throw error;
  }
}
