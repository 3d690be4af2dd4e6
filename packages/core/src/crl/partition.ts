/** Most CRLs that the certificates of one issuer are spread over: every round of publishing looks at each of them. */
export const maximumCrlPartitions = 1024;

/**
 * Chooses the partition, and so the CRL, of a certificate: the same for the same serial number, and evenly spread however
 * serial numbers are made.
 *
 * The choice is made once, at issuance, and kept with the certificate: `partitions` may change later.
 *
 * @param serialNumber - Big-endian octets.
 * @param partitions - 1 to {@link maximumCrlPartitions}.
 * @returns 0 to `partitions` - 1.
 */
export function crlPartitionOf(serialNumber: Uint8Array, partitions: number): number {
  // FNV-1a: unlike the last octets alone it also spreads numbers that are counted or padded.
  let hash = 0x811c9dc5;
  for (const octet of serialNumber) hash = Math.imul(hash ^ octet, 0x01000193);
  return (hash >>> 0) % partitions;
}
