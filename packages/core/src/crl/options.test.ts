import { describe, expect, test } from "vitest";
import { type CrlOptions, readCrlOptions } from "./options.ts";

const day = 86_400_000;

describe("readCrlOptions", () => {
  test("a week, one partition, no delta, unless it is asked for", () => {
    expect(readCrlOptions({})).toEqual({ validity: 7 * day, partitions: 1, deltaValidity: undefined });
    const options = { validity: "P30D", partitions: 1024, delta: { validity: "24h" } };
    expect(readCrlOptions(options)).toEqual({ validity: 30 * day, partitions: 1024, deltaValidity: day });
  });

  const refused: readonly { options: CrlOptions; says: string }[] = [
    { options: { validity: "a week" }, says: 'duration "a week"' },
    { options: { validity: "PT59S" }, says: "crl.validity PT59S is not between PT1M and P3660D" },
    { options: { validity: "P3661D" }, says: "crl.validity P3661D is not between PT1M and P3660D" },
    { options: { partitions: 0 }, says: "crl.partitions 0 is not an integer from 1 to 1024" },
    { options: { partitions: 1025 }, says: "crl.partitions 1025 is not an integer from 1 to 1024" },
    { options: { partitions: 1.5 }, says: "crl.partitions 1.5 is not an integer from 1 to 1024" },
    { options: { delta: { validity: "PT1S" } }, says: "crl.delta.validity PT1S is not between" },
    {
      options: { validity: "P1D", delta: { validity: "P2D" } },
      says: "crl.delta.validity P2D is longer than crl.validity P1D",
    },
  ];

  test.each(refused)("refuses $options", ({ options, says }) => {
    expect(() => readCrlOptions(options)).toThrow(
      expect.objectContaining({
        name: "ConfigurationError",
        code: "ERR_OPTION_INVALID",
        message: expect.stringContaining(says),
      }),
    );
  });
});
