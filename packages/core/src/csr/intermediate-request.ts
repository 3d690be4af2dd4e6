import { extensionOids } from "../asn1/oids.ts";
import type { DistinguishedName } from "../certificate/name.ts";
import { type NameConstraints, parseNameConstraints } from "../certificate/name-constraints.ts";
import {
  type ParsedExtension,
  readBasicConstraints,
  readExtKeyUsage,
  readKeyUsage,
} from "../certificate/parse.ts";
import { CsrError } from "../errors.ts";
import type { AcceptedPublicKey } from "../key/public-key.ts";
import { readSignedRequest } from "./signed-request.ts";

/** A certification request for a CA certificate that has been read, its signature verified; what it asks for is a wish. */
export interface IntermediateRequest {
  /** DER, exactly as received. */
  readonly der: Uint8Array;
  readonly subject: DistinguishedName;
  readonly publicKey: AcceptedPublicKey;
  /** pathLenConstraint asked for. */
  readonly pathLength?: number;
  /** Purposes asked for, as OIDs. */
  readonly extKeyUsage?: readonly string[];
  readonly nameConstraints?: NameConstraints;
}

/**
 * Reads a PKCS#10 certification request for a CA certificate and verifies that its sender holds the private key.
 *
 * A request without extensions, as `openssl req` makes it by default, is taken; one that asks to be an end entity is not.
 * End entity certificates are requested through `parseCertificationRequest`, which refuses what this reader takes.
 *
 * @param input - DER, or PEM text with exactly one `CERTIFICATE REQUEST`.
 * @throws {CsrError} `ERR_CSR_MALFORMED`, `ERR_CSR_SIGNATURE_INVALID`, `ERR_CSR_ALGORITHM_REFUSED` (SHA-1, MD5, unknown),
 * `ERR_CSR_EXTENSION_REFUSED` (an end entity, or a critical extension that is unknown), `ERR_KEY_WEAK`,
 * `ERR_KEY_MALFORMED`, `ERR_KEY_UNSUPPORTED`.
 * @see RFC 2986 section 4, RFC 5280 section 4.2.1.9
 */
export async function parseIntermediateRequest(input: Uint8Array | string): Promise<IntermediateRequest> {
  return Object.freeze(await readSignedRequest(input, ({ extensions }) => readWishes(extensions)));
}

type Wishes = Pick<IntermediateRequest, "extKeyUsage" | "nameConstraints" | "pathLength">;

function readWishes(extensions: ReadonlyMap<string, ParsedExtension>): Wishes {
  refuseEndEntity(extensions);
  for (const [oid, { critical }] of extensions)
    if (critical && !understood.has(oid)) throw refused(`critical extension ${oid}, which is not understood`);
  const valueAt = (oid: string): Uint8Array | undefined => extensions.get(oid)?.value;
  const basicConstraints = valueAt(extensionOids.basicConstraints);
  const extKeyUsage = valueAt(extensionOids.extKeyUsage);
  const nameConstraints = valueAt(extensionOids.nameConstraints);
  const pathLength = basicConstraints && readBasicConstraints(basicConstraints).pathLength;
  return {
    ...(pathLength !== undefined && { pathLength }),
    ...(extKeyUsage !== undefined && { extKeyUsage: Object.freeze(readExtKeyUsage(extKeyUsage)) }),
    ...(nameConstraints !== undefined && { nameConstraints: parseNameConstraints(nameConstraints) }),
  };
}

/** A request that says what it is must say that it is a CA: the key of a server is not made one by mistake. */
function refuseEndEntity(extensions: ReadonlyMap<string, ParsedExtension>): void {
  const basicConstraints = extensions.get(extensionOids.basicConstraints);
  if (basicConstraints !== undefined && !readBasicConstraints(basicConstraints.value).ca)
    throw refused("basicConstraints without cA, and so for an end entity certificate");
  const keyUsage = extensions.get(extensionOids.keyUsage);
  if (keyUsage !== undefined && !readKeyUsage(keyUsage.value).has("keyCertSign"))
    throw refused("keyUsage without keyCertSign, and so for an end entity certificate");
}

/** Extensions whose form is known; any other that is critical cannot be ignored and is refused. */
const understood: ReadonlySet<string> = new Set([
  extensionOids.basicConstraints,
  extensionOids.extKeyUsage,
  extensionOids.keyUsage,
  extensionOids.nameConstraints,
  extensionOids.subjectKeyIdentifier,
]);

function refused(what: string): CsrError {
  return new CsrError("ERR_CSR_EXTENSION_REFUSED", `the certification request asks for ${what}`);
}
