import { generateKeyPairSync, randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DerError } from "../errors.ts";
import { decodePem, decodePemBlock, encodePem, readPemBlocks } from "./pem.ts";

const block = encodePem("CERTIFICATE", Uint8Array.of(1, 2, 3));
const body = "AQID";

describe("encodePem", () => {
  test("B-190: writes lines of 64 columns, LF line ends and a final newline", () => {
    const text = encodePem("X509 CRL", randomBytes(200));
    const [first, ...lines] = text.split("\n");
    expect(first).toBe("-----BEGIN X509 CRL-----");
    expect(lines.slice(-2)).toEqual(["-----END X509 CRL-----", ""]);
    const columns = lines.slice(0, -2).map((line) => line.length);
    expect(columns).toEqual([64, 64, 64, 64, 12]);
    expect(text).not.toContain("\r");
  });

  test("B-190: does not leave an empty line where the text fills its last one", () => {
    expect(encodePem("A", new Uint8Array(48))).toBe(
      `-----BEGIN A-----\n${"A".repeat(64)}\n-----END A-----\n`,
    );
  });

  test.each([512, 520, 1024, 2048])(
    "B-190: writes an RSA key of %i bits as OpenSSL does",
    (modulusLength) => {
      const { publicKey } = generateKeyPairSync("rsa", { modulusLength });
      const der = publicKey.export({ format: "der", type: "spki" });
      expect(encodePem("PUBLIC KEY", der)).toBe(publicKey.export({ format: "pem", type: "spki" }));
    },
  );
});

describe("decodePem", () => {
  test.each([
    { why: "CRLF line ends", text: block.replaceAll("\n", "\r\n") },
    { why: "CR line ends", text: block.replaceAll("\n", "\r") },
    { why: "no final newline", text: block.trimEnd() },
    { why: "text before and after", text: `subject=CN = Lab\n${block}\nthe end\n` },
    { why: "white space after the boundaries", text: block.replaceAll("-----\n", "----- \t\n") },
    { why: "white space around the base64", text: block.replace(body, ` ${body}\t`) },
    { why: "empty lines inside", text: block.replace(body, `\n${body}\n\n`) },
    { why: "another width", text: block.replace(body, "A\nQI\nD") },
  ])("B-190: tolerates $why", ({ text }) => {
    expect(decodePem(text, "CERTIFICATE")).toEqual([Uint8Array.of(1, 2, 3)]);
  });

  test("B-190: reads several blocks of one label in their order", () => {
    const other = encodePem("CERTIFICATE", Uint8Array.of(4));
    expect(decodePem(block + other, "CERTIFICATE")).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
  });

  test("B-190: tolerates text between blocks, as openssl s_client and certtool write it", () => {
    const other = encodePem("CERTIFICATE", Uint8Array.of(4));
    const text = ` 0 s:CN = a\n   i:CN = b\n${block} 1 s:CN = b\n   i:CN = b\n${other}---\n`;
    expect(decodePem(text, "CERTIFICATE")).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
  });

  test.each(["", "no boundary anywhere", "----BEGIN CERTIFICATE----", `${body}\n`])(
    "finds no block in %j",
    (text) => {
      expect(decodePem(text, "CERTIFICATE")).toEqual([]);
    },
  );

  test.each([
    { why: "a block with another label", text: encodePem("PRIVATE KEY", Uint8Array.of(1)) },
    { why: "a key after the certificate", text: block + encodePem("PRIVATE KEY", Uint8Array.of(1)) },
    { why: "a block that is not closed", text: block.replace(/-----END.*\n/, "") },
    {
      why: "a block that is closed by another label",
      text: block.replace("END CERTIFICATE", "END X509 CRL"),
    },
    { why: "an end without a beginning", text: `-----END CERTIFICATE-----\n${block}` },
    { why: "a beginning inside a block", text: block.replace(body, block.trimEnd()) },
    { why: "an empty block", text: block.replace(body, "") },
    { why: "a header inside the block", text: block.replace(body, `Proc-Type: 4,ENCRYPTED\n\n${body}`) },
    { why: "characters that are not base64", text: block.replace(body, "AQ*D") },
    { why: "base64url", text: block.replace(body, "-_8=") },
    { why: "missing padding", text: block.replace(body, "AQ") },
    { why: "padding in the middle", text: block.replace(body, "AQ==AQID") },
    { why: "bits beyond the last octet", text: block.replace(body, "AR==") },
    { why: "a NUL", text: block.replace(body, `AQI\0`) },
    { why: "a byte order mark before the block", text: `\ufeff${block}` },
    { why: "a byte order mark inside the block", text: block.replace(body, `\ufeff${body}`) },
    { why: "a no-break space", text: block.replace(body, `${body}\u00a0`) },
    {
      why: "base64 on the line of the boundary",
      text: `-----BEGIN CERTIFICATE-----${body}\n-----END CERTIFICATE-----\n`,
    },
  ])("B-190, E-025: refuses $why", ({ text }) => {
    expect(() => decodePem(text, "CERTIFICATE")).toThrow(
      expect.objectContaining({ code: "ERR_DER_MALFORMED" }),
    );
  });

  test("does not show the contents of a block that it refuses", () => {
    const secret = block.replace(body, "c2VjcmV0!");
    expect(() => decodePem(secret, "CERTIFICATE")).toThrow('PEM block "CERTIFICATE" is not base64');
  });

  test("reads back whatever is written, in any number of blocks", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 4 }), (blocks) => {
        const text = blocks.map((der) => encodePem("CERTIFICATE", der)).join("");
        expect(decodePem(text, "CERTIFICATE")).toEqual(blocks);
      }),
    );
  });

  test("answers any text with blocks or a DerError", () => {
    const pieces = fc.constantFrom(
      "-----BEGIN A-----",
      "-----END A-----",
      "-----END B-----",
      "\n",
      "AQID",
      "\r",
      "=",
      " ",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 5 }))), (parts) => {
        try {
          return Array.isArray(decodePem(parts.join(""), "A"));
        } catch (error) {
          return error instanceof DerError;
        }
      }),
    );
  });
});

test("readPemBlocks keeps labels apart for whoever can read several kinds", () => {
  const text = encodePem("EC PARAMETERS", Uint8Array.of(6)) + block;
  expect(readPemBlocks(text).map(({ label }) => label)).toEqual(["EC PARAMETERS", "CERTIFICATE"]);
  expect(readPemBlocks(text).map(decodePemBlock)).toEqual([Uint8Array.of(6), Uint8Array.of(1, 2, 3)]);
});
