import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { ArchivedCluster } from './archived-cluster.ts';

/** Fast, and as WAL-G writes it: without any mark at its beginning. */
export const brotli = (content: Buffer): Buffer =>
  brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

/** A backup as WAL-G lays it. */
export interface WalGBackup {
  /** `basebackups_005`. */
  folder: string;
  name: string;
  /** Folder of its tars. */
  tars: string;
  metadata: string;
  sentinel: string;
  /** Packs its largest tar anew, without these files. */
  repack(without: readonly string[]): void;
}

/** Makes it of a base backup in tars, in an empty folder. */
export function writeWalGBackup(root: string, archived: ArchivedCluster): WalGBackup {
  const name = 'base_000000010000000000000002';
  const [folder, data] = [join(root, 'basebackups_005'), join(root, 'unpacked')];
  const backup = {
    ...{ folder, name, tars: join(folder, name, 'tar_partitions') },
    metadata: join(folder, name, 'files_metadata.json'),
    sentinel: join(folder, `${name}_backup_stop_sentinel.json`),
  };
  for (const each of [data, backup.tars]) mkdirSync(each, { recursive: true });
  execFileSync('tar', ['-xzf', join(archived.base, 'base.tar.gz'), '-C', data]);
  // Its members begin with a slash, and pg_control lies in a tar of its own.
  const tar = (to: string, ...words: string[]): void => {
    const rooted = ['-P', '--transform', 's,^[.],,S', '-C', data, ...words];
    execFileSync('tar', ['-I', 'gzip -1', '-cf', join(backup.tars, to), ...rooted]);
  };
  const repack = (without: readonly string[]): void =>
    tar('part_001.tar.gz', ...['./global/pg_control', ...without].map((left) => `--exclude=${left}`), '.');
  repack([]);
  tar('pg_control.tar.gz', './global/pg_control');
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const told = files.map((each) => [
    join(each.parentPath, each.name).slice(data.length),
    { IsIncremented: false, IsSkipped: false },
  ]);
  const manifest = readFileSync(join(archived.base, 'backup_manifest'), 'utf8');
  const [, start = '', stop = ''] = /"Start-LSN": "0.(.*?)", "End-LSN": "0.(.*?)"/.exec(manifest) ?? [];
  const [lsn, finish] = [start, stop].map((digits) => Number.parseInt(digits, 16));
  writeFileSync(backup.metadata, JSON.stringify({ Files: Object.fromEntries(told) }));
  // Not by JSON.stringify, which loses digits of the identifier.
  writeFileSync(
    backup.sentinel,
    `{"LSN":${lsn},"FinishLSN":${finish},"SystemIdentifier":${archived.systemIdentifier}}`,
  );
  return { ...backup, repack };
}
