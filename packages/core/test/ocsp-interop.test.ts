import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import {
  createCertificateAuthority,
  createIntermediate,
  createRoot,
  encodePem,
  type IssuedCertificate,
  ocspResponder,
  parseCertificate,
  tlsServer,
} from "@chancery/core";
import { encodeBase64 } from "@chancery/core/crypto";
import { createOcspDelegates, createOcspResponder, type OcspDelegate } from "@chancery/core/ocsp";
import { createMemoryCertificateStore } from "@chancery/core/testing";
import { BasicOCSPResponse, Certificate, OCSPResponse } from "pkijs";
import { afterAll, describe, expect, test } from "vitest";
import { signOcspResponse } from "../src/ocsp/ocsp-response.ts";
import { allowEverything, createClock, requester, requestFor } from "./support/authority.ts";
import { createDelegate, encodeCertId, encodeOcspRequest } from "./support/ocsp.ts";
import { readOcspResponse } from "./support/ocsp-response.ts";
import { type Answer, createWorkshop, isInstalled } from "./support/workshop.ts";

const workshop = createWorkshop();
afterAll(() => workshop.dispose());

const python = "/usr/bin/python3";
const hasPython = isInstalled(python) && workshop.run(python, ["-c", "import cryptography"]).ok;

const { issuer: root } = await createRoot({ commonName: "Lab Root" });
const { issuer } = await createIntermediate({ commonName: "Lab Intermediate", issuer: root });
const ca = await createCertificateAuthority({
  issuers: [issuer],
  store: createMemoryCertificateStore(),
  policies: [allowEverything],
  profiles: [tlsServer(), ocspResponder()],
});

const good = await ca.issue(await requestFor("dns:good.example.test"));
const revoked = await ca.issue(await requestFor("dns:revoked.example.test"));
const { revocation } = await ca.revoke({
  certificate: revoked,
  reason: "keyCompromise",
  invalidityDate: new Date("2020-02-03T04:05:06Z"),
  requester,
});
const unknownSerialNumber = "0123456789abcdef";

const rootFile = workshop.write("root.pem", encodePem("CERTIFICATE", root.certificate));
const issuerFile = workshop.write("issuer.pem", encodePem("CERTIFICATE", issuer.certificate));
const goodFile = workshop.write("good.pem", encodePem("CERTIFICATE", good.certificate));
const revokedFile = workshop.write("revoked.pem", encodePem("CERTIFICATE", revoked.certificate));

const hour = 3_600_000;
const ago = (hours: number): Date => new Date(Date.now() - hours * hour);

// The clock of the delegates alone: the programs that are asked go by the time of day.
const { clock, advance } = createClock(new Date());
const delegates = createOcspDelegates({ ca, clock });
const responder = await createOcspResponder({
  issuers: [{ certificate: issuer.certificate }],
  delegate: delegates,
  baseUrl: "http://localhost/ocsp",
  status: (issuerId, serialNumber) => ca.find({ issuerId, serialNumber }),
});

async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "", url: path = "", headers } = message;
  const body = method === "POST" ? Uint8Array.from(await buffer(message)) : null;
  const contentType = { "content-type": headers["content-type"] ?? "" };
  const request = new Request(`http://localhost${path}`, { method, body, headers: contentType });
  const answer = await responder.fetch(request);
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(await answer.bytes());
}

const server = createServer((message, response) => void serve(message, response));
server.listen(0, "127.0.0.1");
await once(server, "listening");
afterAll(() => {
  server.close();
});
const { port } = server.address() as AddressInfo;
const url = `http://127.0.0.1:${port}/ocsp`;

/** Runs a program that is a client of this process, which therefore must not wait for it. */
async function ask(program: string, args: readonly string[]): Promise<Answer> {
  const options = { cwd: workshop.folder };
  return promisify(execFile)(program, args, options).then(
    ({ stdout, stderr }) => ({ ok: true, output: stdout + stderr }),
    ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ ok: false, output: stdout + stderr }),
  );
}

const openssl = (...args: string[]): Promise<Answer> =>
  ask("openssl", ["ocsp", "-issuer", issuerFile, "-CAfile", rootFile, "-verify_other", issuerFile, ...args]);

