import type { ServerError } from './server-error.ts';

/** Why rows were not loaded, and the row of the COPY the server's line numbers start from. */
export interface RowsFailure {
  error: ServerError;
  firstRow: number;
}
