import type { CertificateQuery, CertificateRecord, CertificateStore } from "../store/certificate-store.ts";

const page = 500;

/** Every certificate that a query selects, read page by page: the next one when the caller comes to its end. */
export async function* allCertificates(
  store: CertificateStore,
  query: Omit<CertificateQuery, "limit">,
): AsyncGenerator<CertificateRecord, void> {
  let { after } = query;
  for (;;) {
    const records = await store.list({ ...query, ...(after !== undefined && { after }), limit: page });
    yield* records;
    const last = records.at(-1);
    if (last === undefined || records.length < page) return;
    after = { serialNumber: last.serialNumber, issuerId: last.issuerId, notAfter: last.notAfter };
  }
}