describe.runIf(isInstalled("openssl"))("openssl", () => {
  test.each([
    { name: "sha1", args: [] },
    { name: "sha256", args: ["-sha256"] },
    { name: "sha384", args: ["-sha384"] },
    { name: "sha512", args: ["-sha512"] },
  ])(
    "B-180, B-181, B-182, B-184, B-185: asks over HTTP, by $name, and verifies the delegate's answer",
    async ({ name, args }) => {
      const { ok, output } = await openssl(
        ...args,
        "-url",
        url,
        "-no_nonce",
        "-cert",
        goodFile,
        "-resp_text",
      );
      expect(ok, output).toBe(true);
      expect(output).toContain("Response verify OK");
      expect(output).toContain(`Hash Algorithm: ${name}\n`);
      expect(output).toMatch(/good\.pem: good\n\tThis Update: .*\n\tNext Update: .*\n/);
    },
  );

  test("B-181: is told of a revocation, its date, its reason, and since when the key was compromised", async () => {
    const { output } = await openssl("-url", url, "-no_nonce", "-cert", revokedFile, "-resp_text");
    expect(output).toContain("Response verify OK");
    expect(output).toContain("revoked.pem: revoked");
    expect(output).toContain("Reason: keyCompromise");
    expect(output).toContain(`Revocation Time: ${asOpensslWrites(revocation?.revokedAt ?? 0)}`);
    expect(output).toMatch(/Invalidity Date: *\n *Feb {2}3 04:05:06 2020 GMT/);
  });

  test("B-181: is told that nobody knows a serial number", async () => {
    const { output } = await openssl("-url", url, "-no_nonce", "-serial", `0x${unknownSerialNumber}`);
    expect(output).toContain("Response verify OK");
    expect(output).toContain(`0x${unknownSerialNumber}: unknown`);
  });

  test("B-183: finds its nonce in the answer, and a kept answer without one", async () => {
    const withNonce = await openssl("-url", url, "-nonce", "-cert", goodFile, "-resp_text");
    expect(withNonce.output).toContain("Response verify OK");
    expect(withNonce.output).toContain("OCSP Nonce");
    expect(withNonce.output).not.toContain("WARNING: no nonce in response");
    const without = await openssl("-url", url, "-no_nonce", "-cert", goodFile, "-resp_text");
    expect(without.output).not.toContain("OCSP Nonce");
  });

  test("B-186: asks about several certificates at once", async () => {
    const { output } = await openssl("-url", url, "-cert", goodFile, "-cert", revokedFile, "-serial", "77");
    expect(output).toContain("Response verify OK");
    expect(output).toContain("good.pem: good");
    expect(output).toContain("revoked.pem: revoked");
    expect(output).toContain("77: unknown");
  });

  test("B-186: hears that we do not speak for another issuer", async () => {
    const { ok, output } = await ask("openssl", ["ocsp", "-issuer", rootFile, "-serial", "1", "-url", url]);
    expect([ok, output]).toEqual([false, expect.stringContaining("Responder Error: unauthorized (6)")]);
  });

  test("B-180: shows a delegate that is for OCSP alone, for a week, and that nobody asks about", async () => {
    const { certificate } = await delegates(issuer.id);
    const file = workshop.write("delegate.der", certificate);
    const { output } = await ask("openssl", ["x509", "-inform", "DER", "-in", file, "-noout", "-text"]);
    expect(output).toContain("Issuer: CN = Lab Intermediate\n");
    expect(output).toMatch(/X509v3 Key Usage: critical\n +Digital Signature\n/);
    expect(output).toMatch(/X509v3 Extended Key Usage: *(?:critical)?\n +OCSP Signing\n/);
    expect(output).toContain("OCSP No Check");
    expect(output).not.toMatch(/Authority Information Access|CRL Distribution Points/);
    const { notBefore, notAfter } = parseCertificate(certificate);
    // The minute is what certificates are backdated by.
    expect(notAfter - notBefore).toBeLessThanOrEqual(7 * 24 * hour + 60_000);
  });

  test("B-180: verifies what a new delegate signs, and still what the old one signed", async () => {
    const kept = join(workshop.folder, "kept.der");
    await openssl("-url", url, "-no_nonce", "-cert", goodFile, "-respout", kept);
    const before = await delegates(issuer.id);
    advance("P3DT12H");
    const after = await delegates(issuer.id);
    const fresh = join(workshop.folder, "fresh.der");
    await openssl("-url", url, "-nonce", "-cert", goodFile, "-respout", fresh);
    expect(readOcspResponse(readFileSync(kept)).certificates).toEqual([before.certificate]);
    expect(readOcspResponse(readFileSync(fresh)).certificates).toEqual([after.certificate]);
    expect(after.signer.publicKey).not.toEqual(before.signer.publicKey);
    for (const file of [kept, fresh]) {
      expect((await openssl("-respin", file, "-no_nonce", "-cert", goodFile)).output).toContain(
        "Response verify OK",
      );
    }
  });

  test("B-180: refuses what an expired delegate signed, which it accepted in time", async () => {
    const file = await answerInFile("expired.der", {
      made: await createDelegate(issuer, { notBefore: ago(0.9), notAfter: ago(0.1) }),
      at: ago(0.5),
    });
    const { output } = await openssl("-respin", file, "-no_nonce", "-cert", goodFile);
    expect(output).toMatch(/Response Verify Failure[\s\S]*certificate has expired/);
    const inTime = String(Math.floor(ago(0.3).getTime() / 1000));
    const earlier = await openssl("-respin", file, "-no_nonce", "-cert", goodFile, "-attime", inTime);
    expect(earlier.output).toContain("Response verify OK");
  });

  test("B-180: refuses a delegate that is none, as we do", async () => {
    const unfit = await createDelegate(issuer, { notBefore: ago(5), extKeyUsage: ["serverAuth"] });
    const response = await signOcspResponse(
      {
        responderKeyHash: await keyHashOf(unfit),
        producedAt: Date.now(),
        responses: [{ certificateId: encodeCertId(issuer, good.serialNumber), status: { status: "good" } }],
        thisUpdate: Date.now(),
        nextUpdate: Date.now() + hour,
        nonce: undefined,
        extendedRevoke: false,
      },
      { signer: unfit.signer, subject: issuer.subject, certificates: [unfit.certificate] },
    );
    const file = workshop.write("unfit.der", response);
    const { output } = await openssl("-respin", file, "-no_nonce", "-cert", goodFile);
    expect(output).toMatch(/Response Verify Failure[\s\S]*missing ocspsigning usage/);
  });

  test("B-180: verifies what the issuer signs itself", async () => {
    const own = await createOcspResponder({ issuers: ca.issuers, status: async () => good });
    const { response } = await own.respond(questionAbout(good));
    const file = workshop.write("own.der", response);
    const { output } = await openssl("-respin", file, "-no_nonce", "-cert", goodFile);
    expect(output).toContain("Response verify OK");
  });
});

