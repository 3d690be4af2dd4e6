/**
 * Finds what in a text could make it look like another one: letters of scripts that are not written together, as a
 * Cyrillic letter among Latin ones, and characters that cannot be seen.
 *
 * Text of one script passes, with whatever belongs to every script; so does Latin with what is written in Chinese,
 * Japanese or Korean: the level "highly restrictive". Scripts that nobody uses today count as mixed. What looks alike
 * within one script, or all in another script, is not found.
 *
 * @returns What is wrong, to follow the name of the text; undefined when nothing is.
 * @see UTS #39 sections 5.1 and 5.2, UAX #31 tables 5 and 7
 */
export function scriptFault(text: string): string | undefined {
  if (/^[\x20-\x7e]*$/.test(text)) return undefined;
  // No attribute or mailbox is nearly as long (RFC 5280 appendix A.1, RFC 5321 section 4.5.3.1.1).
  if (text.length > 1024) return "has more than 1024 characters";
  const characters = [...new Set(text)].join(""); // each once: what is left to compare is short
  if (/(?![\u200c\u200d])\p{Default_Ignorable_Code_Point}/u.test(characters))
    return "has a character that cannot be seen";
  const telling = characters.replace(/[\p{scx=Zyyy}\p{scx=Zinh}\u200c\u200d]+/gu, "");
  if (/[\u200c\u200d]/.test(characters) && !hasUseOfJoiners(telling))
    return "has a character that cannot be seen";
  return isHighlyRestrictive(telling) || scripts.some((script) => isWrittenIn(script, telling))
    ? undefined
    : "mixes scripts that are not written together";
}

/** In these scripts, and alone, joiners change nothing: they only make two texts that look the same. */
function hasUseOfJoiners(text: string): boolean {
  return text !== "" && !/[\p{scx=Latn}\p{scx=Cyrl}\p{scx=Grek}\p{scx=Armn}\p{scx=Cher}]/u.test(text);
}

/** Latin with Japanese, with Chinese, with Korean (UTS #39 section 5.2), together or alone. */
function isHighlyRestrictive(text: string): boolean {
  return (
    /^\p{scx=Latn}*$/u.test(text) ||
    /^[\p{scx=Latn}\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}]*$/u.test(text) ||
    /^[\p{scx=Latn}\p{scx=Hani}\p{scx=Bopo}]*$/u.test(text) ||
    /^[\p{scx=Latn}\p{scx=Hani}\p{scx=Hang}]*$/u.test(text)
  );
}

function isWrittenIn(script: string, text: string): boolean {
  return new RegExp(`^\\p{scx=${script}}*$`, "u").test(text);
}

/** Scripts that are in use: UAX #31 table 5 (recommended), less those above, and table 7 (limited use). */
const scripts: readonly string[] = [
  ...["Arab", "Armn", "Beng", "Cyrl", "Deva", "Ethi", "Geor", "Grek", "Gujr", "Guru", "Hebr", "Knda", "Khmr"],
  ...["Laoo", "Mlym", "Mymr", "Orya", "Sinh", "Taml", "Telu", "Thaa", "Thai", "Tibt"],
  ...["Adlm", "Bali", "Bamu", "Batk", "Cakm", "Cans", "Cham", "Cher", "Hmnp", "Java", "Kali", "Lana", "Lepc"],
  ...["Limb", "Lisu", "Mand", "Mtei", "Newa", "Nkoo", "Olck", "Osge", "Plrd", "Rohg", "Saur", "Sund", "Sylo"],
  ...["Syrc", "Tale", "Talu", "Tavt", "Tfng", "Vaii", "Wcho", "Yiii"],
];
