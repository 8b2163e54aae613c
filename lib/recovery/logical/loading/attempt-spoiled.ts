/**
 * What was in flight when a connection was lost cannot be told committed from not: the database must be dropped and
 * loaded afresh. Never leaves the loader.
 */
export class AttemptSpoiled extends Error {
  constructor(what: string, cause?: unknown) {
    super(`a connection was lost during ${what}`, { cause });
    this.name = 'AttemptSpoiled';
  }
}
