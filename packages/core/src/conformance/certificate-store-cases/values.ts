import type { CertificateStore } from "../../store/certificate-store.ts";
import { expectEqual } from "../expect.ts";
import type { ConformanceCases } from "../harness.ts";
import {
  block,
  completion,
  crlOf,
  fact,
  hash,
  issue,
  issuerNamed,
  publication,
  recordOf,
  reservation,
  revocation,
  wholeTrail,
  wholeTrailOfFacts,
} from "./examples.ts";

const hostileTexts = [
  `'; DROP TABLE certificate; --`,
  `"quoted" \`twice\` \\ and \\' again`,
  "100%_of LIKE [a-z]* ?1 :name $1 @x",
  "line\nfeed\r\ttab\u0001\u001f\u007f\u2028\u2029\ufeff",
  "𝒷𝒾𝑔 🦄👩‍👩‍👧‍👦 ẞ ı İ \u0301 שלום",
  '{"json":["\\u0000"]}',
  "__proto__",
  " leading and trailing ",
  "x".repeat(2000),
] as const;

const octets = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);

/** What every method promises of the values it takes and hands out. */
export const valueCases: ConformanceCases<CertificateStore> = {
  "values: any Unicode text comes back as it was and is never taken for anything else (E-057)": async ({
    store,
    replica,
  }) => {
    for (const [number, text] of hostileTexts.entries()) {
      const planned = reservation(number, {
        requestId: text,
        requester: { kind: "provisioner", id: text, provisioner: text },
        profile: text,
        replaces: { issuerId: issuerNamed("b"), serialNumber: "00ff" },
        identifiers: [
          { type: "uri", value: text },
          { type: "dns", value: `${text}.test` },
        ],
      });
      const details = Object.fromEntries([
        [text, text],
        ["__proto__", "own"],
        ["constructor", text],
      ]);
      const audit = { at: 1, type: text, actor: text, subject: text, details };
      expectEqual(await store.reserve(planned), { outcome: "reserved" }, `reserve with ${text}`);
      const record = await store.complete({ ...completion(planned), audit });
      expectEqual(record, recordOf(planned, completion(planned)), `the record with ${text}`);
      expectEqual(await replica.reserve(planned), { outcome: "issued", record }, `the request id ${text}`);
      expectEqual(await replica.findByRequestId(text), { outcome: "issued", record }, `finding ${text}`);
      const identifier = { type: "uri", value: text } as const;
      for (const condition of [
        { identifier },
        { profile: text },
        { provisioner: text },
        { requester: { kind: "provisioner", id: text } as const },
      ]) {
        const listed = await replica.list({ ...condition, limit: 5 });
        expectEqual(listed, [record], `the condition ${JSON.stringify(condition)}`);
      }
      const entry = (await wholeTrailOfFacts(replica)).at(-1);
      expectEqual(entry, audit, `the audit entry with ${text}`);
    }
    expectEqual((await store.list({ limit: 100 })).length, hostileTexts.length, "the certificates");
  },

  "values: any Unicode text comes back from blocked keys and from facts of their own (E-057)": async ({
    store,
    replica,
  }) => {
    for (const [number, text] of hostileTexts.entries()) {
      const { audit: _, ...blocked } = { ...block(number), reason: text };
      const audit = { ...fact(text, text), details: { [text]: text } };
      await store.blockKey({ ...blocked, audit });
      expectEqual(await replica.findBlockedKey(blocked.publicKeyHash), blocked, `the reason ${text}`);
      await store.appendAudit(audit);
      expectEqual((await wholeTrailOfFacts(replica)).slice(-2), [audit, audit], `the facts with ${text}`);
      const planned = reservation(number);
      await issue(store, { ...planned, publicKeyHash: hash("key", 100 + number) });
      await store.revoke({ ...revocation(planned), blockKey: text });
      const { reason } = (await replica.findBlockedKey(hash("key", 100 + number))) ?? {};
      expectEqual(reason, text, `the reason ${text} of a revocation`);
    }
  },

  "values: texts that differ only in case, accents or trailing blanks are different request ids": async ({
    store,
  }) => {
    const requestIds = ["Order", "order", "order ", "órder", "o\u0301rder"];
    for (const [number, requestId] of requestIds.entries()) {
      const answer = await store.reserve(reservation(number, { requestId }));
      expectEqual(answer, { outcome: "reserved" }, `reserve with ${requestId}`);
    }
  },

  "values: serial numbers are octets: 1 to 20 of them, high bits and leading zeros included (B-011)": async ({
    store,
    replica,
  }) => {
    const serialNumbers = [
      "80",
      "0080",
      "000080",
      "7fffffffffffffff",
      "ffffffffffffffff",
      "ff".repeat(20),
      "00",
    ];
    for (const [number, serialNumber] of serialNumbers.entries()) {
      await issue(store, reservation(number, { serialNumber }));
    }
    for (const [number, serialNumber] of serialNumbers.entries()) {
      const planned = reservation(number, { serialNumber });
      expectEqual(
        await replica.find(planned),
        recordOf(planned, completion(planned)),
        `serial ${serialNumber}`,
      );
    }
  },

  "values: times are whole milliseconds from the year 1 to the year 9999 and beyond": async ({
    store,
    replica,
  }) => {
    const times = [0, -62_135_596_800_000, 2_147_483_647_999, 253_402_300_799_000, 8_640_000_000_000_000];
    for (const [number, time] of times.entries()) {
      const planned = reservation(number, { notBefore: time, notAfter: time, reservedAt: time });
      expectEqual(await store.reserve(planned), { outcome: "reserved" }, `reserve at ${time}`);
      const { audit } = completion(planned);
      await store.complete({ ...completion(planned), issuedAt: time, audit: { ...audit, at: time } });
      await store.revoke({ ...revocation(planned), revokedAt: time });
      const record = await replica.find(planned);
      const found = [record?.notBefore, record?.notAfter, record?.issuedAt, record?.revocation?.revokedAt];
      expectEqual(found, [time, time, time, time], `the record of ${time}`);
      expectEqual((await wholeTrail(replica)).at(-2)?.at, time, `the audit entry of ${time}`);
    }
  },

  "values: CRLs of any length, numbers, times and partitions to the last one come back": async ({
    store,
    replica,
  }) => {
    const crls = [
      publication(Number.MAX_SAFE_INTEGER, { thisUpdate: 1, nextUpdate: 2, crl: octets }),
      publication(0, { kind: "delta", baseNumber: 0, crl: new Uint8Array(0) }),
      publication(8_640_000_000_000_000, {
        partition: 65_535,
        thisUpdate: -62_135_596_800_000,
        nextUpdate: 253_402_300_799_000,
        changes: 4_294_967_296,
      }),
    ];
    for (const crl of crls) {
      expectEqual(await store.publishCrl(crl), "published", `the outcome of ${crl.number}`);
      expectEqual(await replica.findCrl(crl), crlOf(crl), `CRL ${crl.number}`);
    }
    for (const [number, crlPartition] of [0, 1, 255, 65_535].entries()) {
      const planned = reservation(number, { crlPartition });
      expectEqual((await issue(store, planned)).crlPartition, crlPartition, `partition ${crlPartition}`);
      expectEqual(
        (await replica.find(planned))?.crlPartition,
        crlPartition,
        `partition ${crlPartition}, found`,
      );
    }
  },

  "values: times of revocations and blocks are whole milliseconds as everywhere": async ({
    store,
    replica,
  }) => {
    for (const [number, time] of [0, -62_135_596_800_000, 253_402_300_799_000].entries()) {
      const planned = reservation(number);
      await issue(store, planned);
      const facts = { revokedAt: time, reason: "keyCompromise", invalidityDate: time - 1 } as const;
      await store.revoke({ ...revocation(planned), ...facts, blockKey: "compromised" });
      expectEqual((await replica.find(planned))?.revocation, facts, `the revocation at ${time}`);
      const { blockedAt } = (await replica.findBlockedKey(planned.publicKeyHash)) ?? {};
      expectEqual(blockedAt, time, `the block at ${time}`);
    }
  },

  "values: certificates of any length and a hundred identifiers come back octet by octet, in order": async ({
    store,
    replica,
  }) => {
    const identifiers = Array.from({ length: 100 }, (_, index) => {
      return { type: "dns", value: `n${(index * 37) % 100}.test` } as const;
    });
    const planned = reservation(1, { identifiers, tbsCertificate: octets });
    await store.reserve(planned);
    const [stored] = await replica.listReservations({ reservedBefore: Number.MAX_SAFE_INTEGER, limit: 1 });
    expectEqual(stored, planned, "the reservation");
    const done = { ...completion(reservation(1)), certificate: octets };
    const record = await store.complete(done);
    expectEqual(record, recordOf(planned, done), "the record");
    const [last] = identifiers.slice(-1);
    expectEqual(
      await replica.list({ limit: 1, ...(last && { identifier: last }) }),
      [record],
      "by its last name",
    );
  },
};
