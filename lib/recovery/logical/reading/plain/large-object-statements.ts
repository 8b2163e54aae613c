/**
 * Large objects of plain dumps: `BEGIN; SELECT lo_open …; SELECT lowrite …; SELECT lo_close(0); COMMIT;` becomes
 * large-object events, so that nothing needs one transaction across statements.
 *
 * Only the exact forms that pg_dump writes are taken (pg_backup_null.c, pg_backup_db.c: StartRestoreLO, ahwrite,
 * EndRestoreLO); anything else stays the statement that it is.
 */

import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { DumpEvent, Statement } from '../../dump/dump-stream.ts';

const openPattern = /^SELECT pg_catalog\.lo_open\((?:'(\d+)'|pg_catalog\.lo_create\('(\d+)'\)), \d+\)$/;
const writeStart = 'SELECT pg_catalog.lowrite(0, ';
const closeStatement = 'SELECT pg_catalog.lo_close(0)';
/** Size of the blocks handed on. */
const blockBytes = 256 * 1024;

export type LargeObjectStep =
  | { kind: 'open'; oid: number; create: boolean }
  | { kind: 'events'; events: DumpEvent[] }
  /** The statement is an ordinary one; `before` was held back and comes first. */
  | { kind: 'ordinary'; before: Statement | null }
  /** Nothing to hand on (yet). */
  | { kind: 'held' };

export class LargeObjectStatements {
  /** Oid of the large object whose blocks are being read. */
  openOid: number | null = null;
  #heldBegin: Statement | null = null;
  #inTransaction = false;

  /** Sorts one statement; cheap for statements that have nothing to do with large objects. */
  take(statement: Statement, leadingWords: readonly string[]): LargeObjectStep {
    const { sql } = statement;
    const first = leadingWords[0];
    if (this.openOid !== null) return this.#whileOpen(statement);
    if (first === 'select' && sql.startsWith('SELECT pg_catalog.lo_open(')) {
      const match = openPattern.exec(sql);
      if (match !== null) {
        if (this.#heldBegin !== null) this.#inTransaction = true;
        this.#heldBegin = null;
        this.openOid = Number(match[1] ?? match[2]);
        return { kind: 'open', oid: this.openOid, create: match[2] !== undefined };
      }
    }
    if (first === 'commit' && this.#inTransaction && sql === 'COMMIT') {
      this.#inTransaction = false;
      return { kind: 'held' };
    }
    const before = this.release();
    if (first === 'begin' && sql === 'BEGIN' && before === null) {
      this.#heldBegin = statement;
      return { kind: 'held' };
    }
    return { kind: 'ordinary', before };
  }

  /** The BEGIN that was held back to see whether large objects follow; null when there is none. */
  release(): Statement | null {
    const held = this.#heldBegin;
    this.#heldBegin = null;
    return held;
  }

  #whileOpen(statement: Statement): LargeObjectStep {
    const { sql, line } = statement;
    if (sql === closeStatement) {
      this.openOid = null;
      return { kind: 'events', events: [{ kind: 'large-object-end' }] };
    }
    const blocks =
      sql.startsWith(writeStart) && sql.endsWith(')')
        ? decodeLiteral(sql.slice(writeStart.length, -1))
        : null;
    if (blocks === null) {
      throw dumpError(
        'DUMP_CORRUPT',
        `line ${line}: a statement inside the data of large object ${this.openOid} is not one that pg_dump writes`,
      );
    }
    return { kind: 'events', events: blocks.map((bytes) => ({ kind: 'large-object-block', bytes })) };
  }
}

/** Bytes of a bytea literal in hex form, `'\x…'`, the backslash doubled where strings escape; null when malformed. */
function decodeLiteral(literal: string): Buffer[] | null {
  const match = /^'\\{1,2}x/.exec(literal);
  if (match === null || !literal.endsWith("'")) return null;
  const digits = literal.slice(match[0].length, -1);
  if (digits.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(digits)) return null;
  const blocks: Buffer[] = [];
  for (let at = 0; at < digits.length; at += blockBytes * 2) {
    blocks.push(Buffer.from(digits.slice(at, at + blockBytes * 2), 'hex'));
  }
  return blocks;
}
