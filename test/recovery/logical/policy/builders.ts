import type { DumpEntry, Statement } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import type { Decision, PolicyContext } from '../../../../lib/recovery/logical/policy/decision.ts';
import { loadPolicy } from '../../../../lib/recovery/logical/policy/load-policy.ts';

export function anEntry(over: Partial<DumpEntry> = {}): DumpEntry {
  return {
    id: 7,
    type: 'TABLE',
    schema: 'public',
    name: 'orders',
    owner: 'app',
    section: 'pre-data',
    dependencies: null,
    statements: [],
    ...over,
  };
}

export function aStatement(sql: string, over: Partial<Statement> = {}): Statement {
  return { sql, codec: 'utf8', line: 12, ...over };
}

export function aContext(over: Partial<PolicyContext> = {}): PolicyContext {
  return {
    targetMajor: 15,
    masterRole: 'master',
    availableExtensions: new Set(['plpgsql', 'hstore', 'postgres_fdw']),
    entry: anEntry(),
    ...over,
  };
}

/** Decides on one statement with a policy that has seen nothing but what stood before it. */
export async function decide(
  sql: string,
  over: Partial<PolicyContext> = {},
  before: readonly string[] = [],
): Promise<Decision> {
  const policy = await loadPolicy();
  for (const earlier of before) policy.decide(aStatement(earlier), aContext(over));
  return policy.decide(aStatement(sql), aContext(over));
}

/** The texts that would run; empty when none does. */
export function texts(decision: Decision): string[] {
  return decision.action === 'run' ? decision.statements.map((statement) => statement.sql) : [];
}

/** The rule a decision refers to, whichever way. */
export function ruleOf(decision: Decision): string | null {
  return decision.action === 'run' ? (decision.rule ?? decision.keptBy ?? null) : decision.rule;
}
