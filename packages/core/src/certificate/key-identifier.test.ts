import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { encodeHex } from "../encoding/hex.ts";
import { keyIdentifier } from "./key-identifier.ts";

const subjectPublicKey = Uint8Array.from({ length: 65 }, (_, index) => index);

test("B-032: the leftmost 160 bits of the SHA-256 by default, the SHA-1 on demand", async () => {
  const hash = (name: string): string => createHash(name).update(subjectPublicKey).digest("hex").slice(0, 40);
  expect(encodeHex(await keyIdentifier(subjectPublicKey))).toBe(hash("sha256"));
  expect(encodeHex(await keyIdentifier(subjectPublicKey, "sha-256"))).toBe(hash("sha256"));
  expect(encodeHex(await keyIdentifier(subjectPublicKey, "sha-1"))).toBe(hash("sha1"));
});
