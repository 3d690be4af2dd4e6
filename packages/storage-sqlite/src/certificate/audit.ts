import {
  type AuditEntry,
  type AuditFact,
  type AuditLink,
  type CertificateStore,
  type ChainedAuditEntry,
  StoreError,
} from "@chancery/core";
import type { SqliteDatabase, SqlValue, Statement } from "../database.ts";
import { hexFrom, octetsFrom } from "../octets.ts";

/** The audit trail. */
export interface AuditTrail {
  /** Takes a fact as it is now; returns what appends it, as part of a transition. */
  appending(fact: AuditFact): () => void;
  readonly transitions: Pick<
    CertificateStore,
    "appendAudit" | "chainAudit" | "findAuditHead" | "listAudit" | "listAuditChain" | "listUnchainedAudit"
  >;
}

/** Creates the audit trail of a database. */
export function createAuditTrail({ prepare, read, write }: SqliteDatabase): AuditTrail {
  const statements = prepareStatements(prepare);
  const appending = (fact: AuditFact): (() => void) => {
    const values = auditValues(fact);
    return () => void statements.append.run(...values);
  };
  return {
    appending,
    transitions: {
      appendAudit: async (fact) => write(appending(fact)),
      listAudit: ({ after, limit }) => read(() => statements.list.all(after ?? 0, limit).map(entryFrom)),
      listUnchainedAudit: ({ after = 0, limit }) =>
        read(() => statements.listUnchained.all(after, limit).map(entryFrom)),
      listAuditChain: ({ after, limit }) =>
        read(() => statements.listChain.all(after ?? 0, limit).map(chainedEntryFrom)),
      findAuditHead: () => read(() => findHead(statements)),
      chainAudit: async (extension) => write(chaining(statements, extension)),
    },
  };
}

interface AuditRow {
  readonly sequence: number;
  readonly at: number;
  readonly type: string;
  readonly actor: string;
  readonly subject: string;
  readonly details: string;
  readonly chain_position: number | null;
  readonly chain_hash: Uint8Array | null;
}

interface LinkRow {
  readonly chain_position: number;
  readonly chain_hash: Uint8Array;
}

interface Statements {
  readonly append: Statement<never>;
  readonly list: Statement<AuditRow>;
  readonly listUnchained: Statement<AuditRow>;
  readonly listChain: Statement<AuditRow & LinkRow>;
  readonly findHead: Statement<LinkRow>;
  readonly chain: Statement<never>;
}

const columns = "sequence, at, type, actor, subject, details, chain_position, chain_hash";

function prepareStatements(prepare: SqliteDatabase["prepare"]): Statements {
  return {
    append: prepare(`
      INSERT INTO chancery_audit_entry (at, type, actor, subject, details) VALUES (?, ?, ?, ?, ?)
    `),
    list: prepare(`
      SELECT ${columns} FROM chancery_audit_entry WHERE sequence > ? ORDER BY sequence LIMIT ?
    `),
    listUnchained: prepare(`
      SELECT ${columns} FROM chancery_audit_entry INDEXED BY chancery_audit_entry_chain
      WHERE chain_position IS NULL AND sequence > ? ORDER BY sequence LIMIT ?
    `),
    listChain: prepare(`
      SELECT ${columns} FROM chancery_audit_entry WHERE chain_position > ? ORDER BY chain_position LIMIT ?
    `),
    findHead: prepare(`
      SELECT chain_position, chain_hash FROM chancery_audit_entry
      WHERE chain_position > 0 ORDER BY chain_position DESC LIMIT 1
    `),
    chain: prepare(`
      UPDATE chancery_audit_entry SET chain_position = ?, chain_hash = ?
      WHERE sequence = ? AND chain_position IS NULL
    `),
  };
}

function chaining(
  statements: Statements,
  { head, links }: Parameters<CertificateStore["chainAudit"]>[0],
): () => "chained" | "stale" {
  const expected = head && { position: head.position, hash: head.hash };
  const values = links.map(({ position, hash, sequence }) => [position, octetsFrom(hash), sequence] as const);
  return () => {
    const last = findHead(statements);
    if (expected?.position !== last?.position || expected?.hash !== last?.hash) return "stale";
    for (const [index, [position, hash, sequence]] of values.entries()) {
      assertContinues(position, (last?.position ?? 0) + index + 1);
      if (statements.chain.run(position, hash, sequence) === 1) continue;
      const message = `audit entry ${sequence} is absent or has its place in the chain already`;
      throw new StoreError("ERR_STORE_CONFLICT", message);
    }
    return "chained";
  };
}

/** A gap would be a place that no entry can ever take. */
function assertContinues(position: number, expected: number): void {
  if (position !== expected) throw new RangeError(`link at position ${position}, expected ${expected}`);
}

function findHead({ findHead }: Statements): AuditLink | undefined {
  const row = findHead.get();
  return row && linkFrom(row);
}

function auditValues({ at, type, actor, subject, details }: AuditFact): readonly SqlValue[] {
  return [at, type, actor, subject, JSON.stringify(details)];
}

function entryFrom({ chain_position, chain_hash, ...row }: AuditRow): AuditEntry {
  return {
    ...factFrom(row),
    ...(chain_position !== null && chain_hash !== null && { link: linkFrom({ chain_position, chain_hash }) }),
  };
}

function chainedEntryFrom({ chain_position, chain_hash, ...row }: AuditRow & LinkRow): ChainedAuditEntry {
  return { ...factFrom(row), link: linkFrom({ chain_position, chain_hash }) };
}

function factFrom({
  sequence,
  at,
  type,
  actor,
  subject,
  details,
}: Omit<AuditRow, keyof LinkRow>): Omit<AuditEntry, "link"> {
  return { sequence, at, type, actor, subject, details: JSON.parse(details) as AuditFact["details"] };
}

function linkFrom({ chain_position: position, chain_hash: hash }: LinkRow): AuditLink {
  return { position, hash: hexFrom(hash) };
}
