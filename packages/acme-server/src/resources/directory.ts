// Directory: RFC 8555 section 7.1.1.
import type { Answer } from "../answer.ts";
import type { Context } from "../context.ts";

/** Lists the resources that exist, and nothing that does not. */
export function answerDirectory({ routes, meta }: Context): Answer {
  const json = {
    newNonce: routes.url({ name: "newNonce" }),
    newAccount: routes.url({ name: "newAccount" }),
    newOrder: routes.url({ name: "newOrder" }),
    revokeCert: routes.url({ name: "revokeCert" }),
    ...(Object.keys(meta).length === 0 ? {} : { meta }),
  };
  return { status: 200, body: { json } };
}
