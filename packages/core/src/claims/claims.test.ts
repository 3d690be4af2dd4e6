import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isCaError } from "../errors.ts";
import { type ClaimsOptions, parseClaims, planValidity, type Validity } from "./claims.ts";

const day = 86_400_000;
const now = Date.parse("2030-01-01T00:00:00Z");
const claims = parseClaims();
const issuer = { notBefore: now - 365 * day, notAfter: now + 3650 * day };

function at(text: string): number {
  return Date.parse(text);
}

describe("parseClaims", () => {
  test("fills in 90 days, which is also the most, at least 5 minutes, a minute back", () => {
    expect(claims).toEqual({
      defaultValidity: 90 * day,
      maximumValidity: 90 * day,
      minimumValidity: 300_000,
      backdate: 60_000,
      disableRenewal: false,
      allowRenewalAfterExpiry: 0,
    });
    expect(Object.isFrozen(claims)).toBe(true);
  });

  test.each([
    { allowRenewalAfterExpiry: "P7D", milliseconds: 7 * day },
    { allowRenewalAfterExpiry: "12h", milliseconds: day / 2 },
    { allowRenewalAfterExpiry: true, milliseconds: Number.POSITIVE_INFINITY },
    { allowRenewalAfterExpiry: false, milliseconds: 0 },
  ])(
    "reads renewal after expiry as $allowRenewalAfterExpiry",
    ({ allowRenewalAfterExpiry, milliseconds }) => {
      expect(parseClaims({ allowRenewalAfterExpiry })).toMatchObject({
        allowRenewalAfterExpiry: milliseconds,
      });
    },
  );

  test("reads that renewal is disabled", () => {
    expect(parseClaims({ disableRenewal: true }).disableRenewal).toBe(true);
  });

  const refused: readonly { why: string; options: ClaimsOptions; says: string }[] = [
    { why: "no duration", options: { defaultValidity: "soon" }, says: '"soon"' },
    {
      why: "a default above the maximum",
      options: { defaultValidity: "P91D" },
      says: "defaultValidity 7862400 s, maximumValidity 7776000 s",
    },
    {
      why: "a minimum above the default",
      options: { minimumValidity: "P91D" },
      says: "minimumValidity 7862400 s, defaultValidity 7776000 s",
    },
    { why: "B-016: a backdate under a minute", options: { backdate: "PT59S" }, says: "59 s" },
    { why: "B-016: a backdate over an hour", options: { backdate: "PT3601S" }, says: "3601 s" },
    { why: "B-016: no backdate", options: { backdate: "PT0S" }, says: '"PT0S"' },
    {
      why: "renewal after expiry for no duration",
      options: { allowRenewalAfterExpiry: "ever" },
      says: '"ever"',
    },
    {
      why: "renewal after expiry for fractions of a second",
      options: { allowRenewalAfterExpiry: "1500ms" },
      says: "allowRenewalAfterExpiry of 1500 ms",
    },
    { why: "fractions of a second", options: { minimumValidity: "1500ms" }, says: "1500 ms" },
  ];

  test.each(refused)("refuses $why", ({ options, says }) => {
    expect(() => parseClaims(options)).toThrow(
      expect.objectContaining({ code: "ERR_OPTION_INVALID", message: expect.stringContaining(says) }),
    );
  });
});

