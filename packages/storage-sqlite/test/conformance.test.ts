import { acmeStoreConformance } from "@chancery/acme-server/conformance";
import { certificateStoreConformance } from "@chancery/core/conformance";
import { describe, test } from "vitest";
import { createSqliteAcmeStore } from "../src/acme.ts";
import { createSqliteCertificateStore } from "../src/index.ts";
import { openTwice } from "./databases.ts";

describe("certificate store", () => {
  certificateStoreConformance({
    test,
    open: async () => {
      const { one, two, close } = await openTwice();
      return { store: createSqliteCertificateStore(one), replica: createSqliteCertificateStore(two), close };
    },
  });
});

describe("ACME store", () => {
  acmeStoreConformance({
    test,
    open: async () => {
      const { one, two, close } = await openTwice();
      return { store: createSqliteAcmeStore(one), replica: createSqliteAcmeStore(two), close };
    },
  });
});
