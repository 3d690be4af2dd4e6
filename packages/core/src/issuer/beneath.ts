import { extKeyUsageOids } from "../asn1/oids.ts";
import { formatName } from "../certificate/name.ts";
import { type NameConstraints, permitsSubtree } from "../certificate/name-constraints.ts";
import type { ParsedCertificate } from "../certificate/parse.ts";
import { directoryNameMatcher } from "../certificate/subtree-matchers.ts";
import type { ExtKeyUsage } from "../certificate/usages.ts";
import { equalBytes } from "../encoding/bytes.ts";
import type { SubjectPublicKeyInfo } from "../key/subject-public-key-info.ts";
import { assertPurposes } from "./chain.ts";
import { formatSubtree } from "./format-subtree.ts";
import { invalid } from "./invalid.ts";
import { pathLengthLeft } from "./path-length.ts";
import { unfit } from "./unfit.ts";

/** An intermediate that is to stand beneath a chain. */
export interface PlannedIntermediate {
  /** Name DER. */
  readonly subject: Uint8Array;
  readonly publicKey: SubjectPublicKeyInfo;
  readonly pathLength: number;
  readonly purposes: readonly ExtKeyUsage[];
  readonly nameConstraints?: NameConstraints;
}

/**
 * Checks that an intermediate claims nothing that the chain above it does not have to give.
 *
 * @param chain - The certificates above, the lowest first.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: a name or key of the chain; `ERR_ISSUER_UNFIT`: too long a path, a permitted name
 * that is not permitted above, a purpose that is not allowed above.
 */
export function assertBeneath(chain: readonly ParsedCertificate[], planned: PlannedIntermediate): void {
  assertDistinct(chain, planned);
  assertPathLeft(chain, planned.pathLength);
  assertPurposes(
    chain,
    planned.purposes.map((purpose) => extKeyUsageOids[purpose]),
    "which the intermediate is for",
  );
  assertNested(chain, planned.nameConstraints);
}

/** One name or key twice in a chain leads clients astray, and a name of its own issuer makes a certificate exempt from constraints. */
function assertDistinct(
  chain: readonly ParsedCertificate[],
  { subject, publicKey }: PlannedIntermediate,
): void {
  for (const above of chain) {
    if (sameName(above.subject.der, subject))
      throw invalid(`the subject is that of "${formatName(above.subject)}", which is above it`);
    if (equalBytes(above.publicKey.der, publicKey.der))
      throw invalid(`the public key is that of "${formatName(above.subject)}", which is above it`);
  }
}

function sameName(left: Uint8Array, right: Uint8Array): boolean {
  return directoryNameMatcher.touches(left, right) && directoryNameMatcher.touches(right, left);
}

function assertPathLeft(chain: readonly ParsedCertificate[], pathLength: number): void {
  const { left, by } = pathLengthLeft(chain);
  if (by === undefined || pathLength < left) return;
  const limit = `"${formatName(by.subject)}" has path length ${by.basicConstraints?.pathLength} and allows`;
  throw unfit(
    left <= 0
      ? `${limit} no further certificate authority`
      : `${limit} a further certificate authority at most path length ${left - 1}, not ${pathLength}`,
  );
}

function assertNested(chain: readonly ParsedCertificate[], constraints: NameConstraints | undefined): void {
  for (const subtree of constraints?.permitted ?? []) {
    const forbidder = chain.find(
      ({ nameConstraints }) => nameConstraints !== undefined && !permitsSubtree(nameConstraints, subtree),
    );
    if (forbidder === undefined) continue;
    throw unfit(`"${formatName(forbidder.subject)}" does not permit ${formatSubtree(subtree)}`);
  }
}
