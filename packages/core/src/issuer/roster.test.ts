import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createIntermediate, createRoot } from "./create.ts";
import type { Issuer } from "./issuer.ts";
import { createRoster, type IssuerAssignment, type RosterProfile } from "./roster.ts";

const day = 86_400_000;
const start = Date.UTC(2030, 0, 1);
const server: RosterProfile = { name: "server", extKeyUsage: ["serverAuth"] };
const client: RosterProfile = { name: "client", extKeyUsage: ["clientAuth"] };
const both = [server, client];

/** Issuers whose validity can be chosen at will: only their chain is ever looked at. */
const made = await Promise.all(
  ["A", "B", "C", "D"].map((name) => createRoot({ commonName: name, clock: () => new Date(start) })),
);
const issuerOf = (index: number, fromDay: number, toDay: number): Issuer => {
  const issuer = made[index]?.issuer;
  if (issuer === undefined) throw new Error(`there is no issuer ${index}`);
  return {
    ...issuer,
    validity: { notBefore: start + fromDay * day, notAfter: start + toDay * day - 1000 },
  };
};
const at = (days: number): number => start + days * day;
const date = (days: number): Date => new Date(at(days));

const [a, b, c] = [issuerOf(0, 0, 100), issuerOf(1, 50, 200), issuerOf(2, 0, 300)];

const narrow = await createIntermediate({
  issuer: issuerOf(3, 0, 300),
  commonName: "Servers Only",
  extKeyUsage: ["serverAuth"],
  clock: () => new Date(start),
});

describe("activeFor", () => {
  test("D-010: one issuer alone issues as long as it is valid, in its first and its last second", () => {
    const { activeFor, issuers } = createRoster([a], both);
    expect(issuers).toEqual([a]);
    for (const profile of ["server", "client"]) {
      expect(activeFor(profile, at(0) - 1)).toBeUndefined();
      expect(activeFor(profile, at(0))).toBe(a);
      expect(activeFor(profile, at(100) - 1)).toBe(a);
      expect(activeFor(profile, at(100))).toBeUndefined();
    }
    expect(activeFor("other", at(1))).toBeUndefined();
  });

  test("D-010: the next one takes over at the very millisecond that was said", () => {
    const { activeFor } = createRoster([a, { issuer: b, activeFrom: date(60) }], both);
    expect(activeFor("server", at(60) - 1)).toBe(a);
    expect(activeFor("server", at(60))).toBe(b);
    expect(activeFor("server", at(150))).toBe(b);
  });

  test("D-010: without a word it takes over as soon as it is valid", () => {
    const { activeFor } = createRoster([a, b], both);
    expect(activeFor("server", at(50) - 1)).toBe(a);
    expect(activeFor("server", at(50))).toBe(b);
  });

  test("D-010: an issuer whose turn comes before it is valid takes over once it is", () => {
    const { activeFor } = createRoster([a, { issuer: b, activeFrom: date(10) }], both);
    expect(activeFor("server", at(20))).toBe(a);
    expect(activeFor("server", at(50))).toBe(b);
  });

  test("D-010: one that ends early hands back to whoever is still valid", () => {
    const { activeFor } = createRoster([c, { issuer: a, activeFrom: date(20) }], both);
    expect(activeFor("server", at(10))).toBe(c);
    expect(activeFor("server", at(50))).toBe(a);
    expect(activeFor("server", at(100))).toBe(c);
  });

  test("D-010: of two with one turn the one given first issues", () => {
    const assign = (issuer: Issuer): IssuerAssignment => ({ issuer, activeFrom: date(60) });
    expect(createRoster([assign(b), assign(c)], both).activeFor("server", at(70))).toBe(b);
    expect(createRoster([assign(c), assign(b)], both).activeFor("server", at(70))).toBe(c);
  });

  test("D-010: profiles have issuers of their own", () => {
    const { activeFor } = createRoster(
      [
        { issuer: a, profiles: ["server"] },
        { issuer: c, profiles: ["client"] },
        { issuer: b, profiles: ["server"] },
      ],
      both,
    );
    expect(activeFor("server", at(10))).toBe(a);
    expect(activeFor("client", at(10))).toBe(c);
    expect(activeFor("server", at(60))).toBe(b);
    expect(activeFor("client", at(60))).toBe(c);
  });
});

