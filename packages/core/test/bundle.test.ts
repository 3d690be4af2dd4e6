import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

interface Bundle {
  readonly metafile: {
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly outputs: Readonly<Record<string, { readonly imports: readonly { readonly path: string }[] }>>;
  };
}

// The bundler of the build, which comes with tsup.
const requireOfTsup = createRequire(createRequire(import.meta.url).resolve("tsup"));
const { build } = requireOfTsup("esbuild") as { build: (options: object) => Promise<Bundle> };

const entries = ["index", "testing/index", "conformance/index", "asn1/index"];

test.each(entries)(
  "E-103: %s holds no foreign package and reaches the platform through #crypto alone",
  async (entry) => {
    const { metafile } = await build({
      entryPoints: [fileURLToPath(new URL(`../src/${entry}.ts`, import.meta.url))],
      bundle: true,
      format: "esm",
      platform: "neutral",
      external: ["#crypto"],
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.length).toBeGreaterThan(3);
    expect(inputs.filter((path) => path.includes("node_modules"))).toEqual([]);
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    const paths = imports.map(({ path }) => path).filter((path) => path !== "#crypto");
    expect(paths).toEqual([]);
  },
);
