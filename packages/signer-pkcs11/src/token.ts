import { ConfigurationError, type MaybePromise } from "@chancery/core";
import type { Session, SessionFlag, Slot, Token, UserType } from "graphene-pk11";
import { type Graphene, loadLibrary, type Pkcs11Library } from "./library.ts";
import { returnValueOf } from "./return-value.ts";
import { readUnsignedLong } from "./unsigned-long.ts";

/** Which token of a library: the one with this label, which follows it from slot to slot, or the one in this slot. */
export type Pkcs11TokenSelector =
  | { readonly tokenLabel: string; readonly slot?: undefined }
  | { readonly slot: number; readonly tokenLabel?: undefined };

/**
 * The user PIN of a token.
 *
 * A string is kept for as long as the signer is open, since a token that comes back wants it again. A function is asked
 * whenever the token wants the PIN, and its answer is not kept.
 */
export type Pkcs11Pin = string | (() => MaybePromise<string>);

/** Where a token is and what opens it. */
export type Pkcs11TokenOptions = Pkcs11TokenSelector & {
  /** Absolute path of the PKCS#11 library of the token's vendor, such as `/usr/lib/softhsm/libsofthsm2.so`. */
  readonly modulePath: string;
  readonly pin: Pkcs11Pin;
};

/** A token that was found, and where. */
export interface FoundToken {
  readonly library: Pkcs11Library;
  readonly slot: Slot;
  readonly token: Token;
}

/**
 * Finds the one token that is meant.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: none or several; also as `loadLibrary`.
 */
export async function findToken(options: Pkcs11TokenOptions): Promise<FoundToken> {
  if ((options.tokenLabel === undefined) === (options.slot === undefined)) {
    throw invalid("expected one of tokenLabel and slot");
  }
  const wanted = describeToken(options);
  const library = await loadLibrary(options.modulePath);
  const present = presentTokens(library);
  const [found, ...others] = present.filter(({ slot, token }) =>
    options.tokenLabel === undefined
      ? readUnsignedLong(slot.handle) === options.slot
      : token.label === options.tokenLabel && isInitialized(token, library.graphene),
  );
  if (found === undefined) {
    const labels = present.map(
      ({ slot, token }) => `"${token.label}" in slot ${readUnsignedLong(slot.handle)}`,
    );
    throw invalid(`there is no token ${wanted}; present: ${labels.join(", ") || "none"}`);
  }
  if (others.length > 0) throw invalid(`there are ${others.length + 1} tokens ${wanted}: choose one by slot`);
  return found;
}

/** The token that options mean, for messages. */
export function describeToken({ tokenLabel, slot }: Pkcs11TokenSelector): string {
  return tokenLabel === undefined ? `in slot ${slot}` : `"${tokenLabel}"`;
}

/**
 * Opens a session in which the user is logged in. All sessions of a process with one token share one login.
 *
 * @throws {ConfigurationError} `ERR_PASSPHRASE_WRONG`: the token refuses the PIN; `ERR_OPTION_INVALID`: it takes no PIN.
 */
export async function openUserSession(
  { slot, token, library: { graphene } }: FoundToken,
  pin: Pkcs11Pin,
  access: "read-only" | "read-write",
): Promise<Session> {
  const { SERIAL_SESSION, RW_SESSION } = graphene.SessionFlag;
  const flags = access === "read-only" ? SERIAL_SESSION : ((SERIAL_SESSION | RW_SESSION) as SessionFlag);
  const session = slot.open(flags);
  try {
    if (!loggedInStates.has(session.state)) {
      assertPinAccepted(token, graphene);
      await login(session, token.label, pin, graphene.UserType.USER);
    }
    return session;
  } catch (error) {
    closeSession(session);
    throw error;
  }
}

/**
 * Gives the PIN for the one signature that was begun in a session (CKU_CONTEXT_SPECIFIC).
 *
 * @throws {ConfigurationError} As {@link openUserSession}.
 * @see PKCS#11 v2.40 section 4.9, CKA_ALWAYS_AUTHENTICATE
 */
export async function authenticateOperation(
  session: Session,
  { token, library: { graphene } }: FoundToken,
  pin: Pkcs11Pin,
): Promise<void> {
  await login(session, token.label, pin, graphene.UserType.CONTEXT_SPECIFIC);
}

/** Closes a session, also one that went with its token. */
export function closeSession(session: Session): void {
  try {
    session.close();
  } catch (error) {
    if (returnValueOf(error) === undefined) throw error;
  }
}

/** CKS_RO_USER_FUNCTIONS and CKS_RW_USER_FUNCTIONS. */
const loggedInStates: ReadonlySet<number> = new Set([1, 3]);

/** Return values that say that the PIN is wrong; each one of them may have cost a try. */
const pinRefusals: ReadonlySet<string> = new Set([
  "CKR_PIN_INCORRECT",
  "CKR_PIN_INVALID",
  "CKR_PIN_LEN_RANGE",
]);

async function login(session: Session, tokenLabel: string, pin: Pkcs11Pin, user: UserType): Promise<void> {
  const digits = typeof pin === "function" ? await pin() : pin;
  if (typeof digits !== "string") throw invalid(`pin of token "${tokenLabel}" is of type ${typeof digits}`);
  try {
    session.login(digits, user);
  } catch (cause) {
    const answer = returnValueOf(cause);
    if (answer === "CKR_USER_ALREADY_LOGGED_IN") return; // by another signer, while the PIN was asked for
    if (answer === undefined || !answer.includes("PIN_")) throw cause;
    throw new ConfigurationError(
      pinRefusals.has(answer) ? "ERR_PASSPHRASE_WRONG" : "ERR_OPTION_INVALID",
      `token "${tokenLabel}" refuses the PIN: ${answer}`,
      { cause },
    );
  }
}

/** A service that starts again and again with a wrong PIN must not be what locks the token. */
function assertPinAccepted({ label, flags }: Token, { TokenFlag }: Graphene): void {
  if ((flags & TokenFlag.USER_PIN_LOCKED) !== 0) throw invalid(`the PIN of token "${label}" is locked`);
  if ((flags & TokenFlag.USER_PIN_FINAL_TRY) !== 0) {
    throw invalid(
      `token "${label}" locks at the next wrong PIN, so none is tried: log in by hand once, with pkcs11-tool --login`,
    );
  }
}

function presentTokens(library: Pkcs11Library): FoundToken[] {
  const slots = library.module.getSlots(true);
  return Array.from({ length: slots.length }, (_, index) => index).flatMap((index) => {
    try {
      const slot = slots.items(index);
      return [{ library, slot, token: slot.getToken() }];
    } catch (error) {
      if (returnValueOf(error) === undefined) throw error;
      return []; // taken out just now, or not a token that the library understands
    }
  });
}

function isInitialized({ flags }: Token, { TokenFlag }: Graphene): boolean {
  return (flags & TokenFlag.TOKEN_INITIALIZED) !== 0;
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message);
}
