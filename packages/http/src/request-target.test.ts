import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolveRequestTarget } from "./request-target.ts";

const origin = "https://ca.example.test:8443";

describe("resolveRequestTarget", () => {
  test.each([
    { why: "a path", target: "/acme/directory", path: "/acme/directory" },
    { why: "percent-encoding, in either case", target: "/a%2Fb%2fc/%41", path: "/a%2Fb%2fc/%41" },
    {
      why: "everything that RFC 3986 allows in a path",
      target: "/-._~!$&'()*+,;=:@/",
      path: "/-._~!$&'()*+,;=:@/",
    },
    { why: "a path that looks like an authority", target: "//evil.example/a", path: "//evil.example/a" },
    { why: "an at sign that looks like credentials", target: "/@evil.example", path: "/@evil.example" },
    { why: "dots that are no segment", target: "/.well-known/a..b/...", path: "/.well-known/a..b/..." },
    {
      why: "a query with what clients leave unencoded",
      target: "/?a[]={b|c}^`\\&/../",
      path: "/?a[]={b|c}^`\\&/../",
    },
    { why: "an empty query", target: "/?", path: "/?" },
    { why: "an absolute-form target, by its path", target: "http://evil.example/a?b", path: "/a?b" },
    { why: "an absolute-form target without a path", target: "HTTP://evil.example?b", path: "/?b" },
  ])("takes $why", ({ target, path }) => {
    expect(resolveRequestTarget(origin, target)).toBe(origin + path);
  });

  test.each([
    { why: "nothing", target: "" },
    { why: "the asterisk-form", target: "*" },
    { why: "the authority-form", target: "ca.example.test:443" },
    { why: "another scheme", target: "ftp://ca.example.test/a" },
    { why: "a relative path", target: "acme/directory" },
    { why: "a dot segment", target: "/a/../b" },
    { why: "a dot segment at the end", target: "/a/.." },
    { why: "a single dot before a query", target: "/a/.?b" },
    { why: "an encoded dot segment", target: "/a/%2E%2e/b" },
    { why: "a half encoded dot segment", target: "/a/.%2e" },
    { why: "a dot segment in an absolute-form target", target: "http://h/../b" },
    { why: "a backslash", target: "/a\\..\\b" },
    { why: "a percent sign that encodes nothing", target: "/a%zz" },
    { why: "a cut percent-encoding", target: "/a%4" },
    { why: "a fragment", target: "/a#b" },
    { why: "a fragment in the query", target: "/a?b#c" },
    { why: "a space", target: "/a b" },
    { why: "a control character", target: "/a\u0000" },
    { why: "a line break at the end", target: "/a\n" },
    { why: "a letter beyond ASCII", target: "/\u00e9" },
    { why: "a letter beyond ASCII in the query", target: "/?\u00e9" },
  ])("refuses $why", ({ target }) => {
    expect(resolveRequestTarget(origin, target)).toBeUndefined();
  });

  test("agrees with the URL parser on what it takes: same origin, same path (A-061, E-026)", () => {
    const hostile = fc.stringMatching(/^[/.%2eE\\?#@:;a\t~]{0,24}$/);
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string(), fc.webPath()), (target) => {
        const url = resolveRequestTarget(origin, target);
        if (url === undefined) return;
        const parsed = new URL(url);
        expect(parsed.origin).toBe(origin);
        expect(url.slice(origin.length).split("?", 1)[0]).toBe(parsed.pathname);
        expect(parsed.hash).toBe("");
      }),
      { numRuns: 2000 },
    );
  });
});
