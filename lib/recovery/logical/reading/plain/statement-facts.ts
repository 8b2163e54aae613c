/** What PostgreSQL's own parser says about the few statements that a reader must understand. */
import { parseSql } from '../../dump/sql-parser.ts';

/** A relation as a statement names it, unquoted; schema null when the statement gives none. */
export interface Relation {
  schema: string | null;
  table: string;
}

export interface CopyFacts extends Relation {
  /** Rows follow in the text, up to the line `\.`. */
  fromStdin: boolean;
  /** CSV and text with a header line must stay in one piece; text rows may be cut at any row. */
  wholeRowsOnly: boolean;
  backslashEscapes: boolean;
  binary: boolean;
}

type Parsed = ReturnType<typeof parseSql>;
type Node = NonNullable<NonNullable<Parsed['stmts']>[number]['stmt']>;

/** The only statement in the text; null when there is none, several, or something PostgreSQL does not understand. */
function parseOne(sql: string): Node | null {
  try {
    const { stmts } = parseSql(sql);
    return stmts?.length === 1 ? (stmts[0]?.stmt ?? null) : null;
  } catch {
    return null;
  }
}

/** Null when the statement is not a COPY that PostgreSQL understands. */
export function parseCopy(sql: string): CopyFacts | null {
  const node = parseOne(sql);
  if (node === null || !('CopyStmt' in node)) return null;
  const { relation, is_from, is_program, filename, options } = node.CopyStmt;
  let format = 'text';
  let header = false;
  for (const option of options ?? []) {
    if (!('DefElem' in option)) continue;
    const { defname, arg } = option.DefElem;
    if (defname === 'format' && arg !== undefined && 'String' in arg) format = arg.String.sval ?? 'text';
    if (defname === 'header') header = true;
  }
  return {
    schema: relation?.schemaname ?? null,
    table: relation?.relname ?? '',
    fromStdin: is_from === true && is_program !== true && filename === undefined && relation !== undefined,
    wholeRowsOnly: format === 'text' && !header,
    backslashEscapes: format === 'text',
    binary: format === 'binary',
  };
}

/** Target of an INSERT; null when it is not one. `prefix` ends before VALUES: the values need not be parsed. */
export function parseInsertTarget(prefix: string, whole: () => string): Relation | null {
  const node = parseOne(`${prefix}VALUES (NULL)`) ?? parseOne(whole());
  if (node === null || !('InsertStmt' in node)) return null;
  const { relation } = node.InsertStmt;
  if (relation?.relname === undefined) return null;
  return { schema: relation.schemaname ?? null, table: relation.relname };
}

/** One setting of the session; `value` null means back to its default. `name` null means all settings. */
export interface SettingFacts {
  name: string | null;
  value: string | null;
}

/** A SET, RESET or SELECT set_config(…); null for any other statement, and for SET LOCAL. */
export function parseSetting(sql: string): SettingFacts | null {
  const node = parseOne(sql);
  if (node === null) return null;
  if ('VariableSetStmt' in node) {
    const { kind, name, args, is_local } = node.VariableSetStmt;
    if (is_local === true) return null;
    if (kind === 'VAR_RESET_ALL') return { name: null, value: null };
    if (name === undefined) return null;
    return { name: name.toLowerCase(), value: kind === 'VAR_SET_VALUE' ? constantText(args?.[0]) : null };
  }
  if (!('SelectStmt' in node)) return null;
  const target = node.SelectStmt.targetList?.length === 1 ? node.SelectStmt.targetList[0] : undefined;
  const call = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
  if (call === undefined || !('FuncCall' in call)) return null;
  const called = call.FuncCall.funcname?.at(-1);
  if (called === undefined || !('String' in called) || called.String.sval !== 'set_config') return null;
  const [name, value] = call.FuncCall.args ?? [];
  return { name: constantText(name)?.toLowerCase() ?? '', value: constantText(value) };
}

function constantText(node: Node | undefined): string | null {
  if (node === undefined || !('A_Const' in node)) return null;
  const constant = node.A_Const;
  if ('sval' in constant && constant.sval !== undefined) return constant.sval.sval ?? '';
  if ('boolval' in constant && constant.boolval !== undefined)
    return constant.boolval.boolval === true ? 'on' : 'off';
  if ('ival' in constant && constant.ival !== undefined) return String(constant.ival.ival ?? 0);
  return null;
}
