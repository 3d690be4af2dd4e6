import { ConfigurationError } from "./errors.ts";

/**
 * Who asks for a certificate, whatever the protocol. Recorded with the certificate and in the audit trail, where
 * it reads `kind:id`, for example `acme:Xk3…`.
 */
export interface Requester {
  /** `acme`: an ACME account; `provisioner`: a step-ca provisioner; `application`: code that embeds the CA; `operator`: a person. */
  readonly kind: "acme" | "application" | "operator" | "provisioner";
  /** 1 to 255 characters, unique within its kind. */
  readonly id: string;
  /** Name of the provisioner or directory that let the requester in, where there is one; 1 to 255 characters. */
  readonly provisioner?: string;
}

const kinds: ReadonlySet<string> = new Set(["acme", "application", "operator", "provisioner"]);

/**
 * Checks a requester that a caller spelled out, and makes a frozen copy.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: another kind, or an id that is empty, longer than 255 characters, or
 * has control characters or lone surrogates.
 */
export function readRequester({ kind, id, provisioner }: Requester): Requester {
  if (!kinds.has(kind)) {
    const known = [...kinds].join(", ");
    throw new ConfigurationError("ERR_OPTION_INVALID", `the requester's kind is not one of ${known}`);
  }
  assertPlain("id", id);
  if (provisioner === undefined) return Object.freeze({ kind, id });
  assertPlain("provisioner", provisioner);
  return Object.freeze({ kind, id, provisioner });
}

function assertPlain(field: "id" | "provisioner", text: string): void {
  if (isPlainText(text)) return;
  throw new ConfigurationError(
    "ERR_OPTION_INVALID",
    `the requester's ${field} is not 1 to 255 characters without control characters`,
  );
}

/** Whether text is 1 to 255 characters that every store, log and line-based format carries unharmed. */
export function isPlainText(text: string): boolean {
  return text.length >= 1 && text.length <= 255 && !/[\p{Cc}\p{Cs}]/u.test(text);
}

/** Writes a requester as the audit trail and the stores name it: `kind:id`. */
export function formatRequester({ kind, id }: Requester): string {
  return `${kind}:${id}`;
}
