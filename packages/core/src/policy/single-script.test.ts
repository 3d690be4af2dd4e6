import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scriptFault } from "./single-script.ts";

const mixed = "mixes scripts that are not written together";
const unseen = "has a character that cannot be seen";

describe("B-057: lets pass", () => {
  test.each([
    { why: "nothing", text: "" },
    { why: "ASCII", text: "Example Lab, Inc. (2030) #1" },
    { why: "Latin with diacritics", text: "Løvenskiold & Müller GmbH – Zürich" },
    { why: "Latin with a combining mark", text: "Mu\u0308ller" },
    { why: "Vietnamese", text: "Nguyễn Thị Ánh" },
    { why: "digits and signs alone", text: "№ 1 – € 100 ™" },
    { why: "emoji, which belong to every script", text: "Lab 🔬" },
    { why: "Cyrillic", text: "ООО «Лаборатория» 2030" },
    { why: "Serbian", text: "Лабораторија Љубљана" },
    { why: "Greek", text: "Εργαστήριο Αθηνών" },
    { why: "Armenian", text: "Լաբորատորիա" },
    { why: "Georgian", text: "ლაბორატორია" },
    { why: "Hebrew", text: "מעבדה בע״מ" },
    { why: "Arabic", text: "مختبر الرياض ٢٠٣٠" },
    { why: "Persian with a joiner that it needs", text: "آزمایشگاه‌های" },
    { why: "Hindi", text: "प्रयोगशाला।" },
    { why: "Sinhala with a joiner that it needs", text: "ශ්‍රී ලංකා" },
    { why: "Tamil", text: "ஆய்வகம்" },
    { why: "Thai", text: "ห้องปฏิบัติการ" },
    { why: "Amharic", text: "ላቦራቶሪ" },
    { why: "Cherokee alone", text: "ᏣᎳᎩ ᎠᏰᎵ" },
    { why: "Chinese", text: "实验室有限公司" },
    { why: "Chinese with Bopomofo", text: "台北ㄅㄆㄇ" },
    { why: "Japanese in three scripts", text: "株式会社ラボ・つくば" },
    { why: "Korean", text: "연구소 주식회사" },
    { why: "Korean with Han", text: "大韓民國 연구소" },
    { why: "Latin with Japanese, as companies write", text: "NTTデータ株式会社" },
    { why: "Latin with Korean", text: "LG전자" },
    { why: "Latin with Chinese", text: "TCL科技" },
  ])("$why: $text", ({ text }) => {
    expect(scriptFault(text)).toBeUndefined();
  });
});

describe("B-057: refuses", () => {
  test.each([
    { why: "a Cyrillic a in Latin", text: "P\u0430ypal", fault: mixed },
    { why: "a Latin a in Cyrillic", text: "Л\u0061боратория", fault: mixed },
    { why: "a Greek omicron in Latin", text: "G\u03bfogle", fault: mixed },
    { why: "an Armenian o in Latin", text: "G\u0585ogle", fault: mixed },
    { why: "a Cherokee letter in Latin", text: "\u13aaoogle", fault: mixed },
    { why: "a Cyrillic letter among Greek", text: "Ερ\u0433αστήριο", fault: mixed },
    { why: "a Cyrillic letter among Japanese", text: "株式会社\u0410", fault: mixed },
    { why: "Chinese and Korean and Japanese in one", text: "ㄅ연ラ", fault: mixed },
    { why: "Hebrew with Latin", text: "מעבדה Lab", fault: mixed },
    { why: "a mark of Cyrillic on Latin", text: "L\u0483ab", fault: mixed },
    { why: "two words, each of one script", text: "Lab Лаборатория", fault: mixed },
    { why: "a script that nobody uses", text: "\u{10330}\u{10331}", fault: mixed },
    { why: "mathematical letters with Cyrillic and Latin", text: "\u{1d40b}a\u0431", fault: mixed },
    { why: "a zero width space", text: "La\u200bb", fault: unseen },
    { why: "a soft hyphen", text: "La\u00adb", fault: unseen },
    { why: "a word joiner", text: "La\u2060b", fault: unseen },
    { why: "a variation selector", text: "Lab\ufe0f", fault: unseen },
    { why: "a tag character", text: "Lab\u{e0041}", fault: unseen },
    { why: "a Hangul filler", text: "연\u3164구소", fault: unseen },
    { why: "a joiner where it does nothing", text: "La\u200db", fault: unseen },
    { why: "joiners and nothing else", text: "\u200c\u200d", fault: unseen },
    { why: "a joiner between digits", text: "1\u200d2", fault: unseen },
    { why: "a non-joiner where it does nothing", text: "Лаб\u200cа", fault: unseen },
  ])("$why", ({ text, fault }) => {
    expect(scriptFault(text)).toBe(fault);
  });
});

describe("any text", () => {
  const of = (...characters: readonly string[]) =>
    fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 12 });
  const shared = of(..." 0123456789.,-–№€".split(""));
  const latin = of(..."abcXYZäßéñ".split(""));
  const others = [
    of(..."абвгжщ".split("")),
    of(..."αβγω".split("")),
    of(..."աբգ".split("")),
    of(..."ᏣᎳᎩ".split("")),
  ];

  test("B-057: Latin with anything of another alphabet is refused, in whatever order", () => {
    fc.assert(
      fc.property(latin, fc.oneof(...others), shared, (one, other, between) => {
        expect(scriptFault(one + between + other)).toBe(mixed);
        expect(scriptFault(other + between + one)).toBe(mixed);
        expect(scriptFault(one + between)).toBeUndefined();
        expect(scriptFault(between + other)).toBeUndefined();
      }),
    );
  });

  test("never throws, and never refuses ASCII", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const fault = scriptFault(text);
        expect([undefined, mixed, unseen]).toContain(fault);
        if (/^[\x20-\x7e]*$/.test(text)) expect(fault).toBeUndefined();
      }),
    );
  });

  test.each([
    { why: "one letter", text: "ж".repeat(64 * 1024) },
    { why: "a sign of many scripts", text: "\u0964".repeat(64 * 1024) },
    { why: "a joiner", text: "\u200c".repeat(64 * 1024) },
  ])("E-023: 64 KiB of $why are refused for their length alone", ({ text }) => {
    expect(scriptFault(text)).toBe("has more than 1024 characters");
    expect(scriptFault(text.slice(0, 1024))).not.toBe("has more than 1024 characters");
  });
});
