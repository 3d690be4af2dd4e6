import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSessionPool, type SessionPool } from "./session-pool.ts";

interface Session {
  readonly number: number;
  busy: boolean;
  closed: boolean;
}

/** A token with so many sessions, and a record of those that were opened and of what must not happen. */
function createToken(most = Number.POSITIVE_INFINITY): {
  sessions: Session[];
  violations: string[];
  pool(limit: number): SessionPool<Session>;
  failNext(error: Error): void;
  operation(turns: number, failure?: Error): (session: Session) => Promise<number>;
} {
  const sessions: Session[] = [];
  const violations: string[] = [];
  const failures: Error[] = [];
  let isOpening = false;
  const countOpen = (): number => sessions.filter(({ closed }) => !closed).length;
  return {
    sessions,
    violations,
    failNext: (error) => void failures.push(error),
    pool: (limit) =>
      createSessionPool<Session>({
        limit,
        async open() {
          if (isOpening) violations.push("two sessions were opened at the same time");
          isOpening = true;
          await Promise.resolve();
          isOpening = false;
          const failure = failures.shift();
          if (failure !== undefined) throw failure;
          if (countOpen() >= most) return undefined;
          if (countOpen() >= limit) violations.push("a session beyond the limit was opened");
          const session = { number: sessions.length, busy: false, closed: false };
          sessions.push(session);
          return session;
        },
        close(session) {
          if (session.closed || session.busy) violations.push("a session was closed that is closed or busy");
          session.closed = true;
        },
      }),
    // Takes some turns of the event loop, and sees that it is alone in its session.
    operation: (turns, failure) => async (session) => {
      if (session.closed || session.busy)
        violations.push("an operation got a session that is closed or busy");
      session.busy = true;
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      session.busy = false;
      if (failure !== undefined) throw failure;
      return session.number;
    },
  };
}

describe("createSessionPool", () => {
  test("opens a session when one is needed, and uses it again", async () => {
    const token = createToken();
    const pool = token.pool(3);
    expect(token.sessions).toHaveLength(0);
    expect(await pool.use(token.operation(1))).toBe(0);
    expect(await pool.use(token.operation(1))).toBe(0);
    expect(await Promise.all([pool.use(token.operation(1)), pool.use(token.operation(1))])).toEqual([0, 1]);
    expect(token.sessions).toHaveLength(2);
  });

  test("serves those who wait in the order of their calls", async () => {
    const token = createToken();
    const pool = token.pool(1);
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        pool.use(async (session) => {
          await token.operation(3)(session);
          order.push(index);
        }),
      ),
    );
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  test("closes a session in which an operation failed, and hands on its turn", async () => {
    const token = createToken();
    const pool = token.pool(1);
    const boom = new Error("boom");
    const results = await Promise.allSettled([
      pool.use(token.operation(1, boom)),
      pool.use(token.operation(1)),
    ]);
    expect(results).toEqual([
      { status: "rejected", reason: boom },
      { status: "fulfilled", value: 1 },
    ]);
    expect(token.sessions.map(({ closed }) => closed)).toEqual([true, false]);
  });

  test("a session that cannot be opened fails one operation, not those that wait", async () => {
    const token = createToken();
    token.failNext(new Error("first"));
    token.failNext(new Error("second"));
    const pool = token.pool(1);
    const results = await Promise.allSettled([1, 2, 3].map((turns) => pool.use(token.operation(turns))));
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "fulfilled"]);
  });

  test("makes do with the sessions that the token has", async () => {
    const token = createToken(2);
    const pool = token.pool(5);
    const used = await Promise.all(Array.from({ length: 9 }, () => pool.use(token.operation(2))));
    expect(new Set(used)).toEqual(new Set([0, 1]));
  });

  test("says so when the token has none", async () => {
    const token = createToken(0);
    await expect(token.pool(5).use(token.operation(1))).rejects.toThrow("the token has no session left");
  });

  test("flush closes what is idle; the next operation opens another", async () => {
    const token = createToken();
    const pool = token.pool(2);
    const [, running] = [await pool.use(token.operation(1)), pool.use(token.operation(5))];
    pool.flush();
    expect(await running).toBe(0);
    pool.flush();
    expect(token.sessions[0]).toMatchObject({ closed: true });
    expect(await pool.use(token.operation(1))).toBe(1);
  });

  test("close waits for what was asked for, then closes all", async () => {
    const token = createToken();
    const pool = token.pool(2);
    const running = Array.from({ length: 5 }, () => pool.use(token.operation(4)));
    await pool.close();
    expect(token.sessions.map(({ closed }) => closed)).toEqual([true, true]);
    expect(await Promise.all(running)).toHaveLength(5);
  });

  test("never runs two operations in one session, never opens more than its limit, and leaves nobody waiting", async () => {
    const plan = fc.record({
      limit: fc.integer({ min: 1, max: 4 }),
      most: fc.integer({ min: 1, max: 4 }),
      operations: fc.array(
        fc.record({ turns: fc.nat({ max: 5 }), fails: fc.boolean(), delay: fc.nat({ max: 5 }) }),
        { maxLength: 20 },
      ),
      openingFailures: fc.nat({ max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ limit, most, operations, openingFailures }) => {
        const token = createToken(most);
        for (let left = openingFailures; left > 0; left -= 1) token.failNext(new Error("not opened"));
        const pool = token.pool(limit);
        await Promise.allSettled(
          operations.map(async ({ turns, fails, delay }) => {
            for (let turn = 0; turn < delay; turn += 1) await Promise.resolve();
            await pool.use(token.operation(turns, fails ? new Error("failed") : undefined));
          }),
        );
        await pool.close();
        expect(token.sessions.every(({ closed }) => closed)).toBe(true);
        expect(token.violations).toEqual([]);
      }),
    );
  });
});
