import { describe, expect, test } from "vitest";
import {
  type Authorization,
  type AuthorizationState,
  authorizationStatus,
  type ChallengeStatus,
  challengeStatus,
  visibleChallenges,
} from "./authorization.ts";
import { type Order, type OrderState, orderStatus } from "./order.ts";

const end = 1000;

const authorization = (state: AuthorizationState, ...statuses: ChallengeStatus[]): Authorization => ({
  id: "a",
  directoryId: "test",
  accountId: "b",
  identifier: { type: "dns", value: "a.test" },
  wildcard: false,
  state,
  createdAt: 0,
  expiresAt: end,
  challenges: statuses.map((status, index) => ({ type: `type-${index}`, token: "t", status })),
});

const order = (state: OrderState): Order => ({
  id: "o",
  directoryId: "test",
  accountId: "b",
  identifiers: [],
  authorizationIds: [],
  state,
  createdAt: 0,
  expiresAt: end,
});

describe("authorizationStatus: the end is the first instant that no longer counts (E-060)", () => {
  test.each([
    ["pending", "pending", "invalid"],
    ["valid", "valid", "expired"],
    ["invalid", "invalid", "invalid"],
    ["deactivated", "deactivated", "deactivated"],
    ["revoked", "revoked", "revoked"],
  ] as const)("%s is %s before its end and %s from then on (A-131)", (state, before, after) => {
    expect(authorizationStatus(authorization(state), end - 1)).toBe(before);
    expect(authorizationStatus(authorization(state), end)).toBe(after);
  });
});

describe("orderStatus", () => {
  test.each([
    ["pending", "pending", "invalid"],
    ["ready", "ready", "invalid"],
    ["processing", "processing", "processing"],
    ["valid", "valid", "valid"],
    ["invalid", "invalid", "invalid"],
  ] as const)("%s is %s before its end and %s from then on (A-120)", (state, before, after) => {
    expect(orderStatus(order(state), end - 1)).toBe(before);
    expect(orderStatus(order(state), end)).toBe(after);
  });
});

describe("challengeStatus", () => {
  test.each([
    { state: "pending", status: "pending", now: end - 1, shown: "pending" },
    { state: "pending", status: "processing", now: end - 1, shown: "processing" },
    { state: "pending", status: "processing", now: end, shown: "invalid" },
    { state: "deactivated", status: "pending", now: 0, shown: "invalid" },
    { state: "invalid", status: "pending", now: 0, shown: "invalid" },
    { state: "valid", status: "pending", now: 0, shown: "pending" },
    { state: "valid", status: "valid", now: end, shown: "valid" },
  ] as const)(
    "a $status challenge of a $state authorization at $now is $shown",
    ({ state, status, now, shown }) => {
      const subject = authorization(state, status);
      expect(subject.challenges.map((challenge) => challengeStatus(subject, challenge, now))).toEqual([
        shown,
      ]);
    },
  );
});

describe("visibleChallenges", () => {
  test.each([
    { why: "all while pending", subject: authorization("pending", "pending", "pending"), shown: 2 },
    { why: "the one that passed (A-132)", subject: authorization("valid", "valid", "pending"), shown: 1 },
    { why: "the one that failed (A-132)", subject: authorization("invalid", "pending", "invalid"), shown: 1 },
    {
      why: "the one that passed, after deactivation",
      subject: authorization("deactivated", "pending", "valid"),
      shown: 1,
    },
    {
      why: "all when nothing was tried",
      subject: authorization("deactivated", "pending", "pending"),
      shown: 2,
    },
  ])("shows $why", ({ subject, shown }) => {
    expect(visibleChallenges(subject, 0)).toHaveLength(shown);
  });
});
