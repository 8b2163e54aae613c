/**
 * Extensions that belong to the server rather than to its data: their rows make it act, or they only watch it. A copy
 * must not act, so they are left out together with all that belongs to them, whether or not the sandbox offers them.
 */
import type { FuncCall, Node, ObjectType, RangeVar } from 'libpg-query';
import { parseSql } from '../dump/sql-parser.ts';
import type { RelationName } from './decision.ts';
import type { NodeTag } from './syntax-tree.ts';
import { as, constantText, nameParts, objectName, relationOf, tagOf, visitAll } from './syntax-tree.ts';

/** Each with what it does and the schema of its own tables; null: it has none. */
export const serverExtensions: Readonly<Record<string, { does: string; schema: string | null }>> = {
  pg_cron: { does: 'its jobs', schema: 'cron' },
  pgagent: { does: 'its jobs', schema: 'pgagent' },
  pg_net: { does: 'its requests', schema: 'net' },
  pgaudit: { does: "what it writes into the server's log", schema: null },
};

/** The relation that a text such as `public."Orders_id_seq"` names, read by PostgreSQL's parser. */
export function relationInText(text: string | null): RelationName | null {
  if (text === null) return null;
  try {
    const statements = parseSql(`TABLE ${text}`).stmts ?? [];
    const select = as(statements[0]?.stmt, 'SelectStmt');
    if (statements.length !== 1 || select?.fromClause?.length !== 1) return null;
    return relationOf(as(select.fromClause[0], 'RangeVar') ?? undefined);
  } catch {
    return null;
  }
}

/** Schemas of what a call works on: its own, and for setval that of the sequence. */
function schemasOfCall(call: FuncCall): (string | null)[] {
  const parts = nameParts(call.funcname);
  const sequence = parts.at(-1) === 'setval' ? relationInText(constantText(call.args?.[0])) : null;
  return [parts.length > 1 ? (parts[0] ?? null) : null, sequence?.schema ?? null];
}

/** What the trees of statements on objects have in common, each under its own name. */
interface OnObjects {
  relation?: RangeVar;
  table?: RangeVar;
  sequence?: RangeVar;
  relations?: Node[];
  object?: Node;
  objects?: Node[];
  options?: Node[];
  objtype?: ObjectType;
  objectType?: ObjectType;
  removeType?: ObjectType;
  targtype?: string;
}

/** Schemas of the objects that a statement changes; not of those it only reads. What makes an object is not asked. */
function schemasChanged(node: Node): (string | null)[] {
  const tag = tagOf(node);
  if (!changing.has(tag)) return [];
  const inner: OnObjects = as(node, tag) ?? {};
  const ranges = [
    inner.relation,
    inner.table,
    inner.sequence,
    ...(inner.relations ?? []).map((range) => as(range, 'RangeVar') ?? undefined),
  ];
  const ofSchemas =
    [inner.objtype, inner.objectType, inner.removeType].includes('OBJECT_SCHEMA') ||
    inner.targtype === 'ACL_TARGET_ALL_IN_SCHEMA';
  const objects = [...(inner.objects ?? []), ...(inner.object === undefined ? [] : [inner.object])];
  const schemas: (string | null)[] = [
    ...ranges.map((range) => relationOf(range)?.schema ?? null),
    ...objects.map((object) => {
      const parts = objectName(object);
      return ofSchemas || parts.length > 1 ? (parts[0] ?? null) : null;
    }),
  ];
  if (tag === 'SelectStmt') visitAll(node, 'FuncCall', (call) => schemas.push(...schemasOfCall(call)));
  // ALTER DEFAULT PRIVILEGES IN SCHEMA …
  for (const option of tag === 'AlterDefaultPrivilegesStmt' ? (inner.options ?? []) : []) {
    const element = as(option, 'DefElem');
    if (element?.defname === 'schemas') schemas.push(...nameParts(as(element.arg, 'List')?.items));
  }
  return schemas;
}

const changing: ReadonlySet<NodeTag> = new Set<NodeTag>([
  'AlterDefaultPrivilegesStmt',
  'AlterOwnerStmt',
  'AlterPolicyStmt',
  'AlterSeqStmt',
  'AlterTableStmt',
  'CommentStmt',
  'CopyStmt',
  'CreatePolicyStmt',
  'CreateStatsStmt',
  'CreateTrigStmt',
  'DeleteStmt',
  'DropStmt',
  'GrantStmt',
  'IndexStmt',
  'InsertStmt',
  'MergeStmt',
  'RefreshMatViewStmt',
  'RuleStmt',
  'SecLabelStmt',
  'SelectStmt',
  'TruncateStmt',
  'UpdateStmt',
]);

/** Whether the statement changes something of an extension that was left out, given the schemas of those. */
export function belongsToLeftOut(node: Node, leftOutSchemas: ReadonlySet<string>): boolean {
  if (leftOutSchemas.size === 0) return false;
  return schemasChanged(node).some((schema) => schema !== null && leftOutSchemas.has(schema));
}
