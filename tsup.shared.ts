import { defineConfig } from "tsup";

/** Builds a published package: one ESM file and one declaration file per entry, named without `src/` and `.ts`. */
export function library(entries: readonly string[]): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry: Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`])),
    format: ["esm"],
    target: "node22",
    dts: true,
    sourcemap: true,
    clean: true,
    // node:sqlite exists only with its prefix.
    removeNodeProtocol: false,
    // Which side of #crypto and #diagnostics runs is decided where the package is installed, not here.
    external: ["#crypto", "#diagnostics"],
  });
}
