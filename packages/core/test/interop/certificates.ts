import {
  allow,
  type CreatedIssuer,
  createCertificateAuthority,
  createIntermediate,
  createLocalSigner,
  createRoot,
  definePolicy,
  encodePem,
  generatePrivateKey,
  type IssuedCertificate,
  type Issuer,
  importIssuer,
  type KeySpecification,
  type PrivateKey,
  parseIdentifier,
  tlsClient,
  tlsServer,
  tlsServerAndClient,
} from "@chancery/core";
import { createMemoryCertificateStore } from "@chancery/core/testing";

/** The instant at which the certificates are made: the system's, because not every foreign program can be told another. */
export const madeAt: Date = new Date();

/** One certificate of the matrix and all that is known about it beforehand. */
export interface Specimen {
  /** Says which cell of the matrix it is. */
  readonly name: string;
  readonly issued: IssuedCertificate;
  readonly issuer: Issuer;
  readonly issuerKind: string;
  readonly subjectKind: string;
  readonly subjectKey: PrivateKey;
  readonly profile: "tlsClient" | "tlsServer" | "tlsServerAndClient";
  /** As asked for, `type:value`. */
  readonly names: readonly string[];
}

/** How the issuers of the matrix stand to their trust anchor. */
export const tiers = ["root alone", "two tiers", "two tiers, constrained"] as const;

const issuerKinds: Readonly<Record<string, KeySpecification>> = {
  RSA: { type: "rsa", bits: 2048 },
  "P-256": { type: "ec", curve: "P-256" },
  "P-384": { type: "ec", curve: "P-384" },
  Ed25519: { type: "ed25519" },
};

const subjectKinds: Readonly<Record<string, KeySpecification>> = {
  ...issuerKinds,
  "P-521": { type: "ec", curve: "P-521" },
};

const namesOf = {
  tlsServer: ["dns:www.lab.example", "dns:*.lab.example", "ip:192.0.2.1", "ip:2001:db8::1"],
  tlsClient: [
    "dns:worker.lab.example",
    "email:Anna.Example@lab.example",
    "uri:spiffe://lab.example/ns/worker",
  ],
  tlsServerAndClient: ["ip:192.0.2.7"],
} as const;

// The client profile writes a commonName, so that there is a subject to read too.
const profiles = [tlsServer(), tlsClient({ subject: { commonName: "identifier" } }), tlsServerAndClient()];

/**
 * Makes a certificate for each kind of issuer, tier, kind of subject key and profile; and for each of the RSA issuers, signing
 * by RSASSA-PSS with a hash of its own, only for the first two kinds of subject key.
 */
export async function createSpecimens(): Promise<readonly Specimen[]> {
  const keys = await Promise.all(
    Object.entries(subjectKinds).map(async ([kind, key]) => [kind, await generatePrivateKey(key)] as const),
  );
  const created = await Promise.all(
    Object.entries(issuerKinds).map(async ([kind, key]) => [kind, await createIssuers(kind, key)] as const),
  );
  const specimens = created.flatMap(([issuerKind, ofKind]) =>
    tiers.map((tier, index) => issueAll(`${issuerKind}, ${tier}`, issuerKind, ofKind[index]?.issuer, keys)),
  );
  const rsa = created.find(([kind]) => kind === "RSA")?.[1] ?? [];
  const pss = pssAlgorithms.map(async (algorithm, index) => {
    const issuer = await signingWith(algorithm, rsa[index]);
    return issueAll(`${algorithm}, ${tiers[index]}`, algorithm, issuer, keys.slice(0, 2));
  });
  return (await Promise.all([...specimens, ...pss])).flat();
}

async function createIssuers(kind: string, key: KeySpecification): Promise<readonly CreatedIssuer[]> {
  const clock = (): Date => madeAt;
  const root = await createRoot({ commonName: `${kind} Root`, organization: "Büro & Lab", key, clock });
  const below = { issuer: root.issuer, organization: "Lab", key, clock };
  const intermediate = await createIntermediate({ ...below, commonName: `${kind} Intermediate` });
  const constrained = await createIntermediate({
    ...below,
    commonName: `${kind} Constrained`,
    permittedDns: ["lab.example", "localhost"],
  });
  return [root, intermediate, constrained];
}

/** The algorithms of the tiers, in their order. */
const pssAlgorithms = ["rsa-pss-sha256", "rsa-pss-sha384", "rsa-pss-sha512"] as const;

async function signingWith(
  algorithm: (typeof pssAlgorithms)[number],
  created: CreatedIssuer | undefined,
): Promise<Issuer> {
  if (created === undefined) throw new Error(`no RSA issuer for ${algorithm}`);
  const { issuer, privateKey } = created;
  const chain = new Set([issuer.certificate, ...issuer.chain, issuer.trustAnchor]);
  return importIssuer({
    chainPem: [...chain].map((der) => encodePem("CERTIFICATE", der)).join(""),
    signer: createLocalSigner(privateKey, { algorithm }),
    clock: () => madeAt,
  });
}

async function issueAll(
  cell: string,
  issuerKind: string,
  issuer: Issuer | undefined,
  keys: readonly (readonly [string, PrivateKey])[],
): Promise<readonly Specimen[]> {
  if (issuer === undefined) throw new Error(`no issuer for ${cell}`);
  const ca = await createCertificateAuthority({
    issuers: [issuer],
    store: createMemoryCertificateStore(),
    policies: [definePolicy("all", () => allow)],
    profiles,
    clock: () => madeAt,
  });
  const specimens: Specimen[] = [];
  for (const [subjectKind, subjectKey] of keys) {
    for (const profile of ["tlsServer", "tlsClient", "tlsServerAndClient"] as const) {
      const names = namesOf[profile];
      const issued = await ca.issue({
        publicKey: subjectKey.publicKey,
        identifiers: names.map((name) =>
          parseIdentifier(name.split(":")[0] ?? "", name.replace(/^[a-z]+:/, "")),
        ),
        requester: { kind: "application", id: "matrix" },
        profile,
      });
      const name = `${cell}, ${subjectKind}, ${profile}`;
      specimens.push({ name, issued, issuer, issuerKind, subjectKind, subjectKey, profile, names });
    }
  }
  return specimens;
}
