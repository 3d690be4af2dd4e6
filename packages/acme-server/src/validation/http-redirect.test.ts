import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AttemptFailure } from "./attempt.ts";
import { followRedirect, hostOf, isRedirect, portOf } from "./http-redirect.ts";

const start = new URL("http://example.test/.well-known/acme-challenge/token");
const rules = { ports: new Set([80, 443]), label: "example.test at 192.0.2.1 port 80" };

describe("followRedirect", () => {
  test.each([
    { location: "https://example.test/a", to: "https://example.test/a" },
    { location: "//other.test/a?b=c#d", to: "http://other.test/a?b=c" },
    { location: "/elsewhere", to: "http://example.test/elsewhere" },
    { location: "https://other.test:443/", to: "https://other.test/" },
    { location: "http://other.test:443/", to: "http://other.test:443/" },
    { location: "http://OTHER.test./", to: "http://other.test./" },
    { location: "http://[2001:DB8::1]/", to: "http://[2001:db8::1]/" },
    { location: "http://0x7f.1/", to: "http://127.0.0.1/" },
  ])("A-141: goes to $location as $to", ({ location, to }) => {
    expect(followRedirect(location, [start], rules).href).toBe(to);
  });

  test.each([
    { why: "no Location", location: undefined, words: "it has no Location" },
    { why: "a Location that is no URL", location: "http://", words: "its Location is not a URL" },
    {
      why: "a long Location",
      location: `/${"a".repeat(2048)}`,
      words: "its Location has 2049 characters, more than 2048",
    },
    { why: "file:", location: "file:///etc/passwd", words: "its scheme is neither http nor https" },
    { why: "gopher:", location: "gopher://example.test:80/", words: "its scheme is neither http nor https" },
    { why: "javascript:", location: "javascript:alert(1)", words: "its scheme is neither http nor https" },
    {
      why: "another port",
      location: "http://example.test:8080/",
      words: "its port is 8080, allowed are 80, 443",
    },
    { why: "port 0", location: "http://example.test:0/", words: "its port is 0, allowed are 80, 443" },
    { why: "a user", location: "http://user@other.test/", words: "its URL holds user information" },
    { why: "a password", location: "http://:secret@other.test/", words: "its URL holds user information" },
    {
      why: "a host of strange characters",
      location: "http://a$b.test/",
      words: "its host is neither a host name nor an IP address",
    },
    {
      why: "a label that is too long",
      location: `http://${"a".repeat(64)}.test/`,
      words: "its host is neither a host name nor an IP address",
    },
    {
      why: "an empty label",
      location: "http://a..test/",
      words: "its host is neither a host name nor an IP address",
    },
    { why: "a loop", location: start.href, words: "it closes a loop" },
    { why: "a loop with a fragment", location: "#again", words: "it closes a loop" },
  ])("case 99, E-003: refuses $why", ({ location, words }) => {
    expect(() => followRedirect(location, [start], rules)).toThrow(
      expect.objectContaining({
        outcome: "invalid",
        problemType: "connection",
        message: `${rules.label} answered with a redirect that is not followed: ${words}`,
      }),
    );
  });

  test("case 99: the tenth is followed, the eleventh is not", () => {
    const visited = (length: number) => Array.from({ length }, (_, index) => new URL(`/${index}`, start));
    expect(followRedirect("/next", visited(10), rules).pathname).toBe("/next");
    expect(() => followRedirect("/next", visited(11), rules)).toThrow("it is one more than 10");
  });
});

test("E-006: whatever a Location says, it is refused or can be put into a request line", () => {
  const location = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.webUrl({ withQueryParameters: true }),
    fc.string().map((text) => `http://example.test/${text}`),
  );
  fc.assert(
    fc.property(location, (text) => {
      const outcome = attempt(() => followRedirect(text, [start], rules));
      if (outcome instanceof AttemptFailure) return;
      expect(outcome.pathname + outcome.search).toMatch(/^\/[\x21-\x7e]*$/);
      expect(hostOf(outcome)).toMatch(/^[a-z0-9._:-]+$/);
    }),
  );
});

test.each([301, 302, 303, 307, 308])("A-141: %i is a redirect", (status) => {
  expect(isRedirect(status)).toBe(true);
});

test.each([200, 300, 304, 305, 306, 399, 404])("%i is not a redirect", (status) => {
  expect(isRedirect(status)).toBe(false);
});

test.each([
  { url: "http://a.test/", host: "a.test", port: 80 },
  { url: "https://a.test./", host: "a.test", port: 443 },
  { url: "http://[::1]:8080/", host: "::1", port: 8080 },
])("$url leads to $host port $port", ({ url, host, port }) => {
  expect([hostOf(new URL(url)), portOf(new URL(url))]).toEqual([host, port]);
});

function attempt(work: () => URL): URL | AttemptFailure {
  try {
    return work();
  } catch (error) {
    if (error instanceof AttemptFailure) return error;
    throw error;
  }
}
