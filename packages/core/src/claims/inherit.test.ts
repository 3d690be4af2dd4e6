import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClaimsOptions, parseClaims } from "./claims.ts";
import { inheritClaims } from "./inherit.ts";

/** What step-ca has built in. */
const step = { minimumValidity: "5m", defaultValidity: "24h", maximumValidity: "24h" };

describe("inheritClaims", () => {
  const rows: readonly {
    why: string;
    parent: ClaimsOptions;
    child: ClaimsOptions;
    claims: ClaimsOptions;
  }[] = [
    { why: "nothing from nobody", parent: {}, child: {}, claims: {} },
    {
      why: "every field of its own",
      parent: { ...step, backdate: "PT1H", disableRenewal: true, allowRenewalAfterExpiry: "P1D" },
      child: {
        minimumValidity: "PT1H",
        defaultValidity: "PT2H",
        maximumValidity: "PT3H",
        backdate: "PT2M",
        disableRenewal: false,
        allowRenewalAfterExpiry: false,
      },
      claims: {
        minimumValidity: "PT1H",
        defaultValidity: "PT2H",
        maximumValidity: "PT3H",
        backdate: "PT2M",
        disableRenewal: false,
        allowRenewalAfterExpiry: false,
      },
    },
    {
      why: "its parent's fields where it has none",
      parent: { ...step, disableRenewal: true, allowRenewalAfterExpiry: true },
      child: { backdate: "PT2M" },
      claims: { ...step, disableRenewal: true, allowRenewalAfterExpiry: true, backdate: "PT2M" },
    },
    {
      why: "a maximum that moves to a longer default",
      parent: step,
      child: { defaultValidity: "720h" },
      claims: { ...step, defaultValidity: "720h", maximumValidity: "720h" },
    },
    {
      why: "a maximum that moves by a second",
      parent: step,
      child: { defaultValidity: "86401s" },
      claims: { ...step, defaultValidity: "86401s", maximumValidity: "86401s" },
    },
    {
      why: "a minimum that moves to a shorter default",
      parent: step,
      child: { defaultValidity: "1m" },
      claims: { ...step, defaultValidity: "1m", minimumValidity: "1m" },
    },
    {
      why: "no bound that moves for a default within",
      parent: step,
      child: { defaultValidity: "24h" },
      claims: { ...step, defaultValidity: "24h" },
    },
    {
      why: "no bound of its own that moves",
      parent: step,
      child: { defaultValidity: "48h", maximumValidity: "72h" },
      claims: { ...step, defaultValidity: "48h", maximumValidity: "72h" },
    },
    {
      why: "built-in bounds that move where its parent has none",
      parent: {},
      child: { defaultValidity: "P365D" },
      claims: { defaultValidity: "P365D", maximumValidity: "P365D" },
    },
    {
      why: "the built-in minimum, moved",
      parent: {},
      child: { defaultValidity: "PT1M" },
      claims: { defaultValidity: "PT1M", minimumValidity: "PT1M" },
    },
  ];

  test.each(rows)("$why", ({ parent, child, claims }) => {
    expect(inheritClaims(parent, child)).toEqual(claims);
    expect(() => parseClaims(inheritClaims(parent, child))).not.toThrow();
  });

  test("takes a field that is undefined for none", () => {
    const child = { maximumValidity: undefined, defaultValidity: "720h" } as unknown as ClaimsOptions;
    expect(inheritClaims(step, child)).toEqual({ ...step, defaultValidity: "720h", maximumValidity: "720h" });
  });

  test("leaves a bound of its own that is out of order to be refused", () => {
    const claims = inheritClaims(step, { defaultValidity: "48h", maximumValidity: "36h" });
    expect(() => parseClaims(claims)).toThrow("claims are not in order");
    const short = inheritClaims(step, { defaultValidity: "1m", minimumValidity: "2m" });
    expect(() => parseClaims(short)).toThrow("claims are not in order");
    expect(() => parseClaims(inheritClaims(step, { minimumValidity: "48h" }))).toThrow(
      "claims are not in order",
    );
  });

  test("refuses a default that is no duration", () => {
    expect(() => inheritClaims({}, { defaultValidity: "soon" })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });

  test("whatever a child sets alone for its default is granted", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (seconds) => {
        const claims = parseClaims(inheritClaims(step, { defaultValidity: `PT${seconds}S` }));
        expect(claims.defaultValidity).toBe(seconds * 1000);
        expect(claims.minimumValidity).toBe(Math.min(300_000, seconds * 1000));
        expect(claims.maximumValidity).toBe(Math.max(86_400_000, seconds * 1000));
      }),
    );
  });
});