describe.runIf(isInstalled("ocsptool"))("ocsptool", () => {
  const tool = (...args: string[]): Promise<Answer> =>
    ask("ocsptool", ["--load-issuer", issuerFile, "--load-trust", issuerFile, ...args]);

  test.each([["--nonce"], ["--no-nonce"]])(
    "B-180, B-182, B-183, B-184: asks over HTTP with %s and verifies the answer",
    async (nonce) => {
      const { output } = await tool(`--ask=${url}`, "--load-cert", goodFile, nonce);
      expect(output).toContain("Certificate Status: good");
      expect(output).toContain("Verifying OCSP Response: Success");
    },
  );

  test("B-181: is told of a revocation and its reason", async () => {
    const { output } = await tool(`--ask=${url}`, "--load-cert", revokedFile, "--nonce");
    expect(output).toContain("Certificate Status: revoked");
    expect(output).toContain("Verifying OCSP Response: Success");
  });
});

describe.runIf(hasPython)("cryptography for Python", () => {
  test("B-181, B-182, B-185: asks by SHA-256, and reads the answer", async () => {
    const request = join(workshop.folder, "python-request.der");
    const write = `
import sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
certificate, issuer = [x509.load_pem_x509_certificate(open(path, "rb").read()) for path in sys.argv[1:3]]
nonce = x509.OCSPNonce(bytes(range(32)))
builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256())
request = builder.add_extension(nonce, critical=False).build()
open(sys.argv[3], "wb").write(request.public_bytes(Encoding.DER))
`;
    const written = workshop.run(python, ["-c", write, revokedFile, issuerFile, request]);
    expect(written.ok, written.output).toBe(true);
    const answer = await responder.respond(new Uint8Array(readFileSync(request)));
    expect(answer).toMatchObject({ status: "successful", cacheable: false });

    const read = `
import sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
response = ocsp.load_der_ocsp_response(open(sys.argv[1], "rb").read())
key = response.certificates[0].public_key()
key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(response.signature_hash_algorithm))
print(response.response_status, response.certificate_status, response.hash_algorithm.name)
print(response.revocation_reason, response.responder_name, len(response.responder_key_hash))
print("%x" % response.serial_number, response.this_update.microsecond, response.next_update - response.this_update)
print(response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == bytes(range(32)))
`;
    const { ok, output } = workshop.run(python, ["-c", read, workshop.write("python.der", answer.response)]);
    expect(ok, output).toBe(true);
    expect(output.split("\n")).toEqual([
      "OCSPResponseStatus.SUCCESSFUL OCSPCertStatus.REVOKED sha256",
      "ReasonFlags.key_compromise None 20",
      `${BigInt(`0x${revoked.serialNumber}`).toString(16)} 0 1 day, 0:00:00`,
      "True",
      "",
    ]);
  });
});

