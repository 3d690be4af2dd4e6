import { get, type RequestOptions } from "node:https";
import { text } from "node:stream/consumers";

/** Asks the service on this machine for its greeting. */
export function fetchGreeting(port: number, options: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ ...options, host: "localhost", port, agent: false }, (response) => {
      text(response).then(resolve, reject);
    }).on("error", reject);
  });
}
