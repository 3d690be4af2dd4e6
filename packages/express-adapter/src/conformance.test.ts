import { createServer } from "node:http";
import { adapterConformance, listen } from "@chancery/http/conformance";
import express from "express";
import { test } from "vitest";
import { toExpress } from "./index.ts";

adapterConformance({
  test,
  mount: async ({ handler, options, prefix, behindParsers }) => {
    const app = express();
    if (behindParsers) app.use(express.json(), express.urlencoded({ extended: true }), express.text());
    if (prefix === "") app.use(toExpress(handler, options));
    else app.use(prefix, toExpress(handler, options));
    return listen(createServer(app));
  },
});
