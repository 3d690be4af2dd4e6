import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory for one test, with a configuration in it. */
export interface Workspace {
  readonly directory: string;
  readonly dataDirectory: string;
  readonly configFile: string;
  /** Replaces the configuration; top-level keys that are not given stay as they are. */
  configure(changes: Readonly<Record<string, unknown>>): Promise<void>;
  remove(): Promise<void>;
}

/** Creates a workspace whose configuration serves `localhost` on a port that the system chooses, and asks no DNS server. */
export async function createWorkspace(changes: Readonly<Record<string, unknown>> = {}): Promise<Workspace> {
  const directory = await mkdtemp(join(tmpdir(), "chancery-homelab-"));
  const configFile = join(directory, "chancery.yaml");
  let configuration: Readonly<Record<string, unknown>> = {
    server: { names: ["localhost", "127.0.0.1"], listen: "127.0.0.1:0" },
    dataDirectory: "data",
    authority: { createIfMissing: true, organization: "Test", root: { commonName: "Test Root" } },
    policy: { allow: { dns: ["**.home.arpa"] } },
    acme: [{ id: "home", challenges: ["http-01"] }],
    validation: { resolvers: [], networks: ["127.0.0.0/8"] },
    log: { format: "json" },
  };
  const workspace: Workspace = {
    directory,
    dataDirectory: join(directory, "data"),
    configFile,
    async configure(more) {
      configuration = { ...configuration, ...more };
      await writeFile(configFile, JSON.stringify(configuration));
    },
    remove: () => rm(directory, { recursive: true }),
  };
  await workspace.configure(changes);
  return workspace;
}
