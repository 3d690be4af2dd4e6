import { X509Certificate } from "node:crypto";
import type { CertificateRecord } from "../inventory.ts";
import { type AcknowledgedOrder, assertForward, type Enrolment, expectStatus, parse } from "./enrolment.ts";
import type { SignedClient } from "./signed-client.ts";

/** Reads everything that the server has acknowledged to a client back from it. @throws {Error} Something is lost or has changed. */
export async function assertNothingLost(
  { signer, order, authorizationStatus, chainPem }: Enrolment,
  client: SignedClient,
): Promise<void> {
  if (signer.url === undefined) return;
  const account = parse(expectStatus(await client.post("authorization", signer.url, signer), 200)) as {
    status: string;
  };
  assertEqual(`account ${signer.url}`, account.status, "valid");
  if (order === undefined) return;
  const found = expectStatus(await client.post("order", order.url, signer), 200);
  assertForward(order, { ...(parse(found) as Omit<AcknowledgedOrder, "url">), url: order.url });
  for (const url of order.authorizations) {
    const authorization = expectStatus(await client.post("authorization", url, signer), 200);
    const { status } = parse(authorization) as { status: string };
    if (authorizationStatus === "valid") assertEqual(`authorization ${url}`, status, "valid");
  }
  if (chainPem === undefined || order.certificate === undefined) return;
  const again = expectStatus(await client.post("certificate", order.certificate, signer), 200);
  assertEqual(`certificate ${order.certificate}`, again.body, chainPem);
}

/** What the database holds, watched from one end of the server to the next. */
export interface InventoryWatch {
  /** Holds what is there now against what was there before and against what clients know. @throws {Error} */
  inspect(records: readonly CertificateRecord[], enrolments: readonly Enrolment[]): void;
  /** Orders that were found with a serial number reserved and nothing signed. */
  readonly reserved: ReadonlySet<string>;
  /** Orders that were found with a certificate signed and not published. */
  readonly unpublished: ReadonlySet<string>;
}

/** Creates a watch that has seen nothing yet. */
export function createInventoryWatch(): InventoryWatch {
  const serialNumbers = new Map<string, string>();
  const reserved = new Set<string>();
  const unpublished = new Set<string>();
  return Object.freeze<InventoryWatch>({
    reserved,
    unpublished,
    inspect(records, enrolments) {
      const byName = new Map(records.map((record) => [record.identifiers.join(" "), record]));
      assertEqual("certificates and reservations for one name", records.length, byName.size);
      const requests = new Set(records.map(({ requestId }) => requestId));
      assertEqual("certificates and reservations for one order", records.length, requests.size);
      for (const { requestId, serialNumber, certificate, orderState } of records) {
        const before = serialNumbers.get(requestId);
        if (before !== undefined) assertEqual(`serial number of ${requestId}`, serialNumber, before);
        serialNumbers.set(requestId, serialNumber);
        assertEqual(`order of ${requestId} is there`, orderState !== undefined, true);
        if (certificate === undefined) reserved.add(requestId);
        else if (orderState !== "valid") unpublished.add(requestId);
      }
      for (const requestId of serialNumbers.keys())
        assertEqual(`${requestId} is there`, requests.has(requestId), true);
      for (const enrolment of enrolments) assertRecorded(enrolment, byName.get(`dns:${enrolment.name}`));
    },
  });
}

/** A certificate that a client has must be on record, octet for octet, and revoked if its revocation was acknowledged. */
function assertRecorded(
  { name, chainPem, isRevoked }: Enrolment,
  record: CertificateRecord | undefined,
): void {
  if (chainPem === undefined) return;
  const served = new X509Certificate(chainPem).raw.toString("hex");
  assertEqual(`certificate of ${name}`, Buffer.from(record?.certificate ?? []).toString("hex"), served);
  if (isRevoked) assertEqual(`revocation of ${name}`, record?.revocationReason, "superseded");
}

function assertEqual(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what}: found ${String(found)}, expected ${String(expected)}`);
}
