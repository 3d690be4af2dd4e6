import { readDer } from "../asn1/der-reader.ts";
import { contextConstructed } from "../asn1/tags.ts";
import { generalNameTags } from "../certificate/general-name.ts";
import { formatName, readName } from "../certificate/name.ts";
import type { GeneralSubtree } from "../certificate/name-constraints.ts";
import { encodeHex } from "../encoding/hex.ts";
import type { IdentifierType } from "../identifier/identifier.ts";
import { formatIpAddress } from "../identifier/ip-address.ts";
import { printable } from "../text.ts";

/** Writes a part of the name space for people: `dns:lab.example`, `ip:10.0.0.0/255.0.0.0`, `directory:O=Lab`. */
export function formatSubtree({ tag, content }: GeneralSubtree): string {
  if (tag === directoryNameTag) return `directory:${formatName(readName(readDer(content), "directoryName"))}`;
  const kind = kinds.find((candidate) => generalNameTags[candidate] === tag);
  if (kind === undefined) return `[${tag & 0x1f}]:${encodeHex(content)}`;
  if (kind !== "ip") return `${kind}:${printable(new TextDecoder().decode(content))}`;
  const half = content.length / 2;
  return `ip:${formatIpAddress(content.subarray(0, half))}/${formatIpAddress(content.subarray(half))}`;
}

/** `[4]`, constructed: Name is a CHOICE, so its tag is explicit. */
const directoryNameTag = contextConstructed(4);
const kinds = Object.keys(generalNameTags) as IdentifierType[];
