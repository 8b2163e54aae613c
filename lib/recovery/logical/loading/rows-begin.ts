import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { EntryOutcome } from '../../../domain/recovery/restore-account.ts';
import { KnownNames } from '../../../domain/server-errors/known-names.ts';
import { tellServerError } from '../../../domain/server-errors/tell-server-error.ts';
import { literal, quotedTable } from '../../../domain/text/sql-text.ts';
import type { RowsBegin } from '../dump/dump-stream.ts';
import type { StatementPlan } from '../policy/decision.ts';
import { attemptedAct } from '../tampering/attempted-act.ts';
import type { OpenEntry } from './account-book.ts';
import type { AttemptContext } from './attempt-context.ts';
import { functionThatReadsTables, readsTables, readsTablesHint } from './check-constraints.ts';
import { copyPosition } from './copy-position.ts';
import type { DatabaseLoad } from './database-load.ts';
import { classify, findingOf } from './failure-class.ts';
import type { Hold } from './held-entries.ts';
import { lackOf } from './lack.ts';
import { statementBytes } from './session-settings.ts';
import { type DatabaseName, decide } from './statement-decision.ts';
import { diskFull } from './statement-run.ts';
import { type RowsFailure, TableLoad } from './table-load.ts';

/** Rows of these run code that may look at other tables: everything before them is complete, and nothing overtakes them. */
const readsOthers: ReadonlySet<string> = new Set(['triggers', 'rules', 'functions']);

/** Opens the load of one COPY; null when the policy left the table out (its rows are read and dropped). */
export async function beginRows(
  context: AttemptContext,
  load: DatabaseLoad,
  event: RowsBegin,
  open: OpenEntry,
  name: DatabaseName,
  hold: Hold | null,
): Promise<TableLoad | null> {
  const { entry, copy } = event;
  const decision = decide(context, entry, copy, open, name);
  const statement = decision?.statements[0];
  if (decision === null || statement === undefined) {
    hold?.release();
    open.close();
    return null;
  }
  const schema = event.schema ?? (await load.unqualified.schemaOf(event.table, load.settings.snapshot));
  open.call('TABLE DATA', { schema, name: event.table });
  await load.known.of([{ schema, name: event.table }]);
  const label = `${schema}.${event.table}`;
  const traits = load.traits({ schema, name: event.table });
  const account = context.book.table(load.dumpName, schema, event.table);
  const repeated = load.tablesSeen.has(label);
  load.tablesSeen.add(label);
  const overlapping = traits !== null && readsOthers.has(traits.ordered ?? '');
  const ordered =
    traits === null ||
    traits.ordered !== null ||
    repeated ||
    !isPlainText(statement.sql) ||
    context.options.keepOrder.includes(label);
  if (ordered && traits !== null) load.sequentialTables.push(label);
  const after = overlapping ? [...load.tablesBegun] : load.lastOrdered === null ? [] : [load.lastOrdered];
  open.begin();
  context.progress(label);
  const table: TableLoad = new TableLoad(
    {
      scheduler: load.scheduler,
      copySql: withoutSemicolon(statementBytes(statement)),
      settings: load.settings.snapshot,
      account,
      ordered,
      isAbsent: traits === null,
      frozen: !ordered && worthFreezing(context, label),
      linesAreRows: event.wholeRowsOnly !== false,
      after,
      onBytes: (bytes) => {
        context.book.rowsBytes += bytes;
      },
      onRows: (rows) => {
        context.book.rowsLoaded += rows;
        context.clock.touch('data');
        context.progress(label);
      },
      onRetry: () =>
        context.book.find(
          finding(
            'CONNECTION_RETRIED',
            `a connection was lost while rows of ${label} were loaded; what was not confirmed was sent again`,
          ),
        ),
      onEnd: async (failure) => {
        context.clock.touch('data');
        open.end(
          failure === null
            ? { status: 'restored' }
            : await rowsOutcome(context, load, event, schema, failure),
          account.seconds,
        );
        open.close();
      },
    },
    hold ?? undefined,
  );
  load.tablesBegun.push(table.complete);
  if (overlapping) load.lastOrdered = table.complete;
  return table;
}

/**
 * A table at a time where that is faster than chunks on all sessions: up to two sessions keep busy with one table each way,
 * and wal_level minimal, which no server has whose data count (RDS never), saves its log. The price is that a lost connection
 * costs the whole attempt and not a chunk. Names beyond ASCII may be in another encoding than our own statements.
 */
const worthFreezing = ({ facts, options }: AttemptContext, label: string): boolean =>
  facts.walLevel === 'minimal' && options.connections <= 2 && /^[ -~]*$/.test(label);

/** COPY t (a, b) FROM stdin: text rows, one per line. Anything in another format is not cut into chunks. */
const isPlainText = (sql: string): boolean => /\bFROM\s+stdin\s*;?\s*$/i.test(sql);

function withoutSemicolon(sql: Buffer): Buffer {
  let end = sql.length;
  while (end > 0 && [0x3b, 0x20, 0x0a, 0x0d, 0x09].includes(sql[end - 1] ?? 0)) end -= 1;
  return sql.subarray(0, end);
}

/** Names the damaged row by its number, never by its content. @throws DrillError SANDBOX_DISK_FULL, ENTRY_TIMED_OUT */
async function rowsOutcome(
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
