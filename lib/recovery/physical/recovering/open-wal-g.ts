import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { basename } from 'node:path/posix';
import { finding } from '../../../domain/findings/findings.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import type { BaseFile } from '../base/layout/base-file.ts';
import { storedContent } from '../base/layout/stored-content.ts';
import type { Verification } from '../base/unpacking/manifest-comparison.ts';
import { addName, noFiles } from '../base/unpacking/named-files.ts';
import { readWalGBackup, toldWithoutMetadata, type WalGBackup } from '../wal-g/read-backup.ts';
import type { OpenedBase } from './opened-base.ts';
import { filesBelow } from './stored-files.ts';

/** By names that only WAL-G gives; its tars alone are no backup. */
export const isOfWalG = (files: readonly BaseFile[]): boolean =>
  files.some(({ name }) => name.startsWith('tar_partitions/'));

const sentinelEnding = '_backup_stop_sentinel.json';

/** A file of a million names. */
const mostBytes = 256 * 1024 ** 2;
/** What this program does not decompress, and WAL-G does. */
const otherCompression = /\.(lzma|lzo)$/;

/** A backup of WAL-G in its plain layout: tars whose members begin with a slash, and a sentinel that is written last. */
export async function openWalG(source: BaseBackupSource, files: readonly BaseFile[]): Promise<OpenedBase> {
  const name = basename(source.key);
  const sentinelKey = `${source.key.replace(/\/$/, '')}${sentinelEnding}`;
  const beside = await filesBelow(source, sentinelKey.slice(0, -(name.length + sentinelEnding.length)));
  const sentinels = beside.filter((file) => /^[^/]+$/.test(file.name) && file.name.endsWith(sentinelEnding));
  const sentinel = sentinels.find((file) => file.name === `${name}${sentinelEnding}`);
  const metadata = files.find((file) => file.name === 'files_metadata.json');
  const refused = (...told: Parameters<typeof finding>): OpenedBase => ({
    kind: 'refused',
    finding: finding(...told),
  });
  // Where none is there at all the folder alone was named, or copied: nobody can tell.
  if (sentinels.length === 0)
    return refused(
      'BASE_BACKUP_UNREAD',
      `the sentinel of ${name}, which WAL-G writes last, is not beside its folder`,
      'Name the folder around it, basebackups_005, with all that lies in it.',
    );
  if (sentinel === undefined)
    return refused('BASE_BACKUP_INCOMPLETE', `${name} has no sentinel, which WAL-G writes last`);
  if (metadata === undefined)
    return toldWithoutMetadata(await textOf(sentinel))
      ? refused(
          'BASE_BACKUP_UNREAD',
          `${name} was made without files_metadata.json, so that nobody but WAL-G can tell what it must hold`,
        )
      : refused(
          'BASE_BACKUP_INCOMPLETE',
          `${name} has no files_metadata.json, and its sentinel does not say why`,
        );
  const backup = readWalGBackup(name, await textOf(sentinel), await textOf(metadata));
  if (backup.kind === 'damaged') return refused('BASE_BACKUP_CORRUPT', `${name}: ${backup.reason}`);
  if (backup.kind === 'unread') return refused('BASE_BACKUP_UNREAD', `${name}: ${backup.reason}`);
  const tars = files.filter((file) => file.name.startsWith('tar_partitions/'));
  if (tars.some((tar) => otherCompression.test(tar.name)))
    return refused('BASE_BACKUP_UNREAD', `${name} is compressed with lzma or lzo`);
  return {
    kind: 'base',
    layout: { kind: 'tar partitions', files: tars },
    files: tars,
    verify: (dataDirectory) => presence(backup, dataDirectory),
    announcedBytes: backup.uncompressedBytes,
    endedAt: null,
  };
}

/** Whether every file is there, which is all that can be said without checksums. */
function presence(
  { names, systemIdentifier, walRanges }: Extract<WalGBackup, { kind: 'backup' }>,
  dataDirectory: string,
): Verification {
  const missing = noFiles();
  for (const name of names) if (!existsSync(join(dataDirectory, name))) addName(missing, name);
  return {
    ...{ kind: 'compared', files: names.length, bytes: 0, withoutChecksum: names.length },
    ...{ missing, changed: noFiles(), extra: noFiles(), systemIdentifier, walRanges },
  };
}

async function textOf(file: BaseFile): Promise<string> {
  const source = await storedContent(file, (content) => content);
  try {
    return (await source.readUpTo(mostBytes)).toString('utf8');
  } finally {
    source.cancel().catch(() => {});
  }
}
