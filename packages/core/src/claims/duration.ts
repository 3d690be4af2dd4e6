import { ConfigurationError } from "../errors.ts";
import { printable } from "../text.ts";

/**
 * Reads a duration: ISO 8601 with weeks, days, hours, minutes, seconds (`P30D`, `PT24H`), or Go's form (`720h`, `1h30m`).
 *
 * Years and months are refused, because their length depends on the calendar.
 *
 * @returns Milliseconds, more than 0.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`
 */
export function parseDuration(text: string): number {
  const milliseconds = parseIso(text) ?? parseGo(text);
  if (milliseconds === undefined || milliseconds <= 0) {
    throw new ConfigurationError(
      "ERR_OPTION_INVALID",
      `duration "${printable(text)}" is neither ISO 8601 such as P30D or PT24H nor of the form 720h`,
    );
  }
  return milliseconds;
}

/**
 * Writes milliseconds as ISO 8601 duration in days, hours, minutes and whole seconds, as {@link parseDuration} reads
 * it: `P1DT12H`.
 */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const days = Math.floor(seconds / 86_400);
  const time = [
    [Math.floor(seconds / 3600) % 24, "H"],
    [Math.floor(seconds / 60) % 60, "M"],
    [seconds % 60, "S"],
  ] as const;
  const written = time.map(([count, unit]) => (count === 0 ? "" : `${count}${unit}`)).join("");
  if (days === 0) return `PT${written === "" ? "0S" : written}`;
  return `P${days}D${written === "" ? "" : `T${written}`}`;
}

const isoUnits = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000] as const;
const goUnits: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

function parseIso(text: string): number | undefined {
  const match = /^P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})S)?)?$/.exec(
    text,
  );
  if (match === null || text.endsWith("T")) return undefined;
  return isoUnits.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
}

function parseGo(text: string): number | undefined {
  if (!/^(?:\d{1,9}(?:\.\d{1,9})?(?:ms|h|m|s)){1,8}$/.test(text)) return undefined;
  const terms = text.matchAll(/([\d.]+)(ms|h|m|s)/g);
  return [...terms].reduce((sum, [, number, unit]) => sum + Number(number) * (goUnits[unit ?? ""] ?? 0), 0);
}
