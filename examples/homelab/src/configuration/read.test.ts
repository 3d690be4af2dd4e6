import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { StartRefusal } from "../start-refusal.ts";
import type { Configuration } from "./configuration.ts";
import { parseConfiguration, readConfiguration } from "./read.ts";

const smallest = `server: { names: [ca.home.arpa] }
dataDirectory: data
authority: {}
policy: { allow: { dns: ["**.home.arpa"] } }
acme: [{ id: home }]
`;

function faultsOf(text: string): readonly string[] {
  try {
    parseConfiguration(text, "/etc/chancery.yaml");
  } catch (error) {
    if (!(error instanceof StartRefusal)) throw error;
    expect(error.exitCode).toBe(78);
    return error.message.split("\n");
  }
  return [];
}

/** Each row changes the smallest configuration by one line and says what the operator reads. */
const wrong: readonly { readonly why: string; readonly line: string; readonly fault: string }[] = [
  {
    why: "an unknown key",
    line: "server: { names: [ca.home.arpa], lisen: 127.0.0.1:1 }",
    fault: '1:34: server.lisen: unknown key "lisen", did you mean "listen"?',
  },
  {
    why: "an unknown key that resembles none",
    line: "authority: { colour: red }",
    fault:
      '3:14: authority.colour: unknown key "colour", known here: createIfMissing, organization, root, intermediate, permittedDns, passphraseFile, passphraseEnvironment',
  },
  {
    why: "an unknown key at the top",
    line: "acmes: []",
    fault: '6:1: acmes: unknown key "acmes", did you mean "acme"?',
  },
  {
    why: "a key that is a method of objects",
    line: "constructor: 1",
    fault:
      '6:1: constructor: unknown key "constructor", known here: server, dataDirectory, authority, policy, claims, profiles, acme, validation, log',
  },
  { why: "a key twice", line: "acme : []", fault: "6:1: Map keys must be unique" },
  {
    why: "another type",
    line: "dataDirectory: [a]",
    fault: "2:1: dataDirectory: expected text, found a list",
  },
  { why: "no value", line: "dataDirectory:", fault: "2:1: dataDirectory: expected text, found nothing" },
  {
    why: "no name",
    line: "server: { names: [] }",
    fault: "1:11: server.names: is empty, expected at least one",
  },
  {
    why: "a missing key",
    line: "acme: [{ profile: tlsServer }]",
    fault: "5:1: acme[0].id: is missing, expected text",
  },
  {
    why: "a wildcard as the server's name",
    line: 'server: { names: ["*.home.arpa"] }',
    fault: '1:19: server.names[0]: "*.home.arpa" is not the name of one host',
  },
  {
    why: "a name that is none",
    line: 'server: { names: ["ca home"] }',
    fault: "1:19: server.names[0]: ",
  },
  {
    why: "an address without a port",
    line: "server: { names: [ca.home.arpa], listen: 127.0.0.1 }",
    fault: '1:42: server.listen: "127.0.0.1" is not address:port, for example 127.0.0.1:8443 or [::]:443',
  },
  {
    why: "a port beyond the last",
    line: "server: { names: [ca.home.arpa], listen: 127.0.0.1:65536 }",
    fault: '1:42: server.listen: "127.0.0.1:65536" is not address:port',
  },
  {
    why: "a host name to listen on",
    line: "server: { names: [ca.home.arpa], listen: ca.home.arpa:443 }",
    fault: '1:42: server.listen: "ca.home.arpa:443" is not address:port',
  },
  {
    why: "a base URL without TLS",
    line: "server: { names: [ca.home.arpa], baseUrl: http://ca.home.arpa }",
    fault: '1:43: server.baseUrl: "http://ca.home.arpa" is not a URL such as https://ca.example.test',
  },
  {
    why: "one address for two listeners",
    line: "server: { names: [ca.home.arpa], listen: 127.0.0.1:80, plainListen: 127.0.0.1:80 }",
    fault: "1:69: server.plainListen: is the same address and port as server.listen",
  },
  {
    why: "a duration with months",
    line: "server: { names: [ca.home.arpa], certificateValidity: P1M }",
    fault: '1:55: server.certificateValidity: duration "P1M" is neither',
  },
  {
    why: "two sources of the passphrase",
    line: "authority: { passphraseFile: a, passphraseEnvironment: B }",
    fault: "3:56: authority.passphraseEnvironment: cannot be given together with authority.passphraseFile",
  },
  {
    why: "a variable that no shell can set",
    line: "authority: { passphraseEnvironment: A-B }",
    fault: '3:37: authority.passphraseEnvironment: "A-B" is not the name of an environment variable',
  },
  {
    why: "a common name that no certificate can hold",
    line: `authority: { root: { commonName: ${"x".repeat(65)} } }`,
    fault: "3:34: authority.root.commonName: has 65 characters, expected 1 to 64",
  },
  {
    why: "a server outside its own constraint",
    line: "authority: { permittedDns: [lan] }",
    fault: '1:19: server.names[0]: "ca.home.arpa" is not below authority.permittedDns (lan)',
  },
  {
    why: "a star in a constraint",
    line: 'authority: { permittedDns: ["*.home.arpa"] }',
    fault: '3:29: authority.permittedDns[0]: "*.home.arpa" covers what is below it already: leave out "*."',
  },
  {
    why: "a policy that allows nothing",
    line: "policy: { allow: {} }",
    fault: "4:11: policy.allow: names nothing, so every request would be refused",
  },
  {
    why: "a star in the middle",
    line: 'policy: { allow: { dns: ["a.*.arpa"] } }',
    fault: '4:26: policy.allow.dns[0]: dns pattern "a.*.arpa" is not a name, *.name, *.*.name or **.name',
  },
  {
    why: "a network with host bits",
    line: "policy: { allow: { ip: [192.168.1.1/16] } }",
    fault: '4:25: policy.allow.ip[0]: ip network "192.168.1.1/16" has bits set beyond its prefix of 16',
  },
  {
    why: "claims out of order",
    line: "claims: { minimumValidity: P100D }",
    fault: "6:1: claims: claims are not in order: minimumValidity 8640000 s",
  },
  {
    why: "claims of a profile out of order",
    line: "profiles: { tlsServer: { preset: tlsServer, claims: { maximumValidity: P1D } } }",
    fault: "6:45: profiles.tlsServer.claims: claims are not in order: ",
  },
  {
    why: "an unknown preset",
    line: "profiles: { tlsServer: { preset: tlsserver } }",
    fault: '6:34: profiles.tlsServer.preset: "tlsserver" is unknown, expected "tlsServer"',
  },
  {
    why: "a profile with a name for URLs that is none",
    line: 'profiles: { tlsServer: { preset: tlsServer }, "a b": { preset: tlsServer } }',
    fault: "6:47: profiles.a b: is not a name of 1 to 64 letters, digits, hyphens and underscores",
  },
  {
    why: "a directory of an unknown profile",
    line: "acme: [{ id: home, profile: client }]",
    fault: '5:29: acme[0].profile: "client" is not among the profiles: tlsServer',
  },
  {
    why: "two directories with one id",
    line: "acme: [{ id: home }, { id: home }]",
    fault: '5:28: acme[1].id: "home" is the id of another directory',
  },
  {
    why: "an id that is no part of a URL",
    line: "acme: [{ id: ../home }]",
    fault: '5:14: acme[0].id: "../home" is not 1 to 32 lower-case letters, digits and hyphens',
  },
  {
    why: "an unknown challenge",
    line: "acme: [{ id: home, challenges: [http01] }]",
    fault: '5:33: acme[0].challenges[0]: "http01" is unknown, expected "http-01"',
  },
  {
    why: "dns-01 without anybody to ask",
    line: "validation: { resolvers: [] }",
    fault: "5:1: acme[0].challenges: has dns-01, but validation has neither resolvers nor zones to ask",
  },
  {
    why: "a DNS server by name",
    line: "validation: { resolvers: [ns.home.arpa] }",
    fault:
      '6:27: validation.resolvers[0]: "ns.home.arpa" is neither an IP address with an optional port nor "system"',
  },
  {
    why: "the system's DNS for a zone",
    line: "validation: { zones: { home.arpa: [system] } }",
    fault: '6:36: validation.zones.home.arpa[0]: "system" is not an IP address with an optional port',
  },
  {
    why: "a host without an address",
    line: "validation: { hosts: { nas.home.arpa: [nas] } }",
    fault: "6:40: validation.hosts.nas.home.arpa[0]: ",
  },
  {
    why: "a port that is none",
    line: "validation: { httpPort: 0 }",
    fault: "6:25: validation.httpPort: 0 is not a port, expected 1 to 65535",
  },
  {
    why: "a level of its own",
    line: "log: { level: verbose }",
    fault: '6:15: log.level: "verbose" is unknown, expected one of "debug", "info", "warn", "error"',
  },
  {
    why: "a list where a mapping belongs",
    line: "log: [info]",
    fault: "6:1: log: expected a mapping, found a list",
  },
  { why: "an unknown alias", line: "log: *level", fault: "6:6: nothing is called &level" },
  { why: "an unknown tag", line: 'log: { level: !!js/function "x" }', fault: "6:15: Unresolved tag" },
  { why: "a second document", line: "---\nlog: {}", fault: "6:1: a second document begins, expected one" },
  { why: "a list that does not end", line: "log: [", fault: "7:1: Flow sequence in block collection" },
];

