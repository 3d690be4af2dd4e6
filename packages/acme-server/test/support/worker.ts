import type { CertificateAuthority } from "@chancery/core";
import { createTestAuthority } from "@chancery/core/testing";
import { type AcmeStore, type Authorization, createMemoryAcmeStore, type Order } from "../../src/index.ts";
import type {
  ChallengeToValidate,
  ChallengeValidator,
  ValidationResult,
} from "../../src/validation/challenge-validator.ts";
import type { Schedule } from "../../src/worker/schedule.ts";
import type { WorkerSettings } from "../../src/worker/settings.ts";
import { createWorker, type Worker, type WorkerContext } from "../../src/worker/worker.ts";

export const settings: WorkerSettings = {
  concurrency: 8,
  concurrencyPerName: 2,
  maximumAttempts: 3,
  retryDelay: 5000,
  validationTimeout: 10_000,
  pollInterval: 1000,
  drainTimeout: 5000,
};

export const hour = 3_600_000;
export const token: string = "A".repeat(43);
export const keyAuthorization: string = `${token}.${"B".repeat(43)}`;

/** Timers that fire when a test says so. */
export interface ManualSchedule extends Schedule {
  fire(delay: number): void;
  pending(): number[];
}

/** A worker with everything it works on. */
export interface Workshop {
  readonly store: AcmeStore;
  readonly ca: CertificateAuthority;
  readonly clock: { now: number };
  readonly schedule: ManualSchedule;
  readonly validators: readonly ChallengeValidator[];
  readonly worker: Worker;
  /** What was reported. */
  readonly errors: unknown[];
  /** Names that were to be validated, in order. */
  readonly asked: string[];
  /** What the validator answers. */
  validate(challenge: ChallengeToValidate, signal: AbortSignal): Promise<ValidationResult> | ValidationResult;
  /** Another worker for the same directory. */
  another(changes?: Partial<WorkerContext>, settings?: Partial<WorkerSettings>): Worker;
}

/** Sets up a worker whose validations succeed until a test says otherwise. */
export async function createWorkshop(): Promise<Workshop> {
  const clock = { now: Date.parse("2030-01-01T00:00:00Z") };
  const store = createMemoryAcmeStore();
  const { ca } = await createTestAuthority({ clock: () => new Date(clock.now) });
  const errors: unknown[] = [];
  const asked: string[] = [];
  const schedule = createManualSchedule();
  const validator: ChallengeValidator = {
    type: "http-01",
    supports: () => true,
    async validate(challenge, signal) {
      asked.push(challenge.identifier.value);
      return workshop.validate(challenge, signal);
    },
  };
  const context: WorkerContext = {
    directoryId: "test",
    store,
    ca,
    validators: [validator],
    authorizationLifetime: hour,
    now: () => clock.now,
    report: (error) => errors.push(error),
  };
  const another: Workshop["another"] = (changes, changedSettings) =>
    createWorker({ ...context, ...changes }, { ...settings, ...changedSettings }, schedule);
  const workshop: Workshop = {
    store,
    ca,
    clock,
    schedule,
    validators: [validator],
    worker: another(),
    errors,
    asked,
    validate: () => ({ outcome: "valid" }),
    another,
  };
  await store.createAccount({
    id: "account",
    directoryId: "test",
    keyThumbprint: "B".repeat(43),
    publicJwk: "{}",
    status: "valid",
    contact: [],
    termsOfServiceAgreed: true,
    createdAt: clock.now,
  });
  return workshop;
}

/** Places an order of one name and responds to its challenge. */
export async function respond({ store, clock }: Workshop, name = "a.test", id: string = name): Promise<void> {
  const { now } = clock;
  const owner = { directoryId: "test", accountId: "account", createdAt: now, expiresAt: now + hour };
  const identifier = { type: "dns", value: name } as const;
  const authorization: Authorization = {
    id: `authorization-${id}`,
    ...owner,
    identifier,
    wildcard: false,
    state: "pending",
    challenges: [{ type: "http-01", token, status: "pending" }],
  };
  const order = {
    id: `order-${id}`,
    ...owner,
    identifiers: [identifier],
    authorizationIds: [authorization.id],
  };
  await store.createOrder({ order, newAuthorizations: [authorization], now });
  await store.acceptChallenge({ authorizationId: authorization.id, type: "http-01", keyAuthorization, now });
}

/** Reads what {@link respond} has made. */
export async function read(
  { store }: Workshop,
  id = "a.test",
): Promise<{ authorization: Authorization; order: Order }> {
  const authorization = await store.findAuthorization("test", `authorization-${id}`);
  const order = await store.findOrder("test", `order-${id}`);
  if (authorization === undefined || order === undefined) throw new Error(`there is no ${id}`);
  return { authorization, order };
}

/** Resolves when everything that is ready to run has run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function createManualSchedule(): ManualSchedule {
  const timers = new Set<{ callback: () => void; delay: number }>();
  const schedule: Schedule = (callback, delay) => {
    const timer = { callback, delay };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  return Object.assign(schedule, {
    fire(delay: number) {
      for (const timer of [...timers].filter((candidate) => candidate.delay === delay)) {
        timers.delete(timer);
        timer.callback();
      }
    },
    pending: () => [...timers].map(({ delay }) => delay),
  });
}
