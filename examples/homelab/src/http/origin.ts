import type { Identifier } from "@chancery/core";

/** Writes the origin of a server. */
export function formatOrigin(scheme: "http" | "https", { value: name }: Identifier, port: number): string {
  const isDefault = port === (scheme === "https" ? 443 : 80);
  return `${scheme}://${name.includes(":") ? `[${name}]` : name}${isDefault ? "" : `:${port}`}`;
}
