import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RequestError } from "../errors.ts";
import { parseUri } from "./uri.ts";

const pathOf2048 = `https://example.test/${"a".repeat(2048 - 21)}`;

describe("B-053", () => {
  test.each([
    { why: "a URI as it is", text: "https://example.test/a?b=c", uri: "https://example.test/a?b=c" },
    {
      why: "scheme and host folded, the path not",
      text: "HTTPS://Example.TEST/A",
      uri: "https://example.test/A",
    },
    { why: "no path", text: "https://example.test", uri: "https://example.test" },
    {
      why: "a query right behind the host of an unknown scheme",
      text: "lab://example.test?q",
      uri: "lab://example.test?q",
    },
    {
      why: "a port that is not the scheme's own",
      text: "https://example.test:8443/",
      uri: "https://example.test:8443/",
    },
    { why: "an IPv4 address", text: "https://192.0.2.7/", uri: "https://192.0.2.7/" },
    { why: "an IPv6 address", text: "https://[2001:DB8::7]/", uri: "https://[2001:db8::7]/" },
    { why: "percent-encoding", text: "https://example.test/%C3%A4", uri: "https://example.test/%C3%A4" },
    {
      why: "a scheme with every kind of character",
      text: "a1+.-://example.test/",
      uri: "a1+.-://example.test/",
    },
    { why: "an at sign in the path", text: "https://example.test/@a:b", uri: "https://example.test/@a:b" },
    { why: "an A-label", text: "https://xn--bcher-kva.example/", uri: "https://xn--bcher-kva.example/" },
    { why: "2048 characters", text: pathOf2048, uri: pathOf2048 },
    {
      why: "a SPIFFE ID",
      text: "spiffe://Example.test/ns/lab/sa/web",
      uri: "spiffe://example.test/ns/lab/sa/web",
    },
    { why: "a trust domain with an underscore", text: "spiffe://my_lab/web", uri: "spiffe://my_lab/web" },
  ])("accepts $why", ({ text, uri }) => {
    expect(parseUri(text)).toBe(uri);
  });

  test.each([
    { why: "nothing", text: "" },
    { why: "a relative reference", text: "/path" },
    { why: "a network path", text: "//example.test/" },
    { why: "no authority", text: "urn:uuid:00000000-0000-0000-0000-000000000000" },
    { why: "an email address", text: "mailto:lab@example.test" },
    { why: "an empty host", text: "https:///path" },
    { why: "user information", text: "https://user@example.test/" },
    { why: "user information with a password", text: "https://user:secret@example.test/" },
    { why: "a fragment", text: "https://example.test/#top" },
    { why: "a fragment behind a query", text: "https://example.test/?q#top" },
    { why: "a host beyond ASCII", text: "https://b\u00fccher.example/" },
    { why: "a host with the Kelvin sign", text: "https://\u212aube.example/" },
    { why: "a host with a full-width letter", text: "https://\uff45xample.test/" },
    { why: "a host with a line feed, which the URL parser drops", text: "https://exa\nmple.test/" },
    { why: "a host with a tab, which the URL parser drops", text: "https://exa\tmple.test/" },
    { why: "a host with a NUL", text: "https://example.test\0.evil.test/" },
    { why: "a host with a space", text: "https://exa mple.test/" },
    { why: "a host with percent-encoding", text: "https://ex%61mple.test/" },
    { why: "a host with an underscore", text: "https://my_host.example/" },
    { why: "a host that ends in a dot", text: "https://example.test./" },
    { why: "a host with a fake A-label", text: "https://xn--99999999.example/" },
    { why: "a wildcard host", text: "https://*.example.test/" },
    { why: "an IPv4 address in hexadecimal", text: "https://0x7f.1/" },
    { why: "an IPv4 address in one number", text: "https://2130706433/" },
    { why: "an IPv4 address with a leading zero", text: "lab://192.0.2.07/" },
    { why: "an IPv6 address that is not compressed", text: "https://[2001:db8:0:0:0:0:0:7]/" },
    { why: "an IPv4 address mapped into IPv6", text: "https://[::ffff:192.0.2.7]/" },
    { why: "an IPv6 address with a zone", text: "https://[fe80::1%25eth0]/" },
    { why: "brackets around a name", text: "https://[example.test]/" },
    { why: "brackets around IPv4", text: "lab://[192.0.2.7]/" },
    { why: "a backslash", text: "https://example.test\\@evil.test/" },
    { why: "a backslash in the path", text: "https://example.test/a\\b" },
    { why: "the scheme's own port", text: "https://example.test:443/" },
    { why: "an empty port", text: "https://example.test:/" },
    { why: "a port with a leading zero", text: "https://example.test:08443/" },
    { why: "a port above 65535", text: "https://example.test:65536/" },
    { why: "a dot segment", text: "https://example.test/a/../b" },
    { why: "a dot segment, percent-encoded", text: "https://example.test/a/%2e%2E/b" },
    { why: "a dot segment of an unknown scheme", text: "lab://example.test/./b" },
    { why: "a letter, percent-encoded", text: "https://example.test/%61dmin" },
    { why: "the last letter, percent-encoded", text: "https://example.test/%5A%7a" },
    { why: "a digit, percent-encoded", text: "https://example.test/%30" },
    { why: "a dot, percent-encoded, that is no dot segment", text: "https://example.test/a%2Eb" },
    { why: "a slash, percent-encoded", text: "https://example.test/pub/..%2fadmin" },
    { why: "dots and slashes, percent-encoded", text: "https://example.test/pub/%2e%2e%2fadmin" },
    { why: "a backslash, percent-encoded", text: "https://example.test/pub/..%5Cadmin" },
    { why: "a slash, percent-encoded, in the query", text: "https://example.test/?a=%2F" },
    { why: "a percent sign without digits", text: "https://example.test/%zz" },
    { why: "a percent sign at the end", text: "https://example.test/%4" },
    { why: "a space in the path", text: "https://example.test/a b" },
    { why: "a quotation mark", text: 'https://example.test/"' },
    { why: "angle brackets", text: "https://example.test/<b>" },
    { why: "a path beyond ASCII", text: "https://example.test/\u00e4" },
    { why: "a control character", text: "https://example.test/\u001b" },
    { why: "a line feed at the end", text: "https://example.test/\n" },
    { why: "a space in front", text: " https://example.test/" },
    { why: "a scheme that begins with a digit", text: "1a://example.test/" },
    { why: "2049 characters", text: `${pathOf2048}a` },
    { why: "a SPIFFE ID without a path", text: "spiffe://example.test" },
    { why: "a SPIFFE ID of the trust domain's root", text: "spiffe://example.test/" },
    { why: "a SPIFFE ID with an empty segment", text: "spiffe://example.test/a//b" },
    { why: "a SPIFFE ID that ends in a slash", text: "spiffe://example.test/a/" },
    { why: "a SPIFFE ID with a dot segment", text: "spiffe://example.test/a/../b" },
    { why: "a SPIFFE ID with a port", text: "spiffe://example.test:8443/a" },
    { why: "a SPIFFE ID with a query", text: "spiffe://example.test/a?b" },
    { why: "a SPIFFE ID with percent-encoding", text: "spiffe://example.test/%61" },
    { why: "a SPIFFE ID with user information", text: "spiffe://user@example.test/a" },
    { why: "a SPIFFE ID without a trust domain", text: "spiffe:///a" },
  ])("refuses $why", ({ text }) => {
    expect(() => parseUri(text)).toThrow(expect.objectContaining({ code: "ERR_IDENTIFIER_MALFORMED" }));
  });

  test("RFC 3986 section 6.2.2.2: of all percent-encodings, just those that say the same in one way only", () => {
    const kept = Array.from({ length: 256 }, (_, octet) => octet).filter((octet) => {
      const encoded = octet.toString(16).padStart(2, "0");
      try {
        return parseUri(`https://example.test/a%${encoded}`) !== "";
      } catch {
        return false;
      }
    });
    const plain = /[A-Za-z0-9._~/\\-]/;
    expect(kept).toEqual([...Array(256).keys()].filter((octet) => !plain.test(String.fromCharCode(octet))));
  });

  test.each([
    { why: "scheme", text: "a".repeat(64 * 1024) },
    { why: "host", text: `https://${"a.".repeat(32 * 1024)}` },
    { why: "path", text: `https://example.test/${"%41".repeat(21 * 1024)}` },
  ])("E-023: 64 KiB of $why are refused for their length alone", ({ text }) => {
    expect(() => parseUri(text)).toThrow("has more than 2048 characters");
  });

  test("any text gives a URI or a RequestError; a URI is its own canonical form and a parser agrees", () => {
    const anyText = fc.oneof(
      fc
        .tuple(
          fc.constantFrom("https", "HTTP", "lab", "spiffe"),
          fc.domain(),
          fc.array(fc.stringMatching(/^[a-zA-Z%.~]{0,6}$/)),
        )
        .map(([scheme, host, segments]) => `${scheme}://${host}/${segments.join("/")}`),
      fc.string(),
      fc.string({
        unit: fc.constantFrom(
          "https:",
          "lab:",
          "//",
          "/",
          "a",
          ".",
          "..",
          "%2e",
          ":",
          "0",
          "@",
          "[::1]",
          "?",
          "\n",
        ),
      }),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        let uri: string;
        try {
          uri = parseUri(text);
        } catch (error) {
          return error instanceof RequestError;
        }
        return parseUri(uri) === uri && new URL(uri).href.startsWith(uri) && /^[\x21-\x7e]+$/.test(uri);
      }),
    );
  });
});
