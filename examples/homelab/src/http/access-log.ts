import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Log } from "../log/log.ts";
import { shortened } from "../log/printable.ts";

/** Writes a line to the log for each request to a server, once it is answered or given up. Never the query, which nobody checks. */
export function logRequests(server: Server, log: Log): void {
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const start = performance.now();
    const { remoteAddress } = request.socket;
    response.once("close", () => {
      const path = shortened(request.url?.replace(/[?#].*$/s, "") ?? "", longestPath);
      // Probes of the health come every few seconds, for ever.
      log(path.endsWith("/health") ? "debug" : "info", "request", {
        method: request.method,
        path,
        status: response.headersSent ? response.statusCode : undefined,
        aborted: response.writableFinished ? undefined : true,
        ms: Math.round((performance.now() - start) * 10) / 10,
        remoteAddress: remoteAddress?.replace(/^::ffff:/, ""),
      });
    });
  });
}

/** Our own paths have less than 150 characters. */
const longestPath = 200;
