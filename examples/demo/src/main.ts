import { parseArgs } from "node:util";
import { createCleanup } from "./cleanup.ts";
import { createNarrator } from "./narrator.ts";

const usage = `usage: npm run demo [-- --keep]

  --keep   leave the CA and the site running until Ctrl-C
  --help   this text
`;

const { values } = parseArgs({ options: { keep: { type: "boolean" }, help: { type: "boolean" } } });
if (values.help === true) process.stdout.write(usage);
else await tell(values.keep === true);

async function tell(keep: boolean): Promise<void> {
  const { stdout } = process;
  const narrator = createNarrator({
    write: (text) => void stdout.write(text),
    colours: stdout.isTTY && process.env["NO_COLOR"] === undefined,
    now: () => performance.now(),
  });
  narrator.headline(
    "Chancery demo: from an empty directory to an HTTPS site with a certificate of your own CA",
  );

  const cleanup = createCleanup();
  let exitCode: number | undefined;
  let isKept = false;
  const stop = async (code: number): Promise<void> => {
    // The first reason to stop is the one that counts.
    exitCode ??= code;
    await cleanup.run();
    if (isKept) narrator.paragraph("Stopped and removed.");
    process.exit(exitCode);
  };
  process.once("SIGINT", () => void stop(isKept ? 0 : 130));
  process.once("SIGTERM", () => void stop(isKept ? 0 : 143));
  process.once("SIGHUP", () => void stop(129));
  // Whoever reads may have seen enough.
  stdout.on("error", () => void stop(1));

  try {
    // Loading takes longer than printing: something is to be seen at once.
    const { runDemo } = await import("./demo.ts");
    await runDemo({ narrator, cleanup, keep });
    isKept = keep;
    if (!keep) await stop(0);
  } catch (error) {
    if (exitCode === undefined) narrator.failure(error);
    await stop(1);
  }
}
