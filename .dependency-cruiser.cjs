// The arrows of the architecture, as rules. A new package or folder takes its place here before it can import anything.

const { readdirSync } = require("node:fs");

// What is in packages/core/src, bottom first: each may import only what stands before it.
const coreFromBottomToTop = [
  "errors",
  "text",
  "encoding",
  "asn1",
  "crypto",
  "diagnostics",
  "identifier",
  "key",
  "certificate",
  "csr",
  "requester",
  "claims",
  "profile",
  "policy",
  "signer",
  "lint",
  "issuer",
  "store",
  "cryptography",
  "audit",
  "crl",
  "certificate-authority",
  "events",
  "inventory",
  "issuance",
  "revocation",
  "health",
  "authority-options",
  "authority",
  "containers",
  "ocsp",
  "testing",
  "conformance",
  "index",
];

const tests = "\\.(test|test-d)\\.ts$";
const source = "^packages/[^/]+/src/";
const cryptoImplementation = "^packages/core/src/crypto/(node|web)\\.ts$";

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "core-imports-no-package-of-ours",
      severity: "error",
      from: { path: "^packages/core/" },
      to: { path: "^packages/(?!core/)" },
    },
    {
      name: "core-has-no-dependency",
      severity: "error",
      from: { path: "^packages/core/src/", pathNot: tests },
      to: { path: "(^|/)node_modules/" },
    },
    {
      name: "core-imports-no-node-module",
      comment:
        "core runs wherever WebCrypto does; the exceptions are the Node sides of #crypto and #diagnostics",
      severity: "error",
      from: {
        path: "^packages/core/src/",
        pathNot: [tests, "^packages/core/src/(crypto|diagnostics)/node\\.ts$"],
      },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "crypto-only-through-its-alias",
      severity: "error",
      from: { pathNot: tests },
      to: { path: cryptoImplementation, dependencyTypesNot: ["aliased-subpath-import"] },
    },
    ...coreArrows(),
    {
      name: "servers-import-only-core",
      severity: "error",
      from: { path: "^packages/(acme-server|http)/" },
      to: { path: "^packages/", pathNot: "^packages/($1|core)/" },
    },
    {
      name: "storage-imports-only-ports",
      severity: "error",
      from: { path: "^packages/(storage-[^/]+)/" },
      to: { path: "^packages/", pathNot: "^packages/($1|core|acme-server)/" },
    },
    {
      name: "storage-imports-only-types",
      comment: "of core a store needs the error classes, of a server nothing but its port",
      severity: "error",
      from: { path: "^packages/(storage-[^/]+)/src/", pathNot: tests },
      to: { path: "^packages/acme-server/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "adapters-import-only-http-and-core",
      severity: "error",
      from: { path: "^packages/([^/]+-adapter)/" },
      to: { path: "^packages/", pathNot: "^packages/($1|http|core)/" },
    },
    {
      name: "signers-import-only-core",
      severity: "error",
      from: { path: "^packages/(signer-[^/]+)/" },
      to: { path: "^packages/", pathNot: "^packages/($1|core)/" },
    },
    {
      name: "nobody-imports-an-adapter-a-signer-or-a-storage",
      comment: "examples, benchmarks and tests choose them; a package never does",
      severity: "error",
      from: { path: "^packages/([^/]+)/src/", pathNot: tests },
      to: { path: "^packages/(storage-[^/]+|signer-[^/]+|[^/]+-adapter)/", pathNot: "^packages/$1/" },
    },
    {
      name: "packages-import-no-application",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^(examples|bench|test|tools|scripts)/" },
    },
    {
      name: "packages-meet-by-name",
      comment: "@chancery/core, not ../../core/src/index.ts: what is published has no such path",
      severity: "error",
      from: { path: "^(packages|examples|test|bench)/([^/]+)/" },
      to: { path: "^packages/", pathNot: "^$1/$2/", dependencyTypes: ["local"] },
    },
    {
      name: "source-imports-no-dev-dependency",
      severity: "error",
      from: { path: "^(packages|examples)/[^/]+/src/", pathNot: tests },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm-peer"] },
    },
    {
      name: "source-imports-only-what-it-declares",
      severity: "error",
      from: { path: "^(packages|examples)/[^/]+/src/", pathNot: tests },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "source-imports-no-test",
      severity: "error",
      from: { pathNot: tests },
      to: { path: `${source}.*${tests}` },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(packages|examples|bench|test)/[^/]+/(dist|coverage)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@chancery/source", "import", "node", "default", "types"],
    },
  },
};

function coreArrows() {
  for (const entry of readdirSync("packages/core/src", { withFileTypes: true })) {
    const name = entry.isDirectory() ? entry.name : entry.name.split(".")[0];
    if (!coreFromBottomToTop.includes(name)) {
      throw new Error(
        `packages/core/src/${entry.name} has no place in coreFromBottomToTop (.dependency-cruiser.cjs)`,
      );
    }
  }
  return coreFromBottomToTop.slice(0, -1).map((name, place) => ({
    name: `core-${name}-imports-only-what-is-below`,
    severity: "error",
    from: { path: `^packages/core/src/${name}[./]`, pathNot: tests },
    to: { path: `^packages/core/src/(${coreFromBottomToTop.slice(place + 1).join("|")})[./]` },
  }));
}
