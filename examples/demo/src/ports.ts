import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** Where the demo listens on 127.0.0.1. */
export interface Ports {
  readonly ca: number;
  readonly site: number;
  /** Where the CA looks for http-01 challenges; an Internet CA has no choice but 80. */
  readonly challenge: number;
  readonly dns: number;
}

/** Chooses ports: the same every time, if nobody else has them. */
export async function choosePorts(): Promise<Ports> {
  return {
    ca: await freePort(18443),
    site: await freePort(18444),
    challenge: await freePort(18080),
    dns: await freePort(18053),
  };
}

async function freePort(preferred: number): Promise<number> {
  try {
    return await tryPort(preferred);
  } catch {
    return tryPort(0);
  }
}

async function tryPort(port: number): Promise<number> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: found } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return found;
}
