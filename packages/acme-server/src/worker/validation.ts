import type { Context } from "../context.ts";
import type { StoredProblem } from "../problem.ts";
import type { ValidationTask } from "../store/acme-store.ts";
import type {
  ChallengeToValidate,
  ChallengeValidator,
  ValidationResult,
} from "../validation/challenge-validator.ts";
import type { Schedule } from "./schedule.ts";
import type { WorkerSettings } from "./settings.ts";

/** What a validation needs of the directory it belongs to. */
export type ValidationContext = Pick<
  Context,
  "authorizationLifetime" | "now" | "report" | "store" | "validators"
>;

/** Under which conditions a worker makes attempts. */
export interface ValidationConditions {
  readonly settings: WorkerSettings;
  readonly schedule: Schedule;
  /** Aborts when the worker closes; what is then unfinished is left for the next claim. */
  readonly shutdown: AbortSignal;
}

/**
 * Makes one attempt at a challenge and writes down what came of it.
 *
 * A result that arrives after the lease was lost, or after the authorization was given up, changes nothing: the store
 * compares the fence.
 */
export async function performValidation(
  context: ValidationContext,
  conditions: ValidationConditions,
  task: ValidationTask,
): Promise<void> {
  const validator = context.validators.find(({ type }) => type === task.type);
  const result = await attempt(validator, context, conditions, task);
  if (result === undefined) return;
  const { fence, attempts, authorization } = task;
  const ended = { authorizationId: authorization.id, fence, now: context.now() };
  if (result.outcome === "valid") {
    const expiresAt = ended.now + context.authorizationLifetime;
    await context.store.completeValidation({ ...ended, result: { outcome: "valid", expiresAt } });
  } else if (result.outcome === "invalid" || attempts + 1 >= attemptsOf(validator, conditions.settings)) {
    await context.store.completeValidation({
      ...ended,
      result: { outcome: "invalid", error: result.problem },
    });
  } else {
    const runAt = ended.now + retryDelay(conditions.settings, attempts);
    await context.store.retryValidation({ ...ended, error: result.problem, runAt });
  }
}

/** Answers undefined when the worker closed before the attempt ended. */
async function attempt(
  validator: ChallengeValidator | undefined,
  context: ValidationContext,
  conditions: ValidationConditions,
  task: ValidationTask,
): Promise<ValidationResult | undefined> {
  if (validator === undefined) return { outcome: "invalid", problem: withdrawn(task.type) };
  try {
    return await askValidator(validator, conditions, challengeOf(task));
  } catch (error) {
    if (conditions.shutdown.aborted) return undefined;
    context.report(error);
    return { outcome: "retry", problem: failed };
  }
}

async function askValidator(
  validator: ChallengeValidator,
  { settings, schedule, shutdown }: ValidationConditions,
  challenge: ChallengeToValidate,
): Promise<ValidationResult> {
  const timeout = new AbortController();
  const cancel = schedule(() => {
    timeout.abort(
      new Error(`validator ${validator.type} did not answer within ${settings.validationTimeout} ms`),
    );
  }, settings.validationTimeout);
  const signal = AbortSignal.any([shutdown, timeout.signal]);
  try {
    // A validator that ignores its signal must not hold the worker.
    return await Promise.race([validator.validate(challenge, signal), whenAborted(signal)]);
  } finally {
    cancel();
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

function challengeOf({ authorization, type, keyAuthorization }: ValidationTask): ChallengeToValidate {
  const token = authorization.challenges.find((challenge) => challenge.type === type)?.token ?? "";
  return { identifier: authorization.identifier, token, keyAuthorization };
}

function attemptsOf(validator: ChallengeValidator | undefined, { maximumAttempts }: WorkerSettings): number {
  return Math.min(maximumAttempts, validator?.maximumAttempts ?? maximumAttempts);
}

function retryDelay({ retryDelay }: WorkerSettings, attempts: number): number {
  return retryDelay * 2 ** Math.min(attempts, 5);
}

const failed: StoredProblem = {
  type: "serverInternal",
  detail: "the server could not carry out the validation",
  status: 500,
};

function withdrawn(type: string): StoredProblem {
  return { type: "serverInternal", detail: `the server no longer validates ${type}`, status: 500 };
}
