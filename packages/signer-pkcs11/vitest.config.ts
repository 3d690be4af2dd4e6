import { project } from "../../vitest.shared.ts";

export default project("signer-pkcs11", { globalSetup: "test/support/build.ts" });
