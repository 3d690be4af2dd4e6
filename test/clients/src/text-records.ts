import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * TXT records that programs in any language can publish: a record is an empty file `NAME/VALUE` below a directory. What
 * dns-01 publishes is base64url, so it can be the name of a file.
 */
export interface TextRecords {
  readonly directory: string;
  add(name: string, value: string): void;
  remove(name: string, value: string): void;
  /** The values of a name as they are now, empty where it has none. */
  find(name: string): readonly string[];
}

/** Opens the records below a directory, which need not exist yet. */
export function createTextRecords(directory: string): TextRecords {
  return Object.freeze<TextRecords>({
    directory,
    add(name, value) {
      mkdirSync(join(directory, name), { recursive: true });
      writeFileSync(join(directory, name, value), "");
    },
    remove: (name, value) => rmSync(join(directory, name, value)),
    find(name) {
      try {
        return readdirSync(join(directory, name));
      } catch {
        return [];
      }
    },
  });
}

/** The program that clients call to publish and withdraw records; it wants `TXT_RECORDS`, the directory, in its environment. */
export const txtRecordHook: string = fileURLToPath(new URL("../hooks/txt-record.sh", import.meta.url));
