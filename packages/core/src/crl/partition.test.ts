import { describe, expect, test } from "vitest";
import { timeOrderedId } from "../encoding/bytes.ts";
import { crlPartitionOf, maximumCrlPartitions } from "./partition.ts";

const from = Date.UTC(2030, 0, 1);

/** Deterministic octets that look random: tests of distribution must not fail by chance. */
function createOctets(): (length: number) => Uint8Array {
  let state = 1;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    });
}

const octets = createOctets();
const kinds: readonly { kind: string; serialNumber: (index: number) => Uint8Array }[] = [
  { kind: "of this CA", serialNumber: (index) => timeOrderedId(from + index, octets) },
  { kind: "of one millisecond", serialNumber: () => timeOrderedId(from, octets) },
  { kind: "that are counted", serialNumber: (index) => Uint8Array.of(1, index >>> 16, index >>> 8, index) },
  {
    kind: "that are counted and padded",
    serialNumber: (index) => Uint8Array.of(index >>> 16, index >>> 8, index, 0, 0, 0),
  },
];

describe("crlPartitionOf", () => {
  test.each(kinds.flatMap((row) => [2, 3, 16, 100].map((partitions) => ({ ...row, partitions }))))(
    "B-166: spreads serial numbers $kind evenly over $partitions",
    ({ serialNumber, partitions }) => {
      const counts = new Array<number>(partitions).fill(0);
      const all = 1000 * partitions;
      for (let index = 0; index < all; index += 1) {
        const partition = crlPartitionOf(serialNumber(index), partitions);
        counts[partition] = (counts[partition] ?? 0) + 1;
      }
      // Five standard deviations of a fair choice are about 160.
      expect(Math.min(...counts)).toBeGreaterThan(840);
      expect(Math.max(...counts)).toBeLessThan(1160);
    },
  );

  test("B-166: is the same for the same serial number, whoever asks: replicas and later versions", () => {
    // The published test vector of FNV-1a for "foobar" is 0xbf9cf968.
    const serialNumber = new TextEncoder().encode("foobar");
    expect([1, 1000, 1024].map((partitions) => crlPartitionOf(serialNumber, partitions))).toEqual([
      0, 720, 360,
    ]);
    expect(maximumCrlPartitions).toBe(1024);
  });
});
