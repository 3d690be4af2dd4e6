import type { InventoryConditions, InventoryQuery } from "../certificate-authority.ts";
import { parseDuration } from "../claims/duration.ts";
import { ConfigurationError } from "../errors.ts";
import type { CertificateConditions, CertificateQuery } from "../store/certificate-store.ts";
import { wholeSecond } from "./status.ts";

/**
 * Translates a query about the present into one that the store can answer at any time.
 *
 * @param now - Milliseconds since 1970 UTC.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: `limit` is not 1 to 1000, `expiringWithin` is no duration or stands beside
 * `status` or `notAfter`, a date is none.
 */
export function readInventoryQuery(query: InventoryQuery, now: number): CertificateQuery {
  const { order, after, limit } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
    throw new ConfigurationError("ERR_OPTION_INVALID", `limit ${limit} is not 1 to 1000`);
  return {
    ...readInventoryConditions(query, now),
    limit,
    ...(order !== undefined && { order }),
    ...(after !== undefined && {
      after: {
        serialNumber: after.serialNumber,
        issuerId: after.issuerId,
        notAfter: readDate(after.notAfter, "after.notAfter"),
      },
    }),
  };
}

/** As {@link readInventoryQuery}, for what is not read in pages. */
export function readInventoryConditions(conditions: InventoryConditions, now: number): CertificateConditions {
  const { status, notAfter, expiringWithin, overdue, identifier, requester } = conditions;
  const { serialNumber, publicKeyHash, issuerId, profile, provisioner } = conditions;
  for (const [field, octets] of Object.entries({ serialNumber, publicKeyHash, issuerId }))
    if (octets !== undefined && !/^(?:[0-9a-f]{2})+$/.test(octets))
      throw new ConfigurationError(
        "ERR_OPTION_INVALID",
        `${field} is not lower-case hexadecimal of whole octets`,
      );
  return {
    ...(identifier !== undefined && { identifier }),
    ...(serialNumber !== undefined && { serialNumber }),
    ...(publicKeyHash !== undefined && { publicKeyHash }),
    ...(issuerId !== undefined && { issuerId }),
    ...(profile !== undefined && { profile }),
    ...(provisioner !== undefined && { provisioner }),
    ...(requester !== undefined && { requester }),
    ...(status !== undefined && { status: { is: status, at: wholeSecond(now) } }),
    ...(notAfter !== undefined && { notAfter: readBounds(notAfter) }),
    ...(expiringWithin !== undefined && readExpiring(conditions, expiringWithin, now)),
    ...(overdue === true && { overdueAt: now }),
  };
}

function readExpiring(
  { status, notAfter }: InventoryConditions,
  expiringWithin: string,
  now: number,
): CertificateConditions {
  if (status !== undefined || notAfter !== undefined)
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      "expiringWithin already says status and notAfter: give either",
    );
  return {
    status: { is: "valid", at: wholeSecond(now) },
    notAfter: { to: now + parseDuration(expiringWithin) },
  };
}

function readBounds({
  from,
  to,
}: NonNullable<InventoryConditions["notAfter"]>): NonNullable<CertificateConditions["notAfter"]> {
  return {
    ...(from !== undefined && { from: readDate(from, "notAfter.from") }),
    ...(to !== undefined && { to: readDate(to, "notAfter.to") }),
  };
}

function readDate(date: Date, field: string): number {
  const milliseconds = date.getTime();
  if (!Number.isNaN(milliseconds)) return milliseconds;
  throw new ConfigurationError("ERR_OPTION_INVALID", `${field} is not a date`);
}
