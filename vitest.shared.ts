import { defineProject } from "vitest/config";

const condition = "@chancery/source";

/** A vitest project that runs from source: packages resolve through the `@chancery/source` condition, nothing is built first. */
export function project(
  name: string,
  options: { readonly globalSetup?: string } = {},
): ReturnType<typeof defineProject> {
  return defineProject({
    resolve: { conditions: [condition] },
    ssr: { resolve: { conditions: [condition, "module", "node", "development|production"] } },
    test: {
      name,
      ...options,
      include: ["src/**/*.test.ts", "test/**/*.test.ts"],
      pool: "forks",
      testTimeout: 30_000,
      hookTimeout: 30_000,
      typecheck: {
        enabled: true,
        checker: "tsc",
        include: ["{src,test}/**/*.test-d.ts"],
        tsconfig: "tsconfig.json",
      },
    },
  });
}
