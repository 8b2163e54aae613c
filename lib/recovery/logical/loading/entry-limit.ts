import type { Session } from './connection.ts';
import { ConnectionLost, ServerError } from './server-error.ts';

/** A backend that a cancel did not end within this time is terminated: a function may catch query_canceled. */
const cancelPatienceMs = 3000;
/** Rows that a statement may read lengthen its limit: nothing validates less than this in a second. */
const slowestBytesPerSecond = 1024 ** 2;

/** What the server says of how far a backend has come; equal texts are no progress. Views of PostgreSQL 14 and later. */
const progressOf = (pids: readonly number[]): string => `
  SELECT pid::pg_catalog.text, pg_catalog.concat_ws(',', phase, lockers_done, blocks_done, tuples_done, partitions_done) FROM pg_catalog.pg_stat_progress_create_index WHERE pid IN (${pids.join(', ')})
  UNION ALL SELECT pid::pg_catalog.text, pg_catalog.concat_ws(',', bytes_processed, tuples_processed, tuples_excluded) FROM pg_catalog.pg_stat_progress_copy WHERE pid IN (${pids.join(', ')})
  UNION ALL SELECT pid::pg_catalog.text, pg_catalog.concat_ws(',', phase, sample_blks_scanned, ext_stats_computed, child_tables_done) FROM pg_catalog.pg_stat_progress_analyze WHERE pid IN (${pids.join(', ')})
  UNION ALL SELECT pid::pg_catalog.text, pg_catalog.concat_ws(',', phase, heap_tuples_scanned, heap_tuples_written, heap_blks_scanned, index_rebuild_count) FROM pg_catalog.pg_stat_progress_cluster WHERE pid IN (${pids.join(', ')})`;

/**
 * Ends what makes no progress: code of a dump in a CHECK, an index, a default or a materialized view may never end, and nothing
 * else would end it before the restore's own limit.
 *
 * Progress is what can be seen from outside: rows that the server takes from us, statements that it completes, and its
 * progress views (index builds, COPY, ANALYZE, rewriting of a table). What shows nothing – a foreign key or CHECK that is
 * validated, a refresh – gets the limit and a second for every MiB of rows that it may read.
 */
export class EntryLimit {
  readonly #limitMs: number;
  readonly #open: () => Promise<Session>;
  readonly #sessions = new Set<Session>();
  readonly #seen = new Map<number, string>();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | null = null;
  #own: Session | null = null;

  /** @param open opens a session to look and to cancel with @param limitSeconds without progress */
  constructor(limitSeconds: number, open: () => Promise<Session>) {
    this.#limitMs = limitSeconds * 1000;
    this.#open = open;
    this.#timer = setInterval(() => this.#look(), Math.min(5000, Math.max(100, this.#limitMs / 8)));
    this.#timer.unref();
  }

  /** From now on what this session runs is limited. */
  watch(session: Session): void {
    this.#sessions.add(session);
  }

  /** Nothing is ended any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#own?.close();
  }

  #look(): void {
    // A look that takes long is not joined by a second one; a server that does not answer is somebody else's to notice.
    this.#looking ??= this.#endWhatStands()
      .catch(() => {
        this.#own?.destroy();
        this.#own = null;
      })
      .finally(() => {
        this.#looking = null;
      });
  }

  async #endWhatStands(): Promise<void> {
    for (const session of this.#sessions) if (session.lost) this.#sessions.delete(session);
    const idle = [...this.#sessions].filter((session) => session.idleMs() > this.#limitMs / 2);
    if (idle.length === 0) return;
    this.#own ??= await this.#open();
    const { rows } = await this.#own.text(progressOf(idle.map(({ processId }) => processId)));
    for (const session of idle) {
      const now = rows.find(([pid]) => pid === String(session.processId))?.[1] ?? '';
      if (this.#seen.get(session.processId) !== now) {
        if (now !== '' && this.#seen.has(session.processId)) session.progressed();
        this.#seen.set(session.processId, now);
      }
      const allowedMs = this.#limitMs + (session.bytesToRead / slowestBytesPerSecond) * 1000;
      if (session.idleMs() > allowedMs) await this.#end(session, allowedMs);
    }
  }

  async #end(session: Session, allowedMs: number): Promise<void> {
    const how = session.idleMs() > allowedMs + cancelPatienceMs ? 'terminate' : 'cancel';
    session.outOfTime(this.#limitMs / 1000);
    await this.#own?.text(`SELECT pg_catalog.pg_${how}_backend(${session.processId})`).catch((error) => {
      if (!(error instanceof ServerError) || error instanceof ConnectionLost) throw error;
    });
  }
}
