import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRoutes, type Resource } from "./routes.ts";

const id = "AZhFk3rsX0-abcdefghi_9";
const other = "AZhFk3rsX0-abcdefghi_8";

const resources: readonly { resource: Resource; path: string }[] = [
  { resource: { name: "directory" }, path: "directory" },
  { resource: { name: "newNonce" }, path: "new-nonce" },
  { resource: { name: "newAccount" }, path: "new-account" },
  { resource: { name: "newOrder" }, path: "new-order" },
  { resource: { name: "revokeCert" }, path: "revoke-cert" },
  { resource: { name: "account", accountId: id }, path: `account/${id}` },
  { resource: { name: "orders", accountId: id }, path: `account/${id}/orders` },
  { resource: { name: "orders", accountId: id, after: other }, path: `account/${id}/orders?after=${other}` },
  { resource: { name: "order", orderId: id }, path: `order/${id}` },
  { resource: { name: "finalize", orderId: id }, path: `order/${id}/finalize` },
  { resource: { name: "authorization", authorizationId: id }, path: `authorization/${id}` },
  {
    resource: { name: "challenge", authorizationId: id, challengeType: "http-01" },
    path: `challenge/${id}/http-01`,
  },
  {
    resource: { name: "certificate", issuerId: "ab".repeat(32), serialNumber: "01ff" },
    path: `certificate/${"ab".repeat(32)}/01ff`,
  },
];

describe.each(["https://ca.test", "https://ca.test/", "https://ca.test/acme", "https://ca.test:8443/a/b/"])(
  "under %s",
  (baseUrl) => {
    const routes = createRoutes(baseUrl);
    const base = baseUrl.replace(/\/$/, "");

    test.each(resources)("$path is built and recognised", ({ resource, path }) => {
      expect(routes.url(resource)).toBe(`${base}/${path}`);
      expect(routes.match(new URL(`${base}/${path}`))).toEqual(resource);
    });

    test("a request is signed for the configured origin, wherever it came in (A-060, A-061, case 7)", () => {
      const { pathname } = new URL(base);
      const incoming = new URL(`http://10.0.0.7:3000${pathname === "/" ? "" : pathname}/new-order?x=1`);
      expect(routes.signedUrl(incoming)).toBe(`${base}/new-order?x=1`);
    });
  },
);

describe("match", () => {
  const routes = createRoutes("https://ca.test/acme");

  test.each([
    "/",
    "/acme",
    "/acme/",
    "/acmedirectory",
    "/directory",
    "/acme/directory/",
    "/acme//directory",
    "/acme/Directory",
    "/acme/new-authz",
    "/acme/key-change",
    "/acme/new-order?x=1",
    "/acme/order",
    "/acme/order/",
    `/acme/order/${id}/`,
    `/acme/order/${id}?x=1`,
    `/acme/order/${id}/finalize/`,
    `/acme/order/${id}/other`,
    `/acme/order/${id}x`,
    `/acme/order/${"A".repeat(10_000)}`,
    `/acme/order/${id.slice(0, 19)}%2e`,
    `/acme/order/${id.slice(0, 19)}%00`,
    `/acme/order/${id.slice(0, 19)}%2f`,
    `/acme/account/${id}/orders?before=${id}`,
    `/acme/account/${id}/orders/x`,
    `/acme/challenge/${id}`,
    `/acme/challenge/${id}/HTTP-01`,
    `/acme/challenge/${id}/${"a".repeat(33)}`,
    `/acme/certificate/${"ab".repeat(32)}`,
    `/acme/certificate/${"ab".repeat(33)}/01`,
    `/acme/certificate/${"ab".repeat(32)}/0`,
    `/acme/certificate/${"ab".repeat(32)}/0G`,
    `/acme/certificate/${"ab".repeat(32)}/01/1`,
  ])("finds nothing at %s (A-011, E-026, case 6)", (path) => {
    expect(routes.match(new URL(`https://ca.test${path}`))).toBeUndefined();
  });

  test.each(["directory", "new-nonce"])("lets a query get past a cache at %s", (path) => {
    expect(routes.match(new URL(`https://ca.test/acme/${path}?cache=off`))).toBeDefined();
  });

  test("recognises what it builds, and builds what it recognises", () => {
    const segment = fc.oneof(
      fc.constantFrom(
        "acme",
        "account",
        "order",
        "orders",
        "finalize",
        "authorization",
        "challenge",
        "certificate",
        "http-01",
        id,
      ),
      fc.string({ maxLength: 24 }),
    );
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 5 }), (segments) => {
        const url = new URL(`https://ca.test/acme/${segments.map(encodeURIComponent).join("/")}`);
        const found = routes.match(url);
        if (found !== undefined) expect(routes.url(found)).toBe(url.href);
      }),
    );
  });
});

describe("accountIdOf", () => {
  const routes = createRoutes("https://ca.test/acme");
  const kid = `https://ca.test/acme/account/${id}`;

  test("reads the id of an account URL", () => {
    expect(routes.accountIdOf(kid)).toBe(id);
  });

  test.each([
    `https://other.test/acme/account/${id}`,
    `http://ca.test/acme/account/${id}`,
    `https://ca.test:443/acme/account/${id}`,
    `https://CA.test/acme/account/${id}`,
    `https://me@ca.test/acme/account/${id}`,
    `https://ca.test/account/${id}`,
    `https://ca.test/acme/order/${id}`,
    `${kid}?x=1`,
    `${kid}#x`,
    `${kid}/`,
    `${kid}/orders`,
    kid.slice(0, -1),
    id,
    "",
  ])("does not take %s (E-012, case 40)", (text) => {
    expect(routes.accountIdOf(text)).toBeUndefined();
  });
});
