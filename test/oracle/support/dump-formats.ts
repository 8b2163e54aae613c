import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { postgresqlPrograms } from '../../../scripts/oracle-programs.mjs';
import type { TestServer } from '../../support/server.ts';

/** A way to write a dump, and how PostgreSQL's own tools restore it. */
export interface DumpWay {
  name: string;
  options: string[];
  restoredBy: 'psql' | 'pg_restore';
  /** What is done to the dump before ours reads it. */
  wrapped?: 'gzip' | 'tar' | 'tar.gz';
  /** The dump makes its own database, called as its source. */
  createsDatabase?: boolean;
  programs?: string;
}

export const dumpWays: DumpWay[] = [
  { name: 'plain in gzip', options: [], restoredBy: 'psql', wrapped: 'gzip' },
  { name: 'plain with --inserts', options: ['--inserts'], restoredBy: 'psql' },
  {
    name: 'plain with --column-inserts',
    options: ['--column-inserts', '--on-conflict-do-nothing'],
    restoredBy: 'psql',
  },
  {
    name: 'plain with --rows-per-insert',
    options: ['--rows-per-insert=50', '--quote-all-identifiers'],
    restoredBy: 'psql',
  },
  { name: 'plain with --clean --if-exists', options: ['--clean', '--if-exists'], restoredBy: 'psql' },
  { name: 'plain with --clean', options: ['--clean'], restoredBy: 'psql' },
  { name: 'plain with --create', options: ['--create'], restoredBy: 'psql', createsDatabase: true },
  {
    name: 'plain with --clean --if-exists --create',
    options: ['--clean', '--if-exists', '--create'],
    restoredBy: 'psql',
    createsDatabase: true,
  },
  {
    name: 'plain without owners and privileges',
    options: ['--no-owner', '--no-privileges'],
    restoredBy: 'psql',
  },
  {
    name: 'plain in LATIN1 with --load-via-partition-root',
    options: ['--encoding=LATIN1', '--load-via-partition-root'],
    restoredBy: 'psql',
  },
  {
    name: 'plain with --disable-dollar-quoting --verbose',
    options: ['--disable-dollar-quoting', '--verbose'],
    restoredBy: 'psql',
  },
  { name: 'custom', options: ['-Fc'], restoredBy: 'pg_restore' },
  { name: 'custom, not compressed', options: ['-Fc', '-Z0'], restoredBy: 'pg_restore' },
  { name: 'custom with --inserts', options: ['-Fc', '--inserts'], restoredBy: 'pg_restore' },
  {
    name: 'custom with --clean --create --if-exists',
    options: ['-Fc', '--clean', '--create', '--if-exists'],
    restoredBy: 'pg_restore',
  },
  { name: 'tar', options: ['-Ft'], restoredBy: 'pg_restore' },
  { name: 'tar in gzip', options: ['-Ft'], restoredBy: 'pg_restore', wrapped: 'gzip' },
  { name: 'directory', options: ['-Fd', '-j2'], restoredBy: 'pg_restore' },
  { name: 'directory, not compressed', options: ['-Fd', '-Z0'], restoredBy: 'pg_restore' },
  { name: 'directory in tar.gz', options: ['-Fd'], restoredBy: 'pg_restore', wrapped: 'tar.gz' },
  { name: 'directory in tar', options: ['-Fd', '-Z9'], restoredBy: 'pg_restore', wrapped: 'tar' },
];

export const dumpWays17: DumpWay[] = (
  [
    ['custom with lz4', ['-Fc', '--compress=lz4']],
    ['custom with zstd', ['-Fc', '--compress=zstd:5']],
    ['directory with lz4', ['-Fd', '--compress=lz4']],
    ['directory with zstd', ['-Fd', '--compress=zstd']],
    ['tar', ['-Ft']],
    ['plain with zstd', ['--compress=zstd']],
    ['plain with lz4', ['--compress=lz4']],
    ['plain', []],
  ] as const
).map(([name, options]) => ({
  name: `${name} of pg_dump 17`,
  options: [...options],
  restoredBy: name.startsWith('plain') ? 'psql' : 'pg_restore',
  programs: postgresqlPrograms(17),
}));

/** Writes a dump. @returns what ours reads and what the tools read, which differ only in wrapping */
export function writeDump(
  server: TestServer,
  database: string,
  way: DumpWay,
  directory: string,
): { ours: string; theirs: string } {
  const theirs = join(directory, `${way.name.replaceAll(/\W+/g, '-')}`);
  const { programs } = way;
  server.tool(
    'pg_dump',
    [...way.options, '-f', theirs, database],
    programs === undefined ? {} : { programs },
  );
  if (way.wrapped === undefined) return { ours: theirs, theirs };
  const ours = `${theirs}.wrapped`;
  if (way.wrapped === 'gzip') {
    writeFileSync(ours, gzipSync(readFileSync(theirs)));
    return { ours, theirs };
  }
  const tar = spawnSync('tar', [way.wrapped === 'tar' ? '-cf' : '-czf', ours, '-C', theirs, '.']);
  if (tar.status !== 0) throw new Error(tar.stderr.toString());
  return { ours, theirs };
}
