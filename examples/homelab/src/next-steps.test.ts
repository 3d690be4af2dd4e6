import { describe, expect, test } from "vitest";
import { parseConfiguration } from "./configuration/read.ts";
import type { Homelab } from "./homelab.ts";
import { introduce, nextCommands } from "./next-steps.ts";

const homelab: Homelab = {
  baseUrl: "https://ca.home.arpa",
  directories: [
    { id: "dns", url: "https://ca.home.arpa/acme/dns/directory" },
    { id: "home", url: "https://ca.home.arpa/acme/home/directory" },
  ],
  rootPem: "",
  rootFingerprint: "AB:CD",
  stop: () => Promise.resolve(),
};

function configured(changes: Readonly<Record<string, unknown>> = {}) {
  const text = JSON.stringify({
    server: { names: ["ca.home.arpa"] },
    dataDirectory: "data",
    authority: {},
    policy: { allow: { dns: ["**.home.arpa"] } },
    acme: [{ id: "dns", challenges: ["dns-01"] }, { id: "home" }],
    ...changes,
  });
  return parseConfiguration(text, "/etc/chancery.yaml");
}

function commandFor(client: string, changes?: Readonly<Record<string, unknown>>): string | undefined {
  const commands = nextCommands(homelab, configured(changes)).map(({ command }) => command);
  return commands.find((command) => command.includes(`${client} `));
}

describe("nextCommands", () => {
  test.each(["certbot", "lego"])("points %s at the first directory with http-01", (client) => {
    expect(commandFor(client)).toContain("--server https://ca.home.arpa/acme/home/directory");
  });

  test.each([
    { why: "a pattern of any depth", dns: "**.home.arpa", name: "host.home.arpa" },
    { why: "a pattern of one label", dns: "*.home.arpa", name: "host.home.arpa" },
    { why: "a pattern of two labels", dns: "*.*.home.arpa", name: "host.host.home.arpa" },
    { why: "a name", dns: "nas.home.arpa", name: "nas.home.arpa" },
  ])("takes a name that the policy allows: $why", ({ dns, name }) => {
    expect(commandFor("certbot", { policy: { allow: { dns: [dns] } } })).toMatch(
      new RegExp(` --domain ${name}$`),
    );
  });

  test.each(["config", "work", "logs"])("has certbot keep its %s where any user may write", (kind) => {
    expect(commandFor("certbot")).toContain(` --${kind}-dir certbot `);
  });

  test("prefers a name that validation can find without DNS", () => {
    const validation = { hosts: { "test.home.arpa": ["127.0.0.1"] } };
    expect(commandFor("lego", { validation })).toContain("--domains test.home.arpa");
  });

  test("names the port of http-01 where it is another", () => {
    const validation = { httpPort: 5002 };
    expect(commandFor("certbot", { validation })).toContain("--http-01-port 5002");
    expect(commandFor("lego", { validation })).toContain("--http.port :5002");
    expect(commandFor("certbot")).not.toContain("port");
  });
});

test("introduce shows the fingerprint, every directory and every command", () => {
  const commands = nextCommands(homelab, configured());
  const text = introduce(homelab, commands);
  for (const shown of [
    "AB:CD",
    ...homelab.directories.map(({ url }) => url),
    ...commands.map((next) => next.command),
  ]) {
    expect(text).toContain(shown);
  }
});