describe("pkijs", () => {
  test("B-180, B-181, B-182: builds the chain through the delegate and verifies the signature", async () => {
    const { response } = await responder.respond(questionAbout(good));
    const { responseBytes } = OCSPResponse.fromBER(Uint8Array.from(response));
    const basic = BasicOCSPResponse.fromBER(
      Uint8Array.from(responseBytes?.response.valueBlock.valueHexView ?? []),
    );
    const read = (der: Uint8Array): Certificate => Certificate.fromBER(Uint8Array.from(der));
    const [leaf, authority] = [read(good.certificate), read(issuer.certificate)];
    expect(await basic.verify({ trustedCerts: [read(root.certificate), authority] })).toBe(true);
    expect(await basic.getCertificateStatus(leaf, authority)).toEqual({ isForCertificate: true, status: 0 });
  });
});

describe("GET over HTTP", () => {
  test.each([
    { why: "escaped", path: (text: string) => `/${encodeURIComponent(text)}` },
    { why: "literal", path: (text: string) => `/${text}` },
    { why: "with a slash too many", path: (text: string) => `//${encodeURIComponent(text)}` },
  ])("B-184, B-185: the request may come in the path, $why", async ({ path }) => {
    const response = await fetch(url + path(encodeBase64(questionAbout(good))));
    expect(response.headers.get("cache-control")).toMatch(
      /^max-age=\d{5}, public, no-transform, must-revalidate$/,
    );
    expect(readOcspResponse(await response.bytes()).responses).toMatchObject([{ status: "good" }]);
  });
});

function questionAbout({ serialNumber }: IssuedCertificate): Uint8Array {
  return encodeOcspRequest([encodeCertId(issuer, serialNumber)]);
}

/** Writes what a delegate says at a time about the good certificate. */
async function answerInFile(name: string, { made, at }: { made: OcspDelegate; at: Date }): Promise<string> {
  const past = await createOcspResponder({
    issuers: [{ certificate: issuer.certificate }],
    delegate: async () => made,
    status: async () => good,
    clock: () => at,
  });
  return workshop.write(name, (await past.respond(questionAbout(good))).response);
}

/** `Nov  5 06:07:08 2030 GMT` */
function asOpensslWrites(milliseconds: number): string {
  const [, day = "", month, year, time] = new Date(milliseconds).toUTCString().split(" ");
  return `${month} ${day.replace(/^0/, " ")} ${time} ${year} GMT`;
}

/** SHA-1 of a delegate's key, as its own responder states it. */
async function keyHashOf({ certificate }: OcspDelegate): Promise<Uint8Array> {
  const text = workshop.run("openssl", [
    "x509",
    "-inform",
    "DER",
    "-in",
    workshop.write("key.der", certificate),
    "-noout",
    "-ocspid",
  ]);
  const [, hash = ""] = /Public key OCSP hash: ([0-9A-F]{40})/.exec(text.output) ?? [];
  return Buffer.from(hash, "hex");
}
