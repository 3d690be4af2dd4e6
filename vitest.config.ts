import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: ["packages/*", "examples/*/vitest.config.ts", "test/clients", "test/documents"],
    coverage: { provider: "v8", include: ["packages/*/src/**"] },
  },
});
