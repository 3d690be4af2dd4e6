import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { challengeFor } from "../../test/validation-lab/acme-challenge.ts";
import {
  type CertificateContents,
  extension,
  makeCertificate,
  subjectAltName,
} from "../../test/validation-lab/certificates.ts";
import { createLaboratory } from "../../test/validation-lab/laboratory.ts";
import { neverAborted } from "../../test/validation-lab/signal.ts";
import { startTcpTarget } from "../../test/validation-lab/tcp-target.ts";
import {
  type ResponderOptions,
  startTlsAlpnResponder,
} from "../../test/validation-lab/tls-alpn-responder.ts";
import { createOutboundNetwork } from "./outbound-network.ts";
import { createResolver } from "./resolver.ts";
import { tlsAlpn01 } from "./tls-alpn-01.ts";

const laboratory = createLaboratory();
afterEach(() => laboratory.close());

const acmeIdentifierOid = "1.3.6.1.5.5.7.1.31";
/** */
const digest = "940576f75777ef6c725d5119458f63d8543c8354d8a4e689afadb40a26a178f0";
const proof = extension(acmeIdentifierOid, true, hex(`0420${digest}`));
const name = subjectAltName({ type: "dns", value: "example.test" });

describe("tlsAlpn01", () => {
  test.each([
    { type: "dns", wildcard: false, supported: true },
    { type: "dns", wildcard: true, supported: false },
    { type: "ip", wildcard: false, supported: true },
    { type: "uri", wildcard: false, supported: false },
  ] as const)("A-152: $type, wildcard $wildcard: $supported", ({ type, wildcard, supported }) => {
    const validator = tlsAlpn01({ network: network() });
    expect(validator.type).toBe("tls-alpn-01");
    expect(validator.maximumAttempts).toBe(3);
    expect(validator.supports({ type, value: "example.test" }, wildcard)).toBe(supported);
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "A-150, A-152: valid over %s; offers one protocol, sends no data, closes",
    async (version) => {
      const responder = await open({
        credentials: await makeCertificate({ extensions: [name, proof] }),
        version,
      });
      expect(await validate(responder.port)).toEqual({ outcome: "valid" });
      await responder.closed;
      expect(responder.serverNames).toEqual(["example.test"]);
      expect(responder.offers).toEqual([["acme-tls/1"]]);
      expect(responder.applicationData()).toBe(0);
    },
  );

  test.each([
    { value: "127.0.0.1", serverName: "1.0.0.127.in-addr.arpa" },
    { value: "::1", serverName: `1.${"0.".repeat(31)}ip6.arpa` },
  ])("A-171: asks $value for $serverName", async ({ value, serverName }) => {
    const extensions = [subjectAltName({ type: "ip", value }), proof];
    const responder = await open({ credentials: await makeCertificate({ extensions }), address: value });
    const validator = tlsAlpn01({ network: network(), port: responder.port });
    expect(await validator.validate(challengeFor(value, "ip"), neverAborted())).toEqual({ outcome: "valid" });
    expect(responder.serverNames).toEqual([serverName]);
  });

  test.each<{ why: string; contents: CertificateContents }>([
    {
      why: "A-151: the name in upper case",
      contents: { extensions: [subjectAltName({ type: "dns", value: "EXAMPLE.TEST" }), proof] },
    },
    { why: "the extensions in the other order", contents: { extensions: [proof, name] } },
    {
      why: "other extensions beside them",
      contents: { extensions: [name, proof, extension("1.3.6.1.4.1.99999.1", false, hex("0500"))] },
    },
  ])("valid: $why", async ({ contents }) => {
    const responder = await open({ credentials: await makeCertificate(contents) });
    expect(await validate(responder.port)).toEqual({ outcome: "valid" });
  });
});

describe("certificates that prove nothing", () => {
  const another = "has a subjectAltName other than the DNS name example.test";
  const wrong = `has another acmeIdentifier than the expected 0420${digest}`;
  test.each<{ why: string; contents: CertificateContents; words: string }>([
    { why: "no extensions", contents: {}, words: "has no acmeIdentifier extension" },
    { why: "no acmeIdentifier", contents: { extensions: [name] }, words: "has no acmeIdentifier extension" },
    { why: "no name", contents: { extensions: [proof] }, words: "has no subjectAltName" },
    { why: "another name", contents: { extensions: [dns("other.test"), proof] }, words: another },
    { why: "a name above", contents: { extensions: [dns("test"), proof] }, words: another },
    { why: "a wildcard", contents: { extensions: [dns("*.test"), proof] }, words: another },
    { why: "a trailing dot", contents: { extensions: [dns("example.test."), proof] }, words: another },
    {
      why: "extra SAN",
      contents: {
        extensions: [
          subjectAltName({ type: "dns", value: "example.test" }, { type: "dns", value: "other.test" }),
          proof,
        ],
      },
      words: "has a subjectAltName with 2 names, expected one",
    },
    {
      why: "the same SAN twice",
      contents: {
        extensions: [
          subjectAltName({ type: "dns", value: "example.test" }, { type: "dns", value: "example.test" }),
          proof,
        ],
      },
      words: "has a subjectAltName with 2 names, expected one",
    },
    {
      why: "extra SAN of another type",
      contents: {
        extensions: [
          subjectAltName({ type: "dns", value: "example.test" }, { type: "ip", value: "127.0.0.1" }),
          proof,
        ],
      },
      words: "has a subjectAltName with 2 names, expected one",
    },
    {
      why: "no SAN in the list",
      contents: { extensions: [san("3000"), proof] },
      words: "has a subjectAltName without a name",
    },
    {
      why: "two certs' worth of SANs",
      contents: { extensions: [name, dns("other.test"), proof] },
      words: "repeats an extension",
    },
    {
      why: "wrong type, an address",
      contents: { extensions: [subjectAltName({ type: "ip", value: "127.0.0.1" }), proof] },
      words: another,
    },
    {
      why: "wrong type, a mailbox",
      contents: { extensions: [san("300e810c6578616d706c652e74657374"), proof] },
      words: another,
    },
    {
      why: "a NUL after the name",
      contents: { extensions: [san("300f820d6578616d706c652e7465737400"), proof] },
      words: another,
    },
    {
      why: "trailing DER after the SAN",
      contents: { extensions: [san("300e820c6578616d706c652e746573740500"), proof] },
      words: "is not valid DER",
    },
    {
      why: "a SAN with a length that is not minimal",
      contents: { extensions: [san("30810e820c6578616d706c652e74657374"), proof] },
      words: "is not valid DER",
    },
    {
      why: "ext non-critical",
      contents: { extensions: [name, extension(acmeIdentifierOid, false, hex(`0420${digest}`))] },
      words: "has an acmeIdentifier extension that is not critical",
    },
    { why: "duplicate ext", contents: { extensions: [name, proof, proof] }, words: "repeats an extension" },
    {
      why: "duplicate ext, the other one wrong",
      contents: {
        extensions: [name, proof, extension(acmeIdentifierOid, true, hex(`0420${"00".repeat(32)}`))],
      },
      words: "repeats an extension",
    },
    {
      why: "another duplicate",
      contents: {
        extensions: [
          name,
          proof,
          ...Array.from({ length: 2 }, () => extension("1.3.6.1.4.1.99999.1", false, hex("0500"))),
        ],
      },
      words: "repeats an extension",
    },
    {
      why: "trailing DER",
      contents: { extensions: [name, extension(acmeIdentifierOid, true, hex(`0420${digest}0500`))] },
      words: wrong,
    },
    {
      why: "a length that is not minimal",
      contents: { extensions: [name, extension(acmeIdentifierOid, true, hex(`048120${digest}`))] },
      words: wrong,
    },
    {
      why: "the bare digest",
      contents: { extensions: [name, extension(acmeIdentifierOid, true, hex(digest))] },
      words: wrong,
    },
    {
      why: "the digest cut off",
      contents: { extensions: [name, extension(acmeIdentifierOid, true, hex(`041f${digest.slice(2)}`))] },
      words: wrong,
    },
    {
      why: "another digest",
      contents: { extensions: [name, extension(acmeIdentifierOid, true, hex(`0420${"00".repeat(32)}`))] },
      words: wrong,
    },
    {
      why: "legacy OID",
      contents: { extensions: [name, extension("1.3.6.1.5.5.7.1.30.1", true, hex(`0420${digest}`))] },
      words: "has no acmeIdentifier extension",
    },
    {
      why: "not self-signed, another key",
      contents: { extensions: [name, proof], signedBy: "another key" },
      words: "is not self-signed",
    },
    {
      why: "not self-signed, another issuer",
      contents: { extensions: [name, proof], issuer: "CN=someone else" },
      words: "is not self-signed",
    },
  ])("case 103: $why", async ({ contents, words }) => {
    const responder = await open({ credentials: await makeCertificate(contents) });
    expect(await validate(responder.port)).toEqual({
      outcome: "invalid",
      problem: {
        type: "unauthorized",
        status: 403,
        detail: `the certificate of example.test at 127.0.0.1 port ${responder.port} ${words}`,
      },
    });
  });

  test.each([
    { why: "a DNS name", extensions: [dns("127.0.0.1"), proof] },
    { why: "a DNS name of the same octets", extensions: [san("300682047f000001"), proof] },
    { why: "the reverse name", extensions: [dns("1.0.0.127.in-addr.arpa"), proof] },
    { why: "another address", extensions: [subjectAltName({ type: "ip", value: "127.0.0.2" }), proof] },
    {
      why: "the address mapped into IPv6",
      extensions: [san("3012871000000000000000000000ffff7f000001"), proof],
    },
  ])("case 103, A-171: for an address, $why", async ({ extensions }) => {
    const responder = await open({ credentials: await makeCertificate({ extensions }) });
    const validator = tlsAlpn01({ network: network(), port: responder.port });
    expect(await validator.validate(challengeFor("127.0.0.1", "ip"), neverAborted())).toMatchObject({
      outcome: "invalid",
      problem: {
        type: "unauthorized",
        detail: expect.stringMatching(/has a subjectAltName other than the address 127\.0\.0\.1$/),
      },
    });
  });
});

describe("handshakes that prove nothing", () => {
  test.each<{ why: string; options: Omit<ResponderOptions, "credentials">; words: string }>([
    {
      why: "no ALPN",
      options: { protocol: undefined },
      words: "did not choose the ALPN protocol acme-tls/1",
    },
    {
      why: "other ALPN",
      options: { protocol: "h2" },
      words: "does not speak the ALPN protocol that was offered",
    },
    { why: "TLS 1.1", options: { version: "TLSv1.1" }, words: "does not speak TLS 1.2 or later" },
  ])("case 103: $why", async ({ options, words }) => {
    const credentials = await makeCertificate({ extensions: [name, proof] });
    const responder = await open({ credentials, ...options });
    expect(await validate(responder.port)).toEqual({
      outcome: "invalid",
      problem: {
        type: "tls",
        status: 400,
        detail: `example.test at 127.0.0.1 port ${responder.port} ${words}`,
      },
    });
  });

  test.each<{ why: string; respond: (socket: Socket) => void; outcome: string; words: string }>([
    {
      why: "HTTP instead of TLS",
      respond: (socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
      outcome: "invalid",
      words: "does not speak TLS",
    },
    {
      why: "closed at once",
      respond: (socket) => void socket.end(),
      outcome: "retry",
      words: "closed the connection before it had answered",
    },
    {
      why: "reset",
      respond: (socket) => void socket.resetAndDestroy(),
      outcome: "retry",
      words: "closed the connection before it had answered",
    },
    {
      why: "an alert",
      respond: (socket) => void socket.end(hex("15030300020228")),
      outcome: "invalid",
      words: "broke off the TLS handshake",
    },
    {
      why: "endless handshake, a message of 16 MB",
      respond: (socket) =>
        void socket.write(Buffer.concat([hex("160303400002ffffff"), Buffer.alloc(200_000)])),
      outcome: "invalid",
      words: "broke off the TLS handshake",
    },
  ])("case 103: $why", async ({ respond, outcome, words }) => {
    const target = await laboratory.open(startTcpTarget(respond));
    expect(await validate(target.port)).toEqual({
      outcome,
      problem: { type: "tls", status: 400, detail: `example.test at 127.0.0.1 port ${target.port} ${words}` },
    });
  });

  test.each<{ why: string; respond: (socket: Socket) => void }>([
    { why: "silence", respond: () => undefined },
    { why: "half a record", respond: (socket) => void socket.write(hex("1603034000020000")) },
  ])("case 103: endless handshake, $why", async ({ respond }) => {
    const target = await laboratory.open(startTcpTarget(respond));
    expect(await validate(target.port, "80ms")).toEqual({
      outcome: "retry",
      problem: {
        type: "tls",
        status: 400,
        detail: `example.test at 127.0.0.1 port ${target.port} did not answer in time`,
      },
    });
  });

  test("case 96: an address that may not be reached is not dialled", async () => {
    const responder = await open({
      credentials: await makeCertificate({ extensions: [name, proof] }),
      address: "127.9.9.9",
    });
    const resolver = createResolver({ servers: [], hosts: { "example.test": ["127.9.9.9"] } });
    const validator = tlsAlpn01({
      network: createOutboundNetwork({ resolver, allow: ["127.0.0.1"] }),
      port: responder.port,
    });
    expect(await validator.validate(challengeFor("example.test"), neverAborted())).toMatchObject({
      outcome: "invalid",
      problem: { type: "connection", detail: expect.stringContaining("refused as loopback (RFC 1122)") },
    });
    expect(responder.offers).toEqual([]);
  });

  test("E-006: a key authorization for another token is a fault of the server", async () => {
    const challenge = { ...challengeFor("example.test"), token: "A".repeat(43) };
    await expect(tlsAlpn01({ network: network() }).validate(challenge, neverAborted())).rejects.toThrow(
      TypeError,
    );
  });

  test("case 105: an abort of the worker rejects with its reason", async () => {
    const controller = new AbortController();
    const reason = new Error("the worker stops");
    const target = await laboratory.open(startTcpTarget(() => controller.abort(reason)));
    const validator = tlsAlpn01({ network: network(), port: target.port });
    await expect(validator.validate(challengeFor("example.test"), controller.signal)).rejects.toBe(reason);
  });
});

function open(options: ResponderOptions) {
  return laboratory.open(startTlsAlpnResponder(options));
}

function network() {
  const resolver = createResolver({ servers: [], hosts: { "example.test": ["127.0.0.1"] } });
  return createOutboundNetwork({ resolver, allow: ["127.0.0.1", "::1"] });
}

function validate(port: number, timeout = "10s") {
  return tlsAlpn01({ network: network(), port, timeout }).validate(
    challengeFor("example.test"),
    neverAborted(),
  );
}

function dns(value: string) {
  return subjectAltName({ type: "dns", value });
}

function san(der: string) {
  return extension("2.5.29.17", false, hex(der));
}

function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, "hex"));
}
