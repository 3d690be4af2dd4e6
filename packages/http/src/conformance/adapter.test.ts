import { createServer, type RequestListener } from "node:http";
import { test } from "vitest";
import { createNodeListener } from "../node-listener.ts";
import { adapterConformance } from "./adapter.ts";
import { listen } from "./listen.ts";

// node:http has neither mounts nor parsers; what stands in for them does to a request what Connect does.
adapterConformance({
  test,
  mount: async ({ handler, options, prefix, behindParsers }) => {
    const listener = createNodeListener(handler, options);
    const mounted: RequestListener = (request, response) => {
      const originalUrl = request.url;
      request.url = originalUrl?.slice(prefix.length);
      Object.assign(request, { originalUrl, ...(behindParsers ? { body: {} } : {}) });
      if (behindParsers && request.headers["content-type"] === "application/json") {
        request.resume().on("end", () => listener(request, response));
      } else listener(request, response);
    };
    return listen(createServer(mounted));
  },
});
