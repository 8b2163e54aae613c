/** Making decisions: the few shapes every part of the policy answers with. */
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { RuleId } from '../../../domain/recovery/policy-rules.ts';
import type { Statement } from '../dump/dump-stream.ts';
import type { Decision, PolicyContext, RelationLock, RelationName, StatementPlan } from './decision.ts';
import type { LeftOutSchemas } from './left-out-schemas.ts';
import type { NodeOf, NodeTag } from './syntax-tree.ts';

/** What one restore has told the policy so far. */
export interface PolicyMemory {
  /** Of extensions that this dump has and that were left out: `cron.job` is then pg_cron's table, not the user's. */
  leftOut: LeftOutSchemas;
  /** The dump has switched standard_conforming_strings off, and the server has not. */
  oldStrings: boolean;
  /** Plans of INSERTs by their shape: the same for every row of a table. */
  insertPlans: Map<string, StatementPlan>;
}

/** One statement before the policy. */
export interface Subject {
  statement: Statement;
  context: PolicyContext;
  memory: PolicyMemory;
  /** False when long literals were shortened for the parser: positions then say nothing about the original text. */
  positionsHold: boolean;
}

export type Handler<Tag extends NodeTag> = (node: NodeOf<Tag>, subject: Subject) => Decision;
export type Handlers = { [Tag in NodeTag]?: Handler<Tag> };

/** A plan; what is not said: locks unknown (runs alone, in order), not deferred, no roles. */
export function planOf(
  kind: StatementPlan['kind'],
  rest: Partial<Omit<StatementPlan, 'kind'>> = {},
): StatementPlan {
  return { kind, locks: null, defer: false, roles: [], ...rest };
}

/** Member by member: spread objects have a hidden class each in V8, and an archive of 5,000 tables has 28,000 locks. */
export function lock(relation: RelationName | null, grade: RelationLock['grade']): RelationLock[] {
  return relation === null ? [] : [{ schema: relation.schema, name: relation.name, grade }];
}

/** Runs the statement as it is; `keptBy` names the rule where one says so. */
export function run(subject: Subject, plan: StatementPlan, keptBy?: RuleId): Decision {
  const decision: Decision = { action: 'run', statements: [subject.statement], plan, rule: null };
  return keptBy === undefined ? decision : { ...decision, keptBy };
}

/** Runs other text in its place. Text made from positions of a shortened statement would be wrong: refused. */
export function runRewritten(
  subject: Subject,
  rule: RuleId,
  sql: string | string[],
  plan: StatementPlan,
): Decision {
  if (!subject.positionsHold)
    return refuse(
      'rewrite-impossible',
      'a statement over 1 MiB would have to be rewritten by the RDS policy',
    );
  const texts = typeof sql === 'string' ? [sql] : sql;
  return {
    action: 'run',
    statements: texts.map((text) => ({ ...subject.statement, sql: text })),
    plan,
    rule,
  };
}

/** Leaves it out. `said` is the sentence for the record; without it the entry's outcome says enough. */
export function skip(rule: RuleId, said?: string | Finding): Decision {
  if (said === undefined) return { action: 'skip', rule, finding: null };
  return {
    action: 'skip',
    rule,
    finding: typeof said === 'string' ? finding('ENTRIES_SKIPPED', said) : said,
  };
}

/** Leaves it out although an application may miss it on RDS too: the record warns. */
export function skipWarning(rule: RuleId, said: string): Decision {
  return skip(rule, { ...finding('ENTRIES_SKIPPED', said), severity: 'warning' });
}

export function refuse(rule: RuleId, said: string): Decision {
  return { action: 'refuse', rule, finding: finding('STATEMENT_REFUSED', said) };
}

/** Not judged, because its tree would fill the memory. */
export function tooLarge(said: string): Decision {
  return { action: 'refuse', rule: 'too-large', finding: finding('STATEMENT_TOO_LARGE', said) };
}

/** Names the dump may use for what only the operator of a server owns: its bootstrap superuser and RDS's own roles. */
export function isBootstrapRole(role: string): boolean {
  return role === 'postgres' || role === 'rdsadmin' || role.startsWith('rds_');
}

/** True when the master role stands for this role of the dump. */
export function isMappedToMaster(role: string | null, context: PolicyContext): boolean {
  return role !== null && (role === context.masterRole || isBootstrapRole(role));
}

export function isPredefinedRole(role: string): boolean {
  return role.startsWith('pg_');
}

/** Roles that must exist in the sandbox: not the master, not what every server has. */
export function neededRoles(roles: (string | null)[], context: PolicyContext): string[] {
  const named = roles.filter((role) => role !== null);
  return [...new Set(named)].filter((role) => !isMappedToMaster(role, context) && !isPredefinedRole(role));
}

/** Where the statement is, for a message: type and name of its entry hold identifiers only. */
export function place(subject: Subject): string {
  const { entry } = subject.context;
  const { line } = subject.statement;
  return line === null ? `entry ${entry.id} (${entry.type})` : `line ${line} (${entry.type})`;
}
