import type { Server } from "node:http";
import { parseDuration } from "@chancery/core";
import { createNodeListener, type FetchHandler } from "@chancery/http";
import type { ListenAddress } from "../configuration/configuration.ts";
import type { Host } from "../host.ts";
import { describeError } from "../log/log.ts";
import { logRequests } from "./access-log.ts";
import { watchConnections } from "./connections.ts";
import { listen } from "./listen.ts";

/** A server that listens. */
export interface Listener {
  readonly port: number;
  /** Begins to answer; call it before anything else is awaited, or the first request finds nobody. */
  serve(handler: FetchHandler, baseUrl: string): void;
  /** Stops listening and lets those finish that are being answered, in bounded time. A second call awaits the first. */
  drain(): Promise<void>;
}

/** What {@link openListener} works with. */
export interface ListenerOptions {
  /** Of `node:http` or `node:https`, not yet listening. */
  readonly server: Server;
  readonly address: ListenAddress;
  /** How long a drain waits, a duration. */
  readonly stopTimeout: string;
  readonly host: Host;
}

/** How long a client of a CA needs at most, and how long it pauses between two polls: a connection that survives spares a handshake. */
export const timeouts: {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly keepAliveTimeout: number;
} = Object.freeze({ headersTimeout: 15_000, requestTimeout: 30_000, keepAliveTimeout: 30_000 });

/**
 * Makes a server listen, with a log of its requests.
 *
 * @throws {StartRefusal} The address cannot be had.
 */
export async function openListener({
  server,
  address,
  stopTimeout,
  host: { log, scheduler },
}: ListenerOptions): Promise<Listener> {
  const connections = watchConnections(server);
  logRequests(server, log);
  const port = await listen(server, address);
  server.on("error", (error) => log("error", "listener.failed", describeError(error)));
  const whenOverdue = () =>
    new Promise<void>((resolve) => {
      scheduler.after(parseDuration(stopTimeout), resolve);
    });
  let draining: Promise<void> | undefined;

  return Object.freeze<Listener>({
    port,
    serve(handler, baseUrl) {
      const onError = (error: unknown) => log("error", "request.failed", describeError(error));
      server.on("request", createNodeListener(handler, { baseUrl, onError, maxBodyBytes }));
    },
    drain() {
      draining ??= connections.drain(whenOverdue);
      return draining;
    },
  });
}

/** One byte more than ACME accepts, so that its own words answer what is too large, and nothing larger is ever kept. */
const maxBodyBytes = 64 * 1024 + 1;
