import { describe, expect, test } from "vitest";
import { createAuthority, createClock, requester, requestFor } from "../../test/support/authority.ts";
import { allow, definePolicy, deny, type PolicyInput } from "../policy/policy.ts";
import { allowDns } from "../policy/rules.ts";
import { tlsServer } from "../profile/presets.ts";

describe("replay", () => {
  test("tells which past issuances other policies would have refused", async () => {
    const { clock, advance } = createClock();
    const { ca } = await createAuthority({ clock });
    const since = clock();
    for (const name of ["a.lab.example", "b.old.example", "c.lab.example", "d.old.example"]) {
      await ca.issue(await requestFor(`dns:${name}`));
      advance("P1D");
    }
    const refused: string[] = [];
    for await (const { certificate, denials } of ca.replay([allowDns("*.lab.example")], { since })) {
      expect(denials).toMatchObject([{ level: "replay", input: expect.stringContaining("old.example") }]);
      refused.push(...certificate.identifiers.map(({ value }) => value));
    }
    expect(refused).toEqual(["b.old.example", "d.old.example"]);

    const later = ca.replay([allowDns("*.lab.example")], {
      since: new Date(since.getTime() + 2 * 86_400_000),
    });
    for await (const { certificate } of later)
      expect(certificate.identifiers[0]?.value).toBe("d.old.example");
    for await (const one of ca.replay([definePolicy("all", () => allow)], { since }))
      expect(one).toBeUndefined();
  });

  test("leaves out what is revoked, and issues and records nothing", async () => {
    const { ca, store } = await createAuthority();
    const certificate = await ca.issue(await requestFor("dns:a.lab.example"));
    await ca.revoke({ certificate, requester });
    const before = await store.listAudit({ limit: 10 });
    for await (const one of ca.replay([definePolicy("none", () => deny("no"))], { since: new Date(0) }))
      expect(one).toBeUndefined();
    expect(await store.listAudit({ limit: 10 })).toEqual(before);
  });

  test("asks about what the certificate says, as the issuance did", async () => {
    const seen: PolicyInput[] = [];
    const watch = definePolicy("watch", (input) => {
      seen.push(input);
      return [allow];
    });
    const { ca } = await createAuthority({
      policies: [watch],
      profiles: [tlsServer({ subject: { commonName: "identifier" } })],
    });
    await ca.issue(await requestFor("dns:a.lab.example", "ip:192.0.2.1"));
    for await (const one of ca.replay([watch], { since: new Date(0) })) expect(one).toBeUndefined();
    const [asked, replayed] = seen.map((input) => ({ ...input, signal: undefined }));
    expect(replayed).toEqual(asked);
  });
});
