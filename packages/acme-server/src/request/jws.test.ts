import { base64url } from "jose";
import { describe, expect, test } from "vitest";
import { AcmeProblem } from "../problem.ts";
import { parseJws } from "./jws.ts";

const header = {
  alg: "ES256",
  nonce: "AAAA",
  url: "https://ca.test/acme/new-order",
  kid: "https://ca.test/acme/account/a",
};
const good = { protected: base64url.encode(JSON.stringify(header)), payload: "e30", signature: "AAAA" };
const utf8 = new TextEncoder();

const withHeader = (changes: object | string) => {
  const text = typeof changes === "string" ? changes : JSON.stringify({ ...header, ...changes });
  return { ...good, protected: base64url.encode(text) };
};
const parse = (body: unknown) =>
  parseJws(utf8.encode(typeof body === "string" ? body : JSON.stringify(body)));

const jwk = { kty: "EC", crv: "P-256", x: "AA", y: "AA" };
const { kid: _, ...withoutKid } = header;

const refused: readonly { why: string; body: unknown }[] = [
  { why: "a compact serialization (case 17)", body: `${good.protected}.${good.payload}.${good.signature}` },
  {
    why: "a compact serialization in quotation marks",
    body: JSON.stringify(`${good.protected}.e30.AAAA`),
  },
  { why: "a general serialization (case 18)", body: { payload: "e30", signatures: [good] } },
  { why: "both serializations at once (case 18)", body: { ...good, signatures: [] } },
  { why: "an unprotected header (case 19)", body: { ...good, header: {} } },
  { why: "another member (case 20)", body: { ...good, extra: 1 } },
  { why: "no protected header (case 21)", body: { payload: "e30", signature: "AAAA" } },
  {
    why: "no payload, as a detached one has none (case 21)",
    body: { protected: good.protected, signature: "AAAA" },
  },
  { why: "no signature (case 21)", body: { protected: good.protected, payload: "e30" } },
  { why: "a payload that is no string (case 21)", body: { ...good, payload: {} } },
  { why: "a signature that is null (case 21)", body: { ...good, signature: null } },
  { why: "padding in the payload (A-005, case 22)", body: { ...good, payload: "e30=" } },
  { why: "padding in the signature (A-005, case 22)", body: { ...good, signature: "AA==" } },
  { why: "the alphabet of plain base64 (case 22)", body: { ...good, signature: "++//" } },
  { why: "white space (case 22)", body: { ...good, payload: "e3 0" } },
  { why: "a line feed (case 22)", body: { ...good, payload: "e30\n" } },
  { why: "bits beyond the last octet (case 22)", body: { ...good, payload: "e31" } },
  { why: "a length of 4n + 1 (case 22)", body: { ...good, payload: "e" } },
  { why: "an empty protected header (case 23)", body: { ...good, protected: "" } },
  { why: "a protected header that is an array (case 23)", body: withHeader("[]") },
  {
    why: "a member twice in the protected header (A-041, case 14)",
    body: withHeader('{"alg":"ES256","alg":"none"}'),
  },
  { why: "an empty crit (case 24)", body: withHeader({ crit: [] }) },
  { why: "an unknown crit (case 24)", body: withHeader({ crit: ["x"], x: 1 }) },
  { why: "b64 false (A-033, case 25)", body: withHeader({ b64: false }) },
  { why: "b64 true (A-033, case 25)", body: withHeader({ b64: true }) },
  { why: "no alg (case 27)", body: withHeader({ alg: undefined }) },
  { why: "an alg that is no string (case 27)", body: withHeader({ alg: 1 }) },
  { why: "jwk and kid (A-032, case 28)", body: withHeader({ jwk }) },
  { why: "neither jwk nor kid (A-032, case 28)", body: withHeader({ kid: undefined }) },
  { why: "an empty kid (case 28)", body: withHeader({ kid: "" }) },
  { why: "a kid that is no string (case 28)", body: withHeader({ kid: 7 }) },
  { why: "jwk null (case 28)", body: withHeader(JSON.stringify({ ...withoutKid, jwk: null })) },
  { why: "no url (A-032, case 45)", body: withHeader({ url: undefined }) },
  { why: "a url that is no string (case 45)", body: withHeader({ url: 5 }) },
  { why: "a nonce that is not base64url (A-054, case 48)", body: withHeader({ nonce: "../../etc/passwd" }) },
  { why: "a nonce of 132 characters (case 48)", body: withHeader({ nonce: "A".repeat(132) }) },
  { why: "a nonce that is no string (case 48)", body: withHeader({ nonce: 12 }) },
];

describe("parseJws", () => {
  test.each(refused)("refuses $why (A-030)", ({ body }) => {
    expect(() => parse(body)).toThrow(
      expect.objectContaining({ name: "AcmeProblem", type: "malformed", status: 400 }),
    );
  });

  test("reads the parts and keeps the octets that were signed", () => {
    const jws = parse(good);
    expect(jws.header).toEqual({ alg: "ES256", nonce: "AAAA", url: header.url, key: { kid: header.kid } });
    expect(new TextDecoder().decode(jws.payload)).toBe("{}");
    expect(new TextDecoder().decode(jws.signingInput)).toBe(`${good.protected}.${good.payload}`);
    expect(jws.signature).toEqual(Uint8Array.of(0, 0, 0));
  });

  test("ignores header members that say nothing it has to obey, such as typ", () => {
    expect(
      parse(withHeader({ typ: "JOSE+JSON", jku: "https://elsewhere.test/keys" })).header,
    ).not.toHaveProperty("jku");
  });

  test.each([{ nonce: undefined }, { nonce: "" }])(
    "leaves a missing nonce to the check of nonces (case 47)",
    (changes) => {
      expect(parse(withHeader(changes)).header.nonce).toBeUndefined();
    },
  );

  test("takes an empty payload for POST-as-GET (A-042)", () => {
    expect(parse({ ...good, payload: "" }).payload).toHaveLength(0);
  });

  test("raises nothing but problems", () => {
    expect(() => parse("\u0000")).toThrow(AcmeProblem);
  });
});
