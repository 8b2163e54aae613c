import { dirname } from 'node:path/posix';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import { recogniseBase } from '../base/layout/recognise-base.ts';
import { noFiles } from '../base/unpacking/named-files.ts';
import { openBackup, type RepositoryBackup } from '../pgbackrest/open-backup.ts';
import { findingOfLayout, findingOfMissing } from './base-findings.ts';
import { isOfWalG, openWalG } from './open-wal-g.ts';
import type { OpenedBase } from './opened-base.ts';
import { filesOfBase, filesOfStanza } from './stored-files.ts';

/**
 * How a base backup lies, ready to be unpacked.
 * @throws DrillError DUMP_ENCRYPTED, DECRYPTION_FAILED, DUMP_CORRUPT, and what opening throws
 */
export async function openBase(source: BaseBackupSource): Promise<OpenedBase> {
  const files = await filesOfBase(source);
  if (files.some(({ name }) => name === 'backup.manifest')) return openOfStanza(source);
  if (isOfWalG(files)) return openWalG(source, files);
  const layout = await recogniseBase(files);
  return layout.kind === 'repository' || layout.kind === 'packed wal' || layout.kind === 'unknown'
    ? { kind: 'refused', finding: findingOfLayout(layout) }
    : { kind: 'base', layout, files, verify: null, announcedBytes: null, endedAt: null };
}

/** A backup of pgBackRest builds on files of others, which lie in the folder around it. */
async function openOfStanza(source: BaseBackupSource): Promise<OpenedBase> {
  const folder = source.key.replace(/\/$/, '');
  const stanza = dirname(folder) === '.' ? '' : `${dirname(folder)}/`;
  const backup = await openBackup(
    await filesOfStanza(source, stanza),
    folder.slice(stanza.length),
    source.keys,
  );
  if (backup.kind !== 'backup') return { kind: 'refused', finding: findingOfRepository(backup) };
  const { files, systemIdentifier, walRanges, endedAt } = backup;
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return {
    kind: 'base',
    layout: { kind: 'data directory', files, folder: '' },
    files,
    // Reading a file to its end has proven its size and checksum.
    verify: () => ({
      ...{ kind: 'compared', files: files.length, withoutChecksum: 0, systemIdentifier, walRanges },
      bytes,
      ...{ missing: noFiles(), changed: noFiles(), extra: noFiles() },
    }),
    announcedBytes: bytes,
    endedAt,
  };
}

function findingOfRepository(backup: Exclude<RepositoryBackup, { kind: 'backup' }>): Finding {
  switch (backup.kind) {
    case 'missing':
      return findingOfMissing({ count: backup.names.length, names: backup.names });
    case 'damaged':
      return finding('BASE_BACKUP_CORRUPT', backup.reason);
    case 'unread':
      return finding('BASE_BACKUP_UNREAD', backup.reason);
  }
}
