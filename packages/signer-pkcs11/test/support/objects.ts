import type { IKeyPair, ITemplate, Module, Session, SessionObject } from "graphene-pk11";
import { pin, softHsmLibrary } from "./softhsm.ts";

/** CKO_*: numbers, because the package cannot even be imported where its native part is not built. */
export const objectClasses = { certificate: 1, publicKey: 2, privateKey: 3 } as const;

/** Does something in a read-write session of a token's user, past the code under test. */
export async function withSession<Result>(
  tokenLabel: string,
  action: (session: Session) => Result | Promise<Result>,
): Promise<Result> {
  const { Module, SessionFlag } = await import("graphene-pk11");
  const module = Module.load(softHsmLibrary);
  modules.push(module);
  module.initialize({ flags: 2 });
  const slots = module.getSlots(true);
  const slot = Array.from({ length: slots.length }, (_, index) => slots.items(index)).find(
    (one) => one.getToken().label === tokenLabel,
  );
  if (slot === undefined) throw new Error(`no token "${tokenLabel}"`);
  const session = slot.open(SessionFlag.SERIAL_SESSION | SessionFlag.RW_SESSION);
  try {
    const isLoggedIn = session.state === readWriteUserFunctions;
    if (!isLoggedIn) session.login(pin);
    return await action(session);
  } finally {
    session.close();
  }
}

/** CKS_RW_USER_FUNCTIONS: a signer of this process has logged in. */
const readWriteUserFunctions = 3;

/** Kept: a module that is collected unloads its library. */
const modules: Module[] = [];

/** The one object of a class and label. */
export function findObject(
  session: Session,
  objectClass: keyof typeof objectClasses,
  label: string,
): SessionObject {
  const found = session.find({ class: objectClasses[objectClass], label });
  if (found.length !== 1) throw new Error(`${found.length} objects "${label}"`);
  return found.items(0);
}

/** Makes a key pair on P-256 that is right but for the attributes given. */
export function generateEcPair(
  session: Session,
  label: string,
  privateKey: ITemplate = {},
  publicKey: ITemplate = {},
): IKeyPair {
  const names = { token: true, label, id: Buffer.from(label) };
  return session.generateKeyPair(
    { name: ecKeyPairGeneration, params: null },
    { ...names, verify: true, paramsEC: Buffer.from("06082a8648ce3d030107", "hex"), ...publicKey },
    { ...names, sign: true, sensitive: true, extractable: false, ...privateKey },
  );
}

/** CKM_EC_KEY_PAIR_GEN. */
const ecKeyPairGeneration = 0x1040;
