import type { CertificateQuery, CertificateRecord, CertificateStore } from "@chancery/core";
import type { SqliteDatabase, SqlValue, Statement } from "../database.ts";
import { octetsFrom } from "../octets.ts";
import { boundsOf, filter, filterValues } from "./inventory-filter.ts";
import { orders, type Source, sources } from "./inventory-sources.ts";
import { certificateColumns, type IssuedRow, keyValues, recordFrom } from "./rows.ts";

/** Listing certificates. There is one statement for each source, whatever the other conditions. */
export function createInventory(database: SqliteDatabase): Pick<CertificateStore, "list"> {
  const prepared = {
    issuance: sources.issuance.map((source) => prepareSource(database, source, "issuance")),
    expiry: sources.expiry.map((source) => prepareSource(database, source, "expiry")),
  };
  return {
    list: (query) => database.read(() => list(prepared[query.order ?? "issuance"], query)),
  };
}

interface PreparedSource extends Source {
  readonly statement: Statement<IssuedRow>;
}

function prepareSource(
  { prepare }: SqliteDatabase,
  source: Source,
  order: keyof typeof orders,
): PreparedSource {
  const { by, after } = orders[order];
  return {
    ...source,
    statement: prepare(`
      SELECT ${certificateColumns} FROM ${source.from}
      WHERE ${source.where} AND ${after} AND ${filter} ORDER BY ${by} LIMIT ?
    `),
  };
}

function list(prepared: readonly PreparedSource[], query: CertificateQuery): CertificateRecord[] {
  for (const { answers, values, statement } of prepared) {
    const wanted = values(query);
    if (wanted === undefined) continue;
    const others = answers === undefined ? query : { ...query, [answers]: undefined };
    return statement
      .all(...wanted, ...afterValues(query), ...filterValues(others), query.limit)
      .map(recordFrom);
  }
  return [];
}

/** Where the page begins. No octets at all stand before every serial number. */
function afterValues(query: CertificateQuery): readonly SqlValue[] {
  const { order, after } = query;
  const key = keyValues(after ?? { serialNumber: "", issuerId: "" });
  if (order !== "expiry") return key;
  const { from } = boundsOf(query);
  if (after === undefined) return [from, ...key];
  if (after.notAfter === undefined) {
    throw new TypeError("after has no notAfter, which the order by expiry begins with");
  }
  return after.notAfter < from ? [from, octetsFrom(""), octetsFrom("")] : [after.notAfter, ...key];
}
