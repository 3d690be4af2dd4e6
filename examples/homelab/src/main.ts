import { enableCompileCache, flushCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

// Reading TypeScript is most of a start. The cache lies where the code lies, so whoever could write the one could write the other.
enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/compile", import.meta.url)));

const { run } = await import("./run.ts");
await run(process.argv.slice(2));
flushCompileCache();
