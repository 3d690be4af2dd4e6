import type { Requester } from "@chancery/core";

/** The account of a directory, as the authority and its audit trail know it. */
export function requesterOf({
  accountId,
  directoryId,
}: {
  readonly accountId: string;
  readonly directoryId: string;
}): Requester {
  return { kind: "acme", id: accountId, provisioner: directoryId };
}
