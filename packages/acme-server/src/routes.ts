/**
 * The resources of a directory; each is one URL (RFC 8555 section 7.1). Values in a resource have the form of an id and
 * nothing more: whether there is such an object is for the store to say.
 */
export interface ResourceFields {
  readonly directory: object;
  readonly newNonce: object;
  readonly newAccount: object;
  readonly newOrder: object;
  readonly revokeCert: object;
  readonly account: { readonly accountId: string };
  /** `after`: the last order on the page before. */
  readonly orders: { readonly accountId: string; readonly after?: string };
  readonly order: { readonly orderId: string };
  readonly finalize: { readonly orderId: string };
  readonly authorization: { readonly authorizationId: string };
  readonly challenge: { readonly authorizationId: string; readonly challengeType: string };
  readonly certificate: { readonly issuerId: string; readonly serialNumber: string };
}

/** Name of a {@link Resource}. */
export type ResourceName = keyof ResourceFields;

/** One resource of a given name. */
export type ResourceOf<Name extends ResourceName> = {
  [Each in Name]: { readonly name: Each } & ResourceFields[Each];
}[Name];

/** What a URL of the server stands for. */
export type Resource = ResourceOf<ResourceName>;

/**
 * Builds and recognises the URLs of one directory; nothing else in the server does.
 *
 * Everything comes from the configured base URL. `Host` and its relatives are never looked at.
 */
export interface Routes {
  url(resource: Resource): string;

  /** Finds what a request is for, by path and query of its URL; undefined where there is nothing. */
  match(requestUrl: URL): Resource | undefined;

  /** The URL a request came to, as the client must have signed it: RFC 8555 section 6.4. */
  signedUrl(requestUrl: URL): string;

  /** Reads the account id out of a `kid`; undefined unless it is an account URL of this directory, octet by octet. */
  accountIdOf(kid: string): string | undefined;
}

/**
 * Creates the routes under a base URL.
 *
 * @param baseUrl - Absolute, without query and fragment; a slash at its end makes no difference.
 */
export function createRoutes(baseUrl: string): Routes {
  const { origin, pathname } = new URL(baseUrl);
  const prefix = pathname.endsWith("/") ? pathname : `${pathname}/`;
  const base = `${origin}${prefix}`;
  const accountPrefix = `${base}account/`;

  return Object.freeze({
    url: (resource: Resource) => base + pathOf(resource),
    signedUrl: ({ pathname, search }: URL) => origin + pathname + search,
    match({ pathname, search }: URL): Resource | undefined {
      return pathname.startsWith(prefix)
        ? resourceAt(pathname.slice(prefix.length).split("/"), search)
        : undefined;
    },
    accountIdOf(kid: string): string | undefined {
      const id = kid.startsWith(accountPrefix) ? kid.slice(accountPrefix.length) : "";
      return isId(id) ? id : undefined;
    },
  });
}

function pathOf(resource: Resource): string {
  switch (resource.name) {
    case "account":
      return `account/${resource.accountId}`;
    case "orders":
      return `account/${resource.accountId}/orders${resource.after === undefined ? "" : `${afterQuery}${resource.after}`}`;
    case "order":
      return `order/${resource.orderId}`;
    case "finalize":
      return `order/${resource.orderId}/finalize`;
    case "authorization":
      return `authorization/${resource.authorizationId}`;
    case "challenge":
      return `challenge/${resource.authorizationId}/${resource.challengeType}`;
    case "certificate":
      return `certificate/${resource.issuerId}/${resource.serialNumber}`;
    default:
      return fixedPaths[resource.name];
  }
}

const fixedPaths = {
  directory: "directory",
  newNonce: "new-nonce",
  newAccount: "new-account",
  newOrder: "new-order",
  revokeCert: "revoke-cert",
} as const;

const fixedResources: ReadonlyMap<string | undefined, Resource> = new Map(
  Object.entries(fixedPaths).map(([name, path]) => [path, { name: name as keyof typeof fixedPaths }]),
);

const afterQuery = "?after=";

function resourceAt(segments: readonly string[], search: string): Resource | undefined {
  const [first, second, third] = segments;
  if (segments.length === 1)
    return allowsQuery(first) || search === "" ? fixedResources.get(first) : undefined;
  if (first === "account" && third === "orders" && segments.length === 3) return ordersAt(second, search);
  if (search !== "") return undefined;
  if (segments.length === 2 && isId(second)) return objectAt(first, second);
  return segments.length === 3 ? partAt(first, second, third) : undefined;
}

/** What everybody may GET tolerates the query that somebody appends to get past a cache. */
function allowsQuery(path: string | undefined): boolean {
  return path === fixedPaths.directory || path === fixedPaths.newNonce;
}

function ordersAt(accountId: string | undefined, search: string): Resource | undefined {
  if (!isId(accountId)) return undefined;
  if (search === "") return { name: "orders", accountId };
  return search.startsWith(afterQuery)
    ? { name: "orders", accountId, after: search.slice(afterQuery.length) }
    : undefined;
}

function objectAt(kind: string | undefined, id: string): Resource | undefined {
  if (kind === "account") return { name: "account", accountId: id };
  if (kind === "order") return { name: "order", orderId: id };
  if (kind === "authorization") return { name: "authorization", authorizationId: id };
  return undefined;
}

function partAt(kind: string | undefined, id = "", part = ""): Resource | undefined {
  if (kind === "order" && isId(id) && part === "finalize") return { name: "finalize", orderId: id };
  if (kind === "challenge" && isId(id) && challengeType.test(part)) {
    return { name: "challenge", authorizationId: id, challengeType: part };
  }
  if (kind === "certificate" && isHex(id, 32) && isHex(part, 20)) {
    return { name: "certificate", issuerId: id, serialNumber: part };
  }
  return undefined;
}

const challengeType = /^[a-z0-9-]{1,32}$/;

/** 16 octets as base64url: what `timeOrderedId` makes. */
export function isId(text: string | undefined): text is string {
  return text !== undefined && /^[A-Za-z0-9_-]{22}$/.test(text);
}

function isHex(text: string, maximumOctets: number): boolean {
  return text.length <= 2 * maximumOctets && /^(?:[0-9a-f]{2})+$/.test(text);
}
