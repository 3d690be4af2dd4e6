/** Tells somebody at a terminal what happens. */
export interface Narrator {
  headline(text: string): void;
  /** Says what begins, waits for it, and says how long it took. */
  step<Result>(title: string, action: () => Promise<Result>): Promise<Result>;
  /** A part of a step, with its own time. */
  part<Result>(title: string, action: () => Promise<Result>): Promise<Result>;
  /** A fact that belongs to what was said before; what happens during a part is said after it. */
  fact(name: string, value: string): void;
  paragraph(...lines: readonly string[]): void;
  failure(error: unknown): void;
}

/** Options of {@link createNarrator}. */
export interface NarratorOptions {
  readonly write: (text: string) => void;
  readonly colours: boolean;
  /** Milliseconds on a clock that is never set. */
  readonly now: () => number;
}

/** Creates a narrator that numbers its steps. */
export function createNarrator({ write, colours, now }: NarratorOptions): Narrator {
  const paint = (code: number) => (text: string) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);
  const [bold, dim, red, green] = [paint(1), paint(2), paint(31), paint(32)];
  let steps = 0;
  let heldBack: string[] | undefined;

  async function timed<Result>(action: () => Promise<Result>): Promise<readonly [Result, string]> {
    const begun = now();
    const result = await action();
    return [result, formatDuration(now() - begun)];
  }

  return Object.freeze<Narrator>({
    headline: (text) => write(`${bold(text)}\n`),
    async step(title, action) {
      steps += 1;
      write(`\n${bold(`${steps}. ${title}`)}\n`);
      const [result, duration] = await timed(action);
      write(`   ${green("done")} in ${duration}\n`);
      return result;
    },
    async part(title, action) {
      write(`   ${title} ... `);
      const facts: string[] = [];
      heldBack = facts;
      try {
        const [result, duration] = await timed(action);
        write(`${dim(duration)}\n${facts.join("")}`);
        return result;
      } finally {
        heldBack = undefined;
      }
    },
    fact(title, value) {
      const line = `   ${dim(`${title}:`)} ${value}\n`;
      if (heldBack === undefined) write(line);
      else heldBack.push(line);
    },
    paragraph: (...lines) => write(`\n${lines.map((line) => `${line}\n`).join("")}`),
    failure: (error) =>
      write(`\n${red("failed")}: ${error instanceof Error ? error.stack : String(error)}\n`),
  });
}

function formatDuration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
