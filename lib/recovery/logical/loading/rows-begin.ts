import { finding } from '../../../domain/findings/findings.ts';
import type { RowsBegin } from '../dump/dump-stream.ts';
import type { OpenEntry } from './account-book.ts';
import type { AttemptContext } from './attempt-context.ts';
import type { BatchRunner } from './batch-runner.ts';
import type { DatabaseLoad } from './database-load.ts';
import type { DatabaseName } from './decisions.ts';
import { FewRows, type RowsTarget } from './few-rows.ts';
import type { Hold } from './held-entries.ts';
import { rowsOutcome } from './rows-outcome.ts';
import { statementBytes } from './session-settings.ts';
import { decide } from './statement-decision.ts';
import { type RowsReceiver, TableLoad } from './table-load.ts';

/** Rows of these run code that may look at other tables: everything before them is complete, and nothing overtakes them. */
const readsOthers: ReadonlySet<string> = new Set(['triggers', 'rules', 'functions']);

/** Opens the load of one COPY; null when the policy left the table out (its rows are read and dropped). */
export async function beginRows(
  context: AttemptContext,
  load: DatabaseLoad,
  batches: BatchRunner,
  event: RowsBegin,
  open: OpenEntry,
  name: DatabaseName,
  hold: Hold | null,
): Promise<RowsReceiver | null> {
  const { entry, copy } = event;
  const decision = decide(context, entry, copy, open, name);
  const statement = decision?.statements[0];
  if (decision === null || statement === undefined) {
    await batches.flush();
    hold?.release();
    open.close();
    return null;
  }
  const linesAreRows = event.wholeRowsOnly !== false;
  const isPlain = isPlainText(statement.sql);
  const target = (schema: string): RowsTarget => {
    open.call('TABLE DATA', { schema, name: event.table });
    open.begin();
    const label = `${schema}.${event.table}`;
    context.progress(label);
    const account = context.book.table(load.dumpName, schema, event.table);
    load.tablesSeen.add(label);
    return {
      copySql: withoutSemicolon(statementBytes(statement)),
      account,
      onBytes: (bytes) => {
        context.book.rowsBytes += bytes;
      },
      onRows: (rows) => {
        context.book.rowsLoaded += rows;
        context.clock.touch('data');
        context.progress(label);
      },
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
    };
  };
  const ordinary = async (schema: string, repeated: boolean, to: RowsTarget): Promise<TableLoad> => {
    await load.known.of([{ schema, name: event.table }]);
    const label = `${schema}.${event.table}`;
    const traits = load.traits({ schema, name: event.table });
    const overlapping = traits !== null && readsOthers.has(traits.ordered ?? '');
    const ordered =
      traits === null ||
      traits.ordered !== null ||
      repeated ||
      !isPlain ||
      context.options.keepOrder.includes(label);
    if (ordered && traits !== null) load.sequentialTables.push(label);
    const after = overlapping ? [...load.tablesBegun] : load.lastOrdered === null ? [] : [load.lastOrdered];
    // Member by member: spread, each had a hidden class of its own, 2.7 kB for a table.
    const table = new TableLoad(
      {
        copySql: to.copySql,
        account: to.account,
        onBytes: to.onBytes,
        onRows: to.onRows,
        onEnd: to.onEnd,
        scheduler: load.scheduler,
        smallTables: load.smallTables,
        settings: load.settings.snapshot,
        ordered,
        isAbsent: traits === null,
        frozen: !ordered && worthFreezing(context, label),
        linesAreRows,
        after,
        onRetry: () =>
          context.book.find(
            finding(
              'CONNECTION_RETRIED',
              `a connection was lost, or a statement cancelled, while rows of ${label} were loaded; what was not confirmed was sent again`,
            ),
          ),
      },
      hold ?? undefined,
    );
    load.tablesBegun.push(table.complete);
    if (overlapping) load.lastOrdered = table.complete;
    return table;
  };
  const { schema: named, table } = event;
  if (named !== null && hold === null && isPlain && linesAreRows && batches.makes(named, table)) {
    const repeated = load.tablesSeen.has(`${named}.${table}`);
    const to = target(named);
    const openLoad = async (): Promise<TableLoad> => {
      await batches.flush();
      return ordinary(named, repeated, to);
    };
    return new FewRows(to, openLoad, (rows) => batches.addRows(rows));
  }
  await batches.flush();
  const schema = named ?? (await load.unqualified.schemaOf(table, load.settings.snapshot));
  const repeated = load.tablesSeen.has(`${schema}.${table}`);
  return ordinary(schema, repeated, target(schema));
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
