import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { postgresqlPrograms } from '../scripts/oracle-programs.mjs';
import type { DumpContent } from '../test/corpus/support/corpus.ts';
import type { TestServer } from '../test/support/server.ts';

/** One way in which a dump is written. */
export interface DumpForm {
  name: string;
  fileName: string;
  content: DumpContent;
  /** What has to be taken off before PostgreSQL's programs read it. */
  packing: readonly Packing[];
  restoredBy: 'psql' | 'pg_restore';
  /** Of all databases and roles. */
  ofCluster?: boolean;
}

export type Packing = 'gzip' | 'zstd' | 'lz4' | 'tar';

/** The program that takes a packing off. */
export const unpackers: Record<Packing, readonly [program: string, ...words: string[]]> = {
  gzip: ['gzip', '-dc'],
  zstd: ['zstd', '-dqc'],
  lz4: ['lz4', '-dqc'],
  tar: ['tar', '-xf', '-'],
};

/** Every form of one database, which is the only one of its server. */
export function dumpForms(server: TestServer, database: string): DumpForm[] {
  const programs = postgresqlPrograms(17);
  const dump = (...options: string[]): Buffer => server.tool('pg_dump', [...options, database]);
  const dump17 = (...options: string[]): Buffer =>
    server.tool('pg_dump', [...options, database], { programs });
  const directory = (options: string[], of: { programs?: string } = {}): Map<string, Buffer> =>
    inFolder((folder) => {
      server.tool('pg_dump', ['-Fd', '-f', join(folder, 'dump'), ...options, database], of);
      return filesOf(join(folder, 'dump'));
    });
  const plain = dump();
  const asText = { packing: [], restoredBy: 'psql' } as const;
  const asArchive = { packing: [], restoredBy: 'pg_restore' } as const;
  return [
    { name: 'plain', fileName: 'clinic.sql', content: plain, ...asText },
    { name: 'plain with INSERT', fileName: 'inserts.sql', content: dump('--inserts'), ...asText },
    { name: 'plain.gz', fileName: 'clinic.sql.gz', content: gzipSync(plain), ...asText, packing: ['gzip'] },
    {
      ...{ name: 'plain.zst', fileName: 'clinic.sql.zst', content: dump17('--compress=zstd') },
      ...{ ...asText, packing: ['zstd'] },
    },
    {
      ...{ name: 'plain.lz4', fileName: 'clinic.sql.lz4', content: dump17('--compress=lz4') },
      ...{ ...asText, packing: ['lz4'] },
    },
    { name: 'custom', fileName: 'clinic.dump', content: dump('-Fc', '-Z0'), ...asArchive },
    { name: 'custom, gzip', fileName: 'gzip.dump', content: dump('-Fc'), ...asArchive },
    { name: 'custom, lz4', fileName: 'lz4.dump', content: dump17('-Fc', '--compress=lz4'), ...asArchive },
    { name: 'custom, zstd', fileName: 'zstd.dump', content: dump17('-Fc', '--compress=zstd'), ...asArchive },
    { name: 'tar', fileName: 'clinic.tar', content: dump('-Ft'), ...asArchive },
    { name: 'directory', fileName: 'clinic.dir', content: directory([]), ...asArchive },
    {
      ...{
        name: 'directory, zstd',
        fileName: 'zstd.dir',
        content: directory(['--compress=zstd'], { programs }),
      },
      ...asArchive,
    },
    {
      ...{ name: 'directory in tar', fileName: 'dir.tar', content: packed(directory(['-Z0'])) },
      ...{ ...asArchive, packing: ['tar'] },
    },
    {
      ...{ name: 'cluster.gz', fileName: 'cluster.sql.gz', content: gzipSync(server.tool('pg_dumpall', [])) },
      ...{ ...asText, packing: ['gzip'], ofCluster: true },
    },
  ];
}

const filesOf = (folder: string): Map<string, Buffer> =>
  new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));

function packed(files: Map<string, Buffer>): Buffer {
  return inFolder((folder) => {
    mkdirSync(join(folder, 'dump'));
    for (const [name, bytes] of files) writeFileSync(join(folder, 'dump', name), bytes);
    return spawnSync('tar', ['-cf', '-', '-C', folder, 'dump'], { maxBuffer: 1 << 30 }).stdout;
  });
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'rd-soak-dump-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
