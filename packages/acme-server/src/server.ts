import { answerProblem, toResponse } from "./answer.ts";
import type { Context } from "./context.ts";
import { createMemoryNonceLedger } from "./nonce/memory-ledger.ts";
import { createNonces } from "./nonce/nonces.ts";
import { createStoredNonceLedger } from "./nonce/stored-ledger.ts";
import { type AcmeServerOptions, readOptions, type Settings } from "./options.ts";
import { answerRequest, methodsOf } from "./pipeline.ts";
import { AcmeProblem } from "./problem.ts";
import { problemFromError } from "./problem-from-error.ts";
import { createKeyCache } from "./request/key-cache.ts";
import { createRoutes, type Resource } from "./routes.ts";
import { createWorker } from "./worker/worker.ts";

/**
 * One ACME directory: a fetch handler and a worker that talk to each other only through the store.
 *
 * Frozen; no method uses `this`. Several servers may share a store, one process or many.
 */
export interface AcmeServer {
  /**
   * Answers a request. Never rejects; whatever goes wrong becomes a problem document.
   *
   * Path and query of the request's URL have to be those that the client asked for, also where a framework mounts the
   * handler under a prefix. Nothing may have read the body.
   */
  fetch(request: Request): Promise<Response>;
  /** Starts the worker in this process: challenges are validated from now on. A second call does nothing. */
  start(): void;
  /** Does the work that is due and answers how many tasks that were: for hosts that wake up now and then. */
  tick(): Promise<number>;
  /** Stops the worker in bounded time; unfinished work stays in the store for whoever comes next. */
  close(): Promise<void>;
  /** What clients are configured with. */
  readonly directoryUrl: string;
}

/**
 * Creates an ACME server.
 *
 * Nothing is read or written yet, and no challenge is validated before `start` or `tick`.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`; the message names the option and says what to pass.
 * @see RFC 8555
 */
export function createAcmeServer(options: AcmeServerOptions): AcmeServer {
  const settings = readOptions(options);
  const base = createBase(options, settings);
  const worker = createWorker(base, settings.worker);
  const context: Context = Object.freeze({ ...base, wakeWorker: worker.wake });

  return Object.freeze({
    fetch: (request: Request) =>
      handle(context, request).catch((error: unknown) => lastResort(context, error)),
    start: worker.start,
    tick: worker.tick,
    close: worker.close,
    directoryUrl: context.routes.url({ name: "directory" }),
  });
}

type Base = Omit<Context, "wakeWorker">;

function createBase(options: AcmeServerOptions, settings: Settings): Base {
  const { id: directoryId, ca, store, baseUrl, challenges, profile } = options;
  const { meta, limits, orderLifetime, authorizationLifetime, reuseAuthorizations, clock, random } = settings;
  const now = (): number => clock().getTime();
  return {
    directoryId,
    ca,
    store,
    routes: createRoutes(baseUrl),
    nonces: createNonces({
      directoryId,
      ledger:
        settings.nonceKeys === undefined
          ? createMemoryNonceLedger(nonceWindow)
          : createStoredNonceLedger(store),
      keys: settings.nonceKeys ?? [random(32)],
      lifetime: settings.nonceLifetime,
      now,
      random,
    }),
    keys: createKeyCache(cachedKeys),
    validators: [...challenges],
    profile,
    meta,
    limits,
    orderLifetime,
    authorizationLifetime,
    reuseAuthorizations,
    now,
    random,
    report: guarded(settings.onError),
  };
}

/** Half a megabyte of bits: minutes of nonces at the rate one process can answer. */
const nonceWindow = 2 ** 22;

/** Some 2 kB each. */
const cachedKeys = 10_000;

/** A logger that throws must not turn an answer into a failure. */
function guarded(onError: (error: unknown) => void): (error: unknown) => void {
  return (error) => {
    try {
      onError(error);
    } catch {
      // There is nobody left to tell.
    }
  };
}

async function handle(context: Context, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const resource = context.routes.match(url);
  const isHead = request.method === "HEAD";
  const linksToIndex = resource?.name !== "directory";
  if (resource !== undefined && request.method === "OPTIONS") return answerPreflight(resource);
  try {
    if (resource === undefined)
      throw new AcmeProblem("malformed", "there is no such resource", { status: 404 });
    const signedUrl = context.routes.signedUrl(url);
    const answer = await answerRequest(context, { request, resource, signedUrl });
    const bringsNonce = request.method === "POST" || resource.name === "newNonce";
    return await toResponse(context, answer, { isHead, linksToIndex, bringsNonce });
  } catch (error) {
    const { problem, report } = problemFromError(error);
    if (report) context.report(error);
    return toResponse(context, answerProblem(problem), { isHead, linksToIndex, bringsNonce: true });
  }
}

/** What is left when not even a problem document could be made, for example because there is no chance to make a nonce of. */
function lastResort({ report }: Context, error: unknown): Response {
  report(error);
  const problem = {
    type: "urn:ietf:params:acme:error:serverInternal",
    detail: "the server failed",
    status: 500,
  };
  return Response.json(problem, { status: 500, headers: { "Content-Type": "application/problem+json" } });
}

/** Lets a browser send what an ACME client sends: RFC 8555 section 6.1. */
function answerPreflight({ name }: Resource): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Methods": methodsOf(name),
      "Access-Control-Allow-Headers": "Content-Type",
      "Access-Control-Max-Age": "86400",
      Allow: methodsOf(name),
    },
  });
}
