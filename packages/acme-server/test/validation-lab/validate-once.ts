/**
 * A process of its own that makes one http-01 attempt, for what only a fresh process can show.
 *
 * Arguments: `validate` or `plain`, and the port of a target on 127.0.0.1. Prints the result as JSON; `plain` asks the target
 * through Node's own agent instead, to show what the environment does to a client that heeds it.
 */
import { get } from "node:http";
import { http01 } from "../../src/validation/http-01.ts";
import { createOutboundNetwork } from "../../src/validation/outbound-network.ts";
import { createResolver } from "../../src/validation/resolver.ts";
import { challengeFor } from "./acme-challenge.ts";
import { neverAborted } from "./signal.ts";

const [how, port = ""] = process.argv.slice(2);

if (how === "plain") {
  get({ host: "127.0.0.1", port }, (response) => void response.resume());
} else {
  const resolver = createResolver({ servers: [], hosts: { "example.test": ["127.0.0.1"] } });
  const network = createOutboundNetwork({ resolver, allow: ["127.0.0.1"] });
  const validator = http01({ network, port: Number(port) });
  process.stdout.write(
    JSON.stringify(await validator.validate(challengeFor("example.test"), neverAborted())),
  );
}
