import { DatabaseError } from 'pg';
import { DrillError, isDrillError } from '../../domain/findings/errors.ts';

/** Conditions whose server message may repeat a row's value; these words of ours stand in for it (errcodes.txt). */
const conditions: Readonly<Record<string, string>> = {
  '21000': 'a subquery gave more than one row',
  '22001': 'a text is too long for its type',
  '22003': 'a number is out of range',
  '22007': 'a text is no valid date or time',
  '22008': 'a date or time is out of range',
  '22012': 'division by zero',
  '22021': 'a text is not valid in its encoding',
  '22023': 'a parameter has an invalid value',
  '22P02': 'a text is not valid for the type it was cast to',
  '23505': 'a unique key was broken',
  '25006': 'the statement would write, and checks only read',
  P0001: 'a function raised an exception',
};

const classes: Readonly<Record<string, string>> = {
  '22': 'a value is not valid for what was done with it',
  '23': 'a constraint was broken',
  P0: 'a function failed',
};

/** Classes whose messages speak of statements and objects, not of values. */
const speakable = new Set([
  '0A',
  '25',
  '26',
  '28',
  '34',
  '3D',
  '3F',
  '40',
  '42',
  '53',
  '54',
  '55',
  '57',
  '58',
]);

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

/**
 * Turns what a query threw into a named error without row values. The server's own words pass only where they speak
 * of statements and objects; a quoted part of them only when it stands in our query or names an object.
 */
export function queryError(error: unknown, sql: string, timeoutSeconds: number): DrillError {
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
  const state = error.code ?? '';
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
  const state = error.code ?? '';
  const known = conditions[state] ?? classes[state.slice(0, 2)];
  if (known !== undefined) return known;
  // `where` is set when a function was running and RAISE may say anything under any SQLSTATE.
  const raised = error.routine === 'exec_stmt_raise' || error.where !== undefined;
  if (raised || !speakable.has(state.slice(0, 2))) return 'the server refused the statement';
  const names = new Set(
    [error.schema, error.table, error.column, error.dataType, error.constraint].filter(
      (name) => name !== undefined,
    ),
  );
  return error.message.replace(/"([^"]*)"/g, (whole, part: string) =>
    names.has(part) || sql.includes(part) ? whole : '"…"',
  );
}
