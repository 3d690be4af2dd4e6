import { createRandom } from "./random.ts";

/** What a client or the server is doing: the requests of an order, the server's own validation, and its start. */
export const activities = [
  "start",
  "newAccount",
  "newOrder",
  "authorization",
  "challenge",
  "validation",
  "order",
  "finalize",
  "certificate",
  "revokeCert",
] as const;

/** One of {@link activities}. */
export type Activity = (typeof activities)[number];

/** When to kill: in the course of an activity. */
export interface PlannedKill {
  readonly activity: Activity;
  /** The point, in parts of the time that the activity has been taking; from 0 to somewhat more than 1. */
  readonly point: number;
}

/** Plans kills, every second of them during the finalization, where most can go wrong. Equal seeds make equal plans. */
export function planKills(count: number, seed: number): readonly PlannedKill[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const other = activities[Math.floor(random() * activities.length)] ?? "start";
    return { activity: index % 2 === 0 ? "finalize" : other, point: random() * 1.3 };
  });
}
