import { setTimeout as pause } from "node:timers/promises";
import { apex } from "../laboratory.ts";
import { advance, createEnrolment, type Enrolment, isComplete, type KeyAuthorizations } from "./enrolment.ts";
import { Interrupted, type SignedClient } from "./signed-client.ts";

/** Many clients at once, whose enrolments go on from where they were whenever the server comes back. */
export interface Crowd {
  /** All enrolments that have begun, complete or not. */
  readonly enrolments: readonly Enrolment[];
  /** Those that have got on since the last call. */
  takeTouched(): readonly Enrolment[];
  /** Works on enrolments, and begins new ones so that there is always something in motion, until the server goes away. */
  workUntilInterrupted(client: SignedClient): Promise<void>;
  /** Works on the enrolments that have begun until all are complete. */
  complete(client: SignedClient): Promise<void>;
}

/** Steps at a time. */
const workers = 4;

/** Creates a crowd that has not begun anything. Every third of its clients revokes the certificate it gets. */
export function createCrowd(published: KeyAuthorizations): Crowd {
  const enrolments: Enrolment[] = [];
  const queue: Enrolment[] = [];
  const touched = new Set<Enrolment>();
  let begun = 0;
  /** Those that could not get on the last time, with the time from which it makes sense to look again. */
  const waiting = new Map<Enrolment, { readonly until: number; readonly pause: number }>();

  async function begin(): Promise<Enrolment> {
    const number = begun++;
    const enrolment = await createEnrolment(`host-${number}.${apex}`, number % 3 === 0);
    enrolments.push(enrolment);
    return enrolment;
  }

  /** The next enrolment that it makes sense to work on. */
  function take(): Enrolment | undefined {
    const now = performance.now();
    const place = queue.findIndex((enrolment) => (waiting.get(enrolment)?.until ?? 0) <= now);
    return place === -1 ? undefined : queue.splice(place, 1)[0];
  }

  async function step(enrolment: Enrolment, client: SignedClient): Promise<void> {
    const before = progressOf(enrolment);
    try {
      await advance(enrolment, client, published);
      if (!isComplete(enrolment)) queue.push(enrolment);
    } catch (error) {
      if (error instanceof Interrupted) queue.unshift(enrolment);
      throw error;
    }
    if (progressOf(enrolment) === before) {
      const pauseBefore = waiting.get(enrolment)?.pause ?? 5;
      const longer = Math.min(2 * pauseBefore, 1000);
      waiting.set(enrolment, { until: performance.now() + longer, pause: longer });
    } else {
      waiting.delete(enrolment);
      touched.add(enrolment);
    }
  }

  /** Runs workers until each has nothing more to do or the server has gone away. @throws {Error} A step failed. */
  async function work(
    client: SignedClient,
    next: () => Promise<Enrolment | undefined> | "done",
  ): Promise<void> {
    const worker = async (): Promise<void> => {
      for (let turn = next(); turn !== "done"; turn = next()) {
        const enrolment = await turn;
        if (enrolment === undefined) await pause(5);
        else await step(enrolment, client);
      }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: workers }, worker));
    const failures = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [outcome.reason as Error] : [],
    );
    const [failure] = failures.filter((error) => !(error instanceof Interrupted)).concat(failures);
    if (failure !== undefined) throw failure;
  }

  return Object.freeze<Crowd>({
    enrolments,
    takeTouched() {
      const taken = [...touched];
      touched.clear();
      return taken;
    },
    async workUntilInterrupted(client) {
      try {
        await work(client, async () => take() ?? begin());
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
      }
      waiting.clear();
    },
    complete: (client) =>
      work(client, () => (enrolments.every(isComplete) ? "done" : Promise.resolve(take()))),
  });
}

function progressOf({ signer, order, authorizationStatus, chainPem, isRevoked }: Enrolment): string {
  return [signer.url, order?.status, authorizationStatus, chainPem?.length, isRevoked].join(" ");
}
