import type { Denial } from "../errors.ts";
import type { Judgement, RuleDecision } from "./judgement.ts";

/**
 * Writes a judgement for terminals and logs: the verdict, then level by level each policy with its decisions, then
 * what refuses.
 *
 * The same judgement gives the same text: lines of printable characters that end in `\n`, and nothing of what a
 * policy threw.
 */
export function formatJudgement({ verdict, levels, denials }: Judgement): string {
  const lines = [
    outcomes[verdict],
    ...levels.flatMap((level) => [
      `  level ${level.level}: ${outcomes[level.verdict]}`,
      ...level.policies.flatMap(({ policy, verdict: said, decisions }) => [
        `    policy ${policy}: ${said}`,
        ...decisions.map((decision) => `      ${decision.verdict} ${formatDecision(decision)}`),
      ]),
    ]),
    ...denials.map((denial) => `  because of ${formatSource(denial)}: ${formatDecision(denial)}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

const outcomes = { allow: "granted", deny: "refused" } as const;

function formatDecision({
  input,
  reason,
  limit,
  asked,
}: Pick<RuleDecision, "asked" | "input" | "limit" | "reason">): string {
  const terms = [
    ...(limit === undefined ? [] : [`limit ${limit}`]),
    ...(asked === undefined ? [] : [`asked ${asked}`]),
  ];
  return `${input}: ${reason}${terms.length === 0 ? "" : ` (${terms.join("; ")})`}`;
}

function formatSource({ level, rule }: Denial): string {
  return level === undefined ? rule : `${level}, ${rule}`;
}
