import { DatabaseError } from 'pg';
import { toldSqlState } from '../../../domain/server-errors/sql-states.ts';
import type { ServerSaid } from '../../../domain/server-errors/tell-server-error.ts';

/** What the server said of a failed statement. Raw: every text of it may hold row values, see tellServerError. */
export class ServerError extends Error implements ServerSaid {
  readonly sqlState: string;
  readonly schema: string | null;
  readonly table: string | null;
  readonly column: string | null;
  readonly constraint: string | null;
  readonly dataType: string | null;
  /** The error's CONTEXT; for COPY it names the line. */
  readonly context: string | null;
  /** True when the error was raised while the server ran SQL of a function, not our statement itself. */
  readonly internalQuery: boolean;
  /** True when the server points at a place in our statement's own text: it was still reading it, and ran nothing. */
  readonly whileParsing: boolean;
  /** We ended the statement, because it made no progress for this long; null: the server ended it. */
  readonly limitSeconds: number | null;

  constructor(error: DatabaseError, limitSeconds: number | null = null) {
    super(error.message);
    this.name = 'ServerError';
    this.sqlState = toldSqlState(error.code ?? 'XX000');
    this.schema = error.schema ?? null;
    this.table = error.table ?? null;
    this.column = error.column ?? null;
    this.constraint = error.constraint ?? null;
    this.dataType = error.dataType ?? null;
    this.context = error.where ?? null;
    this.internalQuery = error.internalQuery !== undefined;
    this.whileParsing = error.position !== undefined && this.context === null && !this.internalQuery;
    this.limitSeconds = limitSeconds;
  }
}

/** The connection is gone: socket closed, backend terminated, server shutting down or in recovery. */
export class ConnectionLost extends Error {
  readonly sqlState: string | null;

  constructor(sqlState: string | null, cause: unknown) {
    super('the connection to the server was lost', { cause });
    this.name = 'ConnectionLost';
    this.sqlState = sqlState;
  }
}

/** A statement that we ended, whether the server said so or its connection went with it. SQLSTATE 57014, query_canceled. */
export function outOfTime(limitSeconds: number): ServerError {
  const error = new DatabaseError('canceling statement', 0, 'error');
  error.code = '57014';
  return new ServerError(error, limitSeconds);
}

/** SQLSTATE 57014, query_canceled, that was not our doing: whoever may end statements of this server did, or a timeout. */
const isCancelled = (error: ServerError | ConnectionLost): boolean =>
  error instanceof ServerError && error.sqlState === '57014';

/** A statement that somebody else cancelled, as the loss of its connection: what that does is known to be done again. */
export const lostWhenCancelled = (error: ServerError | ConnectionLost): ServerError | ConnectionLost =>
  isCancelled(error) ? new ConnectionLost('57014', error) : error;

/**
 * SQLSTATEs that end a session: class 08 (connection exception), 57P01–57P05 (admin shutdown, crash shutdown, cannot
 * connect now, database dropped, idle session timeout), 25P03 and 25P04 (idle in transaction and transaction timeout).
 * Source: PostgreSQL documentation, appendix A, and the places that raise them with FATAL.
 */
const endsSession = (code: string): boolean =>
  code.startsWith('08') || code.startsWith('57P') || code === '25P03' || code === '25P04';

/** FATAL at login, but nothing that waiting would change: wrong password (28), no such database (3D), no right (42501). */
const refusesUs = (code: string): boolean =>
  code.startsWith('28') || code.startsWith('3D') || code === '42501';

/** Turns whatever the driver raised into one of our two kinds. */
export function fromDriver(error: unknown): ServerError | ConnectionLost {
  if (error instanceof ServerError || error instanceof ConnectionLost) return error;
  if (error instanceof DatabaseError && error.code !== undefined) {
    const fatal = error.severity === 'FATAL' || error.severity === 'PANIC' || endsSession(error.code);
    return fatal && !refusesUs(error.code) ? new ConnectionLost(error.code, error) : new ServerError(error);
  }
  return new ConnectionLost(null, error);
}

/** Deadlock or lock timeout: can happen only where the scheduler knew a lock wrongly, and is worth another try. */
export const isLockTrouble = (error: unknown): boolean =>
  error instanceof ServerError && (error.sqlState === '40P01' || error.sqlState === '55P03');
