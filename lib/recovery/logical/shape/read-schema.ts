/** What a dump defines, read from its statements, without a server: the tables, their columns and keys, as `init` proposes checks of them. */
import type { CreateStmt, Node, RangeVar } from 'libpg-query';
import type { RestoredDatabase, RestoredTable } from '../../../domain/config/restored-schema.ts';
import type { DumpEntry, DumpReader } from '../dump/dump-stream.ts';
import { loadSqlParser, parseSql } from '../dump/sql-parser.ts';

/** The name for the content of a dump that does not say which database it is of, as the loader has it. */
const namelessDatabase = 'main';

/** Reads to the end of the definitions: of an archive that is its table of contents, of plain SQL the whole dump. */
export async function readSchema(reader: DumpReader): Promise<RestoredDatabase[]> {
  await loadSqlParser();
  const databases = new Map<string, Map<string, RestoredTable>>();
  let current: string | null = null;
  let ofHeader: string | null = null;
  const define = (entry: DumpEntry): void => {
    const name = current ?? ofHeader ?? namelessDatabase;
    const tables = databases.get(name) ?? new Map<string, RestoredTable>();
    databases.set(name, tables);
    for (const { sql } of entry.statements) if (mayDefine.test(sql)) read(sql, tables);
  };
  for await (const event of reader) {
    if (event.kind === 'header') ofHeader = event.header.database;
    else if (event.kind === 'database') current = event.name;
    else if (event.kind === 'entry') define(event.entry);
    else if (event.kind === 'contents') {
      for (const entry of event.entries) define(entry);
      break;
    }
  }
  await reader.return(undefined);
  return [...databases]
    .filter(([, tables]) => tables.size > 0)
    .map(([name, tables]) => ({ name, tables: [...tables.values()], migrations: [] }));
}

/** Other statements need not be parsed. */
const mayDefine = /^\s*(?:--[^\n]*\n\s*)*(CREATE\s+(UNLOGGED\s+)?TABLE|ALTER\s+TABLE)\b/i;

function read(sql: string, tables: Map<string, RestoredTable>): void {
  for (const { stmt } of statementsOf(sql)) {
    if (stmt === undefined) continue;
    if ('CreateStmt' in stmt) {
      const table = tableOf(stmt.CreateStmt);
      if (table !== null) tables.set(keyOf(table), table);
    } else if ('AlterTableStmt' in stmt) {
      const { relation, cmds = [] } = stmt.AlterTableStmt;
      const table = tables.get(keyOf(placeOf(relation)));
      if (table === undefined) continue;
      for (const command of cmds) {
        const def = 'AlterTableCmd' in command ? command.AlterTableCmd.def : undefined;
        if (def === undefined) continue;
        countKey(def, table);
        // pg_dump makes a partition as a table and attaches it.
        if ('PartitionCmd' in def) tables.delete(keyOf(placeOf(def.PartitionCmd.name)));
      }
    }
  }
}

/** A statement that PostgreSQL's parser does not read is none that could be proposed of; a restore tells of it. */
function statementsOf(sql: string): { stmt?: Node }[] {
  try {
    return parseSql(sql).stmts ?? [];
  } catch {
    return [];
  }
}

const placeOf = (relation: RangeVar | undefined): Pick<RestoredTable, 'schema' | 'name'> => ({
  schema: relation?.schemaname ?? 'public',
  name: relation?.relname ?? '',
});

const keyOf = ({ schema, name }: Pick<RestoredTable, 'schema' | 'name'>): string =>
  JSON.stringify([schema, name]);

const momentTypes = new Set(['date', 'timestamp', 'timestamptz']);
const textTypes = new Set(['text', 'varchar', 'bpchar', 'citext']);

/** Null for a partition: its parent stands for it, and tomorrow's dump has others. */
function tableOf({ relation, tableElts = [], partbound }: CreateStmt): RestoredTable | null {
  if (relation?.relname === undefined || partbound !== undefined) return null;
  const table: RestoredTable = {
    ...{ schema: relation.schemaname ?? 'public', name: relation.relname, rows: null },
    ...{ moments: [], emailColumns: [], foreignKeys: 0, uniqueConstraints: 0 },
  };
  for (const element of tableElts) {
    if ('Constraint' in element) countKey(element, table);
    if (!('ColumnDef' in element)) continue;
    const { colname, typeName, constraints = [] } = element.ColumnDef;
    const type = typeName?.names?.at(-1);
    const name = type !== undefined && 'String' in type ? (type.String.sval ?? '') : '';
    if (colname === undefined) continue;
    if (momentTypes.has(name)) table.moments.push({ column: colname, newest: null });
    if (textTypes.has(name) && /e[-_]?mail/i.test(colname)) table.emailColumns.push(colname);
    for (const constraint of constraints) countKey(constraint, table);
  }
  return table;
}

function countKey(node: Node, table: RestoredTable): void {
  if (!('Constraint' in node)) return;
  if (node.Constraint.contype === 'CONSTR_FOREIGN') table.foreignKeys += 1;
  if (node.Constraint.contype === 'CONSTR_UNIQUE') table.uniqueConstraints += 1;
}
