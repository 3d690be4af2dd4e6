import { createHmac } from "node:crypto";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { createWorkshop, isInstalled } from "../../test/support/workshop.ts";
import { hmac } from "./hmac.ts";
import { derivePkcs12Key } from "./pkcs12-key-derivation.ts";
import { utf16 } from "./utf16.ts";

const workshop = createWorkshop();
afterAll(() => workshop.dispose());

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const ids = { encryption: 1, initialization: 2, integrity: 3 } as const;

describe("derivePkcs12Key", () => {
  // The values that implementations have tested each other with since OpenSSL 0.9.
  test.each([
    {
      purpose: "encryption",
      password: "smeg",
      salt: "0a58cf64530d823f",
      iterations: 1,
      key: "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3",
    },
    {
      purpose: "initialization",
      password: "smeg",
      salt: "0a58cf64530d823f",
      iterations: 1,
      key: "79993dfe048d3b76",
    },
    {
      purpose: "encryption",
      password: "queeg",
      salt: "05dec959acff72f7",
      iterations: 1000,
      key: "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4",
    },
    {
      purpose: "integrity",
      password: "queeg",
      salt: "263216fcc2fab31c",
      iterations: 1000,
      key: "5ec4c7a80df652294c3925b6489a7ab857c83476",
    },
  ] as const)("B-192: $purpose, $password, $iterations rounds", async ({ salt, key, ...rest }) => {
    const options = {
      ...rest,
      hash: "sha-1",
      salt: Buffer.from(salt, "hex"),
      length: key.length / 2,
    } as const;
    expect(hex(await derivePkcs12Key(options))).toBe(key);
  });

  test.runIf(isInstalled("openssl"))("B-192: OpenSSL derives the same from anything", async () => {
    const inputs = fc.record({
      hash: fc.constantFrom("sha-1", "sha-256"),
      purpose: fc.constantFrom("encryption", "initialization", "integrity"),
      password: fc.string({ minLength: 1, maxLength: 70, unit: "grapheme" }),
      salt: fc.uint8Array({ minLength: 1, maxLength: 70 }),
      iterations: fc.integer({ min: 1, max: 3 }),
      length: fc.integer({ min: 1, max: 70 }),
    });
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        const options = {
          digest: input.hash.replace("-", ""),
          hexpass: hex(utf16(`${input.password}\0`)),
          hexsalt: hex(input.salt),
          id: ids[input.purpose],
          iter: input.iterations,
        };
        const settings = Object.entries(options).flatMap(([name, value]) => ["-kdfopt", `${name}:${value}`]);
        const answer = workshop.run("openssl", [
          "kdf",
          "-keylen",
          `${input.length}`,
          ...settings,
          "PKCS12KDF",
        ]);
        expect(answer.ok, answer.output).toBe(true);
        expect(hex(await derivePkcs12Key(input))).toBe(answer.output.replace(/[:\s]/g, "").toLowerCase());
      }),
      { numRuns: 25 },
    );
  });

  test("B-192: the event loop turns while a slow derivation runs", async () => {
    const salt = Uint8Array.of(1);
    let turns = 0;
    const counter = setInterval(() => {
      turns += 1;
    }, 0);
    await derivePkcs12Key({
      hash: "sha-256",
      purpose: "integrity",
      password: "x",
      salt,
      iterations: 50_000,
      length: 32,
    });
    clearInterval(counter);
    expect(turns).toBeGreaterThan(3);
  });
});

test("B-192: hmac is HMAC, as Node has it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("sha-1", "sha-256"),
      fc.uint8Array({ maxLength: 64 }),
      fc.uint8Array({ maxLength: 200 }),
      async (hash, key, data) => {
        const expected = createHmac(hash.replace("-", ""), key).update(data).digest("hex");
        expect(hex(await hmac(hash, key, data))).toBe(expected);
      },
    ),
  );
});

test.each([
  { text: "", octets: "" },
  { text: "aé✓", octets: "006100e92713" },
  { text: "🏠", octets: "d83cdfe0" },
])("B-192: $text is written as BMPString contents", ({ text, octets }) => {
  expect(hex(utf16(text))).toBe(octets);
});
