import { describe, expect, test } from "vitest";
import { createLog, describeError, type LogOptions } from "./log.ts";

function collect(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLog({
    level: "info",
    format: "json",
    write: (line) => lines.push(line),
    clock: () => new Date("2030-01-01T12:34:56.789Z"),
    ...options,
  });
  return { log, lines };
}

describe("createLog", () => {
  test("writes one JSON object a line", () => {
    const { log, lines } = collect();
    log("warn", "certificate.refused", {
      names: ["dns:a", "ip:1.2.3.4"],
      ms: 1.5,
      at: new Date(0),
      none: undefined,
    });
    expect(lines).toEqual([
      '{"time":"2030-01-01T12:34:56.789Z","level":"warn","event":"certificate.refused","names":["dns:a","ip:1.2.3.4"],"ms":1.5,"at":"1970-01-01T00:00:00.000Z"}\n',
    ]);
  });

  test("writes a line for people", () => {
    const { log, lines } = collect({ format: "pretty" });
    log("info", "request", { path: "/a b", names: ["x", "y"], empty: "" });
    expect(lines).toEqual(['12:34:56 INFO  request path="/a b" names=x,y empty=""\n']);
  });

  test("leaves out what is less severe than its level", () => {
    const { log, lines } = collect({ level: "warn" });
    for (const level of ["debug", "info", "warn", "error"] as const) log(level, level);
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(["warn", "error"]);
  });

  const hostile = [
    { why: "a line feed", text: "a\nb" },
    { why: "a carriage return", text: "a\rb" },
    { why: "an escape sequence", text: "\u001b[2J" },
    { why: "a C1 control sequence introducer", text: "\u009b2J" },
    { why: "a delete", text: "a\u007fb" },
    { why: "a line separator", text: "a\u2028b" },
    { why: "a mark that turns the direction of writing", text: "a\u202eb" },
    { why: "a tag beyond the basic plane", text: "a\u{e0041}b" },
    { why: "half of a surrogate pair", text: "a\ud800b" },
  ];

  test.each(hostile)("E-005: escapes $why in JSON, and keeps its value", ({ text }) => {
    const { log, lines } = collect();
    log("info", "request", { path: text });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
    expect(JSON.parse(lines[0] ?? "").path).toBe(text);
  });

  test.each(hostile)("E-005: escapes $why in lines for people", ({ text }) => {
    const { log, lines } = collect({ format: "pretty" });
    log("info", "request", { path: text });
    expect(lines[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  });

  test("E-070: leaves out the PEM text of a private key, also one that is cut off", () => {
    const { log, lines } = collect();
    const pem = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n";
    log("error", "failed", { error: `cannot read ${pem} here`, other: pem.slice(0, 40) });
    expect(lines[0]).not.toContain("c2Vj");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      error: "cannot read [private key]\n here",
      other: "[private key]",
    });
  });

  test("E-094: cuts a value that is too long", () => {
    const { log, lines } = collect();
    log("info", "request", { path: "x".repeat(100_000) });
    expect(lines[0]?.length).toBeLessThan(5000);
  });
});

describe("describeError", () => {
  test("names message, code and cause of an error", () => {
    const error = Object.assign(new Error("outer", { cause: new Error("inner") }), { code: "E_CODE" });
    expect(describeError(error)).toMatchObject({ error: "outer", code: "E_CODE", cause: "inner" });
  });

  test("takes what is no error as text", () => {
    expect(describeError("boom")).toEqual({ error: "boom" });
  });
});
