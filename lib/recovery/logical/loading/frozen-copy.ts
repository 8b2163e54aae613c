import { literal } from '../../../domain/text/sql-text.ts';
import type { Session } from './connection.ts';
import { ConnectionLost, ServerError } from './server-error.ts';
import type { WireCopy } from './wire-query.ts';

/**
 * Starts `BEGIN; TRUNCATE; COPY … WITH (FREEZE); COMMIT` for all rows of one table, as `pg_restore -j` does (without
 * FREEZE) for tables it has just made. A new file in the same transaction needs no write-ahead log where wal_level is
 * minimal, and frozen rows need no second look: 0.35 instead of 0.50 s of the server's CPU for 71 MB, and less for the
 * index builds after it.
 *
 * Only a table whose file is still empty is taken, and the lock comes before the look, so that TRUNCATE never removes
 * anything.
 * @param copySql COPY … FROM stdin, without options and semicolon @param relation quoted and qualified
 * @returns null when the server refuses it before the first row: an ordinary COPY may then still do
 * @throws ConnectionLost
 */
export async function startFrozenCopy(
  session: Session,
  copySql: Buffer,
  relation: string,
): Promise<WireCopy | null> {
  try {
    const { rows } = await session.text(
      `BEGIN;LOCK TABLE ONLY ${relation} IN ACCESS EXCLUSIVE MODE;SELECT pg_catalog.pg_relation_size(${literal(relation)}::pg_catalog.regclass)`,
    );
    if (rows[0]?.[0] === '0') {
      const parts = [`TRUNCATE ONLY ${relation};`, copySql, ' WITH (FREEZE);COMMIT'];
      const copy = session.copy(Buffer.concat(parts.map((part) => Buffer.from(part))));
      await copy.ready;
      return copy;
    }
  } catch (error) {
    if (error instanceof ConnectionLost || !(error instanceof ServerError)) throw error;
  }
  await session.text('ROLLBACK');
  return null;
}
