import { DatabaseSync } from "node:sqlite";
import { createAcmeServer, createOutboundNetwork, createResolver, http01 } from "@chancery/acme-server";
import { allowDns, createCertificateAuthority, type Issuer } from "@chancery/core";
import { toExpress } from "@chancery/express-adapter";
import { createSqliteCertificateStore, createSqliteDatabase, migrate } from "@chancery/storage-sqlite";
import { createSqliteAcmeStore } from "@chancery/storage-sqlite/acme";
import express, { type Express } from "express";

export async function createApp(issuer: Issuer, databasePath: string): Promise<Express> {
  const database = createSqliteDatabase(new DatabaseSync(databasePath));
  await migrate(database); // explicit: a store never changes your schema behind your back

  const ca = await createCertificateAuthority({
    issuers: [issuer], // from createRoot, createIntermediate or importIssuer
    store: createSqliteCertificateStore(database),
    policies: [allowDns("**.corp.example")], // what no policy allows is refused
  });

  const resolver = createResolver({ servers: ["10.0.0.53"] });
  const network = createOutboundNetwork({ resolver, allow: ["10.0.0.0/8"] }); // else public addresses only
  const baseUrl = "https://ops.corp.example/acme"; // authoritative, whatever Host says
  const acme = createAcmeServer({
    id: "corp",
    ca,
    store: createSqliteAcmeStore(database),
    baseUrl,
    challenges: [http01({ network })],
  });
  acme.start();

  const app = express();
  app.use(toExpress(acme.fetch, { baseUrl })); // before body parsers: the bytes are signed
  app.get("/hello", (_request, response) => void response.send("your application goes on here"));
  return app;
}
