import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../vectors/", import.meta.url);

/** Reads a file of test/vectors as text. */
export function readVector(path: string): string {
  return readFileSync(new URL(path, folder), "utf8");
}

/** Names of the files in a folder of test/vectors, sorted. */
export function listVectors(path: string): readonly string[] {
  return readdirSync(new URL(`${path}/`, folder)).toSorted();
}

/** Octets of a PEM file with one block, decoded by nothing of ours. */
export function readPemVector(path: string): Uint8Array {
  const body = readVector(path).replace(/-----[^-]*-----/g, "");
  return new Uint8Array(Buffer.from(body, "base64"));
}
