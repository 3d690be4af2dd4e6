import { describe, expect, test } from "vitest";
import { respondToAll } from "../support/directory.ts";
import { buildLaboratory, testHostileCases } from "../support/laboratory.ts";

const malformed = { type: "malformed", status: 400 } as const;

describe("G. Challenges and validation", () => {
  testHostileCases([
    ...["[]", '"x"', "null", "5", "{", "{}{}"].map((payload) => ({
      id: "case 92",
      why: `a challenge response that is ${payload} (A-133)`,
      send: ({ attacker, challenges: [url = ""] }: Awaited<ReturnType<typeof buildLaboratory>>) =>
        attacker.post(url, payload),
      ...malformed,
    })),
    {
      id: "case 93",
      why: "an authorization asked to change by {} (A-042)",
      send: ({ attacker, authorization }) => attacker.post(authorization, {}),
      ...malformed,
    },
  ]);

  test("case 93: POST-as-GET on a challenge does not start validation (A-042)", async () => {
    const { attacker, challenges, server, script } = await buildLaboratory();
    for (const url of challenges)
      expect(await attacker.read(url)).toMatchObject({ status: 200, json: { status: "pending" } });
    expect(await server.tick()).toBe(0);
    expect(script.asked).toEqual([]);
  });

  test("case 94: 8 responses at once make one validation", async () => {
    const { attacker, challenges, server, script } = await buildLaboratory();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => attacker.post(challenges[0] ?? "", {})),
    );
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 200, json: { status: "processing" } });
    expect(await server.tick()).toBe(1);
    expect(script.asked).toHaveLength(1);
  });

  test("case 95: responding to what is not pending, or to the sibling of what is, changes nothing", async () => {
    const { attacker, authorization, challenges, server, script } = await buildLaboratory();
    const [first = "", sibling = ""] = challenges;
    await attacker.post(first, {});
    expect(await attacker.post(sibling, {})).toMatchObject({ status: 200, json: { status: "pending" } });
    await server.tick();
    expect(await attacker.post(first, {})).toMatchObject({ status: 200, json: { status: "valid" } });
    expect(await attacker.post(sibling, {})).toMatchObject({ status: 200, json: { status: "pending" } });
    expect(await server.tick()).toBe(0);
    expect(script.asked).toHaveLength(1);
    expect((await attacker.read(authorization)).json.status).toBe("valid");
  });

  test("case 105: a validator that throws is repeated, then the fault is the server's", async () => {
    const { attacker, authorization, order, server, script, clock, errors } = await buildLaboratory();
    script.validate = () => Promise.reject(new Error("password is hunter2"));
    await respondToAll(attacker, order);
    for (const wait of [0, 5, 10, 20, 40]) {
      clock.advance(wait * 1000);
      expect(await server.tick()).toBe(1);
    }
    const { json, text } = await attacker.read(authorization);
    expect(json.challenges).toMatchObject([
      { status: "invalid", error: { type: "urn:ietf:params:acme:error:serverInternal" } },
    ]);
    expect(text).not.toContain("hunter2");
    expect(errors).toHaveLength(5);
  });

  test("case 105: a worker that dies in the middle leaves the validation to the next one", async () => {
    const { attacker, authorization, order, server, another, script, clock } = await buildLaboratory();
    let started = 0;
    script.validate = () => {
      started += 1;
      return started === 1 ? new Promise(() => undefined) : { outcome: "valid" };
    };
    await respondToAll(attacker, order);
    void server.tick();
    await new Promise((resolve) => setImmediate(resolve));
    const successor = another();
    expect(await successor.tick()).toBe(0);
    clock.advance(20_000);
    expect(await successor.tick()).toBe(1);
    expect((await attacker.read(authorization)).json.status).toBe("valid");
    await server.close();
  });

  test("case 106: a result for an authorization that was given up meanwhile is thrown away (A-131)", async () => {
    const { attacker, authorization, order, server, script } = await buildLaboratory();
    script.validate = async () => {
      expect((await attacker.post(authorization, { status: "deactivated" })).status).toBe(200);
      return { outcome: "valid" };
    };
    await respondToAll(attacker, order);
    await server.tick();
    expect((await attacker.read(authorization)).json.status).toBe("deactivated");
    expect((await attacker.read(order.url)).json.status).toBe("invalid");
  });

  test("case 106: a result for an authorization that expired meanwhile is thrown away (A-131)", async () => {
    const { attacker, authorization, order, server, script, clock } = await buildLaboratory();
    script.validate = () => {
      clock.advance(86_400_000);
      return { outcome: "valid" };
    };
    await respondToAll(attacker, order);
    await server.tick();
    expect((await attacker.read(authorization)).json.status).toBe("invalid");
  });
});
