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

const entries = [
  "index",
  "testing/index",
  "conformance/index",
  "asn1/index",
  "containers/index",
  "ocsp/index",
];

const platform = ["#crypto", "#diagnostics"];

function bundle(entry: string): Promise<Bundle> {
  return build({
    entryPoints: [fileURLToPath(new URL(`../src/${entry}.ts`, import.meta.url))],
    bundle: true,
    format: "esm",
    platform: "neutral",
    external: platform,
    metafile: true,
    write: false,
    logLevel: "silent",
  });
}

test.each(entries)(
  "E-103: %s holds no foreign package and reaches the platform through its aliases alone",
  async (entry) => {
    const { metafile } = await bundle(entry);
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.length).toBeGreaterThan(3);
    expect(inputs.filter((path) => path.includes("node_modules"))).toEqual([]);
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    const paths = imports.map(({ path }) => path).filter((path) => !platform.includes(path));
    expect(paths).toEqual([]);
  },
);

test("B-187: who does not ask for OCSP or containers gets none of either", async () => {
  const optional = async (entry: string): Promise<string[]> =>
    Object.keys((await bundle(entry)).metafile.inputs).filter((path) =>
      /(?:^|\/)src\/(?:containers|ocsp)\//.test(path),
    );
  expect(await optional("index")).toEqual([]);
  expect(await optional("ocsp/index")).not.toEqual([]);
});
