/** Replays a dump's events on a server, one statement at a time: the plainest loader there can be. */
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { DumpReader, Statement } from '../../../../../lib/recovery/logical/dump/dump-stream.ts';

/** The extended protocol takes exactly one statement: two that were not separated are an error. */
interface OneStatement extends pg.QueryConfig {
  queryMode: 'extended';
}

/**
 * Restores all events into a database; each chunk of rows is a COPY of its own, as parallel loading makes them. Goes on
 * after errors, as psql does, and returns their messages.
 */
export async function replay(reader: DumpReader, host: string, database: string): Promise<string[]> {
  const errors: string[] = [];
  const client = new pg.Client({ host, user: 'postgres', database });
  await client.connect();
  const run = async ({ sql }: Statement): Promise<void> => {
    const query: OneStatement = { text: sql, queryMode: 'extended' };
    await client.query(query).catch((error: Error) => errors.push(error.message));
  };
  let copy = '';
  let row: Buffer[] = [];
  const load = async (bytes: Buffer): Promise<void> => {
    const stream = client.query(copyFrom(copy));
    await pipeline(async function* () {
      yield bytes;
    }, stream);
  };
  let oid = 0;
  let offset = 0;
  try {
    for await (const event of reader) {
      if (event.kind === 'entry') for (const statement of event.entry.statements) await run(statement);
      else if (event.kind === 'inserts') for (const statement of event.statements) await run(statement);
      else if (event.kind === 'rows-begin') copy = event.copy.sql;
      else if (event.kind === 'rows') await load(Buffer.concat(event.pieces));
      else if (event.kind === 'row-piece') {
        row.push(event.bytes);
        if (event.rows === 0) continue;
        await load(Buffer.concat(row));
        row = [];
      } else if (event.kind === 'large-object-begin') {
        oid = event.oid;
        offset = 0;
      } else if (event.kind === 'large-object-block') {
        await client.query('SELECT lo_put($1, $2, $3)', [oid, offset, event.bytes]);
        offset += event.bytes.length;
      }
    }
  } finally {
    await client.end();
  }
  return errors;
}
