import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ArchivedCluster, segmentsIn } from './archived-cluster.ts';
import { pgBackRestFiles, writeRepository } from './pgbackrest-repository.ts';

/** A full backup and one that builds on it, of the stanza `main`, encrypted with `right`. */
export interface ClusterRepository {
  folder: string;
  labels: readonly [string, string];
  /** The segments in it. */
  segments: string;
}

/** Makes one of a base backup in tars and its archive, in an empty folder. */
export function writePgBackRestOf(
  root: string,
  { base, wal, systemIdentifier }: ArchivedCluster,
): ClusterRepository {
  const labels = ['20260101-000000F', '20260101-000000F_20260102-000000I'] as const;
  const [folder, data] = [join(root, 'repository'), join(root, 'unpacked')];
  mkdirSync(data, { recursive: true });
  execFileSync('tar', ['-xzf', join(base, 'base.tar.gz'), '-C', data]);
  const names = readdirSync(data, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  const files = new Map(
    names.map(({ name, parentPath }) => {
      const path = join(parentPath, name);
      return [path.slice(data.length + 1), readFileSync(path)];
    }),
  );
  const manifest = readFileSync(join(base, 'backup_manifest'), 'utf8');
  const [, startLsn = '', stopLsn = ''] = /"Start-LSN": "(.*?)", "End-LSN": "(.*?)"/.exec(manifest) ?? [];
  const segments = segmentsIn(wal);
  writeRepository(
    folder,
    pgBackRestFiles({
      passphrase: 'right',
      systemIdentifier,
      backups: labels.map((label) => ({ label, files, startLsn, stopLsn })),
      segments: new Map(segments.map((name) => [name, readFileSync(join(wal, name))])),
    }),
  );
  return { folder, labels, segments: join(folder, 'archive/main/15-1', segments[0]?.slice(0, 16) ?? '') };
}
