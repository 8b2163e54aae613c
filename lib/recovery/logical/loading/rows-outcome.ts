import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { EntryOutcome } from '../../../domain/recovery/restore-account.ts';
import { KnownNames } from '../../../domain/server-errors/known-names.ts';
import { tellServerError } from '../../../domain/server-errors/tell-server-error.ts';
import { literal, quotedTable } from '../../../domain/text/sql-text.ts';
import type { RowsBegin } from '../dump/dump-stream.ts';
import type { StatementPlan } from '../policy/decision.ts';
import { attemptedAct } from '../tampering/attempted-act.ts';
import type { AttemptContext } from './attempt-context.ts';
import { functionThatReadsTables, readsTables, readsTablesHint } from './check-constraints.ts';
import { copyPosition } from './copy-position.ts';
import type { DatabaseLoad } from './database-load.ts';
import { classify, findingOf } from './failure-class.ts';
import { lackOf } from './lack.ts';
import type { RowsFailure } from './rows-failure.ts';
import { diskFull } from './statement-run.ts';

/** What became of rows that the server refused. Names the damaged row by its number, never by its content. @throws DrillError SANDBOX_DISK_FULL, ENTRY_TIMED_OUT */
export async function rowsOutcome(
  context: AttemptContext,
  load: DatabaseLoad,
  event: RowsBegin,
  schema: string,
  failure: RowsFailure,
): Promise<EntryOutcome> {
  const { error, firstRow } = failure;
  const lack = lackOf(error);
  const inCatalogue = await load.namesInCatalogue(error.message);
  const failureClass = classify(error, {
    plan: copyPlan,
    missingRoles: [],
    missingExtension: null,
    existsElsewhere: lack === null ? null : inCatalogue.includes(lack.name),
  });
  if (failureClass === 'out of disk') throw diskFull();
  if (error.limitSeconds !== null) {
    const message = context.book.findTimedOut(`the rows of ${schema}.${event.table}`, error.limitSeconds);
    return { status: 'failed', failure: failureClass, sqlState: error.sqlState, message };
  }
  const columns = await columnsOf(load, schema, event.table);
  const position = copyPosition(error.context, columns);
  const row = position.line === null ? null : firstRow + position.line;
  const at = [
    row === null ? null : `row ${row} of its data`,
    row === null || event.line === null ? null : `line ${event.line + row} of the dump`,
    position.column === null ? null : `column ${position.column}`,
  ].filter((part) => part !== null);
  const names = new KnownNames([schema, event.table, ...columns, ...inCatalogue], context.book.names);
  const message = `${tellServerError(error, names, 'rows')}${at.length === 0 ? '' : ` at ${at.join(', ')}`}`;
  const act = attemptedAct(error);
  if (act !== null) {
    const what = `rows of ${schema}.${event.table} were not loaded: code of the dump tried to ${act}, and the server refused it`;
    context.book.find(finding('DUMP_TRIED_TO_ACT', what));
    return { status: 'failed', failure: failureClass, sqlState: error.sqlState, message };
  }
  const label = `rows of ${schema}.${event.table}`;
  const called = await functionThatReadsTables(error, (sql) => load.ask(sql));
  const because = called === null ? '' : readsTables(error.constraint, called);
  const rejected = rowsFinding(failureClass, label, `${message} (SQLSTATE ${error.sqlState})${because}`);
  const outcome = { status: 'failed' as const, failure: failureClass, sqlState: error.sqlState, message };
  context.book.fail({
    finding: called === null ? rejected : { ...rejected, hint: readsTablesHint },
    outcome,
    type: 'TABLE DATA',
    label,
    lack,
    made: [],
    table: event.table,
    rows: context.book.table(load.dumpName, schema, event.table),
  });
  return outcome;
}

const copyPlan: StatementPlan = { kind: 'copy', locks: null, defer: false, roles: [] };

function rowsFinding(failureClass: ReturnType<typeof classify>, label: string, message: string): Finding {
  const code = findingOf[failureClass];
  return finding(code === 'ENTRY_FAILED' ? 'ROWS_REJECTED' : code, `${label} were not loaded: ${message}`);
}

async function columnsOf(load: DatabaseLoad, schema: string, table: string): Promise<string[]> {
  const sql = `SELECT attname FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass(${literal(quotedTable(schema, table))}) AND attnum > 0`;
  const rows = await load.ask(sql);
  return rows.flatMap(([name]) => (typeof name === 'string' ? [name] : []));
}
