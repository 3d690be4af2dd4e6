import { isIP } from "node:net";
import { isAbsolute, resolve } from "node:path";
import {
  allowDns,
  allowIp,
  type Identifier,
  isCaError,
  parseDuration,
  parseIdentifier,
} from "@chancery/core";
import { z } from "zod";
import { printable } from "../log/printable.ts";
import type { ListenAddress, NonEmpty } from "./configuration.ts";
import { nearest } from "./suggestion.ts";

/** A field of text that `read` turns into something better; what it throws on purpose is the fault of the field. */
function field<Value>(read: (text: string) => Value): z.ZodType<Value> {
  return z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      if (!isCaError(error) && !(error instanceof FieldFault)) throw error;
      context.addIssue({ code: "custom", message: error.message });
      return z.NEVER;
    }
  });
}

class FieldFault extends Error {}

/** Text of 1 to `maximum` characters. */
export function line(maximum: number): z.ZodType<string> {
  return field((text) => {
    if (text.length >= 1 && text.length <= maximum) return text;
    throw new FieldFault(`has ${text.length} characters, expected 1 to ${maximum}`);
  });
}

/** A word that appears in URLs and in the database. */
export const id: z.ZodType<string> = field((text) => {
  if (/^[a-z0-9][a-z0-9-]{0,31}$/.test(text)) return text;
  throw new FieldFault(`"${printable(text)}" is not 1 to 32 lower-case letters, digits and hyphens`);
});

/** A duration, kept as text. */
export const duration: z.ZodType<string> = field((text) => {
  parseDuration(text);
  return text;
});

/** A path; a relative one is taken from `directory`. */
export function path(directory: string): z.ZodType<string> {
  return field((text) => {
    if (text === "" || text.includes("\0")) throw new FieldFault("is not a path");
    return isAbsolute(text) ? text : resolve(directory, text);
  });
}

/** A host name or an IP address, without wildcards. */
export const hostName: z.ZodType<Identifier> = field((text) => {
  const identifier = parseIdentifier(isIP(text) === 0 ? "dns" : "ip", text);
  if (identifier.value.startsWith("*"))
    throw new FieldFault(`"${identifier.value}" is not the name of one host`);
  return identifier;
});

/** A DNS name, without wildcards. */
export const dnsName: z.ZodType<string> = field((text) => {
  const { value } = parseIdentifier("dns", text);
  if (value.startsWith("*"))
    throw new FieldFault(`"${value}" covers what is below it already: leave out "*."`);
  return value;
});

/** A pattern of DNS names. */
export const dnsPattern: z.ZodType<string> = field((text) => {
  allowDns(text);
  return text;
});

/** A CIDR block or a single address. */
export const network: z.ZodType<string> = field((text) => {
  allowIp(text);
  return text;
});

/** An IP address. */
export const address: z.ZodType<string> = field((text) => parseIdentifier("ip", text).value);

/** A DNS server: `address`, `address:port`, `[address]:port`; or `system` where that is allowed. */
export const resolver: z.ZodType<string> = field((text) => {
  if (text !== "system" && !isSocketAddress(text)) {
    throw new FieldFault(`"${printable(text)}" is neither an IP address with an optional port nor "system"`);
  }
  return text;
});

/** A DNS server by its address. */
export const dnsServer: z.ZodType<string> = field((text) => {
  if (isSocketAddress(text)) return text;
  throw new FieldFault(`"${printable(text)}" is not an IP address with an optional port`);
});

function isSocketAddress(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const { host, port } = splitPort(text) ?? {};
  return host !== undefined && isIP(host) !== 0 && port !== undefined && port > 0;
}

/** `host:port`, where the host is an IP address, in brackets if it has colons, or `localhost`. */
export const listenAddress: z.ZodType<ListenAddress> = field((text) => {
  const split = splitPort(text);
  if (split !== undefined && (split.host === "localhost" || isIP(split.host) !== 0)) return split;
  throw new FieldFault(`"${printable(text)}" is not address:port, for example 127.0.0.1:8443 or [::]:443`);
});

function splitPort(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** An absolute https URL without query and fragment; the slash at its end goes away. */
export const baseUrl: z.ZodType<string> = field((text) => {
  const url = URL.parse(text);
  if (url?.protocol === "https:" && url.username + url.password === "" && !/[?#]/.test(text)) {
    return url.href.replace(/\/+$/, "");
  }
  throw new FieldFault(`"${printable(text)}" is not a URL such as https://ca.example.test`);
});

/** An absolute http or https URL. */
export const webUrl: z.ZodType<string> = field((text) => {
  const url = URL.parse(text);
  if (url?.protocol === "https:" || url?.protocol === "http:") return text;
  throw new FieldFault(`"${printable(text)}" is not an http or https URL`);
});

/** Name of an environment variable. */
export const environmentVariable: z.ZodType<string> = field((text) => {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return text;
  throw new FieldFault(`"${printable(text)}" is not the name of an environment variable`);
});

/** A TCP port to connect to. */
export const port: z.ZodType<number> = z
  .number()
  .refine((value) => Number.isInteger(value) && value >= 1 && value <= 65_535, {
    error: ({ input }) => `${String(input)} is not a port, expected 1 to 65535`,
  });

/** One of a few words. */
export function oneOf<Word extends string>(...words: readonly Word[]): z.ZodType<Word> {
  return z.enum(words, {
    error: ({ input }) => {
      const choice = words.map((word) => `"${word}"`).join(", ");
      if (typeof input !== "string") return undefined;
      const meant = nearest(input, words);
      return `"${printable(input)}" is unknown, expected ${meant === undefined ? `one of ${choice}` : `"${meant}"`}`;
    },
  });
}

/** A list of at least one. */
export function nonEmpty<Value>(item: z.ZodType<Value>): z.ZodType<NonEmpty<Value>> {
  return z.array(item).transform(([first, ...others], context) => {
    if (first !== undefined) return [first, ...others] as const;
    context.addIssue({ code: "custom", message: "is empty, expected at least one" });
    return z.NEVER;
  });
}

/**
 * A mapping with these keys and no other. The message about unknown keys has one line for each of them, in the order in which
 * zod names them.
 */
export function section<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => unknownKey(key, Object.keys(shape))).join("\n")
        : undefined,
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  const advice = meant === undefined ? `known here: ${known.join(", ")}` : `did you mean "${meant}"?`;
  return `unknown key "${printable(key)}", ${advice}`;
}
