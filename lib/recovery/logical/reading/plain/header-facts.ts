import { bareHeader, type DumpFormat, type DumpHeader } from '../../../../domain/backup/dump.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { DumpEvent } from '../../dump/dump-stream.ts';
import { type DumpComment, majorVersionOf } from './dump-comments.ts';

/** What a plain dump has said about itself so far, and whether it said that it is complete. */
export class HeaderFacts {
  #header: DumpHeader;
  #changed = true;
  /** Begun and not yet ended: `cluster` around `database`. */
  #open = { cluster: false, database: false };
  /** True when the dump announced its end and reached it. */
  endConfirmed = false;

  constructor(format: DumpFormat) {
    this.#header = bareHeader(format);
  }

  /** True when the comment that begins a dump by pg_dump or pg_dumpall was seen. */
  get hasBegun(): boolean {
    return this.endConfirmed || this.#open.cluster || this.#open.database;
  }

  /** True between the comments that begin and end a dump by pg_dumpall. */
  get inOpenCluster(): boolean {
    return this.#open.cluster;
  }

  get inCluster(): boolean {
    return this.#header.format.layout === 'cluster';
  }

  /** The header event when there is news, else null. */
  takeEvent(): DumpEvent | null {
    if (!this.#changed) return null;
    this.#changed = false;
    return { kind: 'header', header: this.#header };
  }

  /** The first value of each fact stands: a cluster dump repeats them for every database. */
  learn(facts: Partial<DumpHeader>): void {
    const known = Object.entries(this.#header).filter(([name, value]) => value !== null && name !== 'format');
    const next: DumpHeader = { ...this.#header, ...facts, ...Object.fromEntries(known) };
    if (JSON.stringify(next) === JSON.stringify(this.#header)) return;
    this.#header = next;
    this.#changed = true;
  }

  /**
   * Takes note of a comment. Returns what is odd about it, or null.
   * @throws DrillError DUMP_TRUNCATED when a dump begins inside one that has not ended.
   */
  note(comment: DumpComment, line: number): string | null {
    switch (comment.kind) {
      case 'begin':
        if (this.#open[comment.of]) {
          throw dumpError(
            'DUMP_TRUNCATED',
            `line ${line}: a ${comment.of} dump begins before the one above it has ended`,
          );
        }
        this.#open[comment.of] = true;
        this.endConfirmed = false;
        if (comment.of === 'cluster') this.learn({ format: { ...this.#header.format, layout: 'cluster' } });
        return null;
      case 'complete': {
        const wasOpen = this.#open[comment.of];
        this.#open[comment.of] = false;
        if (comment.of === 'cluster' && this.#open.database) {
          throw dumpError(
            'DUMP_TRUNCATED',
            `line ${line}: the cluster dump ends before the dump of its last database`,
          );
        }
        this.endConfirmed = wasOpen && !this.#open.cluster;
        return wasOpen ? null : `line ${line} ends a ${comment.of} dump that never began`;
      }
      case 'server version':
        this.learn({ serverVersion: comment.version, majorVersion: majorVersionOf(comment.version) });
        return null;
      case 'dump version':
        this.learn({ dumpVersion: comment.version });
        return null;
      case 'started on':
        this.learn({ consistencyPoint: comment.moment });
        return null;
      case 'entry':
        return null;
    }
  }

  /** @throws DrillError DUMP_TRUNCATED when the dump has begun and not said that it is complete. */
  requireEnd(line: number): void {
    for (const of of ['database', 'cluster'] as const) {
      if (!this.#open[of]) continue;
      throw dumpError(
        'DUMP_TRUNCATED',
        `the dump ends at line ${line} without "-- PostgreSQL ${of === 'cluster' ? 'database cluster' : of} dump complete"`,
      );
    }
  }
}