describe("planValidity", () => {
  test("B-015: 90 days asked for by default span 7,776,000 seconds, the last one included", () => {
    const validity = planValidity({ claims: parseClaims({ defaultValidity: "P90D" }), issuer, now });
    expect(validity.notAfter).toBe(now + 7_775_999_000);
  });

  test("B-016: begins one backdate ago", () => {
    expect(planValidity({ claims, issuer, now }).notBefore).toBe(now - 60_000);
  });

  test("B-016: never begins before the issuer", () => {
    const young = { ...issuer, notBefore: now - 10_000 };
    expect(planValidity({ claims, issuer: young, now }).notBefore).toBe(young.notBefore);
  });

  test("B-016: what was not asked for is clamped to the issuer's end", () => {
    const old = { ...issuer, notAfter: now + day };
    expect(planValidity({ claims, issuer: old, now }).notAfter).toBe(old.notAfter);
  });

  test("B-014: cuts a clock that runs between two seconds down to the earlier one", () => {
    const validity = planValidity({ claims, issuer, now: now + 999 });
    expect(validity).toEqual({ notBefore: now - 60_000, notAfter: now + 90 * day - 1000 });
  });

  const granted = [
    { why: "exactly the minimum", notAfter: now + 300_000 - 1000 },
    { why: "exactly the maximum", notAfter: now + 90 * day - 1000 },
    { why: "the end of the issuer", notAfter: now + 10 * day, issuerEnds: now + 10 * day },
    { why: "a start at the furthest backdate", notBefore: now - 60_000, notAfter: now + day },
    { why: "a start in the future", notBefore: now + 30 * day, notAfter: now + 60 * day },
    { why: "a start as far ahead as the maximum", notBefore: now + 90 * day, notAfter: now + 91 * day },
  ] as const;

  test.each(granted)("grants $why exactly", (row) => {
    const { notAfter } = row;
    const notBefore = "notBefore" in row ? row.notBefore : undefined;
    const limit = "issuerEnds" in row ? { ...issuer, notAfter: row.issuerEnds } : issuer;
    const validity = planValidity({
      claims,
      issuer: limit,
      now,
      notAfter,
      ...(notBefore !== undefined && { notBefore }),
    });
    expect(validity).toEqual({ notBefore: notBefore ?? now - 60_000, notAfter });
  });

  test("judges a start by when it was asked for: waiting does not make it wrong (A-111)", () => {
    const asked = { claims, issuer, now: now + day, notBefore: now, notAfter: now + 30 * day };
    expect(() => planValidity(asked)).toThrow("the furthest backdate");
    expect(planValidity({ ...asked, requestedAt: now })).toEqual({
      notBefore: now,
      notAfter: now + 30 * day,
    });
    expect(() => planValidity({ ...asked, requestedAt: now + 90_000 })).toThrow("the furthest backdate");
    const later = { ...asked, now, requestedAt: now + day, notBefore: now - 61_000 };
    expect(() => planValidity(later)).toThrow("the furthest backdate");
  });

  describe("a renewal", () => {
    const lengthOf = ({ notBefore, notAfter }: Validity): number => notAfter - notBefore + 1000;
    const week = { notBefore: now - 60_000, notAfter: now + 7 * day - 1000 };

    test("is valid for as long as the certificate before, and so is every one after it", () => {
      let validity: Validity = week;
      for (let renewal = 1; renewal <= 5; renewal += 1) {
        const at = now + renewal * 5 * day;
        validity = planValidity({ claims, issuer, now: at, length: lengthOf(validity) });
        expect(validity).toEqual({ notBefore: at - 60_000, notAfter: at + 7 * day - 1000 });
      }
    });

    const clamped = [
      { why: "the maximum of the claims", length: 365 * day, lasts: 90 * day + 60_000 },
      { why: "the minimum of the claims", length: 61_000, lasts: 300_000 + 60_000 },
      { why: "whole seconds", length: 7 * day + 999, lasts: 7 * day },
    ] as const;

    test.each(clamped)("B-016: is clamped to $why", ({ length, lasts }) => {
      expect(lengthOf(planValidity({ claims, issuer, now, length }))).toBe(lasts);
    });

    test("B-016: is clamped to the issuer's end, and refused when that leaves too little", () => {
      const length = lengthOf(week);
      const old = { ...issuer, notAfter: now + day };
      expect(planValidity({ claims, issuer: old, now, length }).notAfter).toBe(old.notAfter);
      const older = { ...issuer, notAfter: now + 298_000 };
      expect(() => planValidity({ claims, issuer: older, now, length })).toThrow("the minimum is 300 s");
    });

    test("begins no earlier than the issuer, and is as long all the same", () => {
      const young = { ...issuer, notBefore: now - 10_000 };
      const validity = planValidity({ claims, issuer: young, now, length: lengthOf(week) });
      expect(validity.notBefore).toBe(young.notBefore);
      expect(lengthOf(validity)).toBe(lengthOf(week));
    });

    test("with an end of its own is granted exactly that", () => {
      const notAfter = now + 3 * day;
      expect(planValidity({ claims, issuer, now, notAfter, length: lengthOf(week) }).notAfter).toBe(notAfter);
      expect(() =>
        planValidity({ claims, issuer, now, notAfter: now + 90 * day, length: lengthOf(week) }),
      ).toThrow("above the maximum");
    });
  });

  const refused = [
    {
      why: "less than the minimum",
      ask: { notAfter: now + 299_000 - 1000 },
      says: "validity of 299 s is below the minimum of 300 s",
    },
    {
      why: "more than the maximum",
      ask: { notAfter: now + 90 * day },
      says: "validity of 7776001 s is above the maximum of 7776000 s",
    },
    {
      why: "an end past the issuer's",
      ask: { notAfter: now + 11 * day },
      issuer: { ...issuer, notAfter: now + 10 * day },
      says: "notAfter 2030-01-12T00:00:00Z is after the issuer's 2030-01-11T00:00:00Z",
    },
    {
      why: "an end one second past the issuer's",
      ask: { notAfter: now + 10 * day + 1000 },
      issuer: { ...issuer, notAfter: now + 10 * day },
      says: "notAfter 2030-01-11T00:00:01Z is after the issuer's 2030-01-11T00:00:00Z",
    },
    {
      why: "an end before the start",
      ask: { notBefore: now + day, notAfter: now },
      says: "notAfter 2030-01-01T00:00:00Z is before notBefore 2030-01-02T00:00:00Z",
    },
    {
      why: "an end that has passed",
      ask: { notBefore: now - 3_600_000, notAfter: now - 3000 },
      claims: parseClaims({ backdate: "PT1H" }),
      says: "notAfter 2029-12-31T23:59:57Z has passed, it is 2030-01-01T00:00:00Z",
    },
    {
      why: "a start further back than the backdate",
      ask: { notBefore: now - 61_000 },
      says: "notBefore 2029-12-31T23:58:59Z is before 2029-12-31T23:59:00Z",
    },
    {
      why: "a start before the issuer's",
      ask: { notBefore: now - 30_000 },
      issuer: { ...issuer, notBefore: now - 10_000 },
      says: "notBefore 2029-12-31T23:59:30Z is before the issuer's 2029-12-31T23:59:50Z",
    },
    {
      why: "a start too far ahead",
      ask: { notBefore: now + 90 * day + 1000 },
      says: "notBefore 2030-04-01T00:00:01Z is more than 7776000 s ahead",
    },
    {
      why: "an issuer that has not begun",
      ask: {},
      issuer: { ...issuer, notBefore: now + day },
      says: "the issuer's notBefore 2030-01-02T00:00:00Z has not come, it is 2030-01-01T00:00:00Z",
    },
    {
      why: "an issuer with too little left",
      ask: {},
      issuer: { ...issuer, notAfter: now + 298_000 },
      says: "the issuer's notAfter 2030-01-01T00:04:58Z leaves 299 s, the minimum is 300 s",
    },
    {
      why: "an issuer that has ended",
      ask: {},
      issuer: { ...issuer, notAfter: now - day },
      says: "the issuer's notAfter 2029-12-31T00:00:00Z leaves -86399 s",
    },
  ] as const;

  test.each(refused)("B-016: refuses $why and names both values", ({ ask, says, ...row }) => {
    const plan = (): unknown =>
      planValidity({
        claims: "claims" in row ? row.claims : claims,
        issuer: "issuer" in row ? row.issuer : issuer,
        now,
        ...ask,
      });
    expect(plan).toThrow(
      expect.objectContaining({ code: "ERR_VALIDITY_REFUSED", message: expect.stringContaining(says) }),
    );
  });

  test.each([
    { why: "2038", time: at("2038-01-19T03:14:08Z") },
    { why: "2050", time: at("2050-01-01T00:00:00Z") },
    { why: "the last day of 9999", time: at("9999-12-31T00:00:00Z") },
  ])("E-060: plans across $why", ({ time }) => {
    const whole = { notBefore: time - day, notAfter: at("9999-12-31T23:59:59Z") };
    const validity = planValidity({ claims, issuer: whole, now: time });
    expect(validity.notAfter).toBe(Math.min(time + 90 * day - 1000, whole.notAfter));
  });

  test("whatever is granted is whole seconds, within the issuer, within the claims and not over", () => {
    const offset = fc.integer({ min: -100 * day, max: 100 * day });
    const optional = fc.option(offset, { nil: undefined });
    const past = fc.option(fc.nat(200 * day), { nil: undefined });
    fc.assert(
      fc.property(
        optional,
        optional,
        offset,
        fc.nat(60 * day),
        past,
        (start, end, issuerStart, issuerLength, length) => {
          const limits = { notBefore: now + issuerStart, notAfter: now + issuerStart + issuerLength };
          const whole = {
            notBefore: Math.floor(limits.notBefore / 1000) * 1000,
            notAfter: Math.floor(limits.notAfter / 1000) * 1000,
          };
          try {
            const validity = planValidity({
              claims,
              issuer: whole,
              now,
              ...(start !== undefined && { notBefore: now + start }),
              ...(end !== undefined && { notAfter: now + end }),
              ...(length !== undefined && { length }),
            });
            expect(validity.notBefore % 1000).toBe(0);
            expect(validity.notAfter % 1000).toBe(0);
            expect(validity.notBefore).toBeGreaterThanOrEqual(whole.notBefore);
            expect(validity.notAfter).toBeLessThanOrEqual(whole.notAfter);
            expect(validity.notAfter).toBeGreaterThanOrEqual(now);
            const lasts = validity.notAfter - validity.notBefore + 1000;
            expect(lasts).toBeLessThanOrEqual(claims.maximumValidity + claims.backdate);
            expect(lasts).toBeGreaterThan(0);
          } catch (error) {
            if (!isCaError(error)) throw error;
            expect(error.code).toBe("ERR_VALIDITY_REFUSED");
          }
        },
      ),
    );
  });
});
