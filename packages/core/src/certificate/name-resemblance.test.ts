import { describe, expect, test } from "vitest";
import { encodeSequence } from "../asn1/der-writer.ts";
import { encodeName } from "./name.ts";
import { resemblesName } from "./name-resemblance.ts";

const lab = encodeName([
  ["organization", "Lab"],
  ["commonName", "Lab Root"],
]);

describe("RFC 5280 section 7.1: resemblesName", () => {
  test("takes spellings for one name", () => {
    const shouted = encodeName([
      ["organization", "LAB"],
      ["commonName", "lab  root"],
    ]);
    const wide = encodeName([
      ["organization", "\uff2cab"],
      ["commonName", "Lab Root"],
    ]);
    for (const other of [lab, shouted, wide]) {
      expect(resemblesName(lab, other)).toBe(true);
      expect(resemblesName(other, lab)).toBe(true);
    }
  });

  test("tells names apart, a part of one and the order too", () => {
    const others = [
      encodeName([["organization", "Lab"]]),
      encodeName([["commonName", "Lab Root"]]),
      encodeName([
        ["commonName", "Lab Root"],
        ["organization", "Lab"],
      ]),
      encodeName([
        ["organization", "Lab"],
        ["commonName", "Lab Root 2"],
      ]),
      encodeSequence(),
    ];
    for (const other of others) {
      expect(resemblesName(lab, other)).toBe(false);
      expect(resemblesName(other, lab)).toBe(false);
    }
  });

  test("what is no name resembles nothing but itself", () => {
    const junk = Uint8Array.of(0x30, 5, 1);
    expect(resemblesName(junk, lab)).toBe(false);
    expect(resemblesName(junk, junk)).toBe(true);
  });
});
