export type { ConnectionFacts, FetchHandler } from "./connection-facts.ts";
export { createNodeListener, type NodeListener, type NodeListenerOptions } from "./node-listener.ts";
export type { Refusal, RefusalReason } from "./refusal.ts";
export { createRepositoryHandler, type RepositoryHandlerOptions } from "./repository-handler.ts";
