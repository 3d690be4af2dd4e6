// Writes keys/ml-dsa-*.pem: the sample keys of RFC 9881 appendix C.1 in their three forms. node make-ml-dsa.mjs, on Node 24,
// which writes both seed and expanded key of a key that it read from its seed.
import { createPrivateKey } from "node:crypto";
import { writeFileSync } from "node:fs";

// 00 01 02 ... 1f for all three.
const seed = Buffer.from(Array.from({ length: 32 }, (_, index) => index));

const oids = { 44: "2.16.840.1.101.3.4.3.17", 65: "2.16.840.1.101.3.4.3.18", 87: "2.16.840.1.101.3.4.3.19" };

function der(tag, ...parts) {
  const content = Buffer.concat(parts);
  const length = content.length;
  const header = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...header), content]);
}

/** The arcs below 2.16.840.1.101.3.4.3 are of one octet. */
const algorithm = (oid) => der(0x30, der(0x06, Buffer.from("608648016503040300", "hex").fill(Number(oid.split(".").at(-1)), 8)));

function write(name, parameterSet, choice) {
  const pkcs8 = der(0x30, Buffer.of(2, 1, 0), algorithm(oids[parameterSet]), der(0x04, choice));
  const lines = pkcs8.toString("base64").match(/.{1,64}/g);
  const pem = `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
  writeFileSync(new URL(`keys/${name}.pem`, import.meta.url), pem);
  return pem;
}

for (const parameterSet of [44, 65, 87]) {
  const pem = write(`ml-dsa-${parameterSet}`, parameterSet, der(0x80, seed));
  const both = createPrivateKey(pem).export({ format: "der", type: "pkcs8" });
  // The last value of the structure, after the 32 octets of the seed and the header of an OCTET STRING of two length octets.
  const expanded = both.subarray(both.indexOf(seed) + 32 + 4);
  write(`ml-dsa-${parameterSet}-both`, parameterSet, der(0x30, der(0x04, seed), der(0x04, expanded)));
  write(`ml-dsa-${parameterSet}-expanded`, parameterSet, der(0x04, expanded));
}
