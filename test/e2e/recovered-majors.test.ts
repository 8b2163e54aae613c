/** One small archived cluster of each major through the front door: a tablespace, WAL segments of 1 MB, collations of ICU and libc. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { packagedMajors } from '../../lib/adapters/sandboxes/local-process/server-packages.ts';
import { fetchedPrograms } from '../oracle/support/fetched-programs.ts';
import { giveToServerAccount, makeServerFolder } from '../support/cluster.ts';
import { TestServer } from '../support/server.ts';
import { World } from './support/world.ts';

const majors = packagedMajors().filter((major) => major >= 14);

/** Folders `base`, with tars as pg_basebackup names them, and `wal`: the packages of npm have no pg_basebackup. */
async function makeBackup(major: number, folder: string): Promise<void> {
  const [base, wal, fast] = ['base', 'wal', 'fast'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [base, wal, fast]) {
    mkdirSync(path);
    giveToServerAccount(path);
  }
  const server = await TestServer.start('source', {
    programs: await fetchedPrograms(major),
    initdb: ['--wal-segsize=1', '--data-checksums'],
    settings: { wal_level: 'replica', archive_mode: 'on', archive_command: `cp %p ${wal}/%f` },
  });
  const session = await server.connect(server.superuser, 'postgres');
  const first = async (sql: string): Promise<Record<string, string>> => (await session.query(sql)).rows[0];
  try {
    await session.query(`CREATE TABLESPACE fast LOCATION '${fast}'`);
    await session.query(`CREATE COLLATION german (provider = icu, locale = 'de-DE')`);
    await session.query(`CREATE COLLATION byte_wise (provider = libc, locale = 'C.UTF-8')`);
    await session.query(
      'CREATE TABLE guest (id integer PRIMARY KEY, name text COLLATE german, code text COLLATE byte_wise)',
    );
    await session.query('CREATE INDEX ON guest (name); CREATE INDEX ON guest (code)');
    await session.query(`INSERT INTO guest SELECT id, 'Ä' || id, 'c' || id FROM generate_series(1, 2000) id`);
    await session.query('CREATE TABLE rsvp TABLESPACE fast AS SELECT generate_series(1, 500) AS id');
    const [begin, end] =
      major < 15
        ? [`pg_start_backup('x', true, false)`, 'pg_stop_backup(false)']
        : [`pg_backup_start('x', true)`, 'pg_backup_stop()'];
    await session.query(`SELECT ${begin}`);
    const copy = join(folder, 'copy');
    execFileSync('cp', ['-R', '-P', server.dataDirectory, copy]);
    const { labelfile, spcmapfile } = await first(`SELECT labelfile, spcmapfile FROM ${end}`);
    writeFileSync(join(copy, 'backup_label'), labelfile ?? '');
    writeFileSync(join(copy, 'tablespace_map'), spcmapfile ?? '');
    rmSync(join(copy, 'postmaster.pid'));
    const { oid } = await first(`SELECT oid::text FROM pg_tablespace WHERE spcname = 'fast'`);
    execFileSync('tar', ['-czf', join(base, `${oid}.tar.gz`), '-C', fast, '.']);
    rmSync(join(copy, 'pg_tblspc', String(oid)));
    execFileSync('sh', [
      '-c',
      `rm -rf ${copy}/pg_wal/* && cd ${copy} && tar -czf ${base}/base.tar.gz backup_label tablespace_map $(ls -A | grep -v -e backup_label -e tablespace_map)`,
    ]);
    rmSync(copy, { recursive: true });
    await session.query('INSERT INTO rsvp SELECT generate_series(501, 600)');
    const { last } = await first('SELECT pg_walfile_name(pg_switch_wal()) AS last');
    while (!readdirSync(wal).includes(String(last))) await sleep(50);
  } finally {
    await session.end();
    await server.stop();
  }
}

describe.each(majors)('a cluster of PostgreSQL %i', (major) => {
  test('is recovered with its tablespace, its pages and its indexes', async () => {
    const folder = makeServerFolder(`major-${major}`);
    const world = await World.open();
    try {
      await makeBackup(major, folder);
      const { record } = await world.expectProven([
        '--base',
        join(folder, 'base'),
        '--wal',
        join(folder, 'wal'),
      ]);

      expect(record.restore?.serverVersion).toMatch(new RegExp(`^${major}\\.`));
      expect(record.tables.map(({ name, rows }) => [name, rows])).toEqual([
        ['guest', 2000],
        ['rsvp', 600],
      ]);
      expect(record.recovered?.pages).toMatchObject({ bad: 0 });
      expect(record.checks.filter(({ kind }) => kind === 'indexContent').map(({ status }) => status)).toEqual(
        ['passed'],
      );
    } finally {
      world.remove();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
