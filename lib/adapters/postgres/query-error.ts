import { DatabaseError } from 'pg';
import { DrillError, isDrillError } from '../../domain/findings/errors.ts';
import { KnownNames } from '../../domain/server-errors/known-names.ts';
import { literalsIn } from '../../domain/server-errors/sql-names.ts';
import { toldSqlState } from '../../domain/server-errors/sql-states.ts';
import { tellServerError } from '../../domain/server-errors/tell-server-error.ts';

/** True when node-postgres gave up waiting for an answer that the server's own timeout should have brought. */
export const isAnswerMissing = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('Query read timeout');

/** True when the server or the way to it is gone, so that no other check can run either. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof DatabaseError) {
    const state = error.code ?? '';
    return state.startsWith('08') || ['57P01', '57P02', '57P03', '57P05'].includes(state);
  }
  // node-postgres reports a broken connection as a plain Error, with a Node code or with one of its own sentences.
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (/^E(CONN|PIPE|HOST|NET|TIMEDOUT|NOTFOUND|NOENT|AI_)/.test(code)) return true;
  return /^(Connection terminated|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|The server does not support)/.test(
    error.message,
  );
}

/** SQLSTATE 57014, query_canceled, before its statement_timeout was over. 0.1 s for two clocks that do not agree. */
export const isCancelledEarly = (error: unknown, timeoutSeconds: number, ranSeconds: number): boolean =>
  error instanceof DatabaseError && error.code === '57014' && ranSeconds < timeoutSeconds - 0.1;

/**
 * Turns what a query threw into a named error without row values. A query can run code of the dump (views, functions, policies)
 * and make names of values, so of what the server says only names are shown that stand in the query itself.
 */
export function queryError(
  error: unknown,
  sql: string,
  timeoutSeconds: number,
  ranSeconds = timeoutSeconds,
): DrillError {
  if (isDrillError(error)) return error;
  if (isConnectionLost(error)) {
    return new DrillError('SANDBOX_LOST', 'the connection to the sandbox broke during a check', {
      fault: 'service',
      retryable: true,
    });
  }
  if (!(error instanceof DatabaseError)) {
    return new DrillError('CHECK_COULD_NOT_RUN', 'the database client failed', {
      hint: 'Please report it with the record.',
      fault: 'us',
      cause: error,
    });
  }
  const state = toldSqlState(error.code ?? '');
  if (isCancelledEarly(error, timeoutSeconds, ranSeconds)) {
    return new DrillError(
      'CHECK_COULD_NOT_RUN',
      `somebody cancelled a statement after ${ranSeconds.toFixed(1)} of its ${timeoutSeconds} s (SQLSTATE 57014)`,
    );
  }
  if (state === '57014') {
    return new DrillError(
      'CHECK_TIMED_OUT',
      `a statement ran longer than ${timeoutSeconds} s (SQLSTATE 57014)`,
    );
  }
  if (state === '53100') {
    return new DrillError('SANDBOX_DISK_FULL', 'the sandbox ran out of disk during a check', {
      fault: 'service',
    });
  }
  return new DrillError('CHECK_COULD_NOT_RUN', `${safeMessage(error, sql)} (SQLSTATE ${state})`);
}

function safeMessage(error: DatabaseError, sql: string): string {
  const names = new KnownNames(literalsIn(sql));
  names.learnFrom(sql);
  // The server points into the query's own text only while it parses it, and has read no row yet.
  const parsing =
    error.position !== undefined && error.where === undefined && error.internalQuery === undefined;
  const said = {
    sqlState: toldSqlState(error.code ?? ''),
    message: error.message,
    schema: error.schema ?? null,
    table: error.table ?? null,
    column: error.column ?? null,
    constraint: error.constraint ?? null,
    dataType: error.dataType ?? null,
    context: error.where ?? null,
  };
  return tellServerError(said, names, parsing ? 'definitions' : 'rows');
}
