/**
 * Reads what a function of a PKCS#11 library answered out of the error that was made from it.
 *
 * @returns The name of the return value, such as `CKR_PIN_INCORRECT`; undefined for any other error.
 */
export function returnValueOf(error: unknown): string | undefined {
  if (!(error instanceof Error && /^CKR_\w+$/.test(error.message))) return undefined;
  if (error.message !== "CKR_VENDOR_DEFINED") return error.message;
  const number = "code" in error && typeof error.code === "number" ? error.code : 0;
  return `${error.message} 0x${number.toString(16)}`;
}

/** What went wrong, in a few words for a message. */
export function reasonOf(error: unknown): string {
  return returnValueOf(error) ?? (error instanceof Error ? error.message : "it failed");
}

/**
 * Whether an error can mean that the token was taken out or has lost its state, so that a new session may help.
 *
 * Libraries disagree about what they answer when that happens; some of these can have other causes too.
 */
export function isLoss(error: unknown): boolean {
  const [name] = returnValueOf(error)?.split(" ") ?? [];
  return name !== undefined && losses.has(name);
}

const losses: ReadonlySet<string> = new Set([
  "CKR_CRYPTOKI_NOT_INITIALIZED",
  "CKR_DEVICE_ERROR",
  "CKR_DEVICE_REMOVED",
  "CKR_FUNCTION_FAILED",
  "CKR_GENERAL_ERROR",
  "CKR_KEY_HANDLE_INVALID",
  "CKR_OBJECT_HANDLE_INVALID",
  "CKR_OPERATION_NOT_INITIALIZED",
  "CKR_SESSION_CLOSED",
  "CKR_SESSION_HANDLE_INVALID",
  "CKR_SLOT_ID_INVALID",
  "CKR_TOKEN_NOT_PRESENT",
  "CKR_TOKEN_NOT_RECOGNIZED",
  "CKR_USER_NOT_LOGGED_IN",
  "CKR_VENDOR_DEFINED",
]);
