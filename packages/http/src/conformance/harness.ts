import type { ClientRequest } from "node:http";
import type { RegisterTest } from "@chancery/core/conformance";
import type { FetchHandler } from "../connection-facts.ts";
import type { NodeListenerOptions } from "../node-listener.ts";
import { openRequest, readResponse, type WireRequest, type WireResponse } from "./client.ts";

/** How an adapter is to be mounted for one case. */
export interface AdapterMount {
  readonly handler: FetchHandler;
  /** Options of `createNodeListener`, to be passed on as they are. The base URL is never the one of the socket. */
  readonly options: NodeListenerOptions;
  /** Path under which the framework mounts the handler: empty, or one such as `/pki`. */
  readonly prefix: string;
  /**
   * Whether the framework's usual parsers, the one for `application/json` among them, run before the handler. A
   * host without parsers mounts as it would without them.
   */
  readonly behindParsers: boolean;
}

/** An application that listens. */
export interface MountedAdapter {
  /** On the loopback interface, over plain HTTP, for example `http://127.0.0.1:49152`. */
  readonly origin: string;
  /** Stops listening and ends all connections; called once. */
  close(): Promise<void>;
}

/** What {@link adapterConformance} needs from the author of an adapter. */
export interface AdapterConformanceOptions {
  readonly test: RegisterTest;
  /** Starts an application of its own for one case. */
  mount(mount: AdapterMount): Promise<MountedAdapter>;
}

/** An application of one case, and a client of it. */
export interface Service {
  readonly baseUrl: string;
  /** What `onError` has received. */
  readonly errors: readonly unknown[];
  /** Sends a request below the mount path; `body` goes out chunk by chunk and is not measured beforehand. */
  send(request: WireRequest, body?: readonly Uint8Array[]): Promise<WireResponse>;
  /** Opens a request below the mount path and leaves it to the case. */
  open(request: WireRequest): ClientRequest;
}

/** What a case runs in. */
export interface CaseContext {
  readonly prefix: string;
  readonly behindParsers: boolean;
  /** Mounts a handler until the case is over. */
  serve(handler: FetchHandler, options?: Partial<NodeListenerOptions>): Promise<Service>;
}

/** The cases of the suite: the sentence of the contract that each proves, and how. */
export type AdapterCases = Readonly<Record<string, (context: CaseContext) => Promise<void>>>;

const layouts = [
  { name: "bare", prefix: "", behindParsers: false },
  { name: "under a prefix", prefix: "/pki", behindParsers: false },
  { name: "behind body parsers", prefix: "/pki", behindParsers: true },
];

/** Registers every case in every layout. There is no way to leave one out. */
export function registerCases({ test, mount }: AdapterConformanceOptions, cases: AdapterCases): void {
  for (const { name, ...layout } of layouts) {
    for (const [sentence, body] of Object.entries(cases)) {
      test(`${name}: ${sentence}`, async () => {
        const mounted: MountedAdapter[] = [];
        try {
          await body({
            ...layout,
            serve: async (handler, options = {}) => {
              const baseUrl = `https://ca.example.test${layout.prefix}`;
              const errors: unknown[] = [];
              const onError = (error: unknown): void => void errors.push(error);
              const adapter = await mount({ ...layout, handler, options: { baseUrl, onError, ...options } });
              mounted.push(adapter);
              return createService(`${adapter.origin}${layout.prefix}`, baseUrl, errors);
            },
          });
        } finally {
          await Promise.all(mounted.map((adapter) => adapter.close()));
        }
      });
    }
  }
}

function createService(location: string, baseUrl: string, errors: readonly unknown[]): Service {
  const { origin, pathname } = new URL(location);
  const prefix = pathname === "/" ? "" : pathname;
  const open = (request: WireRequest): ClientRequest =>
    openRequest(origin, { ...request, target: prefix + request.target });
  return {
    baseUrl,
    errors,
    open,
    send: async (request, body = []) => {
      const client = open(request);
      const response = readResponse(client);
      for (const chunk of body) client.write(chunk);
      client.end();
      return response;
    },
  };
}
