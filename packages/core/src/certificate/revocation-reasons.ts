/**
 * Names and numbers of CRLReason. Number 7 is not used; `removeFromCRL` is for delta CRLs only.
 *
 * @see RFC 5280 section 5.3.1
 */
export const revocationReasons: Readonly<Record<RevocationReason, number>> = Object.freeze({
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
});

/** A CRLReason by its name in RFC 5280 section 5.3.1. */
export type RevocationReason =
  | "aACompromise"
  | "affiliationChanged"
  | "cACompromise"
  | "certificateHold"
  | "cessationOfOperation"
  | "keyCompromise"
  | "privilegeWithdrawn"
  | "removeFromCRL"
  | "superseded"
  | "unspecified";

/** Finds the name of a CRLReason number; undefined for 7 and for anything that is not a reason. */
export function revocationReasonFromNumber(number: number): RevocationReason | undefined {
  const names = Object.keys(revocationReasons) as RevocationReason[];
  return names.find((name) => revocationReasons[name] === number);
}
