import type { Zone } from "./name-server.ts";
import type { TextRecords } from "./text-records.ts";

/** A zone in which every name leads to 127.0.0.1 and has the TXT records that are published for it. */
export function createZone(apex: string, records: TextRecords): Zone {
  return ({ name, type }) => {
    if (name !== apex && !name.endsWith(`.${apex}`)) return undefined;
    if (type === "A") return [{ type, name, ttl: 0, data: "127.0.0.1" }];
    if (type !== "TXT") return [];
    return records.find(name).map((data) => ({ type, name, ttl: 0, data }));
  };
}
