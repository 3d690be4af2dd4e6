import { once } from "node:events";
import type { Server } from "node:net";
import type { MountedAdapter } from "./harness.ts";

/** Makes a Node server the application of one case: it listens on a free port of the loopback interface. */
export async function listen(server: Server & { closeAllConnections?(): void }): Promise<MountedAdapter> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections?.();
      await closed;
    },
  };
}
