/**
 * What can be wrong with a certificate, so that a peer which checks it has to refuse it.
 *
 * - `expired`: ended twenty minutes ago.
 * - `notYetValid`: begins tomorrow.
 * - `revoked`: on the authority's CRL, which a peer has to be given.
 * - `untrusted`: from another root with the same name.
 * - `wrongName`: for `wrong.invalid` and not for the identifiers that were asked for.
 * - `wrongPurpose`: a client's certificate where a server's was asked for, and the other way round.
 */
export type CertificateDefect =
  | "expired"
  | "notYetValid"
  | "revoked"
  | "untrusted"
  | "wrongName"
  | "wrongPurpose";

/** Every {@link CertificateDefect}, for tests in a table. */
export const certificateDefects: readonly CertificateDefect[] = Object.freeze([
  "expired",
  "notYetValid",
  "revoked",
  "untrusted",
  "wrongName",
  "wrongPurpose",
]);
