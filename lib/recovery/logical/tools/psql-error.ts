import { DatabaseError } from 'pg';
import { ServerError } from '../loading/server-error.ts';

/** psql tells the SQLSTATE alone: no message means no row value in it. */
export function answeredWith(sqlState: string): ServerError {
  const error = new DatabaseError('the server refused it', 0, 'error');
  error.code = sqlState;
  return new ServerError(error);
}
