import { DatabaseSync } from "node:sqlite";

/** A row of the server's table of certificates that an ACME account asked for. */
export interface CertificateRecord {
  /** Lower-case hexadecimal digits. */
  readonly serialNumber: string;
  /** What makes the authority issue once however often it is asked. */
  readonly requestId: string;
  /** `dns:NAME`, in the order of the certificate. */
  readonly identifiers: readonly string[];
  /** DER; undefined while the serial number is reserved and nothing has been signed for it. */
  readonly certificate: Uint8Array | undefined;
  /** Of the order that it was issued for; undefined where there is no such order. */
  readonly orderState: string | undefined;
  /** Undefined while it is not revoked. */
  readonly revocationReason: string | undefined;
}

interface Row {
  readonly serial: string;
  readonly request_id: string;
  readonly identifiers: string;
  readonly certificate: Uint8Array | null;
  readonly order_state: string | null;
  readonly revoked_at: number | null;
  readonly revocation_reason: string | null;
}

/** Reads the certificates straight from the database, whether or not a server runs on it. */
export function readCertificateRecords(databaseFile: string): readonly CertificateRecord[] {
  const database = new DatabaseSync(databaseFile, { readOnly: true, timeout: 5000 });
  try {
    const statement = database.prepare(`
      SELECT lower(hex(serial_number)) AS serial, request_id, certificate.identifiers, certificate,
        acme_order.state AS order_state, revoked_at, revocation_reason
      FROM chancery_certificate AS certificate
      LEFT JOIN chancery_acme_order AS acme_order ON request_id = 'acme:' || acme_order.id
      WHERE requester_kind = 'acme' ORDER BY serial_number
    `);
    return (statement.all() as unknown as Row[]).map(recordFrom);
  } finally {
    database.close();
  }
}

function recordFrom(row: Row): CertificateRecord {
  const identifiers = JSON.parse(row.identifiers) as readonly {
    readonly type: string;
    readonly value: string;
  }[];
  return {
    serialNumber: row.serial,
    requestId: row.request_id,
    identifiers: identifiers.map(({ type, value }) => `${type}:${value}`),
    certificate: row.certificate ?? undefined,
    orderState: row.order_state ?? undefined,
    revocationReason: row.revoked_at === null ? undefined : (row.revocation_reason ?? "unspecified"),
  };
}
