import { ConnectionLost } from './server-error.ts';

/**
 * What was in flight when a connection was lost cannot be told committed from not: the database must be dropped and
 * loaded afresh. Never leaves the loader.
 */
export class AttemptSpoiled extends Error {
  constructor(what: string, cause?: unknown) {
    const happened =
      cause instanceof ConnectionLost && cause.sqlState === '57014'
        ? 'a statement was cancelled'
        : 'a connection was lost';
    super(`${happened} during ${what}`, { cause });
    this.name = 'AttemptSpoiled';
  }
}
