import { createHash, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generatePrivateKey } from "../key/private-key.ts";
import { createLocalSigner } from "../signer/local-signer.ts";
import {
  createTranscript,
  signTranscript,
  type TranscriptOptions,
  type TranscriptVerification,
  verifyTranscript,
} from "./ceremony.ts";
import { createRoot } from "./create.ts";
import { parseTranscript } from "./transcript-text.ts";

const now = new Date("2030-01-01T00:00:00Z");
const clock = (): Date => now;
const { issuer } = await createRoot({ commonName: "Lab Root", clock });
const { signer } = issuer;
const root = { name: "root.pem", content: issuer.certificate };
const request = { name: "intermediate csr.pem", content: new TextEncoder().encode("request") };
const options: TranscriptOptions = {
  title: "Root of the Lab",
  tool: { name: "@chancery/core", version: "1.2.3" },
  witnesses: ["Anna Müller", "王芳"],
  keys: [{ publicKey: signer.publicKey, protection: "PKCS#11 token 4711, never extractable" }],
  artefacts: [root, request],
  clock,
};
const text = await createTranscript(options);
const signature = await signTranscript(text, signer);
const proof = { text, signature, publicKey: signer.publicKey };

const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");
const faultOf = (verification: TranscriptVerification): string =>
  verification.intact ? "intact" : verification.fault;

describe("createTranscript", () => {
  test("D-001, D-021: is one text for one set of facts", async () => {
    expect(text).toBe(
      [
        "Chancery key ceremony, version 1",
        "title: Root of the Lab",
        "time: 2030-01-01T00:00:00.000Z",
        "tool: @chancery/core",
        "version: 1.2.3",
        "witness: Anna Müller",
        "witness: 王芳",
        `key: ${sha256(signer.publicKey)} PKCS#11 token 4711, never extractable`,
        `artefact: ${sha256(root.content)} root.pem`,
        `artefact: ${sha256(request.content)} intermediate csr.pem`,
        "",
      ].join("\n"),
    );
    expect(await createTranscript(options)).toBe(text);
  });

  test.each<{ why: string; changes: Partial<TranscriptOptions>; says: string }>([
    { why: "no witness", changes: { witnesses: [] }, says: "witnesses is empty" },
    { why: "no artefact", changes: { artefacts: [] }, says: "artefacts is empty" },
    { why: "two artefacts of one name", changes: { artefacts: [root, root] }, says: '"root.pem" twice' },
    { why: "a line within a line", changes: { title: "a\nwitness: b" }, says: "title has control" },
    {
      why: "text that runs backwards",
      changes: { witnesses: ["\u202eanna"] },
      says: "witnesses has control",
    },
    { why: "a name of spaces", changes: { witnesses: [" "] }, says: "witnesses has" },
    { why: "a name of nothing", changes: { tool: { name: "", version: "1" } }, says: "tool has" },
    { why: "a name that is too long", changes: { title: "x".repeat(256) }, says: "title has" },
    { why: "no time", changes: { clock: () => new Date(Number.NaN) }, says: "not a date" },
  ])("D-001: refuses $why", async ({ changes, says }) => {
    await expect(createTranscript({ ...options, ...changes })).rejects.toMatchObject({
      code: "ERR_OPTION_INVALID",
      message: expect.stringContaining(says),
    });
  });
});

describe("verifyTranscript", () => {
  test("D-001: reads what was written, and finds the artefacts", async () => {
    expect(await verifyTranscript({ ...proof, artefacts: [request, root] })).toEqual({
      intact: true,
      transcript: {
        title: "Root of the Lab",
        time: now,
        tool: { name: "@chancery/core", version: "1.2.3" },
        witnesses: ["Anna Müller", "王芳"],
        keys: [
          { publicKeyHash: sha256(signer.publicKey), protection: "PKCS#11 token 4711, never extractable" },
        ],
        artefacts: [
          { name: "root.pem", hash: sha256(root.content) },
          { name: "intermediate csr.pem", hash: sha256(request.content) },
        ],
      },
    });
  });

  test("D-001: the signature is over the text, and any program can verify it", () => {
    const key = { key: Buffer.from(signer.publicKey), format: "der", type: "spki" } as const;
    expect(verify("sha256", Buffer.from(text), key, signature.signature)).toBe(true);
  });

  test.each([{ type: "rsa", bits: 2048 }, { type: "ed25519" }, { type: "ec", curve: "P-384" }] as const)(
    "D-001: a witness signs with a key of their own: $type",
    async (key) => {
      const witness = createLocalSigner(await generatePrivateKey(key));
      const own = await signTranscript(text, witness);
      const verification = await verifyTranscript({ text, signature: own, publicKey: witness.publicKey });
      expect(verification.intact).toBe(true);
      expect(faultOf(await verifyTranscript({ ...proof, signature: own }))).toContain("does not verify");
    },
  );

  test("D-001: no character can be changed, added or left out", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.constantFrom("", "x", "\n", " "),
        async (position, other) => {
          const changed = text.slice(0, position) + other + text.slice(position + 1);
          fc.pre(changed !== text);
          const verification = await verifyTranscript({ ...proof, text: changed });
          expect(faultOf(verification)).toContain("does not verify");
        },
      ),
      { numRuns: 50 },
    );
  });

  test("D-001: finds an artefact that is another file, or was not there", async () => {
    const forged = { ...root, content: Uint8Array.of(1) };
    expect(faultOf(await verifyTranscript({ ...proof, artefacts: [request, forged] }))).toBe(
      '"root.pem" is not the file that the transcript was made of',
    );
    const unknown = { ...root, name: "other.pem" };
    expect(faultOf(await verifyTranscript({ ...proof, artefacts: [unknown] }))).toBe(
      '"other.pem" is not in the transcript',
    );
  });

  test("D-001: a text that is signed but no transcript is none", async () => {
    const other = `${text}witness: Mallory\n`;
    const verification = await verifyTranscript({
      ...proof,
      text: other,
      signature: await signTranscript(other, signer),
    });
    expect(faultOf(verification)).toBe("the text is not a transcript in its canonical form");
  });

  test("D-003: a signer that signs with another key signs no transcript", async () => {
    const stranger = createLocalSigner(await generatePrivateKey());
    await expect(signTranscript(text, { ...signer, sign: stranger.sign })).rejects.toMatchObject({
      code: "ERR_SIGNER_FAILED",
    });
  });
});

describe("parseTranscript", () => {
  test("D-001: reads only what is in canonical form", () => {
    expect(parseTranscript(text)).toBeDefined();
    const broken = [
      "",
      text.trimEnd(),
      text.replaceAll("\n", "\r\n"),
      text.replace("version 1", "version 2"),
      text.replace(".000Z", "Z"),
      text.replace("title: ", "title:"),
      text.replace(/^artefact.*\n/m, "$&$&"),
      text.replace(/^key: [0-9a-f]{2}/m, "key: "),
      text.replace(/^key: [0-9a-f]{2}/m, "key: XX"),
      text.replace(/^key: [0-9a-f]+/m, (hash) => `key: ${hash.slice(5).toUpperCase()}`),
      text.replace(/^witness.*\n/gm, ""),
    ];
    for (const other of broken) expect(parseTranscript(other), other).toBeUndefined();
  });

  test("D-001: whatever the text, it is read into the same text or not at all", () => {
    fc.assert(
      fc.property(fc.string(), (noise) => {
        expect(parseTranscript(noise)).toBeUndefined();
        expect(parseTranscript(text.replace("Root of the Lab", () => noise))?.title ?? noise).toBe(noise);
      }),
    );
  });
});