/** Replaces the line with the same key, or appends. */
function changed(line: string): string {
  const key = /^\w+:/.exec(line)?.[0];
  const lines = smallest.trimEnd().split("\n");
  const index = lines.findIndex((candidate) => key !== undefined && candidate.startsWith(key));
  return `${(index < 0 ? [...lines, line] : lines.with(index, line)).join("\n")}\n`;
}

describe("parseConfiguration", () => {
  test.each(wrong)("refuses $why, with file, line, column and key", ({ line, fault }) => {
    const [first, ...others] = faultsOf(changed(line));
    expect(others).toEqual([]);
    expect(first?.slice(0, `/etc/chancery.yaml:${fault}`.length)).toBe(`/etc/chancery.yaml:${fault}`);
  });

  test("names all faults at once, in the order of the file", () => {
    const faults = faultsOf(
      [
        "server: { names: [5], listen: here }",
        "dataDirectory:",
        "authority: { passphraseFile: a, passphraseEnvironment: B }",
        "policy: { allow: { dsn: [] } }",
        "acme: [{ id: home, profile: none }, { id: home }]",
        "extra: 1",
      ].join("\n"),
    );
    expect(faults.map((fault) => fault.replace("/etc/chancery.yaml:", "").split(":", 3).join(":"))).toEqual([
      "1:19: server.names[0]",
      "1:31: server.listen",
      "2:1: dataDirectory",
      "3:56: authority.passphraseEnvironment",
      "4:20: policy.allow.dsn",
      "5:29: acme[0].profile",
      "5:43: acme[1].id",
      "6:1: extra",
    ]);
  });

  test.each([
    { why: "an empty file", text: "", found: "nothing" },
    { why: "a list", text: "- a", found: "a list" },
    { why: "a word", text: "hello", found: "text" },
  ])("refuses $why", ({ text, found }) => {
    expect(faultsOf(text)).toEqual([`/etc/chancery.yaml:1:1: expected a mapping, found ${found}`]);
  });

  test("refuses aliases of aliases that grow without bound", () => {
    const bomb = [
      "a: &a [x, x]",
      ...["b", "c", "d", "e"].map((key, index) => layer(key, "abcd"[index] ?? "")),
    ];
    expect(faultsOf(bomb.join("\n")).join("\n")).toContain("has more aliases than a configuration needs");
  });

  test("writes a key with control characters so that a terminal can show it", () => {
    const [fault = ""] = faultsOf(changed('"\\e[2J": 1'));
    expect(fault).toContain("\\u{1b}[2J");
    expect(fault).not.toContain("\u001b");
  });

  test("E-072: listens on loopback and makes no authority unless told so, and reaches no private network", () => {
    const configuration = parseConfiguration(smallest, "/etc/chancery.yaml");
    expect(configuration.server.listen).toEqual({ host: "127.0.0.1", port: 8443 });
    expect(configuration.authority.createIfMissing).toBe(false);
    expect(configuration.validation.networks).toEqual([]);
  });

  test("makes certificates valid for longer than the 30 days that clients renew before the end", () => {
    expect(parseConfiguration(smallest, "/c.yaml").claims).toEqual({ defaultValidity: "P90D" });
    const configured = parseConfiguration(changed("claims: { defaultValidity: P7D }"), "/c.yaml");
    expect(configured.claims).toEqual({ defaultValidity: "P7D" });
  });

  test("leaves to a profile what the shared claims say", () => {
    const line = "profiles: { tlsServer: { preset: tlsServer, claims: { backdate: PT5M } } }";
    expect(parseConfiguration(changed(line), "/c.yaml").profiles["tlsServer"]?.claims).toEqual({
      backdate: "PT5M",
    });
  });

  test("takes relative paths from the directory of the file", () => {
    const { dataDirectory, authority } = parseConfiguration(
      changed("authority: { passphraseFile: secrets/a }"),
      "/etc/chancery.yaml",
    );
    expect(dataDirectory).toBe("/etc/data");
    expect(authority.passphraseFile).toBe("/etc/secrets/a");
  });

  test.each([
    ["[::]:443", { host: "::", port: 443 }],
    ["0.0.0.0:8443", { host: "0.0.0.0", port: 8443 }],
    ["localhost:0", { host: "localhost", port: 0 }],
  ])("reads the address %s", (listen, expected) => {
    const line = `server: { names: [ca.home.arpa], listen: "${listen}" }`;
    expect(parseConfiguration(changed(line), "/c.yaml").server.listen).toEqual(expected);
  });

  test("reads JSON too", () => {
    const value: Partial<Configuration> = parseConfiguration(smallest, "/c.yaml");
    const json = JSON.stringify({
      server: { names: ["ca.home.arpa"] },
      dataDirectory: "data",
      authority: {},
      policy: { allow: { dns: ["**.home.arpa"] } },
      acme: [{ id: "home" }],
    });
    expect(parseConfiguration(json, "/c.yaml")).toEqual(value);
  });
});

