import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { postgresqlPrograms } from '../../scripts/oracle-programs.mjs';
import { fetchedPrograms } from '../oracle/support/fetched-programs.ts';
import { archiveInto } from './archived-cluster.ts';
import { giveToServerAccount, makeServerFolder } from './cluster.ts';
import { TestServer } from './server.ts';

/** A full backup and two incremental ones of PostgreSQL 17, and the WAL behind them. */
export interface IncrementalChain {
  folder: string;
  /** Holds a folder for each of `names`. */
  backups: string;
  wal: string;
  /** The full one first; names sort in their order. */
  names: string[];
  /** Of `shop.item` at the end of the archive, and at the end of the last backup. */
  rows: { latest: number; immediate: number };
}

/**
 * Between the backups a table grows over several blocks, shrinks, comes new and goes, so that incremental files cut, fill up,
 * write over and vanish. Made by PostgreSQL's own pg_basebackup.
 * @param format as pg_basebackup's -F
 */
export async function makeIncrementalChain(format: 'p' | 't'): Promise<IncrementalChain> {
  const folder = makeServerFolder('chain');
  const [backups, wal] = [join(folder, 'backups'), join(folder, 'wal')];
  for (const each of [backups, wal]) mkdirSync(each);
  giveToServerAccount(wal);
  const source = await TestServer.start('source', {
    programs: await fetchedPrograms(17),
    settings: {
      ...{ wal_level: 'replica', max_wal_senders: '10', summarize_wal: 'on', full_page_writes: 'on' },
      ...{ archive_mode: 'on', archive_command: archiveInto(wal) },
    },
  });
  const names = ['20260101T000000Z_full', '20260102T000000Z_incr', '20260103T000000Z_incr'];
  const backUp = (index: number): void => {
    const name = names[index] ?? '';
    const words = ['-D', join(backups, name), `-F${format}`, '-X', 'stream', '-c', 'fast'];
    const before = index === 0 ? [] : ['-i', join(backups, names[index - 1] ?? '', 'backup_manifest')];
    source.tool('pg_basebackup', [...words, ...before], { programs: postgresqlPrograms(17) });
  };
  const shop = (sql: string): Promise<unknown[][]> => source.sql('shop', sql);
  try {
    await source.createDatabase('shop');
    await shop(`CREATE TABLE item AS SELECT i AS id, repeat(md5(i::text), 20) AS text FROM generate_series(1, 5000) i;
      CREATE TABLE shrinks AS SELECT i AS id, repeat(md5(i::text), 20) AS text FROM generate_series(1, 3000) i;
      CREATE TABLE gone AS SELECT 1 AS id; CREATE UNIQUE INDEX item_id ON item (id)`);
    backUp(0);
    await shop(`UPDATE item SET text = text WHERE id % 700 = 0; DELETE FROM shrinks WHERE id > 500; DROP TABLE gone;
      CREATE TABLE fresh AS SELECT i AS id FROM generate_series(1, 100) i`);
    await shop('VACUUM (TRUNCATE) shrinks');
    backUp(1);
    await shop(`INSERT INTO item SELECT i, repeat(md5(i::text), 20) FROM generate_series(5001, 5600) i;
      INSERT INTO shrinks SELECT i, repeat(md5(i::text), 20) FROM generate_series(501, 900) i; TRUNCATE fresh`);
    backUp(2);
    await shop('INSERT INTO item SELECT i, md5(i::text) FROM generate_series(5601, 5650) i');
    const last = String((await shop('SELECT pg_walfile_name(pg_switch_wal())'))[0]?.[0]);
    while (!readdirSync(wal).includes(last)) await sleep(50);
    return { folder, backups, wal, names, rows: { latest: 5650, immediate: 5600 } };
  } finally {
    await source.stop();
  }
}
