import type { CertificateStore } from "../../store/certificate-store.ts";
import { expectEqual, spoil } from "../expect.ts";
import type { ConformanceCases } from "../harness.ts";
import {
  completion,
  issue,
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
        requester: { kind: "provisioner", id: text },
        profile: text,
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
      expectEqual(await replica.list({ limit: 5, identifier }), [record], `the identifier ${text}`);
      const entry = (await wholeTrailOfFacts(replica)).at(-1);
      expectEqual(entry, audit, `the audit entry with ${text}`);
    }
    expectEqual((await store.list({ limit: 100 })).length, hostileTexts.length, "the certificates");
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
};
