import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Homelab, Log, LogFields } from "@chancery/homelab";
import { startAuthority } from "./authority.ts";
import type { Cleanup } from "./cleanup.ts";
import { startNameServer } from "./name-server.ts";
import type { Narrator } from "./narrator.ts";
import { nextCommands } from "./next-commands.ts";
import { type ObtainedCertificate, obtainCertificate } from "./obtain-certificate.ts";
import { choosePorts, type Ports } from "./ports.ts";
import { startChallengeServer, startSite, visit } from "./site.ts";

/** What {@link runDemo} works with. */
export interface DemoOptions {
  readonly narrator: Narrator;
  /** Gets everything that is to be taken back in the end. */
  readonly cleanup: Cleanup;
  /** Whether the CA and the site go on when the story is told. */
  readonly keep: boolean;
}

type Stage = Pick<DemoOptions, "cleanup" | "narrator"> & { readonly ports: Ports };

const name = "site.demo.test";

/** Tells the whole story: a CA, a certificate, a site that is trusted, and what to type next. */
export async function runDemo({ narrator, cleanup, keep }: DemoOptions): Promise<void> {
  const stage: Stage = { narrator, cleanup, ports: await choosePorts() };
  const authority = await narrator.step("Start a CA on loopback, with embedded SQLite", () => startCa(stage));
  const certificate = await narrator.step(`Get a certificate for ${name} over ACME`, () =>
    getCertificate(stage, authority),
  );
  await narrator.step(`Serve https://${name}:${stage.ports.site}/ with it, and visit`, () =>
    visitSite(stage, authority, certificate),
  );
  narrator.paragraph(
    keep
      ? "The CA and the site keep running; Ctrl-C stops and removes them. In another terminal:"
      : "That was all, and it is being removed. To go on, run `npm run demo -- --keep`; then, in another terminal:",
    "",
    ...nextCommands(authority, stage.ports, name),
  );
}

async function startCa({ narrator, cleanup, ports }: Stage): Promise<Homelab> {
  const directory = mkdtempSync(join(tmpdir(), "chancery-demo-"));
  cleanup.add(() => rmSync(directory, { recursive: true, force: true }));
  cleanup.add(await startNameServer(ports.dns));
  narrator.fact("working directory", directory);
  narrator.fact("name server", `127.0.0.1:${ports.dns}, every name leads to 127.0.0.1`);

  const starting = startAuthority(directory, ports, tellWhatTheAuthorityDoes(narrator));
  // Before it has started, too: somebody may lose patience meanwhile.
  cleanup.add(async () => (await starting).stop());
  const authority = await narrator.part(
    "make a root and an intermediate, encrypt their keys, listen",
    () => starting,
  );
  narrator.fact("root", `SHA-256 ${authority.rootFingerprint}`);
  narrator.fact("ACME directory", directoryUrlOf(authority));
  return authority;
}

async function getCertificate(
  { narrator, cleanup, ports }: Stage,
  authority: Homelab,
): Promise<ObtainedCertificate> {
  const keyAuthorizations = new Map<string, string>();
  const closeChallengeServer = await startChallengeServer(ports.challenge, keyAuthorizations);
  cleanup.add(closeChallengeServer);
  const { rootPem } = authority;
  const wish = { name, directoryUrl: directoryUrlOf(authority), rootPem, keyAuthorizations };
  const obtained = await obtainCertificate(wish, narrator);
  // certbot and lego want the port for themselves.
  await closeChallengeServer();
  return obtained;
}

async function visitSite(
  { narrator, cleanup, ports }: Stage,
  { rootPem }: Homelab,
  certificate: ObtainedCertificate,
): Promise<void> {
  cleanup.add(await startSite(ports.site, certificate));
  const seen = await narrator.part("trusting the root alone", () => visit(name, ports.site, rootPem));
  narrator.fact("the site says", `"${seen.text}" over ${seen.protocol}, certified until ${seen.validTo}`);
  const reason = await narrator.part("trusting what Node trusts", () => refusalOf(visit(name, ports.site)));
  narrator.fact("refused, as it should be", reason);
}

function directoryUrlOf({ directories: [directory], baseUrl }: Homelab): string {
  return directory?.url ?? baseUrl;
}

/** The CA's side of the story, from its log. */
function tellWhatTheAuthorityDoes(narrator: Narrator): Log {
  const told = new Set(["challenge.valid", "certificate.issued"]);
  return (_, event, fields = {}) => {
    if (!told.has(event)) return;
    const facts = Object.entries(fields).map(([key, value]) => `${key} ${show(value)}`);
    narrator.fact(`log of the CA: ${event}`, facts.join(", "));
  };
}

function show(value: LogFields[string]): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

async function refusalOf(visiting: Promise<unknown>): Promise<string> {
  const outcome = await visiting.then(
    () => undefined,
    (error: Error) => error.message,
  );
  if (outcome === undefined) throw new Error("the site was trusted without the root");
  return outcome;
}
