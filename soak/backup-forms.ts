import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { postgresqlPrograms } from '../scripts/oracle-programs.mjs';
import { clinicSql } from '../test/corpus/mutants/healthy.ts';
import { SourceServer } from '../test/corpus/support/source-server.ts';
import { archiveInto, segmentsIn } from '../test/support/archived-cluster.ts';
import { giveToServerAccount, makeServerFolder } from '../test/support/cluster.ts';
import { TestServer } from '../test/support/server.ts';
import type { Packing } from './dump-forms.ts';

/** One way in which a base backup and its archive of WAL lie on disk. */
export interface BackupForm {
  name: string;
  /** Folder of the base backup. */
  base: string;
  /** Folder of its archive. */
  wal: string;
  /** What the archive's files are packed in: each segment, or all of them in one tarball. */
  walPacking: Packing | null;
  /** `base.tar` and its like; else the files of the data directory lie there as they are. */
  isTars: boolean;
  hasManifest: boolean;
}

/** Base backups of one cluster in every form, which all go on with the same WAL. */
export interface ArchivedForms {
  folder: string;
  forms: BackupForm[];
  /** ISO 8601, behind the end of every backup and between two commits. */
  moment: string;
}

const ofTars = ['-Ft', '-X', 'stream'];

/** Words of pg_basebackup for each form, and which archive it is recovered with. */
const ways: readonly (Omit<BackupForm, 'base' | 'wal'> & { words: readonly string[] })[] = [
  { name: 'tar', words: ofTars, isTars: true, walPacking: null, hasManifest: true },
  { name: 'tar.gz', words: [...ofTars, '-z'], isTars: true, walPacking: 'gzip', hasManifest: true },
  {
    ...{ name: 'tar.zst', words: [...ofTars, '-Z', 'client-zstd'] },
    ...{ isTars: true, walPacking: null, hasManifest: true },
  },
  {
    ...{ name: 'tar, WAL within', words: ['-Ft', '-X', 'fetch'] },
    ...{ isTars: true, walPacking: 'tar', hasManifest: true },
  },
  { name: 'plain', words: ['-Fp'], isTars: false, walPacking: null, hasManifest: true },
  {
    ...{ name: 'tar, no manifest', words: [...ofTars, '--no-manifest'] },
    ...{ isTars: true, walPacking: null, hasManifest: false },
  },
];

/**
 * Makes them with PostgreSQL's own pg_basebackup, of a cluster with data checksums in segments of 1 MiB. WAL of many commits
 * follows, up to the middle of the last segment.
 */
export async function makeArchivedForms(): Promise<ArchivedForms> {
  const folder = makeServerFolder('damaged');
  const archive = join(folder, 'wal');
  mkdirSync(archive);
  giveToServerAccount(archive);
  const source = await TestServer.start('source', {
    programs: postgresqlPrograms(15),
    initdb: ['--wal-segsize=1', '--data-checksums'],
    settings: {
      ...{ wal_level: 'replica', max_wal_senders: '10' },
      ...{ archive_mode: 'on', archive_command: archiveInto(archive) },
    },
  });
  try {
    const clinic = await SourceServer.on(source).database(clinicSql(1), '', 'clinic');
    const run = (sql: string): Promise<unknown[][]> => source.sql(clinic, sql);
    const textOf = async (sql: string): Promise<string> => String((await run(sql))[0]?.[0]);
    for (const { name, words } of ways)
      source.tool('pg_basebackup', ['-D', folderOf(folder, name), ...words, '-c', 'fast']);
    for (const sql of workload('before the moment')) await run(sql);
    const moment = new Date(`${(await textOf('SELECT clock_timestamp()::text')).replace(' ', 'T')}:00`);
    await sleep(50);
    for (const sql of workload('behind the moment')) await run(sql);
    const last = await textOf('SELECT pg_walfile_name(pg_switch_wal())');
    while (!segmentsIn(archive).includes(last)) await sleep(50);
    const starts = readdirSync(archive)
      .filter((name) => name.endsWith('.backup'))
      .sort();
    const forms = ways.map(({ words: _, ...way }, index) => {
      const base = folderOf(folder, way.name);
      // What lies before it is read by nobody, and damage of it is none.
      const names = readdirSync(archive).filter((name) => name >= (starts[index] ?? '').slice(0, 24));
      const wal = `${base}-wal`;
      archiveAs(way.walPacking, { archive, names, wal });
      return { ...way, base, wal };
    });
    return { folder, forms, moment: moment.toISOString() };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await source.stop();
  }
}

const folderOf = (folder: string, name: string): string => join(folder, name.replaceAll(/\W+/g, '-'));

/** Transactions of some 20 to 200 kB of WAL: rows come, change and go, and something new is made. */
function workload(when: string): string[] {
  const notes = (rows: number, at: number): string =>
    `INSERT INTO clinic.notes SELECT now(), '${when}, ${at}, ' || i || repeat(md5(i::text), 4) FROM generate_series(1, ${rows}) i`;
  const table = when.replaceAll(' ', '_');
  return [
    notes(800, 1),
    `CREATE TABLE clinic.${table} AS SELECT i AS id, md5(i::text) AS text FROM generate_series(1, 2000) i`,
    `ALTER TABLE clinic.${table} ADD PRIMARY KEY (id)`,
    `UPDATE clinic.visits SET reason = reason || ', ${when}' WHERE id % 3 = 0`,
    ...Array.from({ length: 8 }, (_, at) => notes(100, at + 2)),
    `DELETE FROM clinic.${table} WHERE id % 7 = 0`,
    ...Array.from({ length: 6 }, (_, at) => notes(40, at + 10)),
  ];
}

/** Archives these files as they are, each segment compressed, or all in one tarball. */
function archiveAs(
  packing: Packing | null,
  { archive, names, wal }: { archive: string; names: string[]; wal: string },
): void {
  mkdirSync(wal);
  if (packing === 'tar') {
    execFileSync('tar', ['-cf', join(wal, 'wal_1.tar'), '-C', archive, ...names]);
    return;
  }
  for (const name of names) {
    if (packing === null || name.endsWith('.backup')) cpSync(join(archive, name), join(wal, name));
    else writeFileSync(join(wal, `${name}.gz`), gzipSync(readFileSync(join(archive, name))));
  }
}