describe("find and successorOf", () => {
  const roster = createRoster(
    [{ issuer: c, profiles: ["client"] }, { issuer: b, activeFrom: date(60), profiles: ["server"] }, a],
    both,
  );

  test("D-010: finds issuers whether they are active or not", () => {
    expect(roster.find(b.id)).toBe(b);
    expect(roster.find("00")).toBeUndefined();
    expect(roster.issuers.map(({ subject }) => subject)).toEqual(["CN=C", "CN=B", "CN=A"]);
  });

  test("D-010: finds who is next", () => {
    expect(roster.successorOf(a.id, "server")).toBe(b);
    expect(roster.successorOf(b.id, "server")).toBeUndefined();
    expect(roster.successorOf(c.id, "client")).toBeUndefined();
    expect(roster.successorOf(a.id, "nothing")).toBeUndefined();
    const three = createRoster(
      [
        { issuer: b, activeFrom: date(60) },
        { issuer: c, activeFrom: date(70) },
        { issuer: a, activeFrom: date(30) },
      ],
      both,
    );
    expect(three.successorOf(a.id, "server")).toBe(b);
    expect(three.successorOf(b.id, "server")).toBe(c);
    const twins = createRoster(
      [a, { issuer: c, activeFrom: date(60) }, { issuer: b, activeFrom: date(60) }],
      both,
    );
    expect(twins.successorOf(a.id, "server")).toBe(c);
    expect(twins.activeFor("server", at(60))).toBe(c);
  });
});

describe("warnings", () => {
  test("D-010: there are none while turns overlap", () => {
    const { warnings } = createRoster([a, b], both);
    expect(warnings(at(0))).toEqual([]);
    expect(warnings(at(120))).toEqual([]);
    expect(Object.isFrozen(warnings(at(0)))).toBe(true);
  });

  test("D-010: a gap between two turns does not keep anyone from starting, and is told until it is over", () => {
    const late = issuerOf(1, 110, 200);
    const { warnings } = createRoster([a, late], [server]);
    const gap = "no issuer serves profile server from 2030-04-11T00:00:00Z to 2030-04-21T00:00:00Z";
    expect(warnings(at(0))).toEqual([gap]);
    expect(warnings(at(99))).toEqual([gap]);
    expect(warnings(at(105))).toEqual([gap.replace("04-11", "04-16")]);
    expect(warnings(at(110))).toEqual([]);
  });

  test("D-010: a turn that begins too late makes a gap, though the issuer would be valid", () => {
    const { warnings } = createRoster([a, { issuer: c, activeFrom: date(120) }], [server]);
    expect(warnings(at(0))).toEqual([
      "no issuer serves profile server from 2030-04-11T00:00:00Z to 2030-05-01T00:00:00Z",
    ]);
  });

  test("D-010: one second without an issuer is a gap, none is none", () => {
    const next = (from: number): IssuerAssignment => ({ issuer: c, activeFrom: new Date(from) });
    expect(createRoster([a, next(at(100))], [server]).warnings(at(0))).toEqual([]);
    expect(createRoster([a, next(at(100) + 1000)], [server]).warnings(at(0))).toHaveLength(1);
  });

  test("D-010: what lies between is filled by whoever is valid", () => {
    const { warnings } = createRoster([a, issuerOf(1, 110, 200), c], [server]);
    expect(warnings(at(0))).toEqual([]);
    expect(createRoster([c, issuerOf(1, 50, 100), issuerOf(0, 290, 400)], [server]).warnings(at(0))).toEqual(
      [],
    );
  });

  test("D-011: an alternate chain that has ended", () => {
    const validity = { notBefore: at(0), notAfter: at(10) - 1000 };
    const alternate = { chain: a.chain, trustAnchor: a.trustAnchor, validity };
    const { warnings } = createRoster([{ ...a, alternates: [alternate] }], both);
    expect(warnings(at(10) - 1)).toEqual([]);
    expect(warnings(at(10))).toEqual(['an alternate chain of issuer "CN=A" ended 2030-01-10T23:59:59Z']);
  });
});

