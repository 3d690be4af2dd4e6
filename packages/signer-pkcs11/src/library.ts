import { isAbsolute } from "node:path";
import { ConfigurationError } from "@chancery/core";
import type { Module } from "graphene-pk11";
import { returnValueOf } from "./return-value.ts";

/** The package that speaks PKCS#11. */
export type Graphene = typeof import("graphene-pk11");

/** A PKCS#11 library, loaded and initialised. */
export interface Pkcs11Library {
  readonly graphene: Graphene;
  readonly module: Module;
}

/**
 * The libraries that this process has loaded, by path.
 *
 * This is the state of the process and of no signer: the operating system loads a library once, and `C_Initialize` holds
 * for all who use it. Kept for good, because an object of pkcs11js that is collected unloads its library, under the
 * feet of its threads and of other users; for the same reason nobody here calls `C_Finalize`.
 */
const libraries = new Map<string, Pkcs11Library>();

/**
 * Loads a PKCS#11 library and initialises it for use by several threads; does nothing where that has been done.
 *
 * @param path - Absolute: a bare name would be looked for wherever the environment says.
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: graphene-pk11 is not installed or not built, the file is no PKCS#11
 * library, or it cannot be used by several threads.
 */
export async function loadLibrary(path: string): Promise<Pkcs11Library> {
  if (!isAbsolute(path)) throw invalid(`modulePath "${path}" is not absolute`);
  const graphene = await importGraphene();
  const library = libraries.get(path) ?? { graphene, module: load(graphene, path) };
  if (!isInitialized(library.module)) initialize(library.module, path);
  libraries.set(path, library);
  return library;
}

/** @throws {ConfigurationError} `ERR_OPTION_INVALID`: the message says what to install. */
export async function importGraphene(
  importPackage: () => Promise<Graphene> = () => import("graphene-pk11"),
): Promise<Graphene> {
  try {
    return await importPackage();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND") {
      throw invalid("a PKCS#11 token needs the package graphene-pk11: npm install graphene-pk11", cause);
    }
    throw invalid(
      "pkcs11js, the native part of graphene-pk11, is not built: npm rebuild pkcs11js, with a C++ compiler, make and Python",
      cause,
    );
  }
}

function load({ Module }: Graphene, path: string): Module {
  try {
    return Module.load(path);
  } catch (cause) {
    throw invalid(`modulePath "${path}" cannot be loaded as a PKCS#11 library`, cause);
  }
}

/** Asks, because others in this process may have called `C_Initialize` or `C_Finalize`. */
function isInitialized(module: Module): boolean {
  try {
    module.lib.C_GetInfo();
    return true;
  } catch (error) {
    if (returnValueOf(error) === "CKR_CRYPTOKI_NOT_INITIALIZED") return false;
    throw error;
  }
}

/** CKF_OS_LOCKING_OK: signatures are made in threads of their own. */
const osLockingOk = 0x02;

function initialize(module: Module, path: string): void {
  try {
    module.initialize({ flags: osLockingOk });
  } catch (cause) {
    throw invalid(
      `the PKCS#11 library "${path}" cannot be initialised for use by several threads: ${returnValueOf(cause) ?? "it failed"}`,
      cause,
    );
  }
}

function invalid(message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError("ERR_OPTION_INVALID", message, { cause });
}
