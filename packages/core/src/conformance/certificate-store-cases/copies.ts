import type { CertificateStore } from "../../store/certificate-store.ts";
import { expectEqual, spoil } from "../expect.ts";
import type { ConformanceCases } from "../harness.ts";
import {
  block,
  completion,
  crlOf,
  fact,
  hash,
  hold,
  issue,
  publication,
  recordOf,
  release,
  reservation,
  revocation,
  wholeTrail,
  wholeTrailOfFacts,
} from "./examples.ts";

/** Records go in and come out as copies. */
export const copyCases: ConformanceCases<CertificateStore> = {
  "copies: changing what was handed in, from the moment of the call on, changes nothing in the store":
    async ({ store, replica }) => {
      const planned = structuredClone(reservation(1, { requestId: "order-1" }));
      const reserved = store.reserve(planned);
      spoil(planned);
      await reserved;
      const expected = reservation(1, { requestId: "order-1" });
      const [stored] = await replica.listReservations({ reservedBefore: Number.MAX_SAFE_INTEGER, limit: 1 });
      expectEqual(stored, expected, "the reservation");
      const done = structuredClone(completion(expected));
      const completed = store.complete(done);
      spoil(done);
      await completed;
      const record = recordOf(expected, completion(expected));
      expectEqual(await replica.find(expected), record, "the record");
      const end = structuredClone(revocation(expected));
      const revoked = store.revoke(end);
      spoil(end);
      await revoked;
      const { revokedAt, reason } = revocation(expected);
      expectEqual(
        await replica.find(expected),
        { ...record, revocation: { revokedAt, reason } },
        "the end of it",
      );
      const facts = await wholeTrailOfFacts(replica);
      expectEqual(facts, [completion(expected).audit, revocation(expected).audit], "the audit trail");
    },

  "copies: changing what was handed in to blockKey, publishCrl, release, appendAudit or chainAudit changes nothing":
    async ({ store, replica }) => {
      await issue(store, reservation(1));
      await store.revoke(hold(reservation(1)));
      const given = structuredClone({
        block: block(2),
        crl: publication(3),
        release: release(reservation(1)),
        fact: fact("policy.denied", "subject"),
      });
      const done = [
        store.blockKey(given.block),
        store.publishCrl(given.crl),
        store.release(given.release),
        store.appendAudit(given.fact),
      ];
      spoil(given);
      await Promise.all(done);
      const { audit: _, ...blocked } = block(2);
      expectEqual(await replica.findBlockedKey(blocked.publicKeyHash), blocked, "the block");
      expectEqual(await replica.findCrl(crlOf(publication(3))), crlOf(publication(3)), "the CRL");
      const added = [block(2).audit, publication(3).audit, release(reservation(1)).audit];
      const facts = (await wholeTrailOfFacts(replica)).slice(2);
      expectEqual(facts, [...added, fact("policy.denied", "subject")], "the audit trail");
      const entries = await wholeTrail(store);
      const links = entries.map(({ sequence }, index) => ({ sequence, ...linkAt(index + 1) }));
      const chained = store.chainAudit({ links });
      spoil(links);
      await chained;
      const places = (await replica.listAuditChain({ limit: 10 })).map(({ link }) => link);
      expectEqual(places, [1, 2, 3, 4, 5, 6].map(linkAt), "the chain");
    },

  "copies: changing what was handed out changes nothing in the store": async ({ store }) => {
    const planned = reservation(1, { requestId: "order-1" });
    const everything = { reservedBefore: Number.MAX_SAFE_INTEGER, limit: 10 };
    await store.reserve(planned);
    spoil(await store.listReservations(everything));
    spoil(await store.reserve(planned));
    spoil(await store.findByRequestId("order-1"));
    expectEqual(await store.listReservations(everything), [planned], "the reservation");
    spoil(await store.complete(completion(planned)));
    spoil(await store.revoke(revocation(planned)));
    spoil(await store.revoke(revocation(planned)));
    spoil(await store.reserve(planned));
    spoil(await store.findByRequestId("order-1"));
    spoil(await store.find(planned));
    spoil(await store.list({ limit: 10 }));
    spoil(await store.listAudit({ limit: 10 }));
    const { revokedAt, reason } = revocation(planned);
    const revoked = { ...recordOf(planned, completion(planned)), revocation: { revokedAt, reason } };
    expectEqual(await store.find(planned), revoked, "the record");
    const facts = await wholeTrailOfFacts(store);
    expectEqual(facts, [completion(planned).audit, revocation(planned).audit], "the audit trail");
  },

  "copies: changing what was handed out of blocked keys, CRLs, revocations and the chain changes nothing":
    async ({ store }) => {
      const planned = reservation(1);
      const revoked = { issuerId: planned.issuerId, partition: 0, notAfterFrom: 0, limit: 10 };
      const { audit: _, ...blocked } = block(1);
      await issue(store, planned);
      await store.blockKey(block(1));
      spoil(await store.blockKey(block(1)));
      spoil(await store.findBlockedKey(blocked.publicKeyHash));
      spoil(await store.reserve(reservation(2, { publicKeyHash: blocked.publicKeyHash })));
      spoil(await store.release(release(planned)));
      spoil(await store.revoke(hold(planned)));
      spoil(await store.listRevoked(revoked));
      const [{ serialNumber, revocation: facts } = recordOf(planned, completion(planned))] = await store.list(
        {
          limit: 1,
        },
      );
      expectEqual(await store.listRevoked(revoked), [{ serialNumber, ...facts }], "what is revoked");
      spoil(await store.release(release(planned)));
      expectEqual(await store.find(planned), recordOf(planned, completion(planned)), "the record");
      expectEqual(await store.findBlockedKey(blocked.publicKeyHash), blocked, "the block");
      await store.publishCrl(publication(1));
      spoil(await store.findCrl(publication(1)));
      spoil(await store.listCrlPartitions(planned.issuerId));
      expectEqual(await store.findCrl(publication(1)), crlOf(publication(1)), "the CRL");
      expectEqual(await store.listCrlPartitions(planned.issuerId), [0], "the partitions");
      const [entry] = await store.listUnchainedAudit({ limit: 1 });
      await store.chainAudit({ links: [{ sequence: entry?.sequence ?? 0, ...linkAt(1) }] });
      spoil(await store.findAuditHead());
      spoil(await store.listAuditChain({ limit: 9 }));
      spoil(await store.listUnchainedAudit({ limit: 9 }));
      expectEqual(await store.findAuditHead(), linkAt(1), "the head");
      expectEqual(await store.listAuditChain({ limit: 9 }), [{ ...entry, link: linkAt(1) }], "the chain");
      const kept = await wholeTrailOfFacts(store);
      const expected = [
        completion(planned).audit,
        block(1).audit,
        hold(planned).audit,
        release(planned).audit,
      ];
      expectEqual(kept, [...expected, publication(1).audit], "the audit trail");
    },
};

function linkAt(position: number): { readonly position: number; readonly hash: string } {
  return { position, hash: hash("request", position) };
}