describe("createRoster", () => {
  test.each<{ why: string; assignments: readonly (Issuer | IssuerAssignment)[]; says: string }>([
    { why: "no issuer", assignments: [], says: "issuers is empty" },
    { why: "one issuer twice", assignments: [a, { issuer: a, profiles: ["client"] }], says: '"CN=A"' },
    {
      why: "a profile that is not there",
      assignments: [{ issuer: a, profiles: ["server", "client", "servre"] }],
      says: 'profile "servre", which is not one of server, client',
    },
    {
      why: "a profile that nobody serves",
      assignments: [{ issuer: a, profiles: ["server"] }],
      says: "profile client is served by no issuer",
    },
    {
      why: "a turn after the issuer's end",
      assignments: [c, { issuer: a, activeFrom: date(100) }],
      says: 'issuer "CN=A" is to be active from 2030-04-11T00:00:00.000Z, it ends 2030-04-10T23:59:59.000Z',
    },
    {
      why: "a turn at no time",
      assignments: [{ issuer: a, activeFrom: new Date(Number.NaN) }],
      says: "activeFrom of issuer",
    },
  ])("D-010: refuses $why", ({ assignments, says }) => {
    expect(() => createRoster(assignments, both)).toThrow(
      expect.objectContaining({
        name: "ConfigurationError",
        code: "ERR_OPTION_INVALID",
        message: expect.stringContaining(says),
      }),
    );
  });

  test("B-033: refuses an issuer for what its chain forbids, and takes it for the rest", () => {
    const issuer = { ...narrow.issuer, validity: a.validity };
    expect(() => createRoster([issuer], both)).toThrow(
      expect.objectContaining({
        code: "ERR_ISSUER_UNFIT",
        message: 'issuer "CN=Servers Only" may not issue for clientAuth, which profile client is for',
      }),
    );
    const { activeFor } = createRoster([{ issuer, profiles: ["server"] }, c], both);
    expect(activeFor("client", at(10))).toBe(c);
  });

  test("B-033: purposes without a name of ours count too; delegating OCSP needs no permission of the chain", () => {
    const logon: RosterProfile = { name: "logon", extKeyUsage: [], purposes: ["1.3.6.1.4.1.311.20.2.2"] };
    expect(() => createRoster([narrow.issuer], [logon])).toThrow(
      expect.objectContaining({ message: expect.stringContaining("1.3.6.1.4.1.311.20.2.2") }),
    );
    expect(createRoster([a], [logon]).activeFor("logon", at(1))).toBe(a);
    const ocsp: RosterProfile = { name: "ocsp", extKeyUsage: ["ocspSigning"] };
    expect(createRoster([narrow.issuer], [ocsp]).issuers).toHaveLength(1);
  });

  test("does not change when its input does", () => {
    const assignments: (Issuer | IssuerAssignment)[] = [a];
    const roster = createRoster(assignments, both);
    assignments.push(b);
    expect(roster.issuers).toHaveLength(1);
    expect([roster, roster.issuers].every(Object.isFrozen)).toBe(true);
  });
});

describe("D-010: with a clock that moves", () => {
  /** Lengths of three lives that overlap, and of the overlaps. */
  const lives = fc.record({
    first: fc.integer({ min: 20, max: 100 }),
    second: fc.integer({ min: 20, max: 100 }),
    third: fc.integer({ min: 20, max: 100 }),
    overlaps: fc.tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 10 })),
    turns: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
    order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
  });

  test("while turns overlap there is an issuer at every instant, one, valid, and no warning", () => {
    fc.assert(
      fc.property(lives, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (life, instants) => {
        const { assignments, end } = arrange(life);
        const roster = createRoster(assignments, both);
        expect(roster.warnings(at(0))).toEqual([]);
        const edges = assignments.flatMap(({ issuer, activeFrom }) => [
          activeFrom.getTime(),
          activeFrom.getTime() - 1,
          issuer.validity.notAfter + 999,
          issuer.validity.notAfter + 1000,
        ]);
        const moments = [...instants.map((part) => at(0) + Math.floor(part * (end - at(0) - 1))), ...edges];
        for (const moment of moments.filter((time) => time >= at(0) && time < end)) {
          const active = roster.activeFor("server", moment);
          expect(active).toBeDefined();
          expect(active).toBe(roster.activeFor("client", moment));
          expect(active?.validity.notBefore).toBeLessThanOrEqual(moment);
          expect((active?.validity.notAfter ?? 0) + 1000).toBeGreaterThan(moment);
          // Nobody whose turn came later, and who is valid, is passed over.
          const turn = assignments.find(({ issuer }) => issuer === active)?.activeFrom.getTime() ?? 0;
          const later = assignments.filter(
            ({ issuer, activeFrom }) =>
              activeFrom.getTime() > turn &&
              activeFrom.getTime() <= moment &&
              issuer.validity.notAfter + 1000 > moment,
          );
          expect(later).toEqual([]);
        }
        expect(roster.activeFor("server", end)).toBeUndefined();
      }),
    );
  });

  function arrange({
    first,
    second,
    third,
    overlaps: [one, two],
    turns: [turnOne, turnTwo],
    order,
  }: {
    first: number;
    second: number;
    third: number;
    overlaps: [number, number];
    turns: [number, number];
    order: number[];
  }): { assignments: Required<Omit<IssuerAssignment, "profiles">>[]; end: number } {
    const secondFrom = first - one;
    const thirdFrom = secondFrom + second - two;
    const end = thirdFrom + third;
    const within = (from: number, length: number, part: number): Date =>
      new Date(at(from) + Math.floor(part * length * day));
    const all = [
      { issuer: issuerOf(0, 0, first), activeFrom: date(0) },
      { issuer: issuerOf(1, secondFrom, secondFrom + second), activeFrom: within(secondFrom, one, turnOne) },
      { issuer: issuerOf(2, thirdFrom, end), activeFrom: within(thirdFrom, two, turnTwo) },
    ];
    return {
      assignments: order.flatMap((index) => all[index] ?? []),
      end: Math.max(...all.map(({ issuer }) => issuer.validity.notAfter)) + 1000,
    };
  }
});
