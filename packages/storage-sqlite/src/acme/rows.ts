import type { Account, Authorization, Challenge, Order, StoredProblem } from "@chancery/acme-server";
import type { SqlValue } from "../database.ts";
import { hexFrom } from "../octets.ts";

/** A row of `chancery_acme_account`. */
export interface AccountRow {
  readonly id: string;
  readonly directory_id: string;
  readonly key_thumbprint: string;
  readonly public_jwk: string;
  readonly status: Account["status"];
  readonly contact: string;
  readonly terms_of_service_agreed: number;
  readonly created_at: number;
}

/** A row of `chancery_acme_authorization`. */
export interface AuthorizationRow {
  readonly id: string;
  readonly directory_id: string;
  readonly account_id: string;
  readonly identifier_type: Authorization["identifier"]["type"];
  readonly identifier_value: string;
  readonly wildcard: number;
  readonly state: Authorization["state"];
  readonly created_at: number;
  readonly expires_at: number;
  readonly challenges: string;
}

/** A row of `chancery_acme_order`. */
export interface OrderRow {
  readonly id: string;
  readonly directory_id: string;
  readonly account_id: string;
  readonly identifiers: string;
  readonly authorization_ids: string;
  readonly profile: string | null;
  readonly not_before: number | null;
  readonly not_after: number | null;
  readonly state: Order["state"];
  readonly created_at: number;
  readonly expires_at: number;
  readonly error: string | null;
  readonly csr_hash: Uint8Array | null;
  readonly certificate_issuer_id: Uint8Array | null;
  readonly certificate_serial_number: Uint8Array | null;
}

/** The columns of {@link accountValues} and {@link AccountRow}. */
export const accountColumns: string = `
  id, directory_id, key_thumbprint, public_jwk, status, contact, terms_of_service_agreed, created_at
`;

/** The columns of {@link authorizationValues} and {@link AuthorizationRow}. */
export const authorizationColumns: string = `
  id, directory_id, account_id, identifier_type, identifier_value, wildcard, state, created_at, expires_at,
  challenges
`;

/** The columns of {@link OrderRow}. */
export const orderColumns: string = `
  id, directory_id, account_id, identifiers, authorization_ids, profile, not_before, not_after, state, created_at,
  expires_at, error, csr_hash, certificate_issuer_id, certificate_serial_number
`;

/** The values of an account, as it is now. */
export function accountValues(account: Account): readonly SqlValue[] {
  const { id, directoryId, keyThumbprint, publicJwk, status, contact, termsOfServiceAgreed, createdAt } =
    account;
  const agreed = termsOfServiceAgreed ? 1 : 0;
  return [id, directoryId, keyThumbprint, publicJwk, status, JSON.stringify(contact), agreed, createdAt];
}

/** The values of an authorization, as it is now. */
export function authorizationValues(authorization: Authorization): readonly SqlValue[] {
  const { id, directoryId, accountId, identifier, wildcard, state, createdAt, expiresAt } = authorization;
  const name = [identifier.type, identifier.value, wildcard ? 1 : 0];
  const challenges = JSON.stringify(authorization.challenges);
  return [id, directoryId, accountId, ...name, state, createdAt, expiresAt, challenges];
}

/** The values of a new order, as it is now, without those that only transitions write: its state stands last. */
export function newOrderValues(order: Omit<Order, "state">): readonly SqlValue[] {
  return [
    order.id,
    order.directoryId,
    order.accountId,
    JSON.stringify(order.identifiers.map(({ type, value }) => ({ type, value }))),
    JSON.stringify(order.authorizationIds),
    order.profile ?? null,
    order.notBefore ?? null,
    order.notAfter ?? null,
    order.createdAt,
    order.expiresAt,
  ];
}

/** Reads a row as an account. */
export function accountFrom(row: AccountRow): Account {
  return {
    id: row.id,
    directoryId: row.directory_id,
    keyThumbprint: row.key_thumbprint,
    publicJwk: row.public_jwk,
    status: row.status,
    contact: JSON.parse(row.contact) as string[],
    termsOfServiceAgreed: row.terms_of_service_agreed === 1,
    createdAt: row.created_at,
  };
}

/** Reads a row as an authorization. */
export function authorizationFrom(row: AuthorizationRow): Authorization {
  return {
    id: row.id,
    directoryId: row.directory_id,
    accountId: row.account_id,
    identifier: { type: row.identifier_type, value: row.identifier_value },
    wildcard: row.wildcard === 1,
    state: row.state,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    challenges: JSON.parse(row.challenges) as Challenge[],
  };
}

/** Reads a row as an order. */
export function orderFrom(row: OrderRow): Order {
  const { profile, not_before: notBefore, not_after: notAfter, error, csr_hash: csrHash } = row;
  const { certificate_issuer_id: issuerId, certificate_serial_number: serialNumber } = row;
  return {
    id: row.id,
    directoryId: row.directory_id,
    accountId: row.account_id,
    identifiers: JSON.parse(row.identifiers) as Order["identifiers"],
    authorizationIds: authorizationIdsIn(row),
    ...(profile !== null && { profile }),
    ...(notBefore !== null && { notBefore }),
    ...(notAfter !== null && { notAfter }),
    state: row.state,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    ...(error !== null && { error: JSON.parse(error) as StoredProblem }),
    ...(csrHash !== null && { csrHash: hexFrom(csrHash) }),
    ...(issuerId !== null &&
      serialNumber !== null && {
        certificate: { issuerId: hexFrom(issuerId), serialNumber: hexFrom(serialNumber) },
      }),
  };
}

/** Reads which authorizations an order has. */
export function authorizationIdsIn({ authorization_ids }: Pick<OrderRow, "authorization_ids">): string[] {
  return JSON.parse(authorization_ids) as string[];
}