describe("readConfiguration", () => {
  test("refuses a file that is not there", async () => {
    await expect(readConfiguration("/nowhere/chancery.yaml")).rejects.toMatchObject({
      exitCode: 78,
      message: "the configuration file /nowhere/chancery.yaml cannot be read: ENOENT",
    });
  });

  test("E-072: reads the example, which serves loopback", async () => {
    const configuration = await readConfiguration(example);
    expect(configuration.server.listen.host).toBe("127.0.0.1");
    expect(configuration.acme.map(({ id }) => id)).toEqual(["home"]);
    expect(configuration.claims.defaultValidity).toBe("P90D");
  });

  test("reads the example with everything in it that is commented out", async () => {
    const text = await readFile(example, "utf8");
    // One source of the passphrase excludes the other.
    const all = text
      .replace(/^( *)# ( *(?:[a-z][\w.]*: ?|- [\d.]|- fd).*)$/gm, "$1$2")
      .replace(/^ *passphraseEnvironment.*$/m, "");
    const { server, policy, validation } = parseConfiguration(all, example);
    expect(server.plainListen).toEqual({ host: "0.0.0.0", port: 80 });
    expect(policy.deny.dns).toEqual(["router.home.arpa"]);
    expect(validation.zones).toEqual({ "home.arpa": ["192.168.1.53"] });
    expect(validation.networks).toContain("fd00::/8");
  });
});

const example = fileURLToPath(new URL("../../chancery.example.yaml", import.meta.url));

function layer(key: string, below: string): string {
  return `${key}: &${key} [${Array<string>(6).fill(`*${below}`).join(", ")}]`;
}
