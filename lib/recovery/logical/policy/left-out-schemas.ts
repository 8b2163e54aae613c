/** What of a dump belongs to an extension that was left out, and what only lies beside it in the same schema. */
import type { FuncCall, Node, ObjectType, RangeVar } from 'libpg-query';
import { parseSql } from '../dump/sql-parser.ts';
import type { RelationName } from './decision.ts';
import type { NodeTag } from './syntax-tree.ts';
import { as, constantText, nameParts, objectName, relationOf, tagOf, visitAll } from './syntax-tree.ts';

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

/** Something that a statement is about, by its schema; name null: all that the schema holds, or the schema itself. */
interface Place {
  schema: string;
  name: string | null;
}

const placeOf = (relation: RelationName | null): Place[] =>
  relation === null || relation.schema === null ? [] : [{ schema: relation.schema, name: relation.name }];
/** `cron.job`; of a column or trigger `cron.job.name` too, its table. */
const placeIn = (parts: readonly string[]): Place[] => {
  const [schema, name] = parts;
  return schema === undefined || name === undefined ? [] : [{ schema, name }];
};

/** What a call works on: its function, and for setval the sequence. */
function placesOfCall(call: FuncCall): Place[] {
  const parts = nameParts(call.funcname);
  const sequence = parts.at(-1) === 'setval' ? relationInText(constantText(call.args?.[0])) : null;
  return [...placeIn(parts), ...placeOf(sequence)];
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

/** The objects that a statement changes; not those it only reads. What makes an object is not asked. */
function placesChanged(node: Node): Place[] {
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
  const places: Place[] = [
    ...ranges.flatMap((range) => placeOf(relationOf(range))),
    ...objects.flatMap((object) =>
      ofSchemas ? schemasNamed(objectName(object)) : placeIn(objectName(object)),
    ),
  ];
  if (tag === 'SelectStmt') visitAll(node, 'FuncCall', (call) => places.push(...placesOfCall(call)));
  // ALTER DEFAULT PRIVILEGES IN SCHEMA …
  for (const option of tag === 'AlterDefaultPrivilegesStmt' ? (inner.options ?? []) : []) {
    const element = as(option, 'DefElem');
    if (element?.defname === 'schemas')
      places.push(...schemasNamed(nameParts(as(element.arg, 'List')?.items)));
  }
  return places;
}

const schemasNamed = (names: readonly string[]): Place[] => names.map((schema) => ({ schema, name: null }));

/** The objects that a statement makes, sequences of identity columns and indexes included. */
function placesMade(node: Node): Place[] {
  switch (tagOf(node)) {
    case 'CreateStmt':
      return placeOf(relationOf(as(node, 'CreateStmt')?.relation));
    case 'CreateForeignTableStmt':
      return placeOf(relationOf(as(node, 'CreateForeignTableStmt')?.base?.relation));
    case 'CreateTableAsStmt':
      return placeOf(relationOf(as(node, 'CreateTableAsStmt')?.into?.rel));
    case 'CreateSeqStmt':
      return placeOf(relationOf(as(node, 'CreateSeqStmt')?.sequence));
    case 'ViewStmt':
      return placeOf(relationOf(as(node, 'ViewStmt')?.view));
    case 'CreateFunctionStmt':
      return placeIn(nameParts(as(node, 'CreateFunctionStmt')?.funcname));
    case 'CreateEnumStmt':
      return placeIn(nameParts(as(node, 'CreateEnumStmt')?.typeName));
    case 'CompositeTypeStmt':
      return placeOf(relationOf(as(node, 'CompositeTypeStmt')?.typevar));
    case 'CreateDomainStmt':
      return placeIn(nameParts(as(node, 'CreateDomainStmt')?.domainname));
    case 'IndexStmt': {
      const index = as(node, 'IndexStmt');
      return placeIn([index?.relation?.schemaname, index?.idxname].filter((part) => part !== undefined));
    }
    case 'AlterTableStmt':
      return sequencesOfIdentity(node);
    default:
      return [];
  }
}

function sequencesOfIdentity(node: Node): Place[] {
  const places: Place[] = [];
  visitAll(node, 'DefElem', ({ defname, arg }) => {
    if (defname === 'sequence_name') places.push(...placeIn(nameParts(as(arg, 'List')?.items)));
  });
  return places;
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

/**
 * The schemas of extensions that were left out. What lies in them is the extension's, but for what the dump itself makes there:
 * pg_dump writes no definition of an extension's own objects, so that is the user's, and is restored.
 */
export class LeftOutSchemas {
  /** Objects that the dump makes, by schema. */
  readonly #made = new Map<string, Set<string>>();
  readonly #brought = new Set<string>();

  add(schema: string): void {
    if (!this.#made.has(schema)) this.#made.set(schema, new Set());
  }

  /** Whether the statement changes something of an extension that was left out. */
  own(node: Node): boolean {
    if (this.#made.size === 0) return false;
    return placesChanged(node).some(({ schema, name }) => {
      const made = this.#made.get(schema);
      if (made === undefined) return false;
      return name === null ? made.size === 0 : !made.has(name);
    });
  }

  /**
   * Notes what the statement makes in such a schema.
   * @returns the schema to make before it, because with the extension nobody made it; null when there is none
   */
  schemaFor(node: Node): string | null {
    if (this.#made.size === 0) return null;
    let lacking: string | null = null;
    for (const { schema, name } of placesMade(node)) {
      const made = this.#made.get(schema);
      if (made === undefined || name === null) continue;
      made.add(name);
      if (!this.#brought.has(schema)) lacking = schema;
      this.#brought.add(schema);
    }
    return lacking;
  }
}
