import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyEntry } from "../../test/support/crl.ts";
import {
  encodeDer,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeUnsignedInteger,
} from "../asn1/der-writer.ts";
import { encodeTime } from "../asn1/time.ts";
import { revocationReasons } from "../certificate/revocation-reasons.ts";
import type { RevokedCertificate } from "../store/certificate-store.ts";
import { createEntryWriter } from "./entry-writer.ts";

const at = Date.UTC(2030, 0, 1, 12);

function write(...entries: readonly RevokedCertificate[]): string {
  const writer = createEntryWriter();
  for (const entry of entries) writer.append(entry);
  return Buffer.from(writer.octets.subarray(0, writer.length)).toString("hex");
}

/** The same out of the parts that everything else is encoded with. */
function compose({ serialNumber, revokedAt, reason, invalidityDate }: RevokedCertificate): Uint8Array {
  const extensions: Uint8Array[] = [];
  const add = (oid: string, value: Uint8Array): void => {
    extensions.push(encodeSequence(encodeOid(oid), encodeOctetString(value)));
  };
  if (reason !== undefined && reason !== "unspecified")
    add("2.5.29.21", encodeDer(0x0a, Uint8Array.of(revocationReasons[reason])));
  if (invalidityDate !== undefined) {
    const text = new Date(invalidityDate).toISOString().slice(0, 19).replace(/[-T:]/g, "");
    add("2.5.29.24", encodeDer(0x18, new TextEncoder().encode(`${text}Z`)));
  }
  return encodeSequence(
    encodeUnsignedInteger(Buffer.from(serialNumber, "hex")),
    encodeTime(revokedAt),
    extensions.length === 0 ? new Uint8Array() : encodeSequence(...extensions),
  );
}

describe("createEntryWriter", () => {
  test.each([
    {
      why: "B-163: no reason, no extensions",
      entry: { serialNumber: "01ff", revokedAt: at },
      der: "3013020201ff170d3330303130313132303030305a",
    },
    {
      why: "B-163: unspecified is left out",
      entry: { serialNumber: "01ff", revokedAt: at, reason: "unspecified" as const },
      der: "3013020201ff170d3330303130313132303030305a",
    },
    {
      why: "B-163: reasonCode is an ENUMERATED, not critical",
      entry: { serialNumber: "01ff", revokedAt: at, reason: "keyCompromise" as const },
      der: "3021020201ff170d3330303130313132303030305a300c300a0603551d1504030a0101",
    },
    {
      why: "B-163: invalidityDate is a GeneralizedTime before 2050 too",
      entry: { serialNumber: "01ff", revokedAt: at, invalidityDate: at },
      der: "302f020201ff170d3330303130313132303030305a301a30180603551d180411180f32303330303130313132303030305a",
    },
    {
      why: "B-163: removeFromCRL is 8",
      entry: { serialNumber: "01ff", revokedAt: at, reason: "removeFromCRL" as const },
      der: "3021020201ff170d3330303130313132303030305a300c300a0603551d1504030a0108",
    },
    {
      why: "a serial number with its first bit set gets a sign octet",
      entry: { serialNumber: "ff", revokedAt: at },
      der: "3013020200ff170d3330303130313132303030305a",
    },
    {
      why: "leading zero octets are not part of a number",
      entry: { serialNumber: "00007f", revokedAt: at },
      der: "301202017f170d3330303130313132303030305a",
    },
    {
      why: "zero is one octet",
      entry: { serialNumber: "0000", revokedAt: at },
      der: "3012020100170d3330303130313132303030305a",
    },
    {
      why: "B-014: from 2050 the revocation date is a GeneralizedTime",
      entry: { serialNumber: "01", revokedAt: Date.UTC(2050, 0, 1) },
      der: "3014020101180f32303530303130313030303030305a",
    },
  ])("$why", ({ entry, der }) => {
    expect(write(entry)).toBe(der);
  });

  test("B-163: writes any entry as its parts would be encoded, also where the array has to grow", () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 200 }), (entries) => {
        expect(write(...entries)).toBe(Buffer.concat(entries.map(compose)).toString("hex"));
      }),
    );
  });

  test("takes back what was written", () => {
    const writer = createEntryWriter();
    writer.append({ serialNumber: "01", revokedAt: at });
    const { length } = writer;
    writer.append({ serialNumber: "02", revokedAt: at, reason: "superseded" });
    writer.truncate(length);
    writer.append({ serialNumber: "03", revokedAt: at });
    const octets = Buffer.from(writer.octets.subarray(0, writer.length));
    expect(octets.toString("hex")).toBe(
      write({ serialNumber: "01", revokedAt: at }, { serialNumber: "03", revokedAt: at }),
    );
  });

  test.each(["", "1", "zz", "01FF", "01 2", "00".repeat(21)])(
    "refuses the serial number %j",
    (serialNumber) => {
      expect(() => write({ serialNumber, revokedAt: at })).toThrow(
        expect.objectContaining({
          code: "ERR_DER_MALFORMED",
          message: expect.stringContaining("serial number"),
        }),
      );
    },
  );

  test("refuses a time that cannot be written", () => {
    expect(() => write({ serialNumber: "01", revokedAt: Number.NaN })).toThrow("time NaN");
    expect(() => write({ serialNumber: "01", revokedAt: at, invalidityDate: 1e15 })).toThrow(
      "is not within the years 0000 to 9999",
    );
  });
});
