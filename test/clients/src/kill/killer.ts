import type { Activity, PlannedKill } from "./plan.ts";

/** Kills the server in the course of an activity, and keeps count of what that cut off. */
export interface Killer {
  /** From now on the next beginning of the planned activity leads to a call of `kill`. */
  arm(planned: PlannedKill, kill: () => void): void;
  /** Hears that an activity has begun; call what it returns when it has ended, with whether its end was heard of. */
  onBegin(activity: Activity): (arrived: boolean) => void;
  /** Activities that have begun and have ended without an answer. */
  readonly cutOff: readonly Activity[];
}

/** Creates a killer that learns how long activities take. */
export function createKiller(): Killer {
  const durations = new Map<Activity, number>([["start", 300]]);
  const cutOff: Activity[] = [];
  let armed: { readonly planned: PlannedKill; readonly kill: () => void } | undefined;

  const learn = (activity: Activity, duration: number): void => {
    durations.set(activity, 0.8 * (durations.get(activity) ?? duration) + 0.2 * duration);
  };

  return Object.freeze<Killer>({
    cutOff,
    arm(planned, kill) {
      armed = { planned, kill };
    },
    onBegin(activity) {
      if (armed?.planned.activity === activity) {
        setTimeout(armed.kill, armed.planned.point * (durations.get(activity) ?? typicalDuration));
        armed = undefined;
      }
      const begun = performance.now();
      return (arrived) => {
        if (arrived) learn(activity, performance.now() - begun);
        else cutOff.push(activity);
      };
    },
  });
}

/** Of an activity whose end nobody has heard of yet, in milliseconds. */
const typicalDuration = 10;
